"""Foreign keys: to dimensions of each kind, to outside tables, to themselves, in cycles."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""
CUSTOMERS = 'PGCraft{}("customers", "crm", metadata, [Column("name", String)])\n'
SIMPLE, APPEND_ONLY = CUSTOMERS.format("Simple"), CUSTOMERS.format("AppendOnly")
KEY = 'PGCraftFK(references={{"{{customer_id}}": "{}"}}{})'


def orders(key: str = "", schema: str = "crm") -> str:
    """Orders with a foreign key."""
    return (
        f'PGCraftSimple("orders", "{schema}", metadata, [Column("customer_id", Integer), {key}])\n'
    )


TO_CUSTOMERS = KEY.format("customers.id", "")
ADA = "INSERT INTO crm.customers (name) VALUES ('Ada');"
ORDERED = ADA + "INSERT INTO crm.orders (customer_id) VALUES (1)"
ONE = {"SELECT customer_id FROM crm.orders": [(1,)]}
OUTSIDE = "CREATE SCHEMA legacy; CREATE TABLE legacy.orgs (id integer PRIMARY KEY); INSERT INTO legacy.orgs VALUES (1)"
RAW = 'PGCraftFK(raw_references={{"{{customer_id}}": "{}"}})'
DECLARED = 'Table("orgs", metadata, Column("id", Integer, primary_key=True), schema="legacy")\n'
TREE = 'PGCraftSimple("nodes", "crm", metadata, [Column("parent_id", Integer), {}])\n'
TWO = (
    'PGCraftSimple("a", "crm", metadata, [Column("b_id", Integer){0}])\n'
    'PGCraftSimple("b", "crm", metadata, [Column("a_id", Integer){1}])\n'
)
BOTH = (
    ', PGCraftFK(references={"{b_id}": "b.id"})',
    ', PGCraftFK(references={"{a_id}": "a.id"}, ondelete="CASCADE")',
)
PAIRS = 'PGCraftSimple("pairs", "crm", metadata, [Column("x", Integer), Column("y", Integer), UniqueConstraint("x", "y")])\n'
ALTERED = """
Table("a", metadata, Column("id", Integer, primary_key=True), Column("b", ForeignKey("s.b.id", use_alter=True, name="fk_a_b")), schema="s")
Table("b", metadata, Column("id", Integer, primary_key=True), Column("a", ForeignKey("s.a.id", name="fk_b_a")){}, schema="s")
"""

SCENARIOS = {
    "foreign key by dim name": Scenario(
        old=MODELS + SIMPLE + orders(),
        new=MODELS + SIMPLE + orders(TO_CUSTOMERS),
        use_old=ORDERED,
        holds=ONE,
        kept=ONE,
    ),
    "foreign key to append-only, added": Scenario(
        old=MODELS + APPEND_ONLY + orders(),
        new=MODELS + APPEND_ONLY + orders(TO_CUSTOMERS),
        use_old=ORDERED,
        use_new="UPDATE crm.customers SET name = 'Eve'; DELETE FROM crm.customers",
        holds={"SELECT count(*) FROM crm.customers": [(0,)], **ONE},
        kept=ONE,
        drafted=("customers_root",),
    ),
    "foreign key added with a new dim": Scenario(
        old=MODELS + orders(),
        new=MODELS + orders(TO_CUSTOMERS) + SIMPLE,
        use_new=ORDERED + "; DELETE FROM crm.orders",
    ),
    "foreign key switched from simple to append-only": Scenario(
        old=MODELS + SIMPLE + orders(TO_CUSTOMERS),
        new=MODELS + APPEND_ONLY + orders(TO_CUSTOMERS),
        use_new=ORDERED + "; DELETE FROM crm.orders",
    ),
    "ondelete changed": Scenario(
        old=MODELS + SIMPLE + orders(TO_CUSTOMERS),
        new=MODELS
        + SIMPLE
        + orders(KEY.format("customers.id", ', ondelete="CASCADE", onupdate="SET NULL"')),
        use_old=ORDERED,
        holds=ONE,
        kept=ONE,
    ),
    "foreign key made deferrable": Scenario(
        old=MODELS + SIMPLE + orders('ForeignKeyConstraint(["customer_id"], ["crm.customers.id"])'),
        new=MODELS
        + SIMPLE
        + orders(
            'ForeignKeyConstraint(["customer_id"], ["crm.customers.id"], deferrable=True, initially="DEFERRED")'
        ),
        use_old=ORDERED,
        holds=ONE,
        kept=ONE,
    ),
    "foreign key dropped": Scenario(
        old=MODELS + APPEND_ONLY + orders(TO_CUSTOMERS),
        new=MODELS + APPEND_ONLY + orders(),
        use_old=ORDERED,
        holds=ONE,
        kept=ONE,
        drafted=(r"op\.drop_constraint\(",),
    ),
    "foreign key to itself": Scenario(
        old=MODELS + TREE.format(""),
        new=MODELS + TREE.format('PGCraftFK(references={"{parent_id}": "nodes.id"})'),
        use_old="INSERT INTO crm.nodes (parent_id) VALUES (NULL), (1)",
        use_new="INSERT INTO crm.nodes (parent_id) VALUES (2)",
        holds={"SELECT count(*) FROM crm.nodes": [(3,)]},
    ),
    "forward reference, from the start": Scenario(
        old=MODELS + orders(TO_CUSTOMERS) + SIMPLE,
        new=MODELS + orders(TO_CUSTOMERS) + SIMPLE.replace("String", "String(50)"),
        use_old=ORDERED,
        holds=ONE,
    ),
    "composite foreign key": Scenario(
        old=MODELS + PAIRS,
        new=MODELS
        + PAIRS
        + 'PGCraftSimple("uses", "crm", metadata, [Column("b", Integer), Column("a", Integer), PGCraftFK(references={"{b}": "pairs.x", "{a}": "pairs.y"})])\n',
        use_old="INSERT INTO crm.pairs (x, y) VALUES (1, 2)",
        use_new="INSERT INTO crm.uses (b, a) VALUES (1, 2)",
    ),
    "cycle of two tables, from the start": Scenario(
        old=MODELS + TWO.format(*BOTH),
        new=MODELS + TWO.format(BOTH[0], ""),
        use_old="INSERT INTO crm.a DEFAULT VALUES; INSERT INTO crm.b (a_id) VALUES (1); UPDATE crm.a SET b_id = 1",
        holds={"SELECT a_id FROM crm.b": [(1,)]},
        kept={"SELECT b_id FROM crm.a": [(1,)]},
    ),
    "cycle of two tables, closed later": Scenario(
        old=MODELS + TWO.format(BOTH[0], ""),
        new=MODELS + TWO.format(*BOTH),
        use_new="INSERT INTO crm.a DEFAULT VALUES",
    ),
    "cycle with use_alter": Scenario(
        old=MODELS + ALTERED.format(""),
        new=MODELS + ALTERED.format(', Column("n", Integer)'),
        use_old="INSERT INTO s.a (id) VALUES (1); INSERT INTO s.b (id, a) VALUES (1, 1); UPDATE s.a SET b = 1",
        holds={"SELECT b FROM s.a": [(1,)]},
    ),
    "cycle with use_alter is dropped": Scenario(
        old=MODELS + SIMPLE + ALTERED.format(""),
        new=MODELS + SIMPLE,
        use_old=ADA,
    ),
    "same dim name in two schemas": Scenario(
        old=MODELS
        + SIMPLE
        + APPEND_ONLY.replace('"crm"', '"sales"')
        + orders(KEY.format("crm.customers.id", "")),
        new=MODELS
        + SIMPLE
        + APPEND_ONLY.replace('"crm"', '"sales"')
        + orders(KEY.format("sales.customers.id", "")),
        use_old=ADA.replace("crm.", "sales.") + ORDERED,
        holds=ONE,
        kept=ONE,
    ),
    "raw reference to a dim": Scenario(
        old=MODELS + SIMPLE + orders(schema="sales"),
        new=MODELS + SIMPLE + orders(RAW.format("crm.customers.id"), schema="sales"),
        use_old=ADA,
        use_new="INSERT INTO sales.orders (customer_id) VALUES (1); DELETE FROM sales.orders",
    ),
    "raw reference to an outside table that no model declares": Scenario(
        old=MODELS + orders(),
        new=MODELS + orders(RAW.format("legacy.orgs.id")),
        use_old="INSERT INTO crm.orders (customer_id) VALUES (1)",
        beforehand=OUTSIDE,
        undrafted=("SCHEMA", "legacy.orgs VALUES", "CREATE TABLE"),
        holds=ONE,
        kept=ONE,
    ),
    "raw reference to an outside table that is declared": Scenario(
        old=MODELS + DECLARED + orders(),
        new=MODELS + DECLARED + orders(RAW.format("legacy.orgs.id")),
        use_old="INSERT INTO legacy.orgs VALUES (1); INSERT INTO crm.orders (customer_id) VALUES (1)",
        holds=ONE,
        kept=ONE,
    ),
}
