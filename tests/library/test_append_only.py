"""PGCraftAppendOnly on a real server: it is used as a table is, and forgets nothing."""

from __future__ import annotations

import threading
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library.identifiers import identifiers
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Enum,
    Identity,
    Index,
    Integer,
    MetaData,
    Numeric,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, ExcludeConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.schema import CreateSchema

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugins.append_only_tables import OURS
from pgcraft.plugins.pk import IdentityPKPlugin, SerialPKPlugin, UUIDV4PKPlugin
from pgcraft.plugins.protection import ProtectionPlugin

NAMES = ("t", "T 1", 'quo"te', "50% :x", "order", "ä" * 31 + "x")


@pytest.fixture
def customers(metadata, create):
    """A dimension of customers, created."""
    factory = PGCraftAppendOnly(
        "customers",
        "crm",
        metadata,
        [
            Column("name", String, nullable=False),
            Column("city", String, server_default="Bern"),
            Column("visits", Integer, nullable=False, server_default=text("0")),
        ],
    )
    create(metadata)
    return factory


@pytest.fixture
def role(engine):
    """A role without any rights."""
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE clerk"))
    yield "clerk"
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY clerk"))
        connection.execute(text("DROP ROLE clerk"))


def versions(connection, factory):
    """All versions of all entities, in the order of their writing."""
    table = factory.ctx["attributes"]
    return connection.execute(select(table).order_by(table.c.version_id)).all()


def add(engine, factory, **values):
    """Insert one row and return it."""
    with engine.begin() as connection:
        statement = insert(factory.table).values(values).returning(factory.table)
        return connection.execute(statement).one()


def test_insert_returns_key_moments_and_defaults(engine, customers):
    """What an INSERT leaves out is there in what it returns."""
    row = add(engine, customers, name="Ann")
    assert (row.id, row.name, row.city, row.visits) == (1, "Ann", "Bern", 0)
    assert row.created_at == row.updated_at
    with engine.begin() as connection:
        assert connection.execute(select(customers.table)).one() == row
        assert connection.scalar(select(func.now())) > row.created_at


def test_created_at_is_the_moment_of_each_insert(engine, customers):
    """The default is the expression now(), not the moment when the table was made."""
    for name in ("Ann", "Bob"):
        with engine.begin() as connection:
            now = connection.scalar(select(func.now()))
            statement = insert(customers.table).values(name=name)
            assert connection.scalar(statement.returning(customers.table.c.created_at)) == now


def test_explicit_null_is_no_omitted_column(engine, customers):
    """As in a table: NULL where the column allows it, an error where it does not."""
    assert add(engine, customers, name="Ann", city=None).city is None
    with pytest.raises(IntegrityError, match='null value in column "visits"'):
        add(engine, customers, name="Ann", visits=None)


def test_several_rows_are_inserted_by_one_statement(engine, customers):
    """Also from a query, and by executemany."""
    view = customers.table
    with engine.begin() as connection:
        connection.execute(insert(view), [{"name": "Ann"}, {"name": "Bob"}])
        source = select(func.upper(view.c.name), view.c.visits + 1)
        connection.execute(insert(view).from_select(["name", "visits"], source))
        rows = connection.execute(select(view.c.id, view.c.name, view.c.city).order_by(view.c.id))
        assert [tuple(row) for row in rows] == [
            (1, "Ann", "Bern"),
            (2, "Bob", "Bern"),
            (3, "ANN", "Bern"),
            (4, "BOB", "Bern"),
        ]


def test_explicit_key_is_taken_and_a_second_one_refused(engine, customers):
    """As in a table."""
    assert add(engine, customers, id=7, name="Ann").id == 7
    with pytest.raises(IntegrityError, match="duplicate key"):
        add(engine, customers, id=7, name="Bob")
    assert add(engine, customers, name="Bob").id == 1


def test_update_adds_a_version_and_keeps_the_old_one(engine, customers):
    """The view shows the new version, the attributes table both."""
    first = add(engine, customers, name="Ann")
    view = customers.table
    with engine.begin() as connection:
        statement = update(view).values(city="Rome").where(view.c.name == "Ann").returning(view)
        second = connection.execute(statement).one()
    assert (second.id, second.name, second.city) == (1, "Ann", "Rome")
    assert second.created_at == first.created_at
    assert second.updated_at > first.updated_at
    with engine.begin() as connection:
        assert connection.execute(select(view)).one() == second
        old, new = versions(connection, customers)
    assert (old.id, old.city, old.updated_at) == (1, "Bern", first.updated_at)
    assert (new.id, new.city, new.superseded_at) == (1, "Rome", None)
    assert old.superseded_at == new.updated_at


