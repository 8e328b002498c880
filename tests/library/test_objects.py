"""Objects declared beside tables, on a real server: made, used, refused, dropped."""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    create_engine,
    create_mock_engine,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import create_async_engine

from pgcraft.objects import (
    Argument,
    EnumType,
    Extension,
    Function,
    Grant,
    Policy,
    Role,
    RowSecurity,
    Schema,
    Trigger,
    declare,
    declared_objects,
)
from pgcraft.views import PGCraftMaterializedView, PGCraftView

# Everything that is not the system's own, as one list of words.
LEFT = """
    SELECT relkind::text || ' ' || relname FROM pg_class
    WHERE relnamespace <> ALL (ARRAY['pg_catalog', 'information_schema', 'pg_toast']::regnamespace[])
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT 'type ' || typname FROM pg_type WHERE oid >= 16384
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE oid >= 16384
    UNION ALL SELECT 'policy ' || polname FROM pg_policy
    UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
    UNION ALL SELECT 'privileges on ' || nspname FROM pg_namespace
    WHERE nspacl IS NOT NULL AND oid >= 16384
      AND EXISTS (SELECT FROM aclexplode(nspacl) WHERE grantee <> nspowner)
    ORDER BY 1
"""


@pytest.fixture
def left(engine):
    """What of the models' objects is in the database."""

    def names():
        with engine.connect() as connection:
            return list(connection.scalars(text(LEFT)))

    return names


@contextmanager
def acting_as(engine, role):
    """A transaction in which the role's rights count."""
    with engine.begin() as connection:
        connection.execute(select(func.set_config("role", role, True)))
        yield connection


def shop(metadata, shuffle=None):
    """A graph of all kinds of objects, declared in the order given, or against the order of needs."""
    anon = "shop_anon"
    mood = {}
    stamp = Function("stamp", "shop", "BEGIN NEW.note := 'stamped'; RETURN NEW; END")
    writer = Function(
        "write_open",
        "shop",
        "BEGIN INSERT INTO shop.orders (total) VALUES (NEW.total) RETURNING id INTO NEW.id;"
        " RETURN NEW; END",
        security_definer=True,
    )
    number = Function(
        "number", "shop", "SELECT 40 + n", (Argument("n", "integer", "2"),), "integer", "sql"
    )
    positive = Function(
        "positive", "shop", "SELECT n > 0", ("n integer",), "boolean", "sql", "IMMUTABLE"
    )
    size = Function(
        "size", "shop", "SELECT count(*) FROM shop.orders", (), "bigint", "sql", "STABLE"
    )
    sized = Function("sized", "shop", "SELECT shop.size()", (), "bigint", "sql", "STABLE")
    views = {}

    def table():
        Table(
            "orders",
            metadata,
            Column("id", Integer, primary_key=True),
            Column("total", Integer, server_default=text("shop.number()")),
            Column("note", Text),
            CheckConstraint(func.shop.positive(text("total")), name="ck_positive"),
            Index("ix_positive", text("(shop.positive(total))")),
            schema="shop",
        )

    def orders():
        return metadata.tables["shop.orders"]

    def view(name, query, kind=PGCraftView):
        views[name] = kind(name, "shop", metadata, query)

    steps = [
        lambda: mood.update(type=EnumType("mood", "shop", metadata, ["ok", "bad"])),
        lambda: view(
            "counted",
            lambda: select(func.count().label("n")).select_from(views["open"].table),
            PGCraftMaterializedView,
        ),
        lambda: view(
            "twice", lambda: select(views["open"].table.c.id, func.shop.sized().label("size"))
        ),
        lambda: view("open", lambda: select(orders().c.id, orders().c.total)),
        lambda: declare(metadata, Grant(("SELECT", "INSERT"), "TABLE shop.open", anon)),
        lambda: declare(metadata, Grant(("EXECUTE",), number, anon)),
        lambda: declare(metadata, Grant(("USAGE",), Schema("shop"), anon)),
        lambda: declare(
            metadata,
            Trigger(
                name="write", schema="shop", relation="open", function=writer, timing="INSTEAD OF"
            ),
        ),
        lambda: declare(
            metadata,
            Trigger(
                name="stamp",
                schema="shop",
                relation="orders",
                function=stamp,
                events=("INSERT", "UPDATE OF total"),
                when="NEW.total > 50",
            ),
        ),
        lambda: declare(
            metadata, Policy(name="all", schema="shop", table="orders", using="total < 1000")
        ),
        lambda: declare(metadata, RowSecurity("shop", "orders")),
        lambda: declare(metadata, sized),
        lambda: declare(metadata, size),
        lambda: declare(metadata, number, positive, stamp, writer),
        lambda: declare(metadata, Role(anon)),
        lambda: declare(metadata, Extension("pg_trgm", "shop")),
        table,
    ]
    if shuffle is not None:
        shuffle(steps)
    for step in steps:
        step()
    return views


