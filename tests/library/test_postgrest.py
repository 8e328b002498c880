"""API views on a real server, used as PostgREST uses them: as the role anon."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Computed,
    Identity,
    Integer,
    Numeric,
    String,
    Text,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import UserDefinedType

from pgcraft import PGCraftFK
from pgcraft.config import PGCraftConfig
from pgcraft.declarative import register
from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTPlugin, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import Policy, RowSecurity, declare
from pgcraft.plugins.pk import UUIDV4PKPlugin
from pgcraft.views import PGCraftView


class SQLType(UserDefinedType):
    """A type by its name in SQL."""

    cache_ok = True

    def __init__(self, name):
        self.name = name

    def get_col_spec(self, **options):
        return self.name


ALL = ["select", "insert", "update", "delete"]


@pytest.fixture
def deploy(create):
    """Create a MetaData's objects with the extension in use."""

    def deploy_all(metadata):
        PGCraftConfig().use(PostgRESTExtension()).configure_metadata(metadata)
        create(metadata)

    return deploy_all


@pytest.fixture
def anon(engine):
    """A transaction as PostgREST makes it: the role, and the token's claims."""

    @contextlib.contextmanager
    def request(**claims):
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL ROLE anon"))
            setting = text("SELECT set_config('request.jwt.claims', :claims, true)")
            connection.execute(setting, {"claims": json.dumps(claims)})
            yield connection

    return request


def products(metadata, *items, factory=PGCraftSimple, **options):
    """A dimension with a default and a required column."""
    return factory(
        "products",
        "inventory",
        metadata,
        [
            Column("name", String(40), nullable=False),
            Column("price", Numeric(10, 2), server_default="1.50"),
            Column("cost", Numeric(10, 2)),
            *items,
        ],
        **options,
    )


def code(error):
    """The SQLSTATE of what the server refused."""
    return error.value.orig.sqlstate


@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
def test_all_grants_write_through_the_view(factory, metadata, deploy, anon):
    """Insert gives back key and defaults; update and delete reach the dimension."""
    api = PostgRESTView(products(metadata, factory=factory), grants=ALL).table
    deploy(metadata)
    with anon() as connection:
        row = connection.execute(insert(api).values(name="nut").returning(api)).one()
        assert (row.id, row.name, float(row.price), row.cost) == (1, "nut", 1.5, None)
        changed = (
            update(api).where(api.c.id == 1).values(price=2).returning(api.c.price, api.c.name)
        )
        assert connection.execute(changed).one() == (2, "nut")
        assert connection.execute(api.delete().returning(api.c.name)).all() == [("nut",)]
        assert connection.scalar(select(func.count()).select_from(api)) == 0


@pytest.mark.parametrize(
    "grants", [["select"], ["select", "insert"], ["select", "update"], ["select", "delete"]]
)
def test_only_what_is_granted_is_allowed(grants, metadata, deploy, anon, engine):
    """Each other statement is refused by the server, and has no trigger."""
    source = products(metadata).table
    api = PostgRESTView(source, grants=grants).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
    statements = {
        "select": select(api.c.name),
        "insert": insert(api).values(name="b"),
        "update": update(api).values(name="c"),
        "delete": api.delete(),
    }
    for kind, statement in statements.items():
        if kind in grants:
            with anon() as connection:
                connection.execute(statement)
        else:
            with (
                pytest.raises(ProgrammingError, match="permission denied") as error,
                anon() as connection,
            ):
                connection.execute(statement)
            assert code(error) == "42501"
    with engine.connect() as connection:
        found = connection.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))
        assert sorted(found) == [f"api_products_{one}" for one in sorted(grants) if one != "select"]


def test_base_table_is_out_of_reach(metadata, deploy, anon):
    """The role reads and writes the views alone, and cannot call their functions."""
    source = products(metadata).table
    PostgRESTView(source, grants=ALL)
    deploy(metadata)
    for statement in (
        select(source),
        insert(source).values(name="a"),
        text("SELECT api.api_products_insert()"),
    ):
        with pytest.raises(DBAPIError, match="permission denied"), anon() as connection:
            connection.execute(statement)