def test_updates_in_one_transaction_are_versions_in_order(engine, customers):
    """now() stands still in a transaction; the versions' moments do not."""
    view = customers.table
    with engine.begin() as connection:
        connection.execute(insert(view).values(name="Ann"))
        for _ in range(3):
            connection.execute(update(view).values(visits=view.c.visits + 1))
    with engine.begin() as connection:
        rows = versions(connection, customers)
    assert [row.visits for row in rows] == [0, 1, 2, 3]
    moments = [row.updated_at for row in rows]
    assert moments == sorted(set(moments))
    assert [row.superseded_at for row in rows] == [*moments[1:], None]


def test_update_that_changes_nothing_writes_nothing(engine, customers):
    """The statement succeeds, and no version is added."""
    row = add(engine, customers, name="Ann")
    view = customers.table
    with engine.begin() as connection:
        done = connection.execute(update(view).values(name="Ann", city="Bern", id=1))
        assert done.rowcount == 1
        assert len(versions(connection, customers)) == 1
        assert connection.execute(select(view)).one() == row


def test_key_and_moments_cannot_be_updated(engine, customers):
    """Each refusal says which column of which dimension."""
    add(engine, customers, name="Ann")
    for column, value, words in (
        ("id", 2, "The key id of crm.customers cannot be changed: the history belongs to it."),
        ("created_at", func.now(), "The column created_at of crm.customers is kept by the server"),
        ("updated_at", func.now(), "The column updated_at of crm.customers is kept by the server"),
    ):
        with pytest.raises(DBAPIError, match=words), engine.begin() as connection:
            connection.execute(update(customers.table).values({column: value}))


def test_delete_ends_the_entity_and_keeps_its_history(engine, customers):
    """The row is gone from the view; root and versions stay."""
    add(engine, customers, name="Ann")
    view, root = customers.table, customers.ctx["root"]
    with engine.begin() as connection:
        assert connection.execute(delete(view).where(view.c.id == 1)).rowcount == 1
    with engine.begin() as connection:
        assert connection.execute(select(view)).all() == []
        assert connection.execute(delete(view)).rowcount == 0
        (version,) = versions(connection, customers)
        assert version.superseded_at > version.updated_at
        assert connection.scalar(select(root.c.id)) == version.id


def test_deleted_entity_comes_back_by_its_key(engine, customers):
    """The same key is the same entity: its history goes on."""
    first = add(engine, customers, name="Ann")
    with engine.begin() as connection:
        connection.execute(delete(customers.table))
        again = connection.execute(
            insert(customers.table).values(id=1, name="Ann B.").returning(customers.table)
        ).one()
        assert again.created_at == first.created_at
        old, new = versions(connection, customers)
    assert new.updated_at == again.updated_at >= old.superseded_at
    assert add(engine, customers, name="Bob").id == 2


def test_every_kind_of_unique_holds_among_current_versions(engine, metadata, create):
    """Old versions do not count, and the server refuses what does."""
    factory = PGCraftAppendOnly(
        "t",
        "s",
        metadata,
        [
            Column("a", Integer, unique=True),
            Column("b", Integer),
            Column("c", Integer),
            Column("d", Integer),
            Column("e", Integer, unique=True, index=True),
            Column("f", Integer),
            Column("note", Text),
            UniqueConstraint("a", "b", name="uq_ab"),
            UniqueConstraint("b", name="uq_b_at_commit", deferrable=True, initially="DEFERRED"),
            Index("ux_c", "c", unique=True, postgresql_where=text("c > 0 OR c < -10")),
            PGCraftIndex("ux_d", "abs({d})", unique=True),
            ExcludeConstraint(("f", "="), using="btree", name="ex_f"),
        ],
    )
    create(metadata)
    view = factory.table
    add(engine, factory, a=1, b=1, c=1, d=1, e=1, f=1, note="x")
    with engine.begin() as connection:
        connection.execute(update(view).values(note="y"))
        connection.execute(update(view).values(note="z"))
    for column, value, constraint in (
        ("a", 1, "uq__t_attributes__a"),
        ("b", 1, "uq_b_at_commit"),
        ("c", 1, "ux_c"),
        ("d", -1, "ux_d"),
        ("e", 1, "ix__t_attributes__e"),
        ("f", 1, "ex_f"),
    ):
        with pytest.raises(IntegrityError, match=constraint):
            add(engine, factory, **{column: value})
    assert add(engine, factory, c=-5).c == -5
    assert add(engine, factory, c=-5).c == -5
    with engine.begin() as connection:
        connection.execute(update(view).values(a=2).where(view.c.a == 1))
        connection.execute(insert(view).values(a=1))
        connection.execute(delete(view).where(view.c.a == 1))
        connection.execute(insert(view).values(a=1))
        # A deferrable constraint is looked at when the transaction ends.
        connection.execute(insert(view).values(b=1, note="second"))
        connection.execute(update(view).values(b=2).where(view.c.note == "second"))
    with pytest.raises(IntegrityError, match="uq__t_attributes__a"), engine.begin() as connection:
        connection.execute(update(view).values(a=1).where(view.c.a == 2))


