"""API views on a real server, used as PostgREST uses them: as the role anon."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library.identifiers import identifiers
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    column,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import CreateSchema
from sqlalchemy.types import UserDefinedType

from pgcraft import PGCraftFK, pgcraft_build_naming_conventions
from pgcraft.config import PGCraftConfig
from pgcraft.declarative import register
from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTPlugin, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import Function, Policy, Role, RowSecurity, Trigger, declare
from pgcraft.plugins.pk import SerialPKPlugin, UUIDV4PKPlugin
from pgcraft.plugins.protection import ProtectionPlugin
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin
from pgcraft.views import PGCraftMaterializedView, PGCraftView


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
        role = claims.get("role", "anon")
        with engine.begin() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            setting = text("SELECT set_config('request.jwt.claims', :claims, true)")
            connection.execute(setting, {"claims": json.dumps(claims)})
            yield connection

    return request


TWO = PostgRESTExtension(roles=("anon", "web_user"))


@pytest.fixture
def deploy_two(create):
    """Create a MetaData's objects for an API whose tokens may say the role web_user."""

    def deploy_all(metadata):
        PGCraftConfig().use(TWO).configure_metadata(metadata)
        create(metadata)

    return deploy_all


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


def test_roles_of_tokens_are_those_that_the_authenticator_may_become(metadata, deploy_two, engine):
    """PostgREST connects as authenticator and becomes what the token's claim `role` says."""
    deploy_two(metadata)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL SESSION AUTHORIZATION authenticator"))
        for role in ("web_user", "anon"):
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            assert connection.scalar(text("SELECT current_user")) == role
            usable = text("SELECT has_schema_privilege('api', 'USAGE')")
            assert connection.scalar(usable)
        login = text("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'web_user'")
        assert connection.scalar(login) is False


def test_grants_of_each_role_are_its_own(metadata, deploy_two, anon):
    """Triggers are there for what anyone may do; the privileges decide who may."""
    grants = {"anon": ["select"], "web_user": ["select", "insert", "update"]}
    api = PostgRESTView(products(metadata), grants=grants).table
    deploy_two(metadata)
    with anon(role="web_user") as connection:
        made = insert(api).values(name="nut").returning(api.c.id)
        assert connection.scalar(made) == 1
        assert connection.execute(update(api).values(price=2)).rowcount == 1
    with anon() as connection:
        assert connection.scalars(select(api.c.name)).all() == ["nut"]
    for role, statement in (
        ("anon", insert(api).values(name="bolt")),
        ("anon", update(api).values(price=3)),
        ("web_user", api.delete()),
    ):
        with (
            pytest.raises(ProgrammingError, match="denied") as error,
            anon(role=role) as connection,
        ):
            connection.execute(statement)
        assert code(error) == "42501"


def test_grants_as_a_list_are_those_of_the_role_without_a_token(metadata, deploy_two, anon):
    """Another role has what it is given by name, and nothing by itself."""
    api = PostgRESTView(products(metadata)).table
    deploy_two(metadata)
    with anon() as connection:
        assert connection.execute(select(api)).all() == []
    with (
        pytest.raises(ProgrammingError, match="permission denied for view"),
        anon(role="web_user") as connection,
    ):
        connection.execute(select(api))


def test_schema_is_usable_by_the_roles_that_have_something_there(metadata, deploy_two, engine):
    """A second schema for one role is closed to the other."""
    PostgRESTView(products(metadata), "staff", grants={"web_user": ["select"]})
    deploy_two(metadata)
    usable = text("SELECT has_schema_privilege(:role, 'staff', 'USAGE')")
    with engine.connect() as connection:
        assert connection.scalar(usable, {"role": "web_user"}) is True
        assert connection.scalar(usable, {"role": "anon"}) is False


def test_row_security_grants_each_role_the_columns_it_needs(metadata, deploy_two, anon, engine):
    """Who may only read the view may only read the table behind it."""
    source = products(metadata, Column("who", Text, server_default=text("CURRENT_USER"))).table
    declare(
        metadata,
        RowSecurity("inventory", "products"),
        Policy(name="all", schema="inventory", table="products", roles=("anon",), using="true"),
        Policy(
            name="own",
            schema="inventory",
            table="products",
            roles=("web_user",),
            using="who = current_setting('request.jwt.claims', true)::json ->> 'sub'",
        ),
    )
    grants = {"anon": ["select"], "web_user": ["select", "insert", "update"]}
    api = PostgRESTView(source, grants=grants, exclude_columns=["cost"]).table
    deploy_two(metadata)
    with anon(role="web_user", sub="ann") as connection:
        made = insert(api).values(name="nut", who="ann").returning(api.c.id)
        assert connection.scalar(made) == 1
    with anon(role="web_user", sub="eve") as connection:
        assert connection.execute(select(api)).all() == []
        assert connection.execute(update(api).values(price=9)).rowcount == 0
    with anon() as connection:
        assert connection.scalars(select(source.c.name)).all() == ["nut"]
    for role, statement in (
        ("anon", insert(source).values(name="bolt")),
        ("anon", update(source).values(price=3)),
        ("web_user", select(source.c.cost)),
        ("web_user", source.delete()),
    ):
        with pytest.raises(ProgrammingError, match="denied"), anon(role=role) as connection:
            connection.execute(statement)