def test_grants_alone_do_nothing_without_the_extension(metadata, create, engine):
    """The view is there for its owner; no role is made and nothing is granted."""
    api = PostgRESTView(products(metadata), grants=ALL).table
    create(metadata)
    with engine.begin() as connection:
        assert connection.scalar(insert(api).values(name="a").returning(api.c.id)) == 1
        acl = connection.scalars(
            text("SELECT relacl FROM pg_class WHERE oid = 'api.products'::regclass")
        )
        assert acl.all() == [None]
        acl = connection.scalars(text("SELECT nspacl FROM pg_namespace WHERE nspname = 'api'"))
        assert acl.all() == [None]


def test_roles_are_those_of_postgrest(metadata, deploy, engine):
    """The role anon cannot log in; authenticator can become it, and has nothing and no password."""
    deploy(metadata)
    query = text(
        "SELECT rolname, rolcanlogin, rolinherit, rolpassword IS NULL FROM pg_authid"
        " WHERE rolname IN ('anon', 'authenticator') ORDER BY 1"
    )
    with engine.connect() as connection:
        assert connection.execute(query).all() == [
            ("anon", False, True, True),
            ("authenticator", True, False, True),
        ]
        assert connection.scalar(text("SELECT pg_has_role('authenticator', 'anon', 'MEMBER')"))
        assert connection.scalar(text("SELECT has_schema_privilege('anon', 'api', 'USAGE')"))


def test_computed_columns_are_read_only(metadata, deploy, anon):
    """They come back with RETURNING; a value for them is refused with a sentence."""
    source = products(metadata, Column("gross", Numeric, Computed("price * 1.2", persisted=True)))
    api = PostgRESTView(
        source, grants=ALL, query=lambda q, t: q.add_columns((t.c.price * 2).label("double"))
    ).table
    deploy(metadata)
    with anon() as connection:
        made = insert(api).values(name="a", price=3).returning(api.c.double, api.c.gross)
        assert [float(one) for one in connection.execute(made).one()] == [6, 3.6]
        same = update(api).values(price=4, double=6).returning(api.c.double)
        assert connection.scalar(same) == 8
    for column in ("double", "gross"):
        for statement in (
            insert(api).values(name="b", **{column: 1}),
            update(api).values(**{column: 1}),
        ):
            with (
                pytest.raises(
                    DBAPIError, match=f"column {column} of api.products can only be read"
                ) as error,
                anon() as connection,
            ):
                connection.execute(statement)
            assert code(error) == "428C9"


@pytest.mark.parametrize("outer", [True, False])
def test_joined_aggregates_are_read_only(outer, metadata, deploy, anon, engine):
    """The dimension's own columns are written, with or without joined rows."""
    source = products(metadata).table
    orders = PGCraftSimple(
        "orders",
        "inventory",
        metadata,
        [Column("product_id", Integer), PGCraftFK(references={"{product_id}": "products.id"})],
    ).table
    api = PostgRESTView(
        source,
        grants=ALL,
        query=lambda q, t: (
            select(t, func.count(orders.c.id).label("n"))
            .join(orders, orders.c.product_id == t.c.id, isouter=outer)
            .group_by(t.c.id)
        ),
    ).table
    deploy(metadata)
    with anon() as connection:
        made = connection.execute(insert(api).values(name="a").returning(api)).one()
        assert (made.id, made.name, float(made.price), made.n) == (
            1,
            "a",
            1.5,
            0 if outer else None,
        )
    with engine.begin() as connection:
        connection.execute(insert(orders), [{"product_id": 1}] * 3)
    with anon() as connection:
        changed = update(api).values(name="b").returning(api.c.name, api.c.n)
        assert connection.execute(changed).one() == ("b", 3)
    with (
        pytest.raises(DBAPIError, match=r"column n of api\.products can only be read"),
        anon() as connection,
    ):
        connection.execute(update(api).values(n=1))