@pytest.mark.parametrize("column", ["created_at", "updated_at"])
@pytest.mark.parametrize("moment", ["2001-01-01", "infinity", "now"])
def test_moments_cannot_be_inserted(column, moment, engine, customers):
    """History would tell what was not; and nothing could follow infinity."""
    words = f"The column {column} of crm.customers is kept by the server: no value can be inserted"
    statement = text(
        f"INSERT INTO crm.customers (name, {column}) VALUES ('Ann', CAST(:moment AS timestamptz))"
    )
    with pytest.raises(DBAPIError, match=words) as error, engine.begin() as connection:
        connection.execute(statement, {"moment": moment})
    assert error.value.orig.sqlstate == "428C9"
    row = add(engine, customers, id=1, name="Ann", **{column: None})
    assert row.created_at == row.updated_at
    with engine.begin() as connection:
        connection.execute(delete(customers.table))
    with pytest.raises(DBAPIError, match=words), engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO crm.customers (id, name, {column}) VALUES (1, 'A', now())")
        )
    again = add(engine, customers, id=1, name="Ann")
    assert again.created_at == row.created_at < again.updated_at


HOSTILE = ("old", "new", "found", "stored", "tg_op", "loop")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("template", [None, "append_only_root", "append_only_attributes"])
def test_relation_named_by_a_variable_of_triggers_is_written_row_by_row(
    template, name, engine, create
):
    """A statement about one row touches this one, whatever view and tables are called."""
    convention = pgcraft_build_naming_conventions()
    if template:
        convention[template] = name
    metadata = MetaData(naming_convention=convention)
    factory = PGCraftAppendOnly(
        "t" if template else name, "s", metadata, [Column("x", Integer), Column("y", Text)]
    )
    create(metadata)
    view = factory.table
    for number in (1, 2, 3):
        add(engine, factory, x=number)
    with engine.begin() as connection:
        assert connection.execute(update(view).where(view.c.x == 2).values(x=20)).rowcount == 1
        assert connection.execute(delete(view).where(view.c.x == 3)).rowcount == 1
    add(engine, factory, id=3, x=4)
    with engine.begin() as connection:
        rows = connection.scalars(select(view.c.x).order_by(view.c.id)).all()
        assert rows == [1, 20, 4]
        kept = [(row.id, row.x, row.superseded_at is None) for row in versions(connection, factory)]
    assert kept == [(1, 1, True), (2, 2, False), (3, 3, False), (2, 20, True), (3, 4, True)]


def test_refused_row_tells_nothing_of_columns_that_are_not_granted(engine, metadata, create, role):
    """As with a table, whose server tells only what the role may read."""
    factory = PGCraftAppendOnly(
        "t",
        "s",
        metadata,
        [
            Column("price", Integer, CheckConstraint("price > 0", name="ck_price")),
            Column("cost", Integer, nullable=False),
        ],
    )
    create(metadata)
    add(engine, factory, price=1, cost=4242)
    with engine.begin() as connection:
        connection.execute(text(f"GRANT USAGE ON SCHEMA s TO {role}"))
        connection.execute(text(f"GRANT SELECT (id, price), UPDATE (price) ON s.t TO {role}"))
        connection.execute(text(f"GRANT INSERT ON s.t TO {role}"))
    for statement, constraint, column in (
        ("UPDATE s.t SET price = -1 WHERE id = 1", "ck_price", ""),
        ("INSERT INTO s.t (price) VALUES (1)", None, "cost"),
    ):
        with engine.connect() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            with pytest.raises(IntegrityError) as error:
                connection.execute(text(statement))
        told = error.value.orig.diag
        assert told.message_detail is None
        assert (told.schema_name, told.table_name) == ("s", "t_attributes")
        assert told.column_name == column
        assert constraint in (None, told.constraint_name)


@pytest.mark.parametrize("deferred", [{"deferrable": True}, {"initially": "DEFERRED"}])
def test_uniqueness_of_nulls_at_commit_is_refused(deferred, metadata):
    """No exclusion takes two nulls for equal, and nothing else can wait for the commit."""
    unique = UniqueConstraint("a", "b", postgresql_nulls_not_distinct=True, **deferred)
    words = r"The unique constraint on a, b of s\.t_attributes is deferrable and says NULLS NOT"
    with pytest.raises(PGCraftValidationError, match=words):
        PGCraftAppendOnly("t", "s", metadata, [Column("a", Text), Column("b", Text), unique])