def test_role_that_the_models_declare_stays_as_they_say(metadata, deploy_two, engine):
    """A role of tokens may have memberships of its own."""
    declare(metadata, Role("web_staff"), Role("web_user", member_of=("web_staff",)))
    deploy_two(metadata)
    with engine.connect() as connection:
        member = "SELECT pg_has_role('web_user', 'web_staff', 'MEMBER')"
        assert connection.scalar(text(member)) is True


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
    for name in ("double", "gross"):
        for statement in (
            insert(api).values(name="b", **{name: 1}),
            update(api).values(**{name: 1}),
        ):
            with (
                pytest.raises(
                    DBAPIError, match=f"column {name} of api.products can only be read"
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


def _notes(*, secured):
    """Models of a first version of an application, or of the next one, with policies."""
    metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
    columns = [Column("owner", Text), Column("note", Text), Column("secret", Text)]
    source = PGCraftSimple("notes", "s", metadata, columns).table
    first = PostgRESTView(source, grants=ALL, exclude_columns=["secret"])
    second = PostgRESTView(first, "v2", grants=["select", "update"])
    between = PGCraftView("few", "s", metadata, select(source.c.id, source.c.note))
    third = PostgRESTView(between)
    if secured:
        mine = "owner = current_setting('request.jwt.claims', true)::json ->> 'sub'"
        own = Policy(name="own", schema="s", table="notes", roles=("anon",), using=mine)
        declare(metadata, RowSecurity("s", "notes"), own)
    return metadata, source, [first.table, second.table, third.table]


def test_row_security_that_comes_later_closes_the_views_that_are_there(deploy, anon, engine):
    """Views, functions and grants are then those that the models would have had from the start."""
    metadata, source, views = _notes(secured=False)
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(owner="eve", note="e", secret="x"))
    with anon(sub="ann") as connection:
        assert [connection.scalars(select(one.c.note)).all() for one in views] == [["e"]] * 3
    deploy(_notes(secured=True)[0])
    with anon(sub="ann") as connection:
        for api in views:
            assert connection.scalars(select(api.c.note)).all() == []
        for api in views[:2]:
            assert connection.execute(update(api).values(note="b")).rowcount == 0
        row = insert(views[0]).values(owner="ann", note="a").returning(views[0])
        assert connection.execute(row).one() == (2, "ann", "a")
    with anon(sub="eve") as connection:
        assert connection.execute(update(views[1]).values(note="d")).rowcount == 1
        assert [connection.scalars(select(one.c.note)).all() for one in views] == [["d"]] * 3
        assert connection.execute(views[0].delete()).rowcount == 1
    with pytest.raises(ProgrammingError, match="row-level security"), anon(sub="eve") as connection:
        connection.execute(insert(views[0]).values(owner="ann"))
    with pytest.raises(ProgrammingError, match="permission denied"), anon(sub="eve") as connection:
        connection.execute(select(source.c.secret))


def test_row_security_that_comes_later_leaves_what_one_create_all_leaves(
    deploy, engine, statements
):
    """Nothing is left to do then; the options, bodies and privileges are those of a new database."""
    state = text(
        "SELECT relname, reloptions::text, relacl::text FROM pg_class"
        " WHERE relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('api', 's', 'v2'))"
        " UNION SELECT proname, prosecdef::text, prosrc || proacl::text FROM pg_proc"
        " WHERE pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('api', 'v2'))"
        " UNION SELECT attrelid::regclass || attname, '', attacl::text FROM pg_attribute"
        " WHERE attacl IS NOT NULL AND attrelid = 's.notes'::regclass ORDER BY 1, 2, 3"
    )
    found = []
    for versions in ([False, True], [True]):
        for secured in versions:
            metadata, *_ = _notes(secured=secured)
            deploy(metadata)
        statements.clear()
        deploy(_notes(secured=True)[0])
        assert [one for one in statements if one.startswith(("ALTER", "CREATE OR", "GRANT"))] == []
        with engine.begin() as connection:
            found.append(connection.execute(state).all())
            metadata.drop_all(connection)
    assert found[0] == found[1]


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


@pytest.mark.parametrize("grants", [["select"], []])
def test_view_that_would_bypass_policies_is_refused(grants, metadata, deploy):
    """The current view of an append-only dimension acts with its owner's rights."""
    PostgRESTView(products(metadata, factory=PGCraftAppendOnly), grants=grants)
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


def test_comments_of_the_source_are_those_of_the_api(metadata, deploy, engine):
    """PostgREST puts them into its OpenAPI description; the API's own columns may have labels."""
    sizes = PGCraftSimple("sizes", "s", metadata, [Column("inches", Integer, comment="it's long")])
    columns = [Column("note", Text, comment='50% "off": now'), Column("plain", Text)]
    source = PGCraftSimple("t", "s", metadata, columns, table_args={"comment": "What there is"})
    PostgRESTView(
        source,
        query=lambda _, t: select(
            t.c.id, t.c.plain, t.c.note.label("remark"), sizes.table.c.inches
        ).outerjoin_from(t, sizes.table, sizes.table.c.id == t.c.id),
    )
    deploy(metadata)
    query = text(
        "SELECT a.attname, col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class')"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.oid = 'api.t'::regclass ORDER BY a.attnum"
    )
    with engine.connect() as connection:
        assert connection.execute(query).all() == [
            ("id", None, "What there is"),
            ("plain", None, "What there is"),
            ("remark", '50% "off": now', "What there is"),
            ("inches", "it's long", "What there is"),
        ]


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


@pytest.mark.parametrize("secured", [False, True])
def test_functions_that_are_as_declared_are_left_alone(secured, metadata, deploy, statements):
    """So whoever may only connect can call create_all, and two processes at once."""
    PostgRESTView(products(metadata), grants=ALL)
    if secured:
        declare(metadata, RowSecurity("inventory", "products"))
    deploy(metadata)
    statements.clear()
    deploy(metadata)
    assert [one for one in statements if one.startswith(("CREATE OR", "REVOKE"))] == []


HOSTILE = ("old", "new", "found", "stored", "_pgcraft_key", "_pgcraft_row", "tg_op", "loop", "row")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["plain", "hidden key", "filtered", "grouped", "row security"])
def test_relation_named_by_a_variable_of_triggers_is_written_row_by_row(
    kind, name, metadata, deploy, anon, engine
):
    """A statement about one row touches this one, whatever the table is called."""
    source = PGCraftSimple(
        name, "s", metadata, [Column("x", Integer), Column("y", Integer, server_default="0")]
    ).table
    if kind == "row security":
        declare(metadata, RowSecurity("s", name))
        declare(metadata, Policy(name="all", schema="s", table=name, using="true"))
    query = {
        "filtered": lambda q, t: q.where(t.c.y == 0),
        "grouped": lambda _, t: (
            select(t.c.id, t.c.x, func.count().label("n")).where(t.c.y == 0).group_by(t.c.id)
        ),
    }.get(kind)
    hidden = ["id"] if kind == "hidden key" else ["y"]
    grants = ["select", "insert"] if kind == "hidden key" else ALL
    exclude = None if kind == "grouped" else hidden
    api = PostgRESTView(source, grants=grants, query=query, exclude_columns=exclude).table
    deploy(metadata)
    with anon() as connection:
        for number in (1, 2, 3):
            made = insert(api).values(x=number).returning(api.c.x)
            assert connection.scalar(made) == number
        if "update" in grants:
            assert connection.execute(update(api).where(api.c.x == 2).values(x=20)).rowcount == 1
            assert connection.execute(api.delete().where(api.c.x == 3)).rowcount == 1
    with engine.connect() as connection:
        expected = [1, 20] if "update" in grants else [1, 2, 3]
        assert connection.scalars(select(source.c.x).order_by(source.c.id)).all() == expected