def test_filtered_view_keeps_to_its_rows(metadata, deploy, anon, engine):
    """Hidden rows are neither updated nor deleted, and none is made or moved out of the view."""
    source = products(
        metadata, Column("active", Boolean, server_default="true", nullable=False)
    ).table
    api = PostgRESTView(source, grants=ALL, query=lambda q, t: q.where(t.c.active)).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(
            insert(source), [{"name": "hidden", "active": False}, {"name": "shown", "active": True}]
        )
    for statement in (insert(api).values(name="x", active=False), update(api).values(active=False)):
        with (
            pytest.raises(DBAPIError, match=r"would not be in api\.products") as error,
            anon() as connection,
        ):
            connection.execute(statement)
        assert code(error) == "44000"
    with anon() as connection:
        assert connection.execute(update(api).values(price=9)).rowcount == 1
        connection.execute(insert(api).values(name="new"))
        assert connection.execute(api.delete()).rowcount == 2
    with engine.connect() as connection:
        assert [(row.name, float(row.price)) for row in connection.execute(select(source))] == [
            ("hidden", 1.5)
        ]


def test_condition_holds_where_joined_rows_may_lack(metadata, deploy, anon):
    """An inner join may hide a new row; the view's own condition must not."""
    source = products(metadata).table
    tags = PGCraftSimple("tags", "inventory", metadata, [Column("product_id", Integer)]).table
    api = PostgRESTView(
        source,
        grants=["select", "insert"],
        query=lambda q, t: (
            q.add_columns(func.count().label("n"))
            .join(tags, tags.c.product_id == t.c.id)
            .where(t.c.price > 1)
            .group_by(t.c.id)
        ),
    ).table
    deploy(metadata)
    with anon() as connection:
        assert connection.scalar(insert(api).values(name="a", price=2).returning(api.c.id)) == 1
    with pytest.raises(DBAPIError, match=r"would not be in api\.products"), anon() as connection:
        connection.execute(insert(api).values(name="a", price="0.5"))


