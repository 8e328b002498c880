"""Views on a real server: any query, read and joined and written through ``.table``."""

from __future__ import annotations

import datetime as dt
import ipaddress
import uuid
from decimal import Decimal
from typing import ClassVar

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    Integer,
    Interval,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Time,
    Uuid,
    case,
    cast,
    column,
    exists,
    func,
    insert,
    inspect,
    literal,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy import table as sqlalchemy_table
from sqlalchemy.dialects.postgresql import (
    ARRAY,
    BIT,
    CIDR,
    DATERANGE,
    INET,
    INT4MULTIRANGE,
    INT4RANGE,
    JSON,
    JSONB,
    MACADDR,
    OID,
    TSRANGE,
    TSVECTOR,
    Range,
    array,
)
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from pgcraft import PGCraftIndex
from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest import PostgRESTView
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import (
    EnumType,
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


@pytest.fixture
def products(metadata):
    """A table to look at."""
    items = [
        Column("Name", Text, key="title"),
        Column("price", Numeric(10, 2)),
        Column("tag", Text),
    ]
    return PGCraftSimple("products", "shop", metadata, items).table


@pytest.fixture
def rows(engine, metadata, products):
    """Create everything and put three rows in."""

    def fill():
        metadata.create_all(engine)
        with engine.begin() as connection:
            values = [("Nut", 1, "a"), ("Bolt", 2, "a"), ("Cog", 9, "b")]
            connection.execute(
                insert(products), [{"title": a, "price": b, "tag": c} for a, b, c in values]
            )

    return fill


def read(engine, query):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_view_is_selected_from_joined_and_keeps_names_and_types(engine, metadata, products, rows):
    """What a select() gives is what the view has."""
    view = PGCraftView(
        "cheap",
        "shop",
        metadata,
        select(products.c.id, products.c.title, products.c.price).where(products.c.price < 5),
    )
    rows()
    cheap = view.table
    assert read(engine, select(cheap.c.title, cheap.c.price).order_by(cheap.c.id)) == [
        ("Nut", Decimal("1.00")),
        ("Bolt", Decimal("2.00")),
    ]
    joined = select(func.count()).select_from(
        products.outerjoin(cheap, cheap.c.id == products.c.id)
    )
    assert read(engine, joined) == [(3,)]
    assert isinstance(cheap.c.price.type, Numeric)
    columns = inspect(engine).get_columns("cheap", "shop")
    assert [one["name"] for one in columns] == ["id", "Name", "price"]


VALUES = [
    literal(dt.date(2024, 2, 29), Date),
    literal(dt.datetime.fromisoformat("2024-02-29T01:02:03.000045"), DateTime),
    literal(dt.datetime(2024, 2, 29, 1, 2, 3, tzinfo=dt.UTC), DateTime(timezone=True)),
    literal(dt.time(1, 2, 3), Time),
    literal(dt.timedelta(days=2, seconds=5), Interval),
    literal(Decimal("12345678901234567890.123456789"), Numeric),
    literal(-7, Integer),
    literal(uuid.UUID(int=5), Uuid),
    literal(True, Boolean),
    literal(None, Text),
    literal(b"\x00a'\\", LargeBinary),
    literal([1, 2], ARRAY(Integer)),
    literal([], ARRAY(Text)),
    literal(["a'b", "%s", "c,d", '"', "\\"], ARRAY(Text)),
    literal({"a": ["'", "%", ":x", "\\", "ä", None]}, JSONB),
    literal([1, {"b": 2}], JSONB),
    literal('it\'s 100% :x %(y)s \\ \n $$ {z} "q"', String),
    literal("E'\\n", Text),
    literal("", Text),
    literal("a", Enum("a", "b", name="ab", native_enum=False)),
    literal(float("inf"), Float),
    literal(float("-inf"), Float),
    literal(Decimal("Infinity"), Numeric),
    literal([float("inf"), 1.5, None], ARRAY(Float)),
    literal([[1, 2], [3, 4]], ARRAY(Integer, dimensions=2)),
    literal([dt.date(2024, 2, 29)], ARRAY(Date)),
    literal([ipaddress.ip_address("10.0.0.1")], ARRAY(INET)),
    literal(ipaddress.ip_address("10.0.0.1"), INET),
    literal(ipaddress.ip_network("10.0.0.0/8"), CIDR),
    literal("08:00:2b:01:02:03", MACADDR),
    literal("101", BIT(3)),
    literal(5, OID),
    literal("'a' 'b'", TSVECTOR),
    literal(Range(1, 5), INT4RANGE),
    literal(Range(dt.date(2024, 2, 29), None), DATERANGE),
    literal(Range(dt.datetime.fromisoformat("2024-02-29T01:02:03"), None), TSRANGE),
    literal(Range(empty=True), INT4RANGE),
    literal([Range(1, 5), Range(7, 9)], INT4MULTIRANGE),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda one: repr(one.value)[:30])
def test_value_in_a_view_is_read_back_as_it_was(value, engine, metadata, products, rows):
    """With its type: a view has no parameters, so values are in its text."""
    condition = products.c.title.in_(["Nut", "it's %s :x \\"])
    view = PGCraftView("v", "shop", metadata, select(value.label("x")).where(condition))
    rows()
    assert read(engine, select(view.table.c.x)) == [(value.value,)]
    if value.value not in (None, ""):
        compared = PGCraftView("w", "shop", metadata, select(products.c.id, value.label("y")))
        metadata.create_all(engine)
        assert read(engine, select(func.count()).where(compared.table.c.y == value)) == [(3,)]


ROW = {"a": {"b c": [1, {"d": "it's"}]}, "n": None, "x,y": 2, "1": "one"}
J, B = column("j", JSON), column("b", JSONB)

# Each is asked of the table with parameters, and by a view that has none.
EXPRESSIONS = {
    "key": J["a"],
    "text": J["1"].astext,
    "string": B["1"].as_string(),
    "integer": B["x,y"].as_integer(),
    "path": J["a", "b c", 1],
    "path of a jsonb": B["a", "b c", 1, "d"],
    "path as text": B["a", "b c", 1, "d"].astext,
    "chain": B["a"]["b c"][0],
    "number": J["a"]["b c"][1]["d"].astext,
    "has key": B.has_key("x,y"),
    "has any": B.has_any(array(["nothing", "n"])),
    "contains": B.contains({"x,y": 2}),
    "concatenated": B.concat({"z": "%:s"}),
    "path exists": B.path_exists('$."a"."b c"'),
    "path deleted": B.delete_path(array(["a", "b c"])),
    "null in JSON": literal(None, JSONB),
    "null of JSON": literal(JSON.NULL, JSONB),
    "null of SQL": literal(None, JSONB(none_as_null=True)),
    "configuration": func.to_tsvector("english", literal("the cats")),
    "configured query": func.to_tsvector("english", literal("the cats")).bool_op("@@")(
        func.to_tsquery("english", "cat")
    ),
    "infinity in a list": literal(1.5).in_([float("inf"), 1.5]),
    "infinity in an array": literal(float("inf"))
    == func.any(literal([float("inf")], ARRAY(Float))),
    "not a number": literal(float("nan")) > 5,
    "not a decimal": literal(Decimal("NaN")) > 5,
    "network": cast(literal("10.0.0.1", INET), INET).bool_op("<<")(
        cast(literal("10.0.0.0/8", INET), INET)
    ),
}


@pytest.mark.parametrize("what", EXPRESSIONS)
def test_expression_in_a_view_gives_what_it_gives_with_parameters(what, engine, metadata):
    """Keys and paths of JSON, configurations of text search, infinities."""
    table = Table("t", metadata, Column("j", JSON), Column("b", JSONB), schema="s")
    query = select(EXPRESSIONS[what].label("x")).select_from(table)
    view = PGCraftView("v", "s", metadata, query)
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(insert(table).values(j=ROW, b=ROW))
        expected = connection.execute(query).one()
        assert tuple(connection.execute(select(view.table)).one()) == tuple(expected)


def test_value_of_an_enum_type_is_compared_in_a_view(engine, metadata, rows):
    """The literal has the enum's type."""
    mood = EnumType("Mood", "shop", metadata, ["ok", "it's"])
    table = Table("m", metadata, Column("mood", mood), schema="shop")
    chosen = case((table.c.mood == "it's", literal("ok", mood)), else_=table.c.mood)
    view = PGCraftView("v", "shop", metadata, select(chosen.label("mood")))
    rows()
    with engine.begin() as connection:
        connection.execute(insert(table).values(mood="it's"))
    assert read(engine, select(view.table.c.mood).where(view.table.c.mood == "ok")) == [("ok",)]


def test_any_query_makes_a_view(engine, metadata, products, rows):
    """Common table expressions, unions, windows, subqueries, distinct, aggregates, views of views."""
    p = products.c
    totals = select(p.tag, func.sum(p.price).label("total")).group_by(p.tag).cte("totals")
    queries = {
        "cte": (select(totals).where(totals.c.total > 5), [("b", 9)]),
        "union": (
            union_all(select(p.id), select(p.id + 10)),
            [(n,) for n in (1, 2, 3, 11, 12, 13)],
        ),
        "window": (
            select(p.id, func.row_number().over(partition_by=p.tag, order_by=p.id).label("n")),
            [(1, 1), (2, 2), (3, 1)],
        ),
        "scalar": (
            select(
                p.id,
                select(func.count()).select_from(products.alias()).scalar_subquery().label("n"),
            ),
            [(1, 3), (2, 3), (3, 3)],
        ),
        "exists": (
            select(p.id).where(exists().where(totals.c.tag == p.tag, totals.c.total > 5)),
            [(3,)],
        ),
        "distinct": (select(p.tag).distinct().order_by(p.tag).limit(1), [("a",)]),
        "array": (select(func.array_agg(p.id).filter(p.tag == "a").label("ids")), [([1, 2],)]),
        "cast": (select(cast(p.id, Text)).where(p.id == 1), [("1",)]),
        "like": (
            select(p.id).where(p.title.contains("%", autoescape=True) | p.title.like("%t:%")),
            [],
        ),
        "text": (select(p.id).where(text("\"Name\" LIKE 'C%'")), [(3,)]),
    }
    views = {}
    for name, (query, _) in queries.items():
        views[name] = PGCraftView(name, "shop", metadata, query)
        queries_on = PGCraftView(f"on {name}", "shop", metadata, select(views[name].table))
        views[f"on {name}"] = queries_on
    rows()
    for name, (_, expected) in queries.items():
        for one in (name, f"on {name}"):
            assert sorted(read(engine, select(views[one].table))) == expected


def test_view_of_orm_classes_is_created(engine, metadata):
    """select(User.name) and select(User), with a relationship's column."""

    class Base(DeclarativeBase):
        pass

    Base.metadata = metadata

    class User(Base):
        __tablename__ = "user"
        __table_args__: ClassVar = {"schema": "app"}
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column("Full Name")
        boss_id: Mapped[int | None] = mapped_column(ForeignKey("app.user.id"))

    whole = PGCraftView("whole", "app", metadata, select(User).where(User.boss_id.is_(None)))
    part = PGCraftView("part", "app", metadata, select(User.name, User.id).order_by(User.name))
    metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all([User(id=1, name="A"), User(id=2, name="B", boss_id=1)])
        session.flush()
        assert session.execute(select(part.table)).all() == [("A", 1), ("B", 2)]
        assert session.execute(select(whole.table)).all() == [(1, "A", None)]
        assert (
            session.scalar(
                select(User).join(part.table, part.table.c.id == User.id).where(User.id == 2)
            ).name
            == "B"
        )


def test_view_is_written_through(engine, metadata, products, rows):
    """A simple view by itself, any other by INSTEAD OF triggers, RETURNING included."""
    simple = PGCraftView("simple", "shop", metadata, select(products.c.id, products.c.title))
    loud = PGCraftView(
        "loud", "shop", metadata, select(products.c.id, func.upper(products.c.title).label("name"))
    )
    body = """
        BEGIN
            IF TG_OP = 'DELETE' THEN DELETE FROM shop.products WHERE id = OLD.id; RETURN OLD; END IF;
            INSERT INTO shop.products ("Name") VALUES (lower(NEW.name)) RETURNING id INTO NEW.id;
            RETURN NEW;
        END"""
    write = Function("write", "shop", body)
    declare(metadata, write)
    declare(
        metadata,
        Trigger(
            name="write",
            schema="shop",
            relation="loud",
            function=write,
            timing="INSTEAD OF",
            events=("INSERT", "DELETE"),
        ),
    )
    rows()
    with engine.begin() as connection:
        returned = insert(simple.table).values(title="New").returning(simple.table)
        assert tuple(connection.execute(returned).one()) == (4, "New")
        connection.execute(update(simple.table).values(title="Newer").where(simple.table.c.id == 4))
        returned = insert(loud.table).values(name="ROAR").returning(loud.table.c.id)
        assert connection.scalar(returned) == 5
        assert connection.scalar(select(loud.table.c.name).where(loud.table.c.id == 5)) == "ROAR"
        connection.execute(loud.table.delete().where(loud.table.c.id < 5))
        assert connection.scalars(select(products.c.title)).all() == ["roar"]


def test_comments_reach_the_database(engine, metadata, products, rows):
    """On both kinds of view, whatever characters they have."""
    comment = "100% 'so' :x \\"
    PGCraftView("v", "shop", metadata, select(products), comment=comment)
    PGCraftMaterializedView("m", "shop", metadata, select(products), comment=comment)
    rows()
    for name in "vm":
        query = select(func.obj_description(func.to_regclass(f"shop.{name}"), "pg_class"))
        assert read(engine, query) == [(comment,)]


def test_security_barrier_keeps_conditions_out(engine, metadata, products, rows):
    """A function in a query on the view does not see the rows that the view leaves out."""
    for name, barrier in (("open", False), ("closed", True)):
        PGCraftView(
            name,
            "shop",
            metadata,
            select(products).where(products.c.price < 5),
            security_barrier=barrier,
        )
    body = "BEGIN RAISE EXCEPTION USING MESSAGE = 'saw ' || name; END"
    declare(metadata, Function("look", "shop", body, ("name text",), "boolean"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER FUNCTION shop.look(text) COST 0.0001"))
        connection.execute(insert(products).values(title="dear", price=9))
    assert read(engine, text('SELECT FROM shop.closed WHERE shop.look("Name")')) == []
    with pytest.raises(ProgrammingError, match="saw dear"):
        read(engine, text('SELECT FROM shop.open WHERE shop.look("Name")'))


def test_materialized_view_has_its_indexes_and_is_refreshed_concurrently(
    engine, metadata, products, rows
):
    """Plain, unique, functional, partial, by another method; unnamed ones get the convention's name."""
    view = PGCraftMaterializedView(
        "kept",
        "shop",
        metadata,
        select(
            products.c.id,
            products.c.title,
            products.c.price,
            literal(["x"], ARRAY(Text)).label("tags"),
        ),
        indexes=[
            PGCraftIndex("uq_kept", "{id}", unique=True),
            PGCraftIndex("ix_kept_lower", "lower({Name})"),
            PGCraftIndex("ix_kept_where", "{price} DESC", postgresql_where="{title} LIKE '%a:b%'"),
            PGCraftIndex("ix_kept_tags", "{tags}", postgresql_using="gin"),
            PGCraftIndex(None, "{price}"),
        ],
    )
    rows()
    query = text("SELECT indexname FROM pg_indexes WHERE tablename = 'kept' ORDER BY 1")
    names = [row[0] for row in read(engine, query)]
    assert names == ["ix__kept__price", "ix_kept_lower", "ix_kept_tags", "ix_kept_where", "uq_kept"]
    definition = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_kept_where'")
    assert "'%a:b%'" in read(engine, definition)[0][0]
    assert read(engine, select(view.table)) == []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("REFRESH MATERIALIZED VIEW CONCURRENTLY shop.kept"))
    assert len(read(engine, select(view.table))) == 3
    metadata.create_all(engine)
    metadata.drop_all(engine)
    metadata.create_all(engine)
    assert [row[0] for row in read(engine, query)] == names


def test_materialized_view_without_data_waits_for_its_refresh(engine, metadata, products, rows):
    """It cannot be read before."""
    view = PGCraftMaterializedView("m", "shop", metadata, select(products), with_data=False)
    rows()
    with pytest.raises(OperationalError, match="has not been populated"):
        read(engine, select(view.table))
    with engine.begin() as connection:
        connection.execute(text("REFRESH MATERIALIZED VIEW shop.m"))
    assert len(read(engine, select(view.table))) == 3


def test_index_of_a_materialized_view_on_an_unknown_column_is_refused(metadata, products):
    """By name, with the nearest right spelling."""
    with pytest.raises(PGCraftValidationError, match="Did you mean 'price'"):
        PGCraftMaterializedView(
            "m", "shop", metadata, select(products), indexes=[PGCraftIndex("ix", "{prize}")]
        )


def test_table_with_the_name_of_a_view_is_refused_before_anything_is_made(
    engine, metadata, products
):
    """Also if it was defined after the view."""
    PGCraftView("late", "shop", metadata, select(products))
    Table("late", metadata, Column("id", Integer), schema="shop")
    with pytest.raises(PGCraftValidationError, match=r"shop\.late has the name of a table"):
        metadata.create_all(engine)
    assert "shop" not in inspect(engine).get_schema_names()


@pytest.mark.parametrize("query", ["SELECT 1", lambda: 1])
def test_view_of_no_query_is_refused(query, metadata):
    """The error says what it takes."""
    with pytest.raises(PGCraftValidationError, match="Give it a select"):
        PGCraftView("v", "shop", metadata, query).create()


def test_views_declared_against_their_needs_take_two_attempts_each(
    engine, metadata, products, statements
):
    """A long chain of views of views costs a multiple of its length, not of its square."""
    length = 40
    views = {length: products}

    def query(number):
        below = views[number + 1]
        return select((below if number + 1 == length else below.table).c.id)

    for number in range(length):
        views[number] = PGCraftView(
            f"v{number}", "shop", metadata, lambda number=number: query(number)
        )
    metadata.create_all(engine)
    assert sum(one.startswith("CREATE VIEW") for one in statements) <= 2 * length
    assert read(engine, select(views[0].table)) == []
    metadata.drop_all(engine)
    assert sum(one.startswith("DROP VIEW") for one in statements) <= 2 * length


def test_view_that_calls_a_function_as_if_it_were_a_column_waits_for_it(engine, metadata, products):
    """PostgreSQL reports such a function as a missing column; it waits for a view's row type."""
    base = PGCraftView("base", "shop", metadata, select(products.c.id))
    query = select(literal_column("base.double").label("double")).select_from(base.table)
    view = PGCraftView("doubled", "shop", metadata, query)
    body = "SELECT ($1).id * 2"
    declare(metadata, Function("double", "shop", body, ("shop.base",), "integer", "sql"))
    with engine.begin() as connection:
        # Such a call finds its function on the search path only.
        connection.execute(text("SET LOCAL search_path = shop"))
        metadata.create_all(connection)
        connection.execute(insert(products).values(id=4))
    assert read(engine, select(view.table)) == [(8,)]


# Row security: whose rights a view reads with


def secured(metadata, name="notes", schema="s"):
    """A table of which each role sees its own rows, if it may read the table at all."""
    columns = [Column("owner", Text), Column("body", Text)]
    notes = Table(name, metadata, *columns, schema=schema)
    declare(
        metadata,
        RowSecurity(schema or "public", name),
        Policy(name="own", schema=schema or "public", table=name, using="owner = current_user"),
        Role("reader"),
        Grant("USAGE", on=Schema(schema or "public"), to="reader"),
        Grant("SELECT", on=f"TABLE {schema or 'public'}.{name}", to="reader"),
    )
    return notes


def of_notes(metadata, **options):
    return PGCraftView("v", "s", metadata, select(metadata.tables["s.notes"]), **options)


def over(metadata, **options):
    return PGCraftView("outer", "s", metadata, select(of_notes(metadata, **options).table))


LIGHT = sqlalchemy_table("notes", column("owner"), column("body"), schema="s")

# The view that is read, and how many of the two rows the role sees.
READS = {
    "table": (of_notes, 1),
    "told to be invoker": (lambda m: of_notes(m, security_invoker=True), 1),
    "told to be owner": (lambda m: of_notes(m, security_invoker=False), 2),
    "alias": (lambda m: PGCraftView("v", "s", m, select(m.tables["s.notes"].alias())), 1),
    "subquery": (
        lambda m: PGCraftView("v", "s", m, select(select(m.tables["s.notes"]).subquery())),
        1,
    ),
    "cte": (lambda m: PGCraftView("v", "s", m, select(select(m.tables["s.notes"]).cte("c"))), 1),
    "union": (
        lambda m: PGCraftView(
            "v",
            "s",
            m,
            select(literal("x").label("owner"))
            .where(text("false"))
            .union_all(select(m.tables["s.notes"].c.owner)),
        ),
        1,
    ),
    "light table": (lambda m: PGCraftView("v", "s", m, select(LIGHT)), 1),
    "called later": (lambda m: PGCraftView("v", "s", m, lambda: select(m.tables["s.notes"])), 1),
    "view between": (over, 1),
    "view between, invoker": (lambda m: over(m, security_invoker=True), 1),
    "view between, owner": (lambda m: over(m, security_invoker=False), 2),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("what", READS)
def test_view_over_row_security_obeys_the_policies_unless_told_otherwise(
    what, first, engine, metadata
):
    """Whichever way it reads the table, and whichever is declared first."""
    make, seen = READS[what]
    if first:
        secured(metadata)
        view = make(metadata)
    else:
        Table("notes", metadata, Column("owner", Text), Column("body", Text), schema="s")
        view = make(metadata)
        other = MetaData()
        secured(other)
        declare(metadata, *declared_objects(other))
    declare(metadata, Grant("SELECT", on=view, to="reader"))
    if what.startswith("view between"):
        declare(metadata, Grant("SELECT", on="TABLE s.v", to="reader"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        rows = [{"owner": "reader", "body": "a"}, {"owner": "other", "body": "b"}]
        connection.execute(insert(metadata.tables["s.notes"]), rows)
        connection.execute(text("SET LOCAL ROLE reader"))
        assert len(connection.execute(select(view.table)).all()) == seen


@pytest.mark.parametrize("again", ["the same models", "models loaded anew"])
def test_row_security_that_comes_later_is_obeyed_by_views_that_are_there(again, engine, statements):
    """Also by a view over the view, and an API view; then nothing is left to be done."""

    def load(metadata):
        notes = PGCraftSimple("notes", "s", metadata, [Column("owner", Text)])
        over(metadata)
        PostgRESTView(notes, grants=["select"])

    metadata = MetaData()
    load(metadata)
    metadata.create_all(engine)
    if again == "models loaded anew":
        metadata = MetaData()
        load(metadata)
    declare(metadata, RowSecurity("s", "notes"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        options = (
            "SELECT relname, reloptions::text FROM pg_class WHERE relkind = 'v' AND relname IN"
        )
        found = connection.execute(text(f"{options} ('v', 'outer', 'notes') ORDER BY 1")).all()
    assert found == [(name, "{security_invoker=true}") for name in ("notes", "outer", "v")]
    statements.clear()
    metadata.create_all(engine)
    assert {one.split()[0] for one in statements} == {"SELECT"}


def test_view_told_to_act_with_its_owners_rights_is_left_so(engine, metadata):
    """Its own word counts for the view that is there, too."""
    PGCraftSimple("notes", "s", metadata, [Column("owner", Text)])
    of_notes(metadata, security_invoker=False)
    metadata.create_all(engine)
    declare(metadata, RowSecurity("s", "notes"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        found = connection.scalar(text("SELECT reloptions FROM pg_class WHERE relname = 'v'"))
    assert found is None


@pytest.mark.parametrize(
    ("version", "chosen", "amended"),
    [((14, 9), None, False), ((14, 9), True, True), ((15,), None, True), (None, None, True)],
)
def test_older_server_has_no_option_to_amend(version, chosen, amended, metadata):
    """As where the view is made."""
    secured(metadata)
    assert (of_notes(metadata, security_invoker=chosen).amendment(version) is not None) is amended


def test_view_over_a_table_in_public_that_names_no_schema_obeys_its_policies(engine, metadata):
    """It is the table that RowSecurity("public", …) is of."""
    view = PGCraftView("v", "s", metadata, lambda: select(metadata.tables["notes"]))
    secured(metadata, schema=None)
    assert view.security_invoker


@pytest.mark.parametrize(
    ("version", "chosen", "option"),
    [
        ((14, 9), None, False),
        ((14, 9), True, True),
        ((15,), None, True),
        ((17, 1), None, True),
        (None, None, True),
        ((17, 1), False, False),
    ],
)
def test_older_server_makes_the_view_with_its_owners_rights(version, chosen, option, metadata):
    """The option came with PostgreSQL 15; who asks for it gets the server's error."""
    secured(metadata)
    view = of_notes(metadata, security_invoker=chosen, comment="c")
    first, comment = view.create_on(version)
    assert ("WITH (security_invoker = true)" in first) is option
    assert first.startswith("CREATE VIEW s.v")
    assert comment.startswith("COMMENT")


def test_view_without_row_security_acts_with_its_owners_rights(metadata):
    """A role needs rights on the view alone."""
    Table("notes", metadata, Column("owner", Text), schema="s")
    view = of_notes(metadata)
    assert not view.security_invoker
    assert "WITH" not in view.create_on((15,))[0]