@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
@pytest.mark.parametrize("grouped", [False, True])
def test_keywords_are_column_names_like_others(grouped, factory, metadata, deploy, anon, engine):
    """All words that the server or PL/pgSQL knows, as columns of one view."""
    words = ["found", "old", "new", "sqlstate", "sqlerrm", "tg_op", "tg_argv", "stored", "strict"]
    words += ["elsif", "exit", "foreach", "loop", "perform", "raise", "return", "reverse", "if"]
    with engine.connect() as connection:
        keywords = connection.execute(text("SELECT word, catcode FROM pg_get_keywords()")).all()
    quote = engine.dialect.identifier_preparer.quote
    # Some reserved words SQLAlchemy itself leaves unquoted, such as tablesample.
    words += [word for word, code in keywords if code not in "RT" or quote(word) != word]
    words = sorted(set(words))
    source = factory("words", "s", metadata, [Column(word, Integer) for word in words])
    api = PostgRESTView(
        source,
        grants=ALL,
        query=(lambda _, t: select(*t.c).group_by(*t.c)) if grouped else None,
    ).table
    deploy(metadata)
    with anon() as connection:
        row = connection.execute(insert(api).values(dict.fromkeys(words, 1)).returning(api)).one()
        assert {row._mapping[api.c[word]] for word in words} == {1}
        row = connection.execute(update(api).values(dict.fromkeys(words, 2)).returning(api)).one()
        assert {row._mapping[api.c[word]] for word in words} == {2}
        assert connection.execute(api.delete()).rowcount == 1


@pytest.fixture
def public(engine):
    """Let tables without a schema be in public, as in most databases."""
    with engine.connect() as connection:
        database = connection.scalar(text("SELECT quote_ident(current_database())"))
        connection.execute(text(f"GRANT TEMPORARY ON DATABASE {database} TO PUBLIC"))
        connection.commit()

    def all_in_public(connection):
        connection.execute(text("SET LOCAL search_path = public"))
        return connection

    return all_in_public


@pytest.mark.parametrize("kind", ["plain", "hidden key", "grouped", "row security"])
def test_temporary_tables_never_stand_in_for_those_of_the_models(
    kind, metadata, public, anon, engine
):
    """Who asks can make tables of any name; what he writes goes to those of the models."""
    orders = Table(
        "orders",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("what", Text),
        Column("who", Text, server_default="x"),
    )
    tags = Table("tags", metadata, Column("order_id", Integer), Column("tag", Text))
    if kind == "row security":
        declare(metadata, RowSecurity("public", "orders"))
        declare(metadata, Policy(name="all", schema="public", table="orders", using="true"))
    query = {
        "hidden key": lambda _, t: select(
            t.c.what, select(func.count()).select_from(tags).scalar_subquery().label("n")
        ),
        "grouped": lambda _, t: (
            select(t.c.id, t.c.what, func.count(tags.c.tag).label("n"))
            .join_from(t, tags, tags.c.order_id == t.c.id)
            .where(t.c.who == "x")
            .group_by(t.c.id)
        ),
    }.get(kind)
    grants = ["select", "insert"] if query else ALL
    api = PostgRESTView(orders, grants=grants, query=query).table
    PGCraftConfig().use(PostgRESTExtension()).configure_metadata(metadata)
    with engine.begin() as connection:
        metadata.create_all(public(connection))
    with anon() as connection:
        for name in ("orders", "tags", "api"):
            connection.execute(
                text(
                    f"CREATE TEMP TABLE {name} (id serial PRIMARY KEY, what text, who text,"
                    " order_id int, tag text)"
                )
            )
        made = insert(api).values(what="a")
        connection.execute(made.returning(api.c.what))
        if grants == ALL:
            connection.execute(update(api).values(what="b"))
            connection.execute(api.delete())
            connection.execute(made)
        for name in ("orders", "tags"):
            assert connection.scalar(text(f"SELECT count(*) FROM pg_temp.{name}")) == 0
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT what FROM public.orders")).all() == ["a"]