def test_uniqueness_that_is_only_initially_deferred_waits_for_the_commit(engine, metadata, create):
    """The server takes INITIALLY DEFERRED for deferrable."""
    factory = PGCraftAppendOnly(
        "t", "s", metadata, [Column("a", Text), UniqueConstraint("a", initially="DEFERRED")]
    )
    create(metadata)
    add(engine, factory, a="x")
    view = factory.table
    with engine.begin() as connection:
        connection.execute(insert(view).values(a="x"))
        connection.execute(update(view).where(view.c.id == 2).values(a="y"))
    with pytest.raises(IntegrityError):
        add(engine, factory, a="x")


def test_checks_hold_in_every_version(engine, metadata, create):
    """A check is the server's, on the table that has the columns."""
    factory = PGCraftAppendOnly(
        "t",
        "s",
        metadata,
        [
            Column("price", Integer),
            PGCraftCheck("{price} > 0", "ck_price"),
            CheckConstraint("price < 100", name="ck_max"),
            Column("flag", Boolean(create_constraint=True, name="ck_flag")),
        ],
    )
    create(metadata)
    add(engine, factory, price=1)
    with pytest.raises(IntegrityError, match="ck_price"), engine.begin() as connection:
        connection.execute(update(factory.table).values(price=0))
    with pytest.raises(IntegrityError, match="ck_max"):
        add(engine, factory, price=100)


@pytest.mark.parametrize("plugin", [SerialPKPlugin("Key no"), IdentityPKPlugin("nr")])
def test_integer_keys_follow_the_plugin(plugin, engine, metadata, create):
    """Type and name of the key are the plugin's, in both tables and in the view."""
    factory = PGCraftAppendOnly("t", "s", metadata, [Column("x", Text)], extra_plugins=[plugin])
    create(metadata)
    row = add(engine, factory, x="1")
    assert row[0] == 1
    name = plugin.column_name
    expected = str(plugin.column().type)
    inspector = inspect(engine)
    for table in ("t_root", "t_attributes", "t"):
        found = {one["name"]: str(one["type"]) for one in inspector.get_columns(table, "s")}
        assert found[name] == expected


def test_uuid_key_is_made_by_the_server(engine, metadata, create):
    """And references to it have its type."""
    factory = PGCraftAppendOnly(
        "t", "s", metadata, [Column("x", Text)], extra_plugins=[UUIDV4PKPlugin("key")]
    )
    create(metadata)
    row = add(engine, factory, x="1")
    assert isinstance(row.key, uuid.UUID)
    given = uuid.uuid4()
    assert add(engine, factory, key=given, x="2").key == given
    with engine.begin() as connection:
        connection.execute(update(factory.table).values(x="3"))
        assert {one.key for one in versions(connection, factory)} == {row.key, given}


def test_references_by_others_find_the_root(engine, metadata, create):
    """The cookbook's reference; a deleted entity is still there to be referenced."""
    orders = PGCraftSimple(
        "orders",
        "crm",
        metadata,
        [
            Column("customer_id", Integer),
            PGCraftFK(references={"{customer_id}": "customers.id"}, name="fk", ondelete="CASCADE"),
        ],
    ).table
    customers = PGCraftAppendOnly("customers", "crm", metadata, [Column("name", Text)])
    create(metadata)
    with pytest.raises(IntegrityError, match="fk"), engine.begin() as connection:
        connection.execute(insert(orders).values(customer_id=1))
    add(engine, customers, name="Ann")
    with engine.begin() as connection:
        connection.execute(insert(orders).values(customer_id=1))
        connection.execute(update(customers.table).values(name="Bob"))
        joined = select(customers.table.c.name).join(
            orders, orders.c.customer_id == customers.table.c.id
        )
        assert connection.scalar(joined) == "Bob"
        connection.execute(delete(customers.table))
        assert connection.scalar(select(orders.c.customer_id)) == 1


def test_references_of_its_own_hold_in_every_version(engine, metadata, create):
    """To a Simple dimension and to itself; what an old version references stays."""
    factory = PGCraftAppendOnly(
        "pages",
        "s",
        metadata,
        [
            Column("parent_id", Integer),
            Column("author_id", Integer),
            PGCraftFK(references={"{parent_id}": "pages.id"}, name="fk_parent"),
            PGCraftFK(references={"{author_id}": "authors.id"}, name="fk_author"),
        ],
    )
    authors = PGCraftSimple("authors", "s", metadata, []).table
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(authors), [{"id": 1}, {"id": 2}])
    add(engine, factory, author_id=1)
    add(engine, factory, author_id=1, parent_id=1)
    with pytest.raises(IntegrityError, match="fk_parent"):
        add(engine, factory, parent_id=9)
    with engine.begin() as connection:
        connection.execute(update(factory.table).values(author_id=2))
    with pytest.raises(IntegrityError, match="fk_author"), engine.begin() as connection:
        connection.execute(delete(authors).where(authors.c.id == 1))