def test_hidden_columns_stay_hidden_and_keep_their_values(metadata, deploy, anon, engine):
    """Even where the query asks for all; updates leave them as they are."""
    source = products(metadata).table
    api = PostgRESTView(
        source,
        grants=ALL,
        exclude_columns=["cost"],
        query=lambda q, t: select(t).where(t.c.price > 0),
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a", cost=7))
    with anon() as connection:
        assert connection.execute(select(text("*")).select_from(api)).keys()._keys == [
            "id",
            "name",
            "price",
        ]
        connection.execute(update(api).values(name="b"))
    with engine.connect() as connection:
        assert connection.execute(select(source.c.name, source.c.cost)).one() == ("b", 7)


def test_insert_works_where_the_key_is_hidden(metadata, deploy, anon):
    """RETURNING gives the row all the same."""
    api = PostgRESTView(
        products(metadata),
        grants=["select", "insert"],
        columns=["name", "price"],
        query=lambda q, t: q.add_columns((t.c.price * 2).label("double")),
    ).table
    deploy(metadata)
    with anon() as connection:
        assert connection.execute(insert(api).values(name="a").returning(api)).one() == (
            "a",
            1.5,
            3,
        )


def test_labels_rename_and_stay_writable(metadata, deploy, anon, engine):
    """A plain column under a label is written by it."""
    source = products(metadata).table
    api = PostgRESTView(
        source, grants=ALL, query=lambda q, t: select(t.c.id.label("key"), t.c.name.label("title"))
    ).table
    deploy(metadata)
    with anon() as connection:
        assert connection.execute(insert(api).values(title="a").returning(api)).one() == (1, "a")
        connection.execute(update(api).where(api.c.key == 1).values(title="b"))
    with engine.connect() as connection:
        assert connection.scalar(select(source.c.name)) == "b"


def test_view_over_view_is_written_through_both(metadata, deploy, anon, engine):
    """A PostgRESTView may be the source of another in another schema."""
    source = products(metadata, factory=PGCraftAppendOnly)
    first = PostgRESTView(source, grants=ALL)
    second = PostgRESTView(
        first, schema="public_api", grants=ALL, query=lambda q, t: q.where(t.c.price > 1)
    ).table
    deploy(metadata)
    with anon() as connection:
        assert (
            connection.scalar(insert(second).values(name="a", price=5).returning(second.c.id)) == 1
        )
        connection.execute(update(second).values(price=6))
    with engine.connect() as connection:
        assert connection.scalar(select(source.table.c.price)) == 6


def test_plain_view_can_be_read(metadata, deploy, anon, engine):
    """A PGCraftView as a source."""
    source = products(metadata).table
    view = PGCraftView("names", "inventory", metadata, select(source.c.name))
    api = PostgRESTView(view).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
    with anon() as connection:
        assert connection.scalars(select(api.c.name)).all() == ["a"]


def test_names_that_need_quotes(metadata, deploy, anon):
    """Quotes, percent, colon, dollar, upper case, unicode and reserved words."""
    names = ["Order", 'a"b', "it's", "100%", "a:b", "$1", "größe " + "ü" * 20, "select", "new"]
    source = PGCraftSimple(
        "My Table's" + '"ü', "my-inv", metadata, [Column(name, Integer) for name in names]
    )
    api = PostgRESTView(
        source,
        schema="My Api",
        grants=ALL,
        query=lambda q, t: q.add_columns((t.c.Order + 1).label("o'1\"%:x")),
    ).table
    deploy(metadata)
    with anon() as connection:
        row = connection.execute(insert(api).values(dict.fromkeys(names, 4)).returning(api)).one()
        assert row == (1, *[4] * len(names), 5)
        row = connection.execute(update(api).values(Order=7).returning(api)).one()
        assert row == (1, 7, *[4] * (len(names) - 1), 8)
        assert connection.execute(api.delete()).rowcount == 1


def test_uuid_key_json_and_identity(metadata, deploy, anon):
    """Types without equality, keys made by the server, columns that only the server writes."""
    source = PGCraftSimple(
        "events",
        "s",
        metadata,
        [Column("what", JSON), Column("number", Integer, Identity(always=True))],
        extra_plugins=[UUIDV4PKPlugin("event")],
    )
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    with anon() as connection:
        row = connection.execute(insert(api).values(what={"a": 1}).returning(api)).one()
        assert (row.event.version, row.what, row.number) == (4, {"a": 1}, 1)
        assert connection.execute(update(api).values(what={"a": 2})).rowcount == 1
        assert connection.execute(api.delete()).rowcount == 1


def test_all_columns_may_be_left_out(metadata, deploy, anon):
    """PostgREST sends only the columns given, which may be none."""
    source = PGCraftSimple("notes", "s", metadata, [Column("note", Text, server_default="-")])
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    with anon() as connection:
        assert connection.execute(
            text("INSERT INTO api.notes DEFAULT VALUES RETURNING *")
        ).one() == (1, "-")
        connection.execute(update(api).values(note=None))
        assert connection.scalar(select(api.c.note)) is None


def test_concurrent_change_is_not_undone(metadata, deploy, anon, engine):
    """Who comes second is told to try again, instead of writing over what he has not seen."""
    source = products(metadata).table
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    errors = []

    def second():
        try:
            with anon() as connection:
                connection.execute(update(api).values(price=api.c.price + 1))
        except OperationalError as error:
            errors.append(error.orig.sqlstate)

    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a", price=1))
    with anon() as connection:
        connection.execute(update(api).values(price=api.c.price + 1))
        thread = threading.Thread(target=second)
        thread.start()
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with engine.connect() as watcher:
            while thread.is_alive() and not watcher.scalar(waiting):
                watcher.rollback()
    thread.join()
    assert errors == ["40001"]
    with engine.connect() as connection:
        assert connection.scalar(select(source.c.price)) == 2


@pytest.mark.parametrize("late", [True, False])
def test_policies_of_the_table_decide_with_the_claims(late, metadata, deploy, anon, engine):
    """With row security the view asks as the caller; policies may be declared after the view."""
    objects = [
        RowSecurity("s", "notes"),
        Policy(
            name="own",
            schema="s",
            table="notes",
            roles=("anon",),
            using="owner = current_setting('request.jwt.claims', true)::json ->> 'sub'",
        ),
    ]
    source = PGCraftSimple(
        "notes",
        "s",
        metadata,
        [Column("owner", Text), Column("note", Text), Column("secret", Text)],
    ).table
    if not late:
        declare(metadata, *objects)
    api = PostgRESTView(source, grants=ALL, exclude_columns=["secret"]).table
    if late:
        declare(metadata, *objects)
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(owner="eve", note="e", secret="x"))
    with anon(sub="ann") as connection:
        assert connection.execute(
            insert(api).values(owner="ann", note="a").returning(api)
        ).one() == (2, "ann", "a")
        assert connection.execute(update(api).values(note="b")).rowcount == 1
    with anon(sub="eve") as connection:
        assert connection.scalars(select(api.c.note)).all() == ["e"]
        assert connection.execute(api.delete().where(api.c.owner == "ann")).rowcount == 0
    with pytest.raises(ProgrammingError, match="row-level security"), anon(sub="eve") as connection:
        connection.execute(insert(api).values(owner="ann"))
    with pytest.raises(ProgrammingError, match="permission denied"), anon(sub="eve") as connection:
        connection.execute(select(source.c.secret))
    with anon() as connection:
        assert connection.scalars(select(api.c.note)).all() == []