def use(engine, views):
    """Insert through the view as the role, and read what came of it."""
    with acting_as(engine, "shop_anon") as connection:
        made = insert(views["open"].table).values(total=60).returning(views["open"].table.c.id)
        assert connection.scalar(made) == 1
    with engine.begin() as connection:
        row = connection.execute(
            text("INSERT INTO shop.orders (note) VALUES ('x') RETURNING *")
        ).one()
        assert tuple(row) == (2, 42, "x")
        assert connection.scalar(text("SELECT note FROM shop.orders WHERE id = 1")) == "stamped"
        assert connection.scalar(select(func.max(views["twice"].table.c.size))) == 2
        assert connection.scalar(select(views["counted"].table.c.n)) == 0
        connection.execute(text("REFRESH MATERIALIZED VIEW shop.counted"))
        assert connection.scalar(select(views["counted"].table.c.n)) == 2
    with pytest.raises(IntegrityError, match="ck_positive"), engine.begin() as connection:
        connection.execute(text("INSERT INTO shop.orders (total) VALUES (-1)"))


def test_graph_declared_against_its_needs_is_created_used_and_dropped(engine, metadata, left):
    """create_all, drop_all, create_all again; what functions need tables and tables functions."""
    views = shop(metadata)
    for _ in range(2):
        metadata.create_all(engine)
        use(engine, views)
        metadata.drop_all(engine)
        assert left() == []
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_roles WHERE rolname = 'shop_anon'"))
        assert connection.scalar(text("SELECT count(*) FROM pg_namespace WHERE nspname = 'shop'"))


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_graph_in_any_order_of_declaration_is_created(engine, left, seed):
    """The order in which modules are imported is nobody's concern."""
    metadata = MetaData()
    views = shop(metadata, random.Random(seed).shuffle)
    metadata.create_all(engine)
    use(engine, views)
    metadata.drop_all(engine)
    assert left() == []


