"""PGCraftSimple on a real server: what it creates can be used, and Alembic agrees."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    Enum,
    ForeignKey,
    Identity,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex
from pgcraft.factory import PGCraftSimple
from pgcraft.plugins.pk import IdentityPKPlugin, SerialPKPlugin, UUIDV4PKPlugin


def test_simple_table_is_created_and_takes_rows(engine, metadata, create, differences):
    """The cookbook's first recipe: a real table with a serial key, known to the MetaData."""
    factory = PGCraftSimple(
        tablename="products",
        schemaname="inventory",
        metadata=metadata,
        schema_items=[
            Column("name", String, nullable=False),
            Column("sku", String(32), nullable=False),
            Column("price", Numeric(10, 2), nullable=False),
        ],
    )
    products = factory.table
    assert products is metadata.tables["inventory.products"]
    create(metadata)
    with engine.begin() as connection:
        row = connection.execute(
            insert(products).values(name="Nut", sku="N1", price=2).returning(products)
        ).one()
        assert (row.id, row.name, row.price) == (1, "Nut", 2)
        names = [
            column["name"] for column in inspect(connection).get_columns("products", "inventory")
        ]
    assert names == ["id", "name", "sku", "price"]
    assert differences(metadata) == []


def test_public_schema_is_kept_in_the_key(engine, metadata, create):
    """The schema public is no special case in ``metadata.tables``."""
    users = PGCraftSimple("users", "public", metadata, [Column("name", Text)]).table
    assert metadata.tables["public.users"] is users
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(users).values(name="A"))
        assert connection.scalar(text("SELECT name FROM public.users")) == "A"


def test_cookbook_indexes_are_created_as_written(engine, metadata, create, differences):
    """Plain, unique, functional and multi-column indexes of the cookbook's recipe."""
    products = PGCraftSimple(
        "products",
        "inventory",
        metadata,
        schema_items=[
            Column("name", String, nullable=False),
            Column("sku", String(32), nullable=False),
            Column("price", Integer, nullable=False),
            PGCraftIndex("idx_products_sku", "{sku}"),
            PGCraftIndex("uq_products_name", "{name}", unique=True),
            PGCraftIndex("idx_products_lower_name", "lower({name})", postgresql_using="btree"),
            PGCraftIndex("idx_products_name_price", "{name}", "{price}"),
        ],
    )
    create(metadata)
    assert _index_definitions(engine) == {
        "idx_products_lower_name": "USING btree (lower((name)::text))",
        "idx_products_name_price": "USING btree (name, price)",
        "idx_products_sku": "USING btree (sku)",
        "pk__products__id": "USING btree (id)",
        "uq_products_name": "USING btree (name)",
    }
    assert differences(metadata) == []
    with engine.begin() as connection:
        connection.execute(insert(products.table).values(name="Nut", sku="1", price=1))
    with pytest.raises(IntegrityError, match="uq_products_name"), engine.begin() as connection:
        connection.execute(insert(products.table).values(name="Nut", sku="2", price=1))


INDEXES = {
    "ix_order": (
        ["{order} DESC NULLS LAST", "{camelCase}"],
        {},
        '("order" DESC NULLS LAST, "camelCase")',
    ),
    "ix_sum": (["{order} + 1"], {}, '((("order" + 1)))'),
    "ix_json": (["{data} ->> 'a:b'"], {}, "(((data ->> 'a:b'::text)))"),
    "ix_case": (["CASE WHEN {active} THEN {order} END"], {}, None),
    "ix_cast": (["{camelCase}::varchar(3)"], {}, None),
    "ix_lower_desc": (["lower({camelCase}) DESC"], {}, '(lower("camelCase") DESC)'),
    "ix_where": (
        ["{order}"],
        {"postgresql_where": "{active} AND {camelCase} LIKE 'a%:b' AND {order} <> 1::int"},
        None,
    ),
    "ix_include": (
        ["{order}"],
        {"postgresql_include": ["{camelCase}"]},
        '("order") INCLUDE ("camelCase")',
    ),
    "ix_ops": (
        ["{camelCase}", "lower({camelCase})"],
        {
            "postgresql_ops": {
                "{camelCase}": "text_pattern_ops",
                "lower({camelCase})": "text_pattern_ops",
            }
        },
        '("camelCase" text_pattern_ops, lower("camelCase") text_pattern_ops)',
    ),
    "ix_gin": (["{data}"], {"postgresql_using": "gin"}, "USING gin (data)"),
    "ix_percent": (["{100% sure}"], {}, '("100% sure")'),
    "ix_percent_where": (["{order}"], {"postgresql_where": "{100% sure} LIKE '%x%'"}, None),
    "ix_concat": (["{camelCase} || ')' || lower({camelCase})"], {}, None),
}


# The server writes these expressions otherwise than they were given, and Alembic compares text.
BEYOND_ALEMBIC = ("ix_case", "ix_concat")


@pytest.mark.parametrize("name", INDEXES)
def test_index_with_hard_text_is_created_and_converges(name, engine, metadata, create, differences):
    """Quoting, colons, percent signs, operators and options reach the server as they were meant."""
    expressions, options, expected = INDEXES[name]
    PGCraftSimple(
        "T 1",
        "my-inv",
        metadata,
        [
            Column("order", Integer),
            Column("camelCase", Text),
            Column("active", Boolean),
            Column("data", JSONB),
            Column("100% sure", Text),
            PGCraftIndex(name, *expressions, **options),
        ],
    )
    create(metadata)
    definition = _index_definitions(engine)[name]
    assert expected is None or definition.endswith(expected)
    if name not in BEYOND_ALEMBIC:
        assert differences(metadata) == []