def test_row_security_in_public_is_that_of_a_table_without_schema(metadata, public, anon, engine):
    """A Table without a schema is in public, and so are its policies."""
    notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("who", Text))
    declare(metadata, RowSecurity("public", "notes"))
    own = Policy(name="own", schema="public", table="notes", using="who = 'ann'")
    declare(metadata, own)
    api = PostgRESTView(notes, grants=ALL).table
    PGCraftConfig().use(PostgRESTExtension()).configure_metadata(metadata)
    with engine.begin() as connection:
        metadata.create_all(public(connection))
        connection.execute(text("INSERT INTO public.notes (who) VALUES ('ann'), ('eve')"))
    with anon() as connection:
        assert connection.scalars(select(api.c.who)).all() == ["ann"]
        assert connection.scalar(insert(api).values(who="ann").returning(api.c.id)) == 3
    with pytest.raises(ProgrammingError, match="row-level security"), anon() as connection:
        connection.execute(insert(api).values(who="eve"))


@pytest.mark.parametrize("kind", ["materialized", "view over materialized"])
def test_materialized_view_over_row_security_is_refused(kind, metadata, deploy):
    """Its rows are those that its owner sees, for everybody."""
    source = products(metadata).table
    declare(metadata, RowSecurity("inventory", "products"))
    exposed = PGCraftMaterializedView("copy", "inventory", metadata, select(source))
    if kind == "view over materialized":
        query = select(exposed.table)
        exposed = PGCraftView("names", "inventory", metadata, query, security_invoker=True)
    PostgRESTView(exposed)
    words = r"products, which has row security, through the materialized view inventory\.copy"
    with pytest.raises(PGCraftValidationError, match=words):
        deploy(metadata)


def test_materialized_view_can_be_read(metadata, deploy, anon, engine):
    """Where no row security is behind it."""
    source = products(metadata).table
    copy = PGCraftMaterializedView("copy", "inventory", metadata, select(source.c.name))
    api = PostgRESTView(copy).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
        connection.execute(text("REFRESH MATERIALIZED VIEW inventory.copy"))
    with anon() as connection:
        assert connection.scalars(select(api.c.name)).all() == ["a"]


def test_policies_hold_for_tables_named_without_their_columns(metadata, deploy, anon, engine):
    """sqlalchemy.table("b", schema="s") is the table s.b too."""
    source = products(metadata).table
    secret = PGCraftSimple("secrets", "inventory", metadata, [Column("what", Text)]).table
    declare(metadata, RowSecurity("inventory", "secrets"))
    light = table("secrets", column("id", Integer), column("what", Text), schema="inventory")
    api = PostgRESTView(
        source,
        query=lambda q, t: q.add_columns(light.c.what).outerjoin_from(
            t, light, light.c.id == t.c.id
        ),
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
        connection.execute(insert(secret).values(what="hush"))
    with anon() as connection:
        assert connection.execute(select(api.c.name, api.c.what)).all() == [("a", None)]


BREAKING = {
    "check": Column("n", Integer, CheckConstraint("n > 0", name="ck_n")),
    "not null": Column("n", Integer, nullable=False, server_default="1"),
    "unique": Column("n", Integer, unique=True),
    "foreign key": Column("n", Integer, ForeignKey("s.targets.id")),
}


@pytest.mark.parametrize("kind", BREAKING)
@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
def test_refused_row_tells_nothing_of_hidden_columns(factory, kind, metadata, deploy, anon, engine):
    """The error says what was violated, as the server does, without the row."""
    PGCraftSimple("targets", "s", metadata, [])
    columns = [BREAKING[kind]._copy(), Column("secret", Text, server_default="hush")]
    if kind == "not null":
        columns.append(Column("m", Integer, Computed("n", persisted=True)))
    source = factory("t", "s", metadata, columns)
    api = PostgRESTView(source, grants=ALL, exclude_columns=["secret"]).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO s.targets DEFAULT VALUES"))
        connection.execute(insert(source.table).values(n=1))
        connection.execute(
            insert(source.table).values(n=None if kind in ("unique", "check") else 1)
        )
    bad = {"check": -1, "not null": None, "unique": 1, "foreign key": 9}[kind]
    state = {"check": "23514", "not null": "23502", "unique": "23505", "foreign key": "23503"}[kind]
    for statement in (
        update(api).where(api.c.id == 2).values(n=bad),
        *([] if kind == "not null" else [insert(api).values(n=bad)]),
    ):
        with pytest.raises(IntegrityError) as error, anon() as connection:
            connection.execute(statement)
        told = error.value.orig.diag
        assert told.sqlstate == state
        assert told.message_detail is None
        assert "hush" not in str(error.value.orig)
        behind = source.ctx.get("attributes", source.table)
        assert (told.schema_name, told.table_name) == ("s", behind.name)
        assert told.constraint_name or told.column_name == "n"


def test_row_refused_by_a_check_option_tells_nothing_of_hidden_columns(deploy, anon, engine):
    """The server names no table in it, yet its DETAIL has the row."""
    with engine.begin() as connection:
        for statement in (
            "CREATE SCHEMA s",
            "CREATE TABLE s.t (id serial PRIMARY KEY, n int, secret text DEFAULT 'hush')",
            "CREATE VIEW s.few AS SELECT * FROM s.t WHERE n < 5 WITH CHECK OPTION",
            "INSERT INTO s.few (n) VALUES (1)",
        ):
            connection.execute(text(statement))
    metadata = MetaData()
    columns = [
        Column("id", Integer, primary_key=True),
        Column("n", Integer),
        Column("secret", Text),
    ]
    api = PostgRESTView(
        Table("few", metadata, *columns, schema="s"), grants=ALL, exclude_columns=["secret"]
    ).table
    deploy(metadata)
    for statement in (insert(api).values(n=9), update(api).values(n=9)):
        with pytest.raises(DBAPIError) as error, anon() as connection:
            connection.execute(statement)
        told = error.value.orig.diag
        assert (told.sqlstate, told.message_detail) == ("44000", None)
        assert told.message_primary == 'new row violates check option for view "few"'
        assert "hush" not in str(error.value.orig)


@pytest.mark.parametrize("kind", ["check_violation", "with_check_option_violation"])
def test_error_of_the_users_own_trigger_is_told_whole(kind, metadata, deploy, anon, engine):
    """Only the server's own DETAIL has the row; that of a trigger is meant for the caller."""
    source = products(metadata).table
    body = f"""
BEGIN
    RAISE EXCEPTION USING ERRCODE = '{kind}', MESSAGE = 'No.', DETAIL = 'Why.', HINT = 'Do.';
END;
"""
    refuse = Function("refuse", "inventory", body)
    trigger = Trigger(name="refuse", schema="inventory", relation="products", function=refuse)
    declare(metadata, refuse, trigger)
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    with pytest.raises(DBAPIError) as error, anon() as connection:
        connection.execute(insert(api).values(name="a"))
    told = error.value.orig.diag
    assert (told.message_primary, told.message_detail, told.message_hint) == ("No.", "Why.", "Do.")


def meanwhile(engine, anon, first, second):
    """Run a statement as the owner, and a second one as anon that waits for it; return its end."""
    outcome = []

    def late():
        try:
            with anon() as connection:
                outcome.append(connection.execute(second).rowcount)
        except DBAPIError as error:
            outcome.append(error.orig.sqlstate)

    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        " AND datname = current_database()"
    )
    with engine.begin() as connection:
        connection.execute(first)
        thread = threading.Thread(target=late)
        thread.start()
        with engine.connect() as watcher:
            while thread.is_alive() and not watcher.scalar(waiting):
                watcher.rollback()
    thread.join()
    return outcome[0]


