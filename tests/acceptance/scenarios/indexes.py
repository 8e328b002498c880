"""Indexes, checks and unique constraints."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ExcludeConstraint, JSONB
from pgcraft import PGCraftCheck, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
table = PGCraftSimple("products", "inventory", metadata, [
    Column("name", String{0}),
    Column("price", Numeric(10, 2){1}),
    Column("tags", JSONB),
    {2}
]).table
"""


def models(*items: str, name: str = "", price: str = "") -> str:
    """A simple dimension with the items."""
    return MODELS.format(name, price, ",\n    ".join(items))


FILLED = """INSERT INTO inventory.products (name, price, tags) VALUES ('Nut', 3, '{"a": 1}'), ('bolt', 4, '[]')"""
NAMES = {"SELECT name FROM inventory.products ORDER BY id": [("Nut",), ("bolt",)]}
ALL = (
    'PGCraftIndex("ix_name", "{name}")',
    'PGCraftIndex("ix_lower", "lower({name})", "{price} DESC")',
    'PGCraftIndex("ix_tags", "{tags}", postgresql_using="gin")',
    'PGCraftIndex("uq_dear", "{name}", unique=True, postgresql_where="{price} > 100")',
)


def change(old: tuple[str, ...], new: tuple[str, ...], **more: object) -> Scenario:
    """A change of what is on the table, whose rows stay."""
    return Scenario(
        old=models(*old),
        new=models(*new),
        use_old=FILLED,
        use_new="UPDATE inventory.products SET price = price",
        holds=NAMES,
        kept=NAMES,
        **more,  # type: ignore[arg-type]  # any field of a scenario
    )


SCENARIOS = {
    "four kinds of index on a new table": Scenario(
        old="from sqlalchemy import MetaData\nmetadata = MetaData()\n",
        new=models(*ALL),
        use_new=FILLED,
        holds=NAMES,
        drafted=(r"op\.create_table\(", r"op\.create_index\("),
    ),
    "indexes added": change((), ALL),
    "indexes dropped": change(ALL, (), drafted=(r"op\.drop_index\(",)),
    "index expression changed": change(
        ('PGCraftIndex("ix", "lower({name})")',), ('PGCraftIndex("ix", "upper({name})")',)
    ),
    "index predicate changed": change(
        ('PGCraftIndex("ix", "{name}", postgresql_where="{price} > 1")',),
        ('PGCraftIndex("ix", "{name}", postgresql_where="{price} > 2 AND {name} LIKE \'a%\'")',),
    ),
    "index method changed": change(
        ('PGCraftIndex("ix", "{name}")',),
        ('PGCraftIndex("ix", "{name}", postgresql_using="hash")',),
    ),
    "index becomes unique, with columns included": change(
        ('PGCraftIndex("ix", "{name}")',),
        ('PGCraftIndex("ix", "{name}", unique=True, postgresql_include=["price"])',),
    ),
    "index with operator class and storage options": change(
        (),
        (
            """PGCraftIndex("ix", "{name}", postgresql_ops={"name": "varchar_pattern_ops"},
            postgresql_with={"fillfactor": 50})""",
        ),
    ),
    "check added": change((), ('PGCraftCheck("{price} >= 0", "ck_price")',)),
    "check changed": change(
        ('PGCraftCheck("{price} >= 0", "ck_price")',),
        ('PGCraftCheck("{price} >= 0 AND {name} <> \'10%:x\'", "ck_price")',),
    ),
    "check dropped": change(('PGCraftCheck("{price} >= 0", "ck_price")',), ()),
    "two unnamed checks, one changed": change(
        ('CheckConstraint("price > 0")', 'CheckConstraint("price < 10")'),
        ('CheckConstraint("price > 0")', 'CheckConstraint("price < 20")'),
    ),
    "column becomes unique": Scenario(
        old=models(),
        new=models(name=", unique=True"),
        use_old=FILLED,
        holds=NAMES,
        kept=NAMES,
    ),
    "column is no longer unique": Scenario(
        old=models(name=", unique=True"), new=models(), use_old=FILLED, holds=NAMES, kept=NAMES
    ),
    "unique constraint added": change((), ('UniqueConstraint("name", "price")',)),
    "unique constraint changed, and deferrable": change(
        ('UniqueConstraint("name", "price", name="uq")',),
        ('UniqueConstraint("name", name="uq", deferrable=True, initially="DEFERRED")',),
    ),
    "unique constraint treats nulls as equal": change(
        ('UniqueConstraint("name", name="uq")',),
        ('UniqueConstraint("name", name="uq", postgresql_nulls_not_distinct=True)',),
        since=15,
    ),
    "index=True added": Scenario(
        old=models(), new=models(name=", index=True"), use_old=FILLED, holds=NAMES, kept=NAMES
    ),
    "exclusion constraint added": change(
        (), ('ExcludeConstraint(("name", "="), using="btree", name="ex")',)
    ),
    "exclusion constraint changed": change(
        ('ExcludeConstraint(("name", "="), using="btree", name="ex")',),
        ('ExcludeConstraint(("name", "="), ("price", "="), using="btree", name="ex")',),
    ),
}