def test_check_refuses_rows(engine, metadata, create, differences):
    """The condition holds on the server, with percent signs, colons and quoted columns in it."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("order", Integer),
            Column("100% sure", Text),
            PGCraftCheck("{order} > 0::int", "ck_order"),
            PGCraftCheck("{100% sure} LIKE 'a%:b' OR {100% sure} = '{x}'", "ck_sure"),
        ],
    ).table
    create(metadata)
    with engine.begin() as connection:
        connection.execute(
            insert(table), [{"order": 1, "100% sure": "axx:b"}, {"order": 2, "100% sure": "{x}"}]
        )
    for values, name in (({"order": 0}, "ck_order"), ({"100% sure": "b"}, "ck_sure")):
        with pytest.raises(IntegrityError, match=name), engine.begin() as connection:
            connection.execute(insert(table).values(values))
    assert differences(metadata) == []


def test_comments_reach_the_database(engine, metadata, create, differences):
    """Comments on columns and on the table are the server's too."""
    PGCraftSimple(
        "t",
        "s",
        metadata,
        [Column("a", Integer, comment="100%: a 'b'")],
        table_args={"comment": "what"},
    )
    create(metadata)
    inspector = inspect(engine)
    assert inspector.get_table_comment("t", "s") == {"text": "what"}
    assert inspector.get_columns("t", "s")[1]["comment"] == "100%: a 'b'"
    assert differences(metadata) == []


def test_computed_and_identity_columns_are_the_servers(engine, metadata, create, differences):
    """The server computes what it was told to, and pgcraft adds nothing."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("price", Integer, nullable=False),
            Column("number", Integer, Identity(start=10)),
            Column("double", Integer, Computed("price * 2", persisted=True)),
            Column("tags", ARRAY(Text), server_default=text("'{}'")),
            Column("at", DateTime(timezone=True), server_default=func.now()),
        ],
    ).table
    create(metadata)
    with engine.begin() as connection:
        row = connection.execute(insert(table).values(price=4).returning(table)).one()
        assert row[:5] == (1, 4, 10, 8, [])
        assert isinstance(row.at, dt.datetime)
        connection.execute(update(table).values(price=5))
        assert connection.scalar(select(table.c.double)) == 10
    assert differences(metadata) == []


def test_key_plugin_brings_another_key(engine, metadata, create, differences):
    """The serial key yields to any other key plugin, wherever it is given."""
    random = PGCraftSimple(
        "a", "s", metadata, [Column("x", Text)], extra_plugins=[UUIDV4PKPlugin("key")]
    )
    wide = PGCraftSimple("b", "s", metadata, [Column("x", Text)], plugins=[IdentityPKPlugin()])
    named = PGCraftSimple("c", "s", metadata, [Column("x", Text)], plugins=[SerialPKPlugin("c_id")])
    create(metadata)
    with engine.begin() as connection:
        key = connection.scalar(insert(random.table).values(x="1").returning(random.table.c.key))
        assert isinstance(key, uuid.UUID)
        assert connection.scalar(insert(wide.table).values(x="1").returning(wide.table.c.id)) == 1
        assert (
            connection.scalar(
                insert(named.table).values(c_id=7, x="1").returning(named.table.c.c_id)
            )
            == 7
        )
        kind = inspect(connection).get_columns("b", "s")[0]
    assert str(kind["type"]) == "BIGINT"
    assert kind["identity"]["always"] is False
    assert differences(metadata) == []


def test_sqlalchemy_items_are_kept(engine, metadata, create, differences):
    """Any SchemaItem goes to the table: constraints, column keys, enums, foreign keys, indexes."""
    PGCraftSimple("parent", "s", metadata, [])
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("A b", Integer, key="ab", index=True),
            Column("mood", Enum("ok", "bad", name="mood", schema="s")),
            Column("flag", Boolean(create_constraint=True)),
            Column("parent_id", ForeignKey("s.parent.id")),
            UniqueConstraint("ab", "mood"),
            CheckConstraint("flag OR NOT flag"),
            PGCraftIndex("ix_by_key", "{ab}"),
            PGCraftIndex("ix_by_name", "lower({A b}::text)"),
        ],
    ).table
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(table).values(ab=1, mood="ok", flag=True))
    assert inspect(engine).get_unique_constraints("t", "s")[0]["column_names"] == ["A b", "mood"]
    assert differences(metadata) == []


def test_metadata_schema_is_the_default(metadata):
    """A MetaData with a schema of its own is enough."""
    table = PGCraftSimple("t", None, MetaData(schema="mine"), []).table
    assert isinstance(table, Table)
    assert table.fullname == "mine.t"


def test_foreign_key_of_the_cookbook_cascades(engine, metadata, create, differences):
    """The reference finds the physical table, and the server enforces it."""
    customers = PGCraftSimple("customers", "public", metadata, [Column("name", String)]).table
    orders = PGCraftSimple(
        "orders",
        "public",
        metadata,
        schema_items=[
            Column("customer_id", Integer, nullable=False),
            PGCraftFK(
                references={"{customer_id}": "customers.id"},
                name="fk_orders_customer",
                ondelete="CASCADE",
            ),
        ],
    ).table
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(customers).values(id=1))
        connection.execute(insert(orders).values(customer_id=1))
        connection.execute(customers.delete())
        assert connection.scalar(select(func.count()).select_from(orders)) == 0
    with pytest.raises(IntegrityError, match="fk_orders_customer"), engine.begin() as connection:
        connection.execute(insert(orders).values(customer_id=5))
    assert differences(metadata) == []


def _index_definitions(engine):
    """Name to definition, without the table's name, of all indexes that users made."""
    query = text(
        "SELECT c.relname, regexp_replace(pg_get_indexdef(i.indexrelid), '^.* (?=USING )', '')"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relnamespace > 16383 OR c.relnamespace = 'public'::regnamespace"
    )
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}