@pytest.mark.parametrize("operation", ["update", "delete"])
@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
@pytest.mark.parametrize("as_text", [False, True])
def test_row_that_is_hidden_meanwhile_is_not_written(
    as_text, factory, operation, metadata, deploy, anon, engine
):
    """The filter is asked again, also where its column is not shown."""
    source = products(metadata, Column("active", Boolean, server_default="true"), factory=factory)
    condition = (
        (lambda q, _: q.where(text("active"))) if as_text else lambda q, t: q.where(t.c.active)
    )
    api = PostgRESTView(source, grants=ALL, query=condition, exclude_columns=["active"]).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source.table).values(name="a"))
    write = {"update": update(api).values(name="b"), "delete": api.delete()}[operation]
    hide = update(source.table).values(active=False)
    assert meanwhile(engine, anon, hide, write) == "40001"
    with engine.connect() as connection:
        assert connection.execute(select(source.table.c.name)).all() == [("a",)]
    with anon() as connection:
        assert connection.execute(write).rowcount == 0


def test_hidden_column_that_no_filter_uses_may_be_changed_meanwhile(metadata, deploy, anon, engine):
    """It keeps the other's value, and nobody has to try again."""
    source = products(metadata).table
    api = PostgRESTView(
        source, grants=ALL, query=lambda q, t: q.where(t.c.price > 0), exclude_columns=["cost"]
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
    assert meanwhile(engine, anon, update(source).values(cost=7), update(api).values(name="b")) == 1
    with engine.connect() as connection:
        assert connection.execute(select(source.c.name, source.c.cost)).one() == ("b", 7)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"exclude_columns": ["deleted_at"]},
        {"query": lambda q, t: q.where(t.c.deleted_at.is_(None))},
        {
            "query": lambda q, t: q.where(t.c.deleted_at.is_(None)),
            "exclude_columns": ["deleted_at"],
        },
    ],
)
@pytest.mark.parametrize("secured", [False, True])
def test_soft_delete_goes_through_the_view(secured, options, metadata, deploy, anon, engine):
    """The row is given back as deleted, and is marked behind the view."""
    source = products(metadata, extra_plugins=[SoftDeletePlugin()]).table
    if secured:
        declare(metadata, RowSecurity("inventory", "products"))
        declare(metadata, Policy(name="all", schema="inventory", table="products", using="true"))
    api = PostgRESTView(source, grants=ALL, **options).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source), [{"name": "a"}, {"name": "b"}])
    gone = api.delete().where(api.c.name == "a").returning(api.c.id)
    with anon() as connection:
        assert connection.scalars(gone).all() == [1]
    with anon() as connection:
        assert connection.scalars(gone).all() == []
    with engine.connect() as connection:
        marked = select(source.c.name, source.c.deleted_at.is_not(None)).order_by(source.c.id)
        assert connection.execute(marked).all() == [("a", True), ("b", False)]


def test_soft_delete_of_a_row_changed_meanwhile_is_refused(metadata, deploy, anon, engine):
    """As where rows go for good."""
    source = products(metadata, extra_plugins=[SoftDeletePlugin()]).table
    api = PostgRESTView(source, grants=ALL).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
    assert meanwhile(engine, anon, update(source).values(name="b"), api.delete()) == "40001"
    with engine.connect() as connection:
        assert connection.execute(select(source.c.deleted_at)).one() == (None,)


def test_row_shown_more_than_once_is_not_written(metadata, deploy, anon, engine):
    """Which of the view's rows would be given back, nobody could say."""
    source = products(metadata).table
    tags = PGCraftSimple(
        "tags", "inventory", metadata, [Column("product_id", Integer), Column("tag", Text)]
    ).table
    api = PostgRESTView(
        source,
        grants=ALL,
        query=lambda q, t: q.add_columns(tags.c.tag).outerjoin(tags, tags.c.product_id == t.c.id),
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source), [{"name": "a"}, {"name": "b"}])
        connection.execute(insert(tags), [{"product_id": 1, "tag": one} for one in "xyy"])
        connection.execute(insert(tags).values(product_id=2, tag="z"))
    with anon() as connection:
        changed = update(api).where(api.c.id == 2).values(price=5).returning(api.c.tag)
        assert connection.scalars(changed).all() == ["z"]
    for statement in (
        update(api).where(api.c.id == 1).values(price=5),
        update(api).where(api.c.tag == "x").values(price=5),
    ):
        with (
            pytest.raises(
                DBAPIError, match=r"api\.products shows this row more than once"
            ) as error,
            anon() as connection,
        ):
            connection.execute(statement)
        assert code(error) == "21000"
    with anon() as connection:
        assert connection.execute(api.delete().where(api.c.id == 1)).rowcount == 1
    with engine.connect() as connection:
        assert connection.execute(select(source.c.name, source.c.price)).all() == [("b", 5)]