def test_generated_columns_are_the_servers(engine, metadata, create):
    """Computed and identity columns are read, kept up to date and not written."""
    factory = PGCraftAppendOnly(
        "t",
        "s",
        metadata,
        [
            Column("price", Integer, nullable=False),
            Column("double", Integer, Computed("price * 2", persisted=True)),
            Column("number", Integer, Identity(start=10)),
            Column("fixed", Integer, Identity(always=True, start=20)),
        ],
    )
    create(metadata)
    view = factory.table
    assert view.c.double.computed is not None
    assert add(engine, factory, price=4)[3:] == (4, 8, 10, 20)
    assert add(engine, factory, price=4, number=7)[3:] == (4, 8, 7, 21)
    with engine.begin() as connection:
        statement = update(view).values(price=5).where(view.c.number == 10).returning(view)
        assert connection.execute(statement).one()[3:] == (5, 10, 10, 20)
    for statement, words in (
        (insert(view).values(price=1, double=2), "The column double of s.t is kept by the server"),
        (insert(view).values(price=1, fixed=2), "The column fixed of s.t is kept by the server"),
        (update(view).values(double=3), "The column double of s.t is kept by the server"),
        (update(view).values(fixed=3), "The column fixed of s.t is kept by the server"),
    ):
        with pytest.raises(DBAPIError, match=words), engine.begin() as connection:
            connection.execute(statement)


def test_defaults_of_every_sort_are_taken(engine, metadata, create):
    """Literals, expressions, sequences, the caller's name, and defaults that Python makes."""
    numbers = Sequence("numbers", schema="s", metadata=metadata, start=5)
    factory = PGCraftAppendOnly(
        "t",
        "s",
        metadata,
        [
            Column("percent", Text, server_default="50% 'of' :x \\ it"),
            Column("tags", ARRAY(Text), server_default=text("'{a:b,c%d}'")),
            Column("data", JSONB, server_default=text("""'{"a": "x:y"}'::jsonb""")),
            Column("number", Integer, server_default=numbers.next_value()),
            Column("by", Text, server_default=func.current_user()),
            Column("mood", Enum("ok", "bad", name="mood", schema="s"), server_default="ok"),
            Column("plain", JSON, server_default=text("'[1]'")),
            Column("python", Text, default="p", onupdate="q"),
            Column("drawn", Integer, Sequence("drawn", schema="s", start=30)),
        ],
    )
    create(metadata)
    row = add(engine, factory)
    expected = ("50% 'of' :x \\ it", ["a:b", "c%d"], {"a": "x:y"}, 5, "ok", [1], "p")
    assert row.drawn == 30
    assert (
        row.percent, row.tags, row.data, row.number, row.mood, row.plain, row.python
    ) == expected  # fmt: skip
    with engine.begin() as connection:
        assert row.by == connection.scalar(select(func.current_user()))
        connection.execute(update(factory.table).values(mood="bad"))
        new = connection.execute(select(factory.table)).one()
        assert (new.mood, new.python, new.number) == ("bad", "q", 5)


def test_role_with_rights_on_the_view_alone_can_write(engine, customers, role):
    """Who may write the view cannot touch the history, and is the one its defaults see."""
    view, attributes = customers.table, customers.ctx["attributes"]
    with engine.begin() as connection:
        connection.execute(text(f"GRANT USAGE ON SCHEMA crm TO {role}"))
        connection.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON crm.customers TO {role}"))
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(insert(view).values(name="Ann"))
        connection.execute(update(view).values(name="Bob"))
        assert connection.scalar(select(view.c.name)) == "Bob"
        connection.execute(delete(view))
        for statement in (
            select(attributes),
            update(attributes).values(name="x"),
            delete(customers.ctx["root"]),
        ):
            refused = pytest.raises(ProgrammingError, match="permission denied")
            with refused, connection.begin_nested():
                connection.execute(statement)


def test_functions_cannot_be_used_by_others(engine, customers, role):
    """They have their owner's rights, so nobody else may put them on a table of his own."""
    with engine.begin() as connection:
        connection.execute(text(f"GRANT USAGE, CREATE ON SCHEMA crm TO {role}"))
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL ROLE {role}"))
        connection.execute(text("CREATE TABLE crm.trap (id integer)"))
        with pytest.raises(ProgrammingError, match="permission denied for function"):
            connection.execute(
                text(
                    "CREATE TRIGGER trap BEFORE INSERT ON crm.trap FOR EACH ROW"
                    " EXECUTE FUNCTION crm.crm_customers_insert()"
                )
            )


