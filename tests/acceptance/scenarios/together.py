"""Objects of several kinds that depend on each other, changed together."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftCheck, PGCraftConfig, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.declarative import register
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import EnumType, Function, Policy, RowSecurity, Trigger, declare
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.views import PGCraftMaterializedView, PGCraftView

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
config = PGCraftConfig(auto_discover=False).use(PostgRESTExtension())
"""
LAYERS = """
people = PGCraftAppendOnly("people", "crm", metadata, [Column("name", String({})), {}])
listed = PGCraftView("listed", "crm", metadata, select(people.table)).table
PGCraftMaterializedView("counted", "crm", metadata, select(listed.c.name, func.count().label("n")).group_by(listed.c.name),
    indexes=[PGCraftIndex("uq_counted", "{{name}}", unique=True)])
PostgRESTView(people, grants=["select", "insert", "update"])
"""
USED = "INSERT INTO crm.people (name) VALUES ('Ada'); UPDATE api.people SET name = 'Eve'; REFRESH MATERIALIZED VIEW crm.counted"
EVE = {"SELECT name FROM api.people": [("Eve",)]}

ON_TABLE = """
touch = Function("touch", "crm", "BEGIN NEW.seen := now(); RETURN NEW; END")
table = PGCraftSimple("notes", "crm", metadata, [
    Column("amount", {0}, nullable=False, server_default="1"),
    Column("seen", DateTime(timezone=True)),
    Column("double", {0}, Computed("amount * 2", persisted=True)),
    PGCraftIndex("ix_amount", "({{amount}} % 10)", postgresql_where="{{amount}} > 3"),
    PGCraftCheck("{{amount}} >= 0", "ck_amount"),
]).table
declare(metadata, touch,
    Trigger(name="touch", schema="crm", relation="notes", function=touch, events=("UPDATE OF amount",), when="NEW.amount > 1"),
    RowSecurity("crm", "notes"),
    Policy(name="few", schema="crm", table="notes", using="amount < 100"))
"""
NOTES = {"SELECT amount::integer, double::integer FROM crm.notes": [(5, 10)]}
CLASS = """
kind = EnumType("kind", "crm", metadata, [{}])

@register(metadata=metadata, schema="crm", api=["select", "insert"], extra_plugins=[SoftDeletePlugin()])
class Things:
    __tablename__ = "things"
    kind = Column(kind, nullable=False, server_default="a")
    {}
"""
MOVED = """
kind = EnumType("kind", {0!r}, metadata, ["a", "b"])
PGCraftSimple("things", {0!r}, metadata, [Column("kind", kind, server_default="a")])
PGCraftSimple("parts", "fixed", metadata, [Column("thing_id", Integer), PGCraftFK(references={{"{{thing_id}}": "things.id"}})])
"""

SCENARIOS = {
    "column of an append-only widened under views and an API": Scenario(
        old=MODELS + LAYERS.format(10, ""),
        new=MODELS + LAYERS.format(20, ""),
        use_old=USED,
        use_new="UPDATE api.people SET name = 'Eve'; REFRESH MATERIALIZED VIEW CONCURRENTLY crm.counted",
        holds=EVE,
        kept=EVE,
    ),
    "column of an append-only added under views and an API": Scenario(
        old=MODELS + LAYERS.format(10, ""),
        new=MODELS + LAYERS.format(10, 'Column("age", Integer, server_default="7")'),
        use_old=USED,
        use_new="UPDATE api.people SET age = 8",
        holds={"SELECT name, age FROM crm.listed": [("Eve", 8)]},
        kept=EVE,
    ),
    "column retyped under everything that a table can have": Scenario(
        old=MODELS + ON_TABLE.format("Integer"),
        new=MODELS + ON_TABLE.format("Numeric(12, 2)"),
        use_old="INSERT INTO crm.notes (amount) VALUES (4); UPDATE crm.notes SET amount = 5",
        use_new="UPDATE crm.notes SET amount = amount",
        holds=NOTES | {"SELECT seen IS NULL FROM crm.notes": [(False,)]},
        kept=NOTES,
    ),
    "column dropped with everything that uses it": Scenario(
        old=MODELS + ON_TABLE.format("Integer"),
        new=MODELS
        + 'PGCraftSimple("notes", "crm", metadata, [Column("seen", DateTime(timezone=True))])\n',
        use_old="INSERT INTO crm.notes (amount) VALUES (4)",
        kept={"SELECT amount FROM crm.notes": [(1,)]},
    ),
    "enum of a registered class with an API gets a label, and the class a column": Scenario(
        old=MODELS + CLASS.format("'a', 'b'", ""),
        new=MODELS + CLASS.format("'a', 'new', 'b'", "size = Column(Integer)"),
        use_old="INSERT INTO api.things (kind) VALUES ('b'); DELETE FROM crm.things",
        use_new="INSERT INTO api.things (kind, size) VALUES ('new', 2); DELETE FROM crm.things_live; "
        "ALTER TABLE crm.things DISABLE TRIGGER USER; UPDATE crm.things SET kind = 'a' WHERE kind = 'new';"
        " ALTER TABLE crm.things ENABLE TRIGGER USER",
        holds={"SELECT kind::text FROM crm.things ORDER BY id": [("b",), ("a",)]},
        kept={"SELECT kind::text FROM crm.things ORDER BY id": [("b",), ("a",)]},
        since=15,
    ),
    "table and its enum move to another schema under a foreign key": Scenario(
        old=MODELS + MOVED.format("here"),
        new=MODELS + MOVED.format("there"),
        use_new="INSERT INTO there.things DEFAULT VALUES",
    ),
}
