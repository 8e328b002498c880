"""Enum types, of pgcraft and of SQLAlchemy; domains and sequences."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
import enum
from sqlalchemy import *
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator
from pgcraft import pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import EnumType

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""
ORDERS = 'PGCraftSimple("orders", "shop", metadata, [Column("note", String){}])\n'
STATUS = 'status = EnumType("status", "shop", metadata, [{}])\n'
COLUMN = ', Column("status", status{})'


def models(labels: str, *, default: str = "", more: str = "") -> str:
    """Orders that have a status of the labels."""
    return MODELS + STATUS.format(labels) + ORDERS.format(COLUMN.format(default)) + more


FILLED = "INSERT INTO shop.orders (note) VALUES ('a'), ('b')"
PAID = "INSERT INTO shop.orders (note, status) VALUES ('a', 'new'), ('b', 'paid')"
STATUSES = {"SELECT note, status::text FROM shop.orders ORDER BY id": [("a", "new"), ("b", "paid")]}
MAPPED = """
class Base(DeclarativeBase):
    metadata = MetaData(schema={schema!r})

class Status(enum.Enum):
    new = 1
    paid = 2
    {label}

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None]
    {column}

metadata = Base.metadata
"""


def mapped(label: str, column: str = "status: Mapped[Status | None]", schema: str = "shop") -> str:
    """Declarative models with an enum of Python."""
    return MODELS + MAPPED.format(label=label, column=column, schema=schema)


def plain(*columns: str, before: str = "", schema: str = "shop") -> str:
    """A table of SQLAlchemy alone."""
    return (
        MODELS
        + before
        + f'orders = Table("orders", metadata, Column("id", Integer, primary_key=True), Column("note", String), {", ".join(columns)}{"," if columns else ""} schema={schema!r})\n'
    )


DECORATED = """
class Loud(TypeDecorator):
    impl = Enum({}, name="status", schema="shop")
    cache_ok = True