def test_concurrent_increments_lose_nothing(engine, customers):
    """Each increment is either written once or refused as a whole and tried again."""
    add(engine, customers, name="Ann")
    view = customers.table
    together = threading.Barrier(4)
    failures = []

    def increment():
        together.wait()
        done = 0
        while done < 10:
            try:
                with engine.begin() as connection:
                    connection.execute(update(view).values(visits=view.c.visits + 1))
                done += 1
            except OperationalError as error:
                if error.orig.sqlstate != "40001":
                    failures.append(error)
                    return

    threads = [threading.Thread(target=increment) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with engine.begin() as connection:
        assert connection.scalar(select(view.c.visits)) == 40
        rows = versions(connection, customers)
    assert [row.visits for row in rows] == list(range(41))
    assert [row.superseded_at for row in rows] == [*(row.updated_at for row in rows[1:]), None]


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_change_of_a_row_changed_meanwhile_is_refused(engine, customers, level, operation):
    """A statement that waited for another's change does not write over it."""
    add(engine, customers, name="Ann")
    view = customers.table
    late = {"update": update(view).values(visits=view.c.visits + 1), "delete": delete(view)}
    outcome = after_change(
        engine, update(view).values(visits=view.c.visits + 1), late[operation], level
    )
    assert isinstance(outcome, OperationalError)
    assert outcome.orig.sqlstate == "40001"
    if level == "READ COMMITTED":
        assert "The row of crm.customers was changed by another transaction" in str(outcome)
    with engine.begin() as connection:
        assert connection.scalars(select(view.c.visits)).all() == [1]
        assert len(versions(connection, customers)) == 2


@pytest.mark.parametrize("operation", ["update", "delete"])
def test_change_of_a_row_deleted_meanwhile_finds_nothing(engine, customers, operation):
    """As in a table: there is no row any more."""
    add(engine, customers, name="Ann")
    view = customers.table
    late = {"update": update(view).values(name="Bob"), "delete": delete(view)}[operation]
    assert after_change(engine, delete(view), late, "READ COMMITTED") == 0
    with engine.begin() as connection:
        assert len(versions(connection, customers)) == 1


def test_on_conflict_does_not_reach_through_the_view(engine, customers):
    """PostgreSQL knows no conflict of a view with triggers: the duplicate is an error."""
    add(engine, customers, id=1, name="Ann")
    for clause in ("ON CONFLICT DO NOTHING", "ON CONFLICT (id) DO NOTHING"):
        statement = text(f"INSERT INTO crm.customers (id, name) VALUES (1, 'Bob') {clause}")
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(statement)
    with engine.begin() as connection:
        assert len(versions(connection, customers)) == 1


def test_row_locked_by_its_reader_is_changed_without_conflict(engine, customers):
    """SELECT … FOR UPDATE makes others wait, so that no statement of the reader's is refused."""
    add(engine, customers, name="Ann")
    view = customers.table
    with engine.begin() as connection:
        connection.execute(select(view).with_for_update())
        with engine.connect() as other:
            other.execute(text("SET LOCAL lock_timeout = '1ms'"))
            with pytest.raises(OperationalError, match="lock timeout"):
                other.execute(update(view).values(name="Eve"))
        connection.execute(update(view).values(name="Bob"))
    # One that had to wait finds the row that it had seen superseded, and the new one not yet.
    changed = update(view).values(name="Cid")
    assert after_change(engine, changed, select(view).with_for_update(), "READ COMMITTED") == 0


def test_creating_again_changes_nothing(engine, metadata, customers):
    """create_all leaves alone what is there, rows included."""
    row = add(engine, customers, name="Ann")
    metadata.create_all(engine)
    with engine.begin() as connection:
        assert connection.execute(select(customers.table)).one() == row


def test_concurrent_inserts_of_one_unique_value_leave_one(engine, metadata, create):
    """The second waits for the first, and is refused by the server."""
    factory = PGCraftAppendOnly("t", "s", metadata, [Column("sku", Text, unique=True)])
    create(metadata)
    statement = insert(factory.table).values(sku="A")
    outcome = after_change(engine, statement, statement, "READ COMMITTED")
    assert isinstance(outcome, IntegrityError)
    with engine.begin() as connection:
        assert len(versions(connection, factory)) == 1


def after_change(engine, first, second, level):
    """Run a statement that waits for the row another transaction has changed, then let it go on.

    Returns the number of rows that the second found, or its error.
    """
    outcome = []
    ready = threading.Event()
    backend = []

    def run():
        try:
            with engine.connect().execution_options(isolation_level=level) as connection:
                backend.append(connection.scalar(text("SELECT pg_backend_pid()")))
                ready.set()
                outcome.append(connection.execute(second).rowcount)
                connection.commit()
        except DBAPIError as error:
            outcome.append(error)
        finally:
            ready.set()

    with engine.begin() as connection, engine.connect() as watching:
        connection.execute(first)
        thread = threading.Thread(target=run)
        thread.start()
        ready.wait()
        waiting = text("SELECT count(*) FROM pg_locks WHERE pid = :pid AND NOT granted")
        while not watching.scalar(waiting, {"pid": backend[0]}) and thread.is_alive():
            watching.rollback()
    thread.join()
    return outcome[0]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_need_quoting_work_everywhere(name, engine, metadata, create):
    """Schema, dimension, key, columns, constraints: all of them, up to 63 bytes."""
    factory = PGCraftAppendOnly(
        name,
        f"s{name}"[-31:],
        metadata,
        [
            Column(f"{name[:30]}2", Text, server_default="it's 5%", comment="50% 'x'"),
            Column("new", Integer, unique=True),
            Column("old", Integer),
            Column("found", Integer),
            Column("A b", Integer, key="ab"),
            Column("sum%", Integer, Computed("new + 1", persisted=True)),
            PGCraftIndex(None, "abs({ab})"),
            PGCraftCheck("{A b} > 0", "ck_ab"),
        ],
        extra_plugins=[SerialPKPlugin(name)],
        table_args={"comment": "50% 'y'"},
    )
    create(metadata)
    view = factory.table
    row = add(engine, factory, new=1, old=2, found=3, ab=4)
    assert row._mapping[view.c["sum%"]] == 2
    assert row[3] == "it's 5%"
    with engine.begin() as connection:
        connection.execute(update(view).values(ab=5, found=4).where(view.c[name] == 1))
        changed = connection.execute(select(view.c.ab, view.c.found)).one()
        assert changed == (5, 4)
        with pytest.raises(IntegrityError, match="ck_ab"), connection.begin_nested():
            connection.execute(update(view).values(ab=-1))
        connection.execute(delete(view))
        assert len(versions(connection, factory)) == 2
    inspector = inspect(engine)
    assert inspector.get_table_comment(name, view.schema) == {"text": "50% 'y'"}
    comments = [one["comment"] for one in inspector.get_columns(name, view.schema)]
    assert comments[3] == "50% 'x'"
    metadata.drop_all(engine)
    assert inspect(engine).get_table_names(view.schema) == []
    assert inspect(engine).get_view_names(view.schema) == []
    functions = "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
    with engine.connect() as connection:
        condition = text(f"{functions} WHERE nspname = :schema")
        assert connection.scalar(condition, {"schema": view.schema}) == 0


def test_words_of_plpgsql_are_names_like_others(engine, metadata, create):
    """What only PL/pgSQL reserves is no reason for a syntax error."""
    words = ["begin", "by", "declare", "execute", "foreach", "if", "loop", "strict", "while", "end"]
    columns = [Column(word, Integer) for word in words]
    factory = PGCraftAppendOnly(
        "t", "s", metadata, columns, extra_plugins=[SerialPKPlugin("foreach_of")]
    )
    create(metadata)
    add(engine, factory, **dict.fromkeys(words, 1))
    with engine.begin() as connection:
        connection.execute(update(factory.table).values(dict.fromkeys(words, 2)))
        assert set(connection.execute(select(factory.table)).one()[3:]) == {2}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    schema=identifiers.filter(lambda name: not name.startswith("pg_")),
    dimension=identifiers,
    names=st.lists(
        identifiers.filter(lambda name: name not in OURS), min_size=2, max_size=5, unique=True
    ),
)
def test_any_names_go_through_factory_and_server(schema, dimension, names, engine):
    """What is inserted, updated and deleted under any names is there in the history."""
    metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
    key, *columns = names
    factory = PGCraftAppendOnly(
        dimension,
        schema,
        metadata,
        [Column(name, Integer, unique=True, server_default="7") for name in columns],
        extra_plugins=[SerialPKPlugin(key), ProtectionPlugin()],
    )
    view, attributes = factory.table, factory.ctx["attributes"]
    with engine.connect() as connection:
        connection.execute(CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)
        connection.execute(insert(view))
        connection.execute(update(view).values({view.c[columns[-1]]: 8}))
        current = connection.execute(select(view)).one()
        assert current[3:] == (*(7 for _ in columns[1:]), 8)
        connection.execute(delete(view).where(view.c[key] == 1))
        history = select(attributes.c[key], attributes.c[columns[-1]]).order_by("version_id")
        assert [tuple(row) for row in connection.execute(history)] == [(1, 7), (1, 8)]
        connection.rollback()