@pytest.mark.parametrize("kind", ["append-only", "API view"])
def test_table_of_a_view_is_exposed_as_the_view_itself(kind, metadata, deploy, anon):
    """Its key and the models that it belongs to are those of the view."""
    source = products(metadata, factory=PGCraftAppendOnly)
    given = source.table if kind == "append-only" else PostgRESTView(source, grants=ALL).table
    api = PostgRESTView(given, "web", grants=ALL).table
    deploy(metadata)
    with anon() as connection:
        assert connection.scalar(insert(api).values(name="a").returning(api.c.id)) == 1
        assert connection.execute(update(api).values(price=2)).rowcount == 1


def test_exists_needs_no_column_that_it_does_not_name(metadata, deploy, anon, engine):
    """Under row security the role gets the columns of the condition alone."""
    source = products(metadata).table
    orders = PGCraftSimple(
        "orders", "inventory", metadata, [Column("product_id", Integer), Column("secret", Text)]
    ).table
    declare(metadata, RowSecurity("inventory", "orders"))
    own = Policy(name="few", schema="inventory", table="orders", using="id < 3")
    declare(metadata, own)
    api = PostgRESTView(
        source,
        grants=ALL,
        query=lambda q, t: q.where(~exists().where(orders.c.product_id == t.c.id)),
    ).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source), [{"name": one} for one in "abc"])
        connection.execute(insert(orders), [{"product_id": one} for one in (9, 2, 3)])
    with anon() as connection:
        assert connection.scalars(select(api.c.name).order_by("name")).all() == ["a", "c"]
        assert connection.execute(update(api).values(price=3)).rowcount == 2
    with pytest.raises(ProgrammingError, match="permission denied"), anon() as connection:
        connection.execute(select(orders.c.secret))


def test_star_of_a_view_between_is_all_columns(metadata, deploy, anon, engine):
    """What its own text reads, the role must be able to read."""
    source = products(metadata).table
    declare(metadata, RowSecurity("inventory", "products"))
    only = Policy(name="all", schema="inventory", table="products", using="true")
    declare(metadata, only)
    query = select(literal(1).label("one")).where(exists().where(source.c.price > 1))
    between = PGCraftView("dear", "inventory", metadata, query, security_invoker=True)
    api = PostgRESTView(between).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
    with anon() as connection:
        assert connection.execute(select(api)).all() == [(1,)]


def test_role_that_only_inserts_shares_a_view_with_readers(metadata, deploy_two, anon, engine):
    """Under row security the trigger reads the row for those alone who may read."""
    source = PGCraftSimple("box", "s", metadata, [Column("note", Text), Column("by", Text)]).table
    declare(metadata, RowSecurity("s", "box"))
    drop_in = Policy(name="drop_in", schema="s", table="box", command="INSERT", check="note <> ''")
    read = Policy(
        name="read", schema="s", table="box", command="SELECT", roles=("web_user",), using="true"
    )
    declare(metadata, drop_in, read)
    grants = {"anon": ["insert"], "web_user": ["select", "insert"]}
    api = PostgRESTView(source, grants=grants, query=lambda q, t: q.where(t.c.note != "x")).table
    deploy_two(metadata)
    with anon() as connection:
        connection.execute(text("INSERT INTO api.box (note) VALUES ('hello')"))
    with anon(role="web_user") as connection:
        made = insert(api).values(note="hi").returning(api.c.id)
        assert connection.scalar(made) == 2
        assert connection.scalars(select(api.c.note).order_by("id")).all() == ["hello", "hi"]
    for statement in ("INSERT INTO api.box (note) VALUES ('')", "SELECT note FROM s.box"):
        with pytest.raises(ProgrammingError, match=r"row-level|denied"), anon() as connection:
            connection.execute(text(statement))
    with pytest.raises(DBAPIError, match=r"would not be in"), anon(role="web_user") as connection:
        connection.execute(insert(api).values(note="x"))


@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
@pytest.mark.parametrize("relation", ["VIEW", "TABLE"])
def test_functions_serve_the_triggers_of_their_own_relation_alone(
    relation, factory, metadata, create, public, engine
):
    """Even those who were given the right to execute all functions cannot write with them."""
    plugins = [SoftDeletePlugin()] if factory is PGCraftSimple else []
    source = products(metadata, factory=factory, extra_plugins=plugins).table
    PostgRESTView(source, grants=ALL)
    declare(metadata, Role("anon"))
    create(metadata)
    when = "INSTEAD OF" if relation == "VIEW" else "BEFORE"
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
        connection.execute(text("GRANT USAGE ON SCHEMA api, inventory TO anon"))
        connection.execute(text("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA api, inventory TO anon"))
        functions = connection.scalars(
            text("SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronargs = 0")
        ).all()
    assert len(functions) == (4 if plugins else 6)
    columns = ", ".join(
        f"NULL::{one.type.compile(engine.dialect)} AS {one.name}" for one in source.columns
    ).replace("NULL::INTEGER AS id", "1 AS id")
    columns = columns.replace("NULL::VARCHAR(40) AS name", "'a'::varchar(40) AS name")
    writes = {"insert": "INSERT INTO {} (name) VALUES ('b')", "update": "UPDATE {} SET name = 'b'"}
    for number, function in enumerate(functions):
        op = next((one for one in writes if one in function), "delete")
        write = writes.get(op, "DELETE FROM {}").format(f"lure{number}")
        with engine.connect() as connection:
            connection.execute(text("SET LOCAL ROLE anon"))
            connection.execute(text("SET LOCAL search_path = pg_temp"))
            connection.execute(text(f"CREATE TEMP {relation} lure{number} AS SELECT {columns}"))
            connection.execute(
                text(
                    f"CREATE TRIGGER lure {when} {op} ON lure{number}"
                    f" FOR EACH ROW EXECUTE FUNCTION {function}"
                )
            )
            with pytest.raises(DBAPIError, match="serves the triggers of") as error:
                connection.execute(text(write))
            assert code(error) == "42501"