def test_policies_hold_for_what_is_joined(metadata, deploy, anon, engine):
    """Aggregates count the rows that the caller may see; the columns not used stay closed."""
    source = products(metadata).table
    orders = PGCraftSimple(
        "orders",
        "inventory",
        metadata,
        [Column("product_id", Integer), Column("who", Text), Column("secret", Text)],
    ).table
    own = Policy(name="own", schema="inventory", table="orders", using="who = current_user")
    declare(metadata, RowSecurity("inventory", "orders"), own)
    api = PostgRESTView(
        source,
        grants=ALL,
        exclude_columns=["cost"],
        query=lambda _, t: (
            select(t, func.count(orders.c.id).label("n"))
            .outerjoin(orders, orders.c.product_id == t.c.id)
            .group_by(t.c.id)
        ),
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a", cost=1))
        rows = [{"product_id": 1, "who": "anon"}, {"product_id": 1, "who": "eve"}]
        connection.execute(insert(orders), rows)
    with anon() as connection:
        assert connection.scalar(select(api.c.n)) == 1
        made = insert(api).values(name="b").returning(api.c.id, api.c.n)
        assert connection.execute(made).one() == (2, 0)
        assert connection.execute(update(api).values(price=3)).rowcount == 2
        assert connection.execute(api.delete().where(api.c.id == 2)).rowcount == 1
    for closed in (source.c.cost, orders.c.secret):
        with pytest.raises(ProgrammingError, match="permission denied"), anon() as connection:
            connection.execute(select(closed))


def test_view_that_would_bypass_policies_is_refused(metadata, deploy):
    """The current view of an append-only dimension acts with its owner's rights."""
    PostgRESTView(products(metadata, factory=PGCraftAppendOnly))
    declare(metadata, RowSecurity("inventory", "products_attributes"))
    words = r"api\.products reads inventory\.products_attributes, which has row security, through"
    with pytest.raises(PGCraftValidationError, match=words):
        deploy(metadata)


def test_policies_are_obeyed_through_a_view_between(metadata, deploy, anon, engine):
    """A view with security_invoker hands the caller's rights on."""
    source = products(metadata).table
    only = Policy(name="dear", schema="inventory", table="products", using="price > 1")
    declare(metadata, RowSecurity("inventory", "products"), only)
    query = select(source.c.name, source.c.price)
    between = PGCraftView("prices", "inventory", metadata, query, security_invoker=True)
    api = PostgRESTView(between).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source), [{"name": "a", "price": 1}, {"name": "b", "price": 2}])
    with anon() as connection:
        assert connection.scalars(select(api.c.name)).all() == ["b"]


@pytest.mark.parametrize("name", ["t" * 63, "ä" * 31, "x" * 40 + "ü" * 10])
def test_serial_key_of_a_long_name_under_row_security(name, metadata, deploy, anon):
    """The sequence has the name that the server cuts."""
    source = PGCraftSimple(name, "s", metadata, [Column("note", Text)])
    declare(metadata, RowSecurity("s", name))
    declare(metadata, Policy(name="all", schema="s", table=name, using="true"))
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    with anon() as connection:
        assert connection.scalar(insert(api).values(note="a").returning(api.c.id)) == 1


