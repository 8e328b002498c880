"""Models without pgcraft: SQLAlchemy's own, with DDL events and filters."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

DECLARATIVE = """
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Optional
import uuid
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    metadata = MetaData({convention})
    type_annotation_map = {{dict: JSONB, datetime: DateTime(timezone=True)}}

Key = Annotated[int, mapped_column(primary_key=True)]

class Team(Base):
    __tablename__ = "team"
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(index=True, unique=True)
    heroes: Mapped[list["Hero"]] = relationship(back_populates="team")

class Hero(Base):
    __tablename__ = "hero"
    __table_args__ = ({args})
    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(50))
    secret: Mapped[uuid.UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    since: Mapped[datetime] = mapped_column(server_default=func.now())
    team_id: Mapped[Optional[int]] = mapped_column(ForeignKey("team.id"))
    team: Mapped[Optional[Team]] = relationship(back_populates="heroes")
    {columns}

metadata = Base.metadata
"""


def declarative(columns: str = "", args: str = "", convention: str = "") -> str:
    """Models as SQLModel would make them, in public."""
    return DECLARATIVE.format(columns=columns, args=args, convention=convention)


CONVENTION = (
    'naming_convention={"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_name)s",'
    ' "ck": "ck_%(table_name)s_%(constraint_name)s", "pk": "pk_%(table_name)s",'
    ' "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s"}'
)
USED = "INSERT INTO team (name) VALUES ('x'); INSERT INTO hero (name, team_id) VALUES ('Ada', 1)"
HEROES = {"SELECT name, team_id FROM public.hero": [("Ada", 1)]}

TABLES = """
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ExcludeConstraint
metadata = MetaData()
"""
ORDERS = 'Table("orders", metadata, Column("id", Integer, primary_key=True), Column("price", Integer){}, schema="shop")\n'
PRICED = "INSERT INTO shop.orders (price) VALUES (3)"
PRICE = {"SELECT price FROM shop.orders": [(3,)]}


def listening(*statements: str, columns: str = "", moment: str = "after_create") -> str:
    """A table with statements of its own events."""
    return (
        f"{TABLES}{ORDERS.format(columns)}"
        f'for statement in {[one.replace("%", "%%") for one in statements]!r}:\n    event.listen(metadata, "{moment}", DDL(statement))\n'
    )


TOUCH = "CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $f$\nBEGIN\n\tNEW.price := NEW.price + {}; -- 100% :x '\\n'\n\tRETURN NEW;\nEND\n$f$"
ON_INSERT = (
    "CREATE TRIGGER touch BEFORE INSERT ON shop.orders FOR EACH ROW {}EXECUTE FUNCTION shop.touch()"
)
PARTED = (
    "CREATE SCHEMA IF NOT EXISTS shop",
    "CREATE TABLE shop.log (day date NOT NULL, note text) PARTITION BY RANGE (day)",
    "CREATE TABLE shop.log_2024 PARTITION OF shop.log FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
)
NEXT = "CREATE TABLE shop.log_2025 PARTITION OF shop.log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
MAPPED_PARTITION = 'Table("log", metadata, Column("day", Date, primary_key=True), Column("note", Text{}), schema="shop", postgresql_partition_by="RANGE (day)")\n'
EXCLUDED = "ALTER TABLE shop.orders ADD CONSTRAINT one EXCLUDE USING btree (price WITH =) WHERE (price > {})"
SECURED = (
    "ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY few ON shop.orders FOR SELECT USING (price IN (1, 2, {}))",
)
FILTER = """
def include_object(item, name, type_, reflected, compare_to):
    return not (name or "").startswith("legacy")


OPTIONS = dict(
    include_object=include_object,
"""
FILTERED = {"OPTIONS = dict(\n": FILTER.lstrip()}
LEGACY = """
    CREATE TABLE legacy_log (id integer PRIMARY KEY);
    ALTER TABLE shop.orders ADD COLUMN legacy_note text;
    CREATE INDEX legacy_price ON shop.orders (price);
"""
UNNAMED_ITEMS = ', CheckConstraint("price > 0"), CheckConstraint("price < {}"), UniqueConstraint("price"), Column("parent", ForeignKey("shop.orders.id"))'

SCENARIOS = {
    "declarative models get columns, an index and a foreign key": Scenario(
        old=declarative(),
        new=declarative(
            "data: Mapped[dict] = mapped_column(server_default=text(\"'{}'\"))\n"
            "    pay: Mapped[Optional[Decimal]] = mapped_column(Numeric(10, 2), index=True)\n"
            '    leader_id: Mapped[Optional[int]] = mapped_column(ForeignKey("hero.id", ondelete="SET NULL"))'
        ),
        use_old=USED,
        use_new="UPDATE hero SET pay = 3.5, leader_id = 1",
        holds=HEROES,
        kept=HEROES,
        undrafted=("CREATE ", "pgcraft_manages"),
    ),
    "declarative models with a naming convention": Scenario(
        old=declarative(convention=CONVENTION),
        new=declarative(
            'age: Mapped[int] = mapped_column(server_default="1", unique=True)',
            'CheckConstraint("age > 0", name="positive"), UniqueConstraint("name", "team_id"),',
            CONVENTION,
        ),
        use_old=USED,
        holds=HEROES,
        kept=HEROES,
    ),
    "naming convention introduced": Scenario(
        old=declarative(),
        new=declarative(convention=CONVENTION),
        use_old=USED,
        holds=HEROES,
        kept=HEROES,
    ),
    "unnamed constraints, one changed": Scenario(
        old=TABLES + ORDERS.format(UNNAMED_ITEMS.format(10)),
        new=TABLES + ORDERS.format(UNNAMED_ITEMS.format(20)),
        use_old=PRICED,
        holds=PRICE,
        kept=PRICE,
    ),
    "unnamed constraints added": Scenario(
        old=TABLES + ORDERS.format(""),
        new=TABLES + ORDERS.format(UNNAMED_ITEMS.format(20)),
        use_old=PRICED,
        holds=PRICE,
        kept=PRICE,
    ),
    "table renamed": Scenario(
        old=TABLES
        + ORDERS.format(', Column("kind", Enum("a", name="kind", schema="shop"), index=True)'),
        new=TABLES
        + ORDERS.format(
            ', Column("kind", Enum("a", name="kind", schema="shop"), index=True)'
        ).replace('"orders"', '"deals"'),
        use_old=PRICED,
        use_new=PRICED.replace("orders", "deals"),
    ),
    "column keys differ from names": Scenario(
        old=TABLES
        + ORDERS.format(', Column("unitPrice", Integer, key="unit"), UniqueConstraint("unit")'),
        new=TABLES
        + ORDERS.format(
            ', Column("unitPrice", Integer, key="unit"), Column("taxRate", Integer, key="tax"), Index("ix", "unit", "tax"), UniqueConstraint("unit", "tax")'
        ),
        use_old=PRICED,
        holds=PRICE,
        kept=PRICE,
    ),
    "two MetaData": Scenario(
        old=TABLES
        + ORDERS.format("")
        + 'other = MetaData()\nTable("users", other, Column("id", Integer, primary_key=True), schema="app")\nmetadata = [metadata, other]\n',
        new=TABLES
        + ORDERS.format("")
        + 'other = MetaData()\nTable("users", other, Column("id", Integer, primary_key=True), Column("name", Text), schema="app")\nmetadata = [metadata, other]\n',
        use_old=PRICED,
        holds=PRICE,
    ),
    "function and trigger of events, changed": Scenario(
        old=listening(TOUCH.format(1), ON_INSERT.format("")),
        new=listening(TOUCH.format(2), ON_INSERT.format("WHEN (NEW.price > 1) ")),
        use_old="INSERT INTO shop.orders (price) VALUES (2)",
        use_new="INSERT INTO shop.orders (price) VALUES (1), (2)",
        holds={"SELECT price FROM shop.orders ORDER BY id": [(3,), (1,), (4,)]},
        kept={"SELECT price FROM shop.orders ORDER BY id": [(3,), (1,), (4,)]},
    ),
    "partition of an event added": Scenario(
        old=listening(*PARTED),
        new=listening(*PARTED, NEXT),
        use_old="INSERT INTO shop.log VALUES ('2024-05-05', 'a')",
        use_new="INSERT INTO shop.log VALUES ('2025-05-05', 'b'); DELETE FROM shop.log_2025",
        holds={"SELECT note FROM shop.log": [("a",)]},
        kept={"SELECT note FROM shop.log": [("a",)]},
        raw_tables=True,
    ),
    "partitioned table of the models, with a partition of an event": Scenario(
        old=TABLES
        + MAPPED_PARTITION.format("")
        + f'event.listen(metadata, "after_create", DDL({PARTED[2]!r}))\n',
        new=TABLES
        + MAPPED_PARTITION.format(", index=True")
        + "".join(
            f'event.listen(metadata, "after_create", DDL({one!r}))\n' for one in (PARTED[2], NEXT)
        ),
        use_old="INSERT INTO shop.log VALUES ('2024-05-05', 'a')",
        holds={"SELECT note FROM shop.log": [("a",)]},
        kept={"SELECT note FROM shop.log": [("a",)]},
        raw_tables=True,
    ),
    "exclusion constraint of an event changed": Scenario(
        old=listening(EXCLUDED.format(0)),
        new=listening(EXCLUDED.format(1)),
        use_old=PRICED,
        holds=PRICE,
        kept=PRICE,
    ),
    "policy and row security of events changed": Scenario(
        old=listening(*(one.format(3) for one in SECURED)),
        new=listening(*(one.format(4) for one in SECURED)),
        use_old=PRICED,
        holds=PRICE,
        kept=PRICE,
    ),
    "filters of the project are respected": Scenario(
        old=TABLES + ORDERS.format(""),
        new=TABLES + ORDERS.format(', Column("size", Integer)'),
        use_old=PRICED,
        outside=LEGACY,
        leave="DROP TABLE legacy_log; DROP INDEX shop.legacy_price; ALTER TABLE shop.orders DROP legacy_note",
        env=FILTERED,
        holds=PRICE,
        kept=PRICE,
        undrafted=("legacy",),
    ),
    "models declare what the filters leave out": Scenario(
        old=TABLES + ORDERS.format(""),
        new=TABLES + ORDERS.format(', Column("size", Integer)'),
        use_old=PRICED,
        outside="CREATE TABLE shop.legacy_parent (id integer PRIMARY KEY)",
        leave="DROP TABLE shop.legacy_parent",
        env=FILTERED,
        holds=PRICE,
    ),
}