@pytest.mark.parametrize("factory", [PGCraftSimple, PGCraftAppendOnly])
def test_names_in_functions_are_those_of_the_models_for_every_caller(
    factory, metadata, deploy, public, anon, engine
):
    """Whatever the caller has made of the same names is neither read nor written."""
    simple = factory is PGCraftSimple
    plugins = [SoftDeletePlugin(), TimestampsPlugin()] if simple else [ProtectionPlugin()]
    source = products(metadata, factory=factory, extra_plugins=plugins).table
    api = PostgRESTView(source, grants=ALL, query=lambda q, t: q.where(t.c.price > 0)).table
    deploy(metadata)
    relations = text(
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname IN ('api', 'inventory') AND relkind IN ('r', 'v')"
    )
    with engine.connect() as connection:
        names = set(connection.scalars(relations))
    assert len(names) == (2 if simple else 3)
    with anon() as connection:
        connection.execute(text("SET LOCAL search_path = pg_temp, pg_catalog"))
        for name in names:
            columns = "id int DEFAULT 1, name text, price numeric, updated_at timestamptz"
            connection.execute(text(f"CREATE TEMP TABLE {name} ({columns})"))
            connection.execute(text(f"INSERT INTO {name} VALUES (1, 'lure', 1, now())"))
        for function in ("now()", "to_jsonb(anyelement)", "max(timestamptz)"):
            name, arguments = function[:-1].split("(")
            connection.execute(
                text(
                    f"CREATE FUNCTION pg_temp.{name}({arguments}) RETURNS int LANGUAGE plpgsql"
                    " AS 'BEGIN RAISE EXCEPTION $$trapped$$; END'"
                )
            )
        assert connection.scalar(insert(api).values(name="a").returning(api.c.id)) == 1
        connection.execute(update(api).values(price=2))
        connection.execute(insert(api).values(name="b"))
        connection.execute(api.delete().where(api.c.id == 1))
        for name in names:
            rows = connection.scalars(text(f"SELECT name FROM pg_temp.{name}")).all()
            assert rows == ["lure"]
    live = source.c.deleted_at.is_(None) if simple else source.c.id.is_not(None)
    with engine.connect() as connection:
        assert connection.scalars(select(source.c.name).where(live)).all() == ["b"]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    schemas=st.lists(
        identifiers.filter(lambda name: not name.startswith("pg_")),
        min_size=2,
        max_size=2,
        unique=True,
    ),
    dimension=identifiers,
    names=st.lists(identifiers, min_size=4, max_size=6, unique=True),
)
def test_any_names_go_through_view_and_triggers(schemas, dimension, names, engine):
    """What is written under any names, through a filter on a hidden column, is there."""
    metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
    key, mark, filtered, *columns = names
    source = PGCraftSimple(
        dimension,
        schemas[0],
        metadata,
        [Column(name, Integer, server_default="7") for name in (filtered, *columns)],
        extra_plugins=[SerialPKPlugin(key), SoftDeletePlugin(mark)],
    ).table
    api = PostgRESTView(
        source,
        schemas[1],
        grants=ALL,
        query=lambda q, t: q.where(t.c[filtered] == 7),
        exclude_columns=[filtered, mark],
    ).table
    with engine.connect() as connection:
        for schema in schemas:
            connection.execute(CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)
        for _ in range(3):
            connection.execute(insert(api))
        one = api.c[columns[-1]]
        connection.execute(update(api).where(api.c[key] == 2).values({one: 8}))
        assert connection.execute(api.delete().where(api.c[key] == 3)).rowcount == 1
        kept = select(source.c[columns[-1]], source.c[mark].is_(None)).order_by(source.c[key])
        assert connection.execute(kept).all() == [(7, True), (8, True), (7, False)]
        connection.rollback()


def test_api_view_over_another_under_row_security(metadata, deploy, anon, engine):
    """The role may do with both what it was granted, and sees what the policy shows."""
    source = products(metadata).table
    declare(metadata, RowSecurity("inventory", "products"))
    declare(metadata, Policy(name="dear", schema="inventory", table="products", using="price > 1"))
    first = PostgRESTView(source, grants=ALL)
    second = PostgRESTView(first, "web", grants=ALL).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="cheap", price=1))
    with anon() as connection:
        assert connection.scalar(insert(second).values(name="a").returning(second.c.id)) == 2
        assert connection.execute(update(second).values(name="b")).rowcount == 1
        assert connection.execute(second.delete()).rowcount == 1


def test_counting_rows_under_row_security_needs_one_column(metadata, deploy, anon, engine):
    """The right on all of them would show more than the view does."""
    source = products(metadata).table
    secrets = PGCraftSimple("secrets", "inventory", metadata, [Column("what", Text)]).table
    declare(metadata, RowSecurity("inventory", "secrets"))
    declare(metadata, Policy(name="all", schema="inventory", table="secrets", using="true"))
    counted = select(func.count()).select_from(secrets).scalar_subquery().label("n")
    api = PostgRESTView(source, query=lambda q, _: q.add_columns(counted)).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
        connection.execute(insert(secrets).values(what="hush"))
    with anon() as connection:
        assert connection.scalar(select(api.c.n)) == 1
    with pytest.raises(ProgrammingError, match="permission denied"), anon() as connection:
        connection.execute(select(secrets.c.what))