"""
KEEP = {"SELECT note FROM shop.orders ORDER BY id": [("a",), ("b",)]}

SCENARIOS = {
    "new enum column": Scenario(
        old=MODELS + ORDERS.format(""),
        new=models('"new", "paid"', default=', nullable=False, server_default="new"'),
        use_old=FILLED,
        use_new="UPDATE shop.orders SET status = 'paid' WHERE note = 'b'",
        holds=STATUSES,
        kept=KEEP,
    ),
    "label appended": Scenario(
        old=models('"new", "paid"', default=', server_default="new"'),
        new=models('"new", "paid", "sent: \'50%\'"', default=', server_default="new"'),
        use_old=PAID,
        use_new="INSERT INTO shop.orders (note) VALUES ('c')",
        holds={"SELECT status::text FROM shop.orders ORDER BY id": [("new",), ("paid",), ("new",)]},
        kept={"SELECT status::text FROM shop.orders ORDER BY id": [("new",), ("paid",), ("new",)]},
        drafted=("ADD VALUE",),
    ),
    "label inserted": Scenario(
        old=models('"new", "paid"'),
        new=models('"new", "held", "paid"'),
        use_old=PAID,
        use_new="UPDATE shop.orders SET status = 'held' WHERE status = 'new';"
        " UPDATE shop.orders SET status = 'new' WHERE status = 'held'",
        holds=STATUSES,
        kept=STATUSES,
        drafted=("ADD VALUE",),
    ),
    "label removed": Scenario(
        old=models('"new", "lost", "paid"', default=', server_default="new"'),
        new=models('"new", "paid"', default=', server_default="paid"'),
        use_old=PAID,
        use_new="UPDATE shop.orders SET note = note",
        holds=STATUSES,
        kept=STATUSES,
    ),
    "enum column dropped, its type goes too": Scenario(
        old=models('"new", "paid"'),
        new=MODELS + ORDERS.format(""),
        use_old=PAID,
        holds={**KEEP, "SELECT to_regtype('shop.status') IS NULL": [(True,)]},
        kept=KEEP,
    ),
    "enum shared by two tables": Scenario(
        old=models('"new", "paid"'),
        new=models(
            '"new", "paid"',
            more='PGCraftSimple("lines", "shop", metadata, [Column("status", status, server_default="paid")])\n',
        ),
        use_old=PAID,
        use_new="INSERT INTO shop.lines DEFAULT VALUES",
        holds=STATUSES,
        kept=STATUSES,
    ),
    "Mapped[Enum] gets a label": Scenario(
        old=mapped(""),
        new=mapped("sent = 3"),
        use_old=PAID,
        use_new="INSERT INTO shop.orders (status) VALUES ('sent');"
        " DELETE FROM shop.orders WHERE status = 'sent'",
        holds=STATUSES,
        kept=STATUSES,
        drafted=("ADD VALUE",),
    ),
    "Mapped[Enum] in public, added": Scenario(
        old=mapped("", "", schema=None),
        new=mapped("", schema=None),
        use_old=FILLED.replace("shop.", ""),
        use_new="UPDATE orders SET status = 'paid'",
        kept={"SELECT note FROM orders ORDER BY id": [("a",), ("b",)]},
    ),
    "sa.Enum added, with inherit_schema": Scenario(
        old=plain(),
        new=plain('Column("status", Enum("new", "paid", name="status", inherit_schema=True))'),
        use_old=FILLED,
        use_new="UPDATE shop.orders SET status = 'paid'",
        holds={"SELECT to_regtype('shop.status')::text": [("shop.status",)]},
        kept=KEEP,
    ),
    "sa.Enum of another schema than its table's": Scenario(
        old=plain('Column("status", Enum("new", "paid", name="status"))'),
        new=plain('Column("status", Enum("new", "paid", name="status", schema="kinds"))'),
        use_old=PAID,
        holds=STATUSES,
        kept=STATUSES,
    ),
    "enum in a TypeDecorator gets a label": Scenario(
        old=plain('Column("status", Loud)', before=DECORATED.format('"new", "paid"')),
        new=plain('Column("status", Loud)', before=DECORATED.format('"new", "paid", "sent"')),
        use_old=PAID,
        holds=STATUSES,
        kept=STATUSES,
        drafted=("ADD VALUE",),
    ),
    "array of an enum added, then a label": Scenario(
        old=plain('Column("all", ARRAY(Enum("new", "paid", name="status", schema="shop")))'),
        new=plain(
            'Column("all", ARRAY(Enum("new", "paid", "sent", name="status", schema="shop")), server_default="{{new}}")'.replace(
                "{{", "{"
            ).replace("}}", "}")
        ),
        use_old="""INSERT INTO shop.orders ("all") VALUES ('{new,paid}')""",
        use_new="INSERT INTO shop.orders DEFAULT VALUES",
        holds={'SELECT "all"::text FROM shop.orders ORDER BY id': [("{new,paid}",), ("{new}",)]},
    ),
    "string becomes an enum": Scenario(
        old=plain('Column("status", String)'),
        new=plain('Column("status", Enum("new", "paid", name="status", schema="shop"))'),
        use_old=PAID,
        holds=STATUSES,
        kept=STATUSES,
    ),
    "enum becomes a checked string": Scenario(
        reads_otherwise=True,
        old=plain('Column("status", Enum("new", "paid", name="status", schema="shop"))'),
        new=plain(
            'Column("status", Enum("new", "paid", name="status", native_enum=False, create_constraint=True))'
        ),
        use_old=PAID,
        holds=STATUSES,
        kept=STATUSES,
    ),
    "checked enum column added": Scenario(
        old=plain(),
        new=plain(
            'Column("status", Enum("only", name="ck", native_enum=False, create_constraint=True))'
        ),
        use_old=FILLED,
        use_new="UPDATE shop.orders SET status = 'only'",
        holds=KEEP,
        kept=KEEP,
    ),
    "checked enum gets a label": Scenario(
        reads_otherwise=True,
        old=plain(
            'Column("status", Enum("new", "paid", name="ck", native_enum=False, create_constraint=True))'
        ),
        new=plain(
            'Column("status", Enum("new", "paid", "sent", name="ck", native_enum=False, create_constraint=True))'
        ),
        use_old=PAID,
        use_new="UPDATE shop.orders SET note = note",
        holds=STATUSES,
        kept=STATUSES,
    ),
    "domain added, then its check and default change": Scenario(
        old=plain('Column("n", pg.DOMAIN("positive", Integer, schema="shop", check="VALUE > 0"))'),
        new=plain(
            'Column("n", pg.DOMAIN("positive", Integer, schema="shop", check="VALUE > 1", default="5"))'
        ),
        use_old="INSERT INTO shop.orders (n) VALUES (3)",
        use_new="INSERT INTO shop.orders DEFAULT VALUES",
        holds={"SELECT n FROM shop.orders ORDER BY id": [(3,), (5,)]},
        kept={"SELECT n FROM shop.orders ORDER BY id": [(3,), (5,)]},
    ),
    "sequence objects": Scenario(
        old=plain(
            before='numbers = Sequence("numbers", schema="shop", metadata=metadata, start=10)\n'
        ),
        new=plain(
            'Column("number", Integer, server_default=numbers.next_value())',
            before='numbers = Sequence("numbers", schema="shop", metadata=metadata, start=10, increment=5)\n',
        ),
        use_old=FILLED,
        use_new="INSERT INTO shop.orders (note) VALUES ('c')",
        holds={"SELECT number FROM shop.orders WHERE note = 'c'": [(20,)]},
    ),
    "identity columns": Scenario(
        old=plain('Column("n", Integer, Identity(start=5))'),
        new=plain('Column("n", Integer, Identity(always=True, start=5, increment=2))'),
        use_old=FILLED,
        use_new="INSERT INTO shop.orders (note) VALUES ('c')",
        kept={"SELECT count(DISTINCT n) FROM shop.orders": [(3,)]},
    ),
    "serial key becomes an identity": Scenario(
        old=MODELS
        + 'Table("orders", metadata, Column("id", Integer, primary_key=True), Column("note", String), schema="shop")\n',
        new=MODELS
        + 'Table("orders", metadata, Column("id", Integer, Identity(), primary_key=True), Column("note", String), schema="shop")\n',
        use_old=FILLED,
        holds=KEEP,
        kept=KEEP,
    ),
    "sequence of a key that it shares": Scenario(
        old=plain(),
        new=plain('Column("n", Integer, Sequence("n_seq", schema="shop"))'),
        use_old=FILLED,
        holds=KEEP,
        kept=KEEP,
    ),
}