def test_long_names_of_objects_stay_apart(engine, metadata, create):
    """Two dimensions whose names agree in their beginnings do not share a function or table."""
    factories = [
        PGCraftAppendOnly("x" * 60 + end, "public", metadata, [Column("a", Text, unique=True)])
        for end in ("a", "b")
    ]
    create(metadata)
    for factory in factories:
        add(engine, factory, a="1")
    with engine.begin() as connection:
        connection.execute(update(factories[0].table).values(a="2"))
        counts = [len(versions(connection, factory)) for factory in factories]
    assert counts == [2, 1]


def test_alembic_sees_two_tables_and_no_difference(metadata, create, differences):
    """The view is no table of the MetaData."""
    PGCraftAppendOnly(
        "t",
        "public",
        metadata,
        [
            Column("a", Integer, unique=True),
            Column("b", Numeric(10, 2), server_default="0"),
            UniqueConstraint("a", "b"),
        ],
    )
    assert sorted(metadata.tables) == ["public.t_attributes", "public.t_root"]
    create(metadata)
    assert differences(metadata) == []


def test_orm_class_is_mapped_to_the_view(engine, metadata, create):
    """Objects are added, changed, refreshed and deleted as with a table."""
    factory = PGCraftAppendOnly(
        "people",
        "s",
        metadata,
        [
            Column("name", Text, nullable=False),
            Column("visits", Integer, server_default="0"),
            Column("more", Integer, Computed("visits + 1", persisted=True)),
        ],
    )
    create(metadata)

    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __table__ = factory.table

    with Session(engine) as session:
        people = [Person(name="Ann"), Person(name="Bob")]
        session.add_all(people)
        session.flush()
        assert [(one.id, one.visits, one.more) for one in people] == [(1, 0, 1), (2, 0, 1)]
        before = people[0].updated_at
        people[0].visits = 3
        session.commit()
        assert (people[0].visits, people[0].more) == (3, 4)
        assert people[0].updated_at > before
        session.delete(people[1])
        session.commit()
        assert session.scalars(select(Person.name)).all() == ["Ann"]
    with engine.begin() as connection:
        assert [row.name for row in versions(connection, factory)] == ["Ann", "Bob", "Ann"]


@pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "superseded_at", "version_id"])
def test_column_named_like_ours_is_refused(name, metadata):
    """By name and by key, with words that say which."""
    for column in (Column(name, Integer), Column("other", Integer, key=name)):
        if column.name == "other" and name == "id":
            continue
        with pytest.raises(PGCraftValidationError, match=f"'{name}'"):
            PGCraftAppendOnly("t", "s", metadata, [column])
    assert not metadata.tables


def test_reserved_name_of_a_key_is_refused(metadata):
    """The key's name comes from its plugin."""
    with pytest.raises(PGCraftValidationError, match="has a column 'created_at'"):
        PGCraftAppendOnly("t", "s", metadata, [], extra_plugins=[SerialPKPlugin("created_at")])


def test_primary_key_of_the_user_is_refused(metadata):
    """As in every factory."""
    with pytest.raises(PGCraftValidationError, match="the primary key column 'x'"):
        PGCraftAppendOnly("t", "s", metadata, [Column("x", Integer, primary_key=True)])


def test_name_that_is_taken_is_refused(metadata):
    """Whichever of two comes second, of whatever kinds they are."""
    PGCraftSimple("a", "s", metadata, [])
    with pytest.raises(PGCraftValidationError, match=r"The table s\.a is already defined at"):
        PGCraftAppendOnly("a", "s", metadata, [])
    PGCraftAppendOnly("b", "s", metadata, [])
    with pytest.raises(PGCraftValidationError, match=r"needs the table s\.b_root, which is alre"):
        PGCraftAppendOnly("b", "s", metadata, [])
    with pytest.raises(PGCraftValidationError, match=r"The dimension s\.b is already defined"):
        PGCraftSimple("b", "s", metadata, [])
    Table("c_attributes", metadata, Column("x", Integer), schema="s")
    with pytest.raises(PGCraftValidationError, match=r"needs the table s\.c_attributes"):
        PGCraftAppendOnly("c", "s", metadata, [])
    assert sorted(metadata.tables) == ["s.a", "s.b_attributes", "s.b_root", "s.c_attributes"]


def test_names_are_templates_of_the_convention(engine, metadata, create):
    """A project may name the tables and functions its own way."""
    metadata.naming_convention = {
        **metadata.naming_convention,
        "append_only_root": "%(table_name)s__entities",
        "append_only_attributes": "%(table_name)s__versions",
        "append_only_function": "%(op)s_%(table_name)s",
    }
    factory = PGCraftAppendOnly("t", "s", metadata, [Column("x", Text)])
    create(metadata)
    assert add(engine, factory, x="1").x == "1"
    assert sorted(inspect(engine).get_table_names("s")) == ["t__entities", "t__versions"]