@pytest.mark.parametrize(
    "within",
    [
        lambda t: select(t).cte(),
        lambda t: select(t).subquery(),
        lambda t: select(select(t.alias()).subquery()).cte(),
        lambda t: select(t).union_all(select(t)).subquery(),
    ],
)
def test_columns_of_a_table_selected_whole_are_granted_under_row_security(
    within, metadata, deploy, anon, engine
):
    """The server wants the right on all that an inner select names, used outside or not."""
    source = products(metadata).table
    other = PGCraftSimple("r", "inventory", metadata, [Column("a", Text), Column("b", Text)]).table
    declare(metadata, RowSecurity("inventory", "products"))
    declare(metadata, Policy(name="all", schema="inventory", table="products", using="true"))

    def query(q, t):
        inner = within(other)
        return q.add_columns(inner.c.a).outerjoin_from(t, inner, inner.c.id == t.c.id)

    api = PostgRESTView(source, query=query).table
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="x"))
        connection.execute(insert(other).values(a="y", b="z"))
    with anon() as connection:
        assert set(connection.execute(select(api.c.name, api.c.a)).all()) == {("x", "y")}


def _reading(orders):
    """Queries that read orders in each way that SQLAlchemy has, by name."""
    same = orders.c.product_id
    light = table("orders", column("id"), column("product_id"), schema="inventory")
    other = orders.alias()
    chosen = select(orders.c.id, same).where(orders.c.id > 0)
    sub, cte = chosen.subquery(), chosen.cte("chosen")
    return {
        "exists": lambda q, t: q.where(exists().where(same == t.c.id)),
        "not exists": lambda q, t: q.where(~exists().where(same == t.c.id + 9)),
        "exists of a column": lambda q, t: q.where(exists(select(same).where(same == t.c.id))),
        "exists of one": lambda q, t: q.where(exists(1).where(same == t.c.id)),
        "exists from": lambda q, _: q.where(exists().select_from(orders)),
        "exists from a name": lambda q, t: q.where(exists().where(light.c.product_id == t.c.id)),
        "exists in a column": lambda q, t: q.add_columns(
            exists().where(same == t.c.id).label("has")
        ),
        "nested exists": lambda q, t: q.where(
            exists().where(same == t.c.id, exists().where(other.c.id == orders.c.id))
        ),
        "in": lambda q, t: q.where(t.c.id.in_(select(same))),
        "scalar": lambda q, t: q.add_columns(
            select(func.max(orders.c.id)).where(same == t.c.id).scalar_subquery().label("last")
        ),
        "alias": lambda q, t: q.join(other, other.c.product_id == t.c.id),
        "subquery": lambda q, t: q.join(sub, sub.c.product_id == t.c.id),
        "common table expression": lambda q, t: q.join(cte, cte.c.product_id == t.c.id),
        "lateral": lambda q, t: q.join(chosen.where(same == t.c.id).lateral(), literal(1) == 1),
        "grouped": lambda _, t: (
            select(t.c.id, func.count(orders.c.id).label("n"))
            .join_from(t, orders, same == t.c.id)
            .group_by(t.c.id)
            .having(func.max(same) > 0)
        ),
        "window": lambda q, t: q.add_columns(
            func.row_number().over(order_by=orders.c.id).label("n")
        ).join(orders, same == t.c.id),
        "distinct on": lambda q, t: q.ext(distinct_on(orders.c.id)).join(orders, same == t.c.id),
        "limit": lambda q, t: q.join(orders, same == t.c.id).order_by(orders.c.id).limit(1),
        "union": lambda q, t: q.union(q.join(orders, same == t.c.id)),
        "count": lambda q, _: q.add_columns(
            select(func.count()).select_from(orders).scalar_subquery().label("n")
        ),
    }


# What is in the last column for one who may see no order; nothing, where the row needs one.
HIDDEN = {
    "not exists": [1.5],
    "exists in a column": [False],
    "scalar": [None],
    "union": [1.5],
    "count": [0],
}
READING = tuple(_reading(Table("o", MetaData(), Column("id"), Column("product_id"))))


@pytest.mark.parametrize("way", READING)
def test_row_security_is_found_however_a_table_is_read(way, metadata, deploy, anon, engine):
    """The policies count, and the role can read what the view needs and no more."""
    source = products(metadata).table
    items = [Column("product_id", Integer), Column("secret", Text)]
    orders = PGCraftSimple("orders", "inventory", metadata, items).table
    declare(metadata, RowSecurity("inventory", "orders"))
    shown = "current_setting('request.jwt.claims', true)::json ->> 'sub' = 'ann'"
    declare(metadata, Policy(name="ann", schema="inventory", table="orders", using=shown))
    api = PostgRESTView(source, query=_reading(orders)[way], exclude_columns=["cost"])
    assert api.invoker
    deploy(metadata)
    with engine.begin() as connection:
        connection.execute(insert(source).values(name="a"))
        connection.execute(insert(orders).values(product_id=1, secret="hush"))
    with anon(sub="ann") as connection:
        assert len(connection.execute(select(api.table)).all()) == 1
    with anon(sub="eve") as connection:
        rows = connection.execute(select(api.table)).all()
        assert [row[-1] for row in rows] == HIDDEN.get(way, [])
    for closed in (orders.c.secret, source.c.cost):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            anon(sub="ann") as connection,
        ):
            connection.execute(select(closed))