def test_create_all_again_leaves_what_is_there(engine, metadata):
    """As with tables; functions are replaced, and what was granted is granted again."""
    views = shop(metadata)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("COMMENT ON VIEW shop.open IS 'kept'"))
        connection.execute(text("REVOKE ALL ON shop.open FROM shop_anon"))
        connection.execute(
            text("CREATE OR REPLACE FUNCTION shop.size() RETURNS bigint LANGUAGE sql AS 'SELECT 9'")
        )
    metadata.create_all(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT obj_description('shop.open'::regclass)")) == "kept"
    use(engine, views)


def test_drop_all_of_nothing_is_no_error(engine, metadata, left):
    """Nothing is there, not even the schema."""
    shop(metadata)
    metadata.drop_all(engine)
    assert left() == []


def test_create_all_of_some_tables_leaves_out_what_needs_the_others(engine, metadata, left):
    """What needs no other table is made; the rest comes with the rest."""
    some = Table("some", metadata, Column("id", Integer), schema="shop")
    views = shop(metadata)
    PGCraftView("of_some", "shop", metadata, select(some))
    metadata.create_all(engine, tables=[some])
    assert "v of_some" in left()
    assert "v open" not in left()
    metadata.create_all(engine)
    use(engine, views)


def test_drop_all_of_some_tables_drops_no_declared_object(engine, metadata, left):
    """Only what was asked for goes; the server refuses where a view reads the table."""
    some = Table("some", metadata, Column("id", Integer), schema="shop")
    shop(metadata)
    metadata.create_all(engine)
    before = left()
    metadata.drop_all(engine, tables=[some])
    assert left() == [one for one in before if one not in {"r some", "type some", "type _some"}]
    with pytest.raises(DBAPIError, match="depend on it"):
        metadata.drop_all(engine, tables=[metadata.tables["shop.orders"]])


@pytest.fixture(params=["psycopg", "psycopg2", "pg8000"])
def driven(request, server, database):
    """An engine of another driver on the test's database."""
    info = server.conninfo(database)
    if request.param == "pg8000":
        arguments = {
            "unix_sock": f"{info['host']}/.s.PGSQL.{info.get('port', 5432)}",
            "user": info["user"],
            "database": database,
        }
    else:
        arguments = info
    made = create_engine(f"postgresql+{request.param}://", connect_args=arguments)
    yield made
    made.dispose()


@pytest.mark.parametrize("autocommit", [False, True])
def test_graph_is_created_by_any_driver(driven, autocommit, metadata, engine, left):
    """Error codes and percent signs differ from driver to driver; AUTOCOMMIT has no savepoints."""
    views = shop(metadata)
    declare(metadata, Function("100%s :x %%", "shop", "SELECT '%s :x %'", (), "text", "sql"))
    options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    target = driven.execution_options(**options)
    metadata.create_all(target)
    with engine.connect() as connection:
        call = text(r'SELECT shop."100%s \:x %%"()')
        assert connection.scalar(call) == "%s :x %"
    use(engine, views)
    metadata.drop_all(target)
    assert left() == []


def test_graph_is_created_by_asyncpg(server, database, metadata, engine, left):
    """Through run_sync, as asynchronous applications do."""
    import asyncio

    info = server.conninfo(database)
    views = shop(metadata)

    async def run(action):
        made = create_async_engine("postgresql+asyncpg://", connect_args=info_for_asyncpg(info))
        async with made.begin() as connection:
            await connection.run_sync(action)
        await made.dispose()

    asyncio.run(run(metadata.create_all))
    use(engine, views)
    asyncio.run(run(metadata.drop_all))
    assert left() == []


def info_for_asyncpg(info):
    return {**{k: v for k, v in info.items() if k != "dbname"}, "database": info["dbname"]}


def test_mock_engine_gets_the_statements_in_the_order_of_ranks(metadata, engine, left):
    """What a mock engine prints runs, if it was declared in an order that works."""
    number = Function("number", "shop", "SELECT 42", (), "integer", "sql")
    declare(metadata, Grant(("SELECT",), "TABLE shop.v", "mock_anon"))
    orders = Table(
        "orders", metadata, Column("id", Integer, server_default=func.shop.number()), schema="shop"
    )
    PGCraftView("v", "shop", metadata, select(orders))
    declare(metadata, number, Role("mock_anon"))
    sent = []
    mock = create_mock_engine("postgresql+psycopg://", lambda sql, *_: sent.append(sql))
    metadata.create_all(mock)
    created = len(sent)
    metadata.drop_all(mock)
    with engine.begin() as connection:
        for sql in sent[:created]:
            connection.execute(sql)
        assert connection.scalar(text("SELECT count(*) FROM shop.v")) == 0
        for sql in sent[created:]:
            connection.execute(sql)
    assert left() == []


@pytest.mark.parametrize("autocommit", [False, True])
def test_functions_that_call_each_other_are_created(autocommit, engine, metadata, left):
    """With what needs them; afterwards the server checks bodies again."""
    body = "SELECT CASE WHEN n = 0 THEN %s ELSE shop.%s(n - 1) END"
    for name, other, end in (("even", "odd", "true"), ("odd", "even", "false")):
        declare(
            metadata, Function(name, "shop", body % (end, other), ("n integer",), "boolean", "sql")
        )
    view = PGCraftView("parity", "shop", metadata, select(func.shop.even(7).label("even")))
    options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
    with engine.execution_options(**options).connect() as connection:
        metadata.create_all(connection)
        assert connection.scalar(text("SHOW check_function_bodies")) == "on"
        connection.commit()
        assert connection.scalar(text("SHOW check_function_bodies")) == "on"
        assert connection.scalar(select(view.table.c.even)) is False
    metadata.create_all(engine)
    metadata.drop_all(engine)
    assert left() == []


def test_function_of_a_cycle_that_needs_what_is_nowhere_raises_the_servers_error(
    engine, metadata, left
):
    """Its body is checked in the end."""
    for name, other in (("a", "b"), ("b", "a")):
        body = f"SELECT shop.{other}() FROM shop.nowhere"
        declare(metadata, Function(name, "shop", body, (), "integer", "sql"))
    with pytest.raises(ProgrammingError, match=r"shop\.nowhere"):
        metadata.create_all(engine)
    assert left() == []


def test_object_that_cannot_be_made_raises_the_servers_error(engine, metadata, left):
    """With a note that names the object; what was made in the transaction is gone with it."""
    Table("t", metadata, Column("id", Integer), schema="shop")
    declare(metadata, Function("f", "shop", "SELECT 1 FROM shop.nowhere", (), "integer", "sql"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA shop"))
    with pytest.raises(ProgrammingError, match=r"shop\.nowhere") as raised:
        metadata.create_all(engine)
    assert raised.value.__notes__ == ["pgcraft was at the function shop.f() of the models."]
    assert left() == []


def test_failed_create_all_leaves_nothing_behind_in_the_metadata(engine, metadata, left):
    """Once the missing table is there, the same MetaData creates everything."""
    declare(metadata, Function("f", "shop", "SELECT 1 FROM shop.later", (), "integer", "sql"))
    known = dict(metadata.info)
    with pytest.raises(ProgrammingError):
        metadata.create_all(engine)
    assert metadata.info == known
    Table("later", metadata, Column("id", Integer), schema="shop")
    metadata.create_all(engine)
    assert "function f" in left()


def test_two_threads_create_from_one_metadata(engine, server, metadata):
    """What waits for the tables is kept for each connection."""
    shop(metadata)
    names = [f"threads_{number}" for number in range(2)]
    failures = []

    def run(name):
        made = create_engine("postgresql+psycopg://", connect_args=server.conninfo(name))
        try:
            metadata.create_all(made)
        except DBAPIError as error:
            failures.append(error)
        finally:
            made.dispose()

    declare(metadata, Role("shop_anon"))
    metadata.create_all(engine)
    for name in names:
        server.create_database(name)
    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        server.drop_database(name)
    assert failures == []


def test_policies_decide_which_rows_a_role_sees_and_writes(engine, metadata):
    """Also through a view, unless it is told to act with its owner's rights."""
    notes = Table("notes", metadata, Column("owner", Text), Column("body", Text), schema="app")
    query = select(notes)
    plain = PGCraftView("plain", "app", metadata, query, security_invoker=False)
    invoker = PGCraftView("invoker", "app", metadata, query)
    roles = [Role("Alice B"), Role("bob")]
    declare(metadata, *roles, RowSecurity("app", "notes"))
    declare(
        metadata,
        Policy(name="own", schema="app", table="notes", using="owner = current_user"),
        Policy(
            name="not secret",
            schema="app",
            table="notes",
            command="SELECT",
            roles=("bob",),
            using="body <> '100%:secret'",
            permissive=False,
        ),
    )
    for role in roles:
        declare(metadata, Grant(("USAGE",), Schema("app"), role.name))
        declare(
            metadata,
            *(
                Grant(("SELECT", "INSERT", "UPDATE"), on, role.name)
                for on in (notes, plain, invoker)
            ),
        )
    metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [("Alice B", "1"), ("bob", "2"), ("bob", "100%:secret")]
        connection.execute(insert(notes), [{"owner": owner, "body": body} for owner, body in rows])
    for role, seen in (("Alice B", ["1"]), ("bob", ["2"])):
        with acting_as(engine, role) as connection:
            assert list(connection.scalars(select(notes.c.body))) == seen
            assert list(connection.scalars(select(invoker.table.c.body))) == seen
            assert len(list(connection.scalars(select(plain.table.c.body)))) == 3
            assert (
                connection.execute(
                    update(invoker.table).where(invoker.table.c.body != "").values(body=seen[0])
                ).rowcount
                == 1
            )
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            acting_as(engine, role) as connection,
        ):
            connection.execute(insert(invoker.table).values(owner="other", body=""))
    metadata.drop_all(engine)


def test_row_security_that_is_forced_binds_the_owner(engine, metadata):
    """Else a table's owner passes by its policies."""
    notes = Table("notes", metadata, Column("id", Integer), schema="app")
    declare(metadata, Role("notes_owner"), RowSecurity("app", "notes", force=True))
    declare(metadata, Grant(("ALL",), Schema("app"), "notes_owner"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(notes).values(id=1))
        connection.execute(text("ALTER TABLE app.notes OWNER TO notes_owner"))
    with acting_as(engine, "notes_owner") as connection:
        assert connection.scalar(select(func.count()).select_from(notes)) == 0
    metadata.drop_all(engine)


def test_grants_allow_what_they_say_and_nothing_else(engine, metadata, left):
    """On a table, some of its columns, a view, a function, a schema, a sequence and a type."""
    mood = EnumType("mood", "app", metadata, ["ok", "bad"])
    notes = Table("notes", metadata, Column("id", Integer), Column("body", Text), schema="app")
    numbers = Sequence("numbers", metadata=metadata, schema="app")
    view = PGCraftView("v", "app", metadata, select(notes.c.body))
    double = Function("double", "app", "SELECT n * 2", ("n integer",), "integer", "sql")
    declare(
        metadata,
        double,
        Role("reader"),
        Grant(("usage",), Schema("app"), "reader"),
        Grant(("SELECT",), notes, "reader", ("id",)),
        Grant(("INSERT",), notes, "reader"),
        Grant(("SELECT",), view, "reader"),
        Grant(("EXECUTE",), double, "reader"),
        Grant(("USAGE",), numbers, "reader"),
        Grant(("USAGE",), mood, "reader"),
    )
    metadata.create_all(engine)
    with acting_as(engine, "reader") as connection:
        connection.execute(insert(notes).values(id=1, body="x"))
        assert connection.scalar(select(notes.c.id)) == 1
        assert connection.scalar(select(view.table)) == "x"
        assert connection.scalar(select(func.app.double(4))) == 8
        assert connection.scalar(select(numbers.next_value())) == 1
        assert connection.scalar(select(func.has_type_privilege("app.mood", "USAGE")))
    for refused in (
        select(notes.c.body),
        update(notes).values(id=2),
        notes.delete(),
        insert(view.table),
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(engine, "reader") as connection,
        ):
            connection.execute(refused)
    metadata.drop_all(engine)
    assert left() == []


def test_function_is_not_for_public_unless_asked_for(engine, metadata):
    """PostgreSQL lets everyone execute a new function."""
    for name, public in (("closed", False), ("opened", True)):
        declare(
            metadata, Function(name, "app", "SELECT 1", (), "integer", "sql", public_execute=public)
        )
    declare(metadata, Role("nobody"), Grant(("USAGE",), Schema("app"), "nobody"))
    metadata.create_all(engine)
    with acting_as(engine, "nobody") as connection:
        assert connection.scalar(select(func.app.opened())) == 1
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        acting_as(engine, "nobody") as connection,
    ):
        connection.scalar(select(func.app.closed()))
    metadata.drop_all(engine)


@pytest.mark.parametrize("end", ["$", "$$", "$body", "$body$", "$body$1$ $body$ $body", "\\", "'"])
def test_function_body_with_dollar_signs_is_kept(end, engine, metadata):
    """The tag is one that ends the body where it ends."""
    body = f"SELECT '100% :x' -- {end}"
    declare(metadata, Function("f", "app", body, (), "text", "sql"))
    metadata.create_all(engine)
    with engine.connect() as connection:
        assert connection.scalar(select(func.app.f())) == "100% :x"
        assert connection.scalar(text("SELECT prosrc FROM pg_proc WHERE proname = 'f'")) == body


def test_role_is_made_with_its_options_and_memberships(engine, metadata):
    """A member that does not inherit changes its role to get at the rights."""
    declare(metadata, Role("a member", login=True, inherit=False, member_of=("Group",)))
    declare(metadata, Role("Group"))
    metadata.create_all(engine)
    metadata.create_all(engine)
    query = text(
        "SELECT rolcanlogin, rolinherit, pg_has_role(rolname, 'Group', 'MEMBER')"
        " FROM pg_roles WHERE rolname = 'a member'"
    )
    with engine.connect() as connection:
        assert tuple(connection.execute(query).one()) == (True, False, True)


def test_enum_type_is_shared_by_tables_and_functions(engine, metadata, left):
    """One type for two columns and an argument, values in the order of the labels."""
    mood = EnumType("Mood %", "app", metadata, ["so so", "it's"])
    body = "SELECT m"
    declare(metadata, Function("same", "app", body, ('m app."Mood %"',), 'app."Mood %"', "sql"))
    tables = [
        Table(
            name,
            metadata,
            Column("mood", mood, server_default=text("""app.same('it''s')""")),
            schema="app",
        )
        for name in ("a", "b")
    ]
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(insert(table))
            connection.execute(insert(table).values(mood="so so"))
            assert list(connection.scalars(select(table.c.mood).order_by(table.c.mood))) == [
                "so so",
                "it's",
            ]
            found = select(table.c.mood).where(table.c.mood == "it's")
            assert connection.scalar(found) == "it's"
    metadata.create_all(engine)
    metadata.drop_all(engine)
    assert left() == []


IDENTIFIERS = st.one_of(
    st.sampled_from(
        [
            "user",
            "Order",
            "a b",
            'q"q',
            "it's",
            "100%",
            "%s",
            "%(x)s",
            ":x",
            "a::b",
            "ä" * 31 + "x",
            "Y" * 63,
            "$$",
            "\\",
            "a.b",
            "{x}",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
        lambda name: len(name.encode()) <= 63 and not name.lower().startswith("pg_")
    ),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(IDENTIFIERS, min_size=9, max_size=9, unique=True))
def test_any_name_works_for_every_kind_of_object(engine, left, names):
    """Created under exactly that name, used, dropped."""
    metadata = MetaData()
    schema, table_name, column, function, trigger, view, kept, policy, enum = names
    role = f"r{column}"[:15]
    mood = EnumType(enum, schema, metadata, [column, "other"])
    table = Table(
        table_name,
        metadata,
        Column(column, Text),
        Column(f"{column[:10]}2", mood),
        schema=schema,
    )
    first = table.c[column]
    shown = PGCraftView(
        view, schema, metadata, select(first.label(policy), table.c[1].label("m")), comment=column
    )
    PGCraftMaterializedView(
        kept, schema, metadata, select(shown.table.c[policy]).where(shown.table.c[policy] != column)
    )
    stamp = Function(function, schema, f"BEGIN NEW := NEW; RETURN NEW; END -- {column}")
    argued = Function(
        function, schema, "SELECT 1", (Argument(column, "integer", "1"),), "integer", "sql"
    )
    declare(metadata, stamp, argued, Role(role), RowSecurity(schema, table_name))
    declare(metadata, Trigger(name=trigger, schema=schema, relation=table_name, function=stamp))
    declare(
        metadata, Policy(name=policy, schema=schema, table=table_name, roles=(role,), using="true")
    )
    declare(metadata, Grant(("USAGE",), Schema(schema), role), Grant(("SELECT",), shown, role))
    declare(
        metadata,
        # The view reads with the rights of whoever asks, as the table has row security.
        Grant(("SELECT", "INSERT"), table, role, tuple(table.columns.keys())),
        Grant(("EXECUTE",), argued, role),
    )
    metadata.create_all(engine)
    found = {
        "SELECT nspname FROM pg_namespace WHERE nspname = :name": schema,
        "SELECT relname FROM pg_class WHERE relname = :name AND relkind = 'v'": view,
        "SELECT relname FROM pg_class WHERE relname = :name AND relkind = 'm'": kept,
        "SELECT DISTINCT proname FROM pg_proc WHERE proname = :name AND oid >= 16384": function,
        "SELECT tgname FROM pg_trigger WHERE tgname = :name": trigger,
        "SELECT polname FROM pg_policy WHERE polname = :name": policy,
        "SELECT typname FROM pg_type WHERE typname = :name AND typtype = 'e'": enum,
        "SELECT rolname FROM pg_roles WHERE rolname = :name": role,
    }
    with engine.connect() as connection:
        for query, name in found.items():
            assert list(connection.scalars(text(query), {"name": name})) == [name]
    with acting_as(engine, role) as connection:
        connection.execute(insert(table).values({column: "x"}))
        assert connection.scalar(select(shown.table.c[policy])) == "x"
    metadata.create_all(engine)
    assert all(one.create() for one in declared_objects(metadata))
    metadata.drop_all(engine)
    assert left() == []


@pytest.mark.parametrize("schema", ["none", "values", "setof", "interval", "row", "json"])
def test_enum_type_in_a_schema_called_by_a_key_word(schema, engine, metadata):
    """PostgreSQL takes these for a schema unquoted, but not in the name of a column's type."""
    status = EnumType("status", schema, metadata, ["new", "paid"])
    Table("orders", metadata, Column("status", status), schema=schema)
    for _ in range(2):
        metadata.create_all(engine)
    metadata.drop_all(engine)