def test_types_of_all_sorts(metadata, deploy, anon, engine):
    """Domains with defaults, composites, types without equality or with another one."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA s"))
        connection.execute(text("CREATE DOMAIN s.seven AS int DEFAULT 7"))
        connection.execute(text("CREATE TYPE s.pair AS (a int, b int)"))
    kinds = {"d": "s.seven", "c": "s.pair", "b": "box", "x": "xml", "a": "int[]"}
    columns = [Column(name, SQLType(kind)) for name, kind in kinds.items()]
    PostgRESTView(PGCraftSimple("t", "s", metadata, columns), grants=ALL)
    deploy(metadata)
    with anon() as connection:
        made = "INSERT INTO api.t (c, b, a) VALUES (ROW(1, NULL), '(1,1),(0,0)', '{1}') RETURNING *"
        assert connection.execute(text(made)).one() == (1, 7, "(1,)", "(1,1),(0,0)", None, [1])
        changed = "UPDATE api.t SET c = ROW(2, 3), x = '<a/>' RETURNING c, x"
        assert connection.execute(text(changed)).one() == ("(2,3)", "<a/>")
        assert connection.execute(text("DELETE FROM api.t")).rowcount == 1


def test_rows_may_be_dropped_into_a_box_under_row_security(metadata, deploy, anon, engine):
    """Who may insert only reads nothing, not even what he inserted."""
    source = PGCraftSimple("box", "s", metadata, [Column("note", Text)]).table
    declare(
        metadata,
        RowSecurity("s", "box"),
        Policy(name="drop_in", schema="s", table="box", command="INSERT", check="note <> ''"),
    )
    api = PostgRESTView(source, grants=["insert"]).table
    deploy(metadata)
    with anon() as connection:
        connection.execute(text("INSERT INTO api.box (note) VALUES ('hello')"))
    with pytest.raises(ProgrammingError, match="row-level security"), anon() as connection:
        connection.execute(text("INSERT INTO api.box (note) VALUES ('')"))
    with pytest.raises(ProgrammingError, match="permission denied"), anon() as connection:
        connection.execute(select(api))
    with engine.connect() as connection:
        assert connection.scalars(select(source.c.note)).all() == ["hello"]


def test_mapped_class_with_column_keys_is_exposed(metadata, deploy, anon):
    """Attributes and keys differ from the names that the server knows."""

    class Base(DeclarativeBase):
        pass

    Base.metadata = metadata

    @register(base=Base, schema="s")
    class User:
        __tablename__ = "users"
        full_name = Column("Full name", Text, key="full", nullable=False)
        city = Column(Text, server_default="Ulm")

    api = PostgRESTView(User, grants=ALL, columns=["id", "full", "city"]).table
    deploy(metadata)
    with anon() as connection:
        statement = text("""INSERT INTO api.users ("Full name") VALUES ('A') RETURNING *""")
        assert connection.execute(statement).one() == (1, "A", "Ulm")
        changed = update(api).values(full="B").returning(api.c.full)
        assert connection.scalar(changed) == "B"


def test_register_and_plugin_expose(metadata, deploy, anon):
    """A class, and every dimension of a configuration."""

    @register(metadata=metadata, schema="s", api=["select", "insert"])
    class Users:
        __tablename__ = "users"
        name = Column(Text)

    config = PGCraftConfig().register(PostgRESTPlugin(grants=["select"]))
    PGCraftSimple("books", "s", metadata, [Column("title", Text)], config=config)
    PGCraftAppendOnly("staff", "s", metadata, [Column("title", Text)], config=config)
    deploy(metadata)
    with anon() as connection:
        statement = text("INSERT INTO api.users (name) VALUES ('a') RETURNING id, name")
        assert connection.execute(statement).one() == (1, "a")
        assert connection.execute(text("SELECT title FROM api.books")).all() == []
        assert connection.execute(text("SELECT title FROM api.staff")).all() == []


def test_made_again_and_dropped(metadata, deploy, engine):
    """create_all may run twice; drop_all leaves nothing but the roles and schemas."""
    PostgRESTView(products(metadata), grants=ALL)
    deploy(metadata)
    with engine.begin() as connection:
        metadata.create_all(connection)
        metadata.drop_all(connection)
        query = text(
            "SELECT count(*) FROM pg_class WHERE relnamespace IN (SELECT oid FROM pg_namespace"
            " WHERE nspname IN ('api', 'inventory'))"
        )
        assert connection.scalar(query) == 0
        assert (
            connection.scalar(
                text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'api'::regnamespace")
            )
            == 0
        )
