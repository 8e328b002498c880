"""Whole dimensions: dropped, made append-only, moved to another schema, in public."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""


def dimension(
    kind: str, *items: str, schema: str = "crm", name: str = "customers", more: str = ""
) -> str:
    """A dimension."""
    return f'{name} = PGCraft{kind}("{name}", "{schema}", metadata, [{", ".join(items)}]{more})\n'


NAME = 'Column("name", String, nullable=False, server_default="?")'
AGE = 'Column("age", Integer, server_default="7")'
ORDERS = dimension(
    "Simple",
    'Column("customer_id", Integer)',
    'PGCraftFK(references={"{customer_id}": "customers.id"})',
    name="orders",
)
SIMPLE, APPEND_ONLY = dimension("Simple", NAME), dimension("AppendOnly", NAME)
OTHER = dimension("Simple", NAME, name="other")
ADA = "INSERT INTO crm.customers (name) VALUES ('Ada')"
USED = ADA + "; UPDATE crm.customers SET name = 'Eve'"
EVE = {"SELECT name FROM crm.customers": [("Eve",)]}
HISTORY = {"SELECT name FROM crm.customers_attributes ORDER BY version_id": [("Ada",), ("Eve",)]}
NOTHING = "from sqlalchemy import MetaData\nmetadata = MetaData()\n"

SCENARIOS = {
    "child dropped": Scenario(
        old=MODELS + SIMPLE + ORDERS,
        new=MODELS + SIMPLE,
        use_old=ADA,
        holds={"SELECT name FROM crm.customers": [("Ada",)]},
        kept={"SELECT name FROM crm.customers": [("Ada",)]},
        drafted=(r"op\.drop_table\(",),
    ),
    "parent and child dropped": Scenario(
        old=MODELS + OTHER + SIMPLE + ORDERS, new=MODELS + OTHER, use_old=ADA
    ),
    "append-only parent and child dropped": Scenario(
        old=MODELS + OTHER + APPEND_ONLY + ORDERS, new=MODELS + OTHER, use_old=USED
    ),
    "all dropped": Scenario(old=MODELS + APPEND_ONLY + ORDERS, new=NOTHING, use_old=USED),
    "simple becomes append-only": Scenario(
        old=MODELS + SIMPLE,
        new=MODELS + APPEND_ONLY,
        use_old=ADA,
        use_new=USED,
        holds=EVE | HISTORY,
        drafted=(r"op\.create_table\(", "DROP TABLE crm.customers"),
    ),
    "append-only gets a column": Scenario(
        old=MODELS + APPEND_ONLY,
        new=MODELS + dimension("AppendOnly", NAME, AGE),
        use_old=USED,
        use_new="INSERT INTO crm.customers (name) VALUES ('Bob')",
        holds={
            "SELECT name, age FROM crm.customers ORDER BY id": [("Eve", 7), ("Bob", 7)],
            "SELECT count(*) FROM crm.customers_attributes": [(3,)],
        },
        kept={"SELECT name FROM crm.customers ORDER BY id": [("Eve",), ("Bob",)]},
    ),
    "append-only loses a column": Scenario(
        old=MODELS + dimension("AppendOnly", NAME, AGE),
        new=MODELS + APPEND_ONLY,
        use_old=USED,
        use_new="UPDATE crm.customers SET name = 'Eve'",
        holds=EVE | HISTORY,
        kept=EVE | HISTORY,
    ),
    "append-only column is retyped, commented, unique, checked": Scenario(
        old=MODELS + dimension("AppendOnly", 'Column("name", String(10))'),
        new=MODELS
        + dimension(
            "AppendOnly",
            'Column("name", String(20), nullable=False, comment="Who")',
            'PGCraftIndex("uq_name", "{name}", unique=True)',
            'PGCraftCheck("{name} <> \'\'", "ck_name")',
        ),
        use_old=USED,
        use_new="UPDATE crm.customers SET name = 'Eve'",
        holds=EVE,
        kept=EVE | HISTORY,
    ),
    "in public": Scenario(
        old=MODELS + dimension("AppendOnly", NAME, schema="public"),
        new=MODELS + dimension("AppendOnly", NAME, AGE, schema="public"),
        use_old="INSERT INTO customers DEFAULT VALUES",
        use_new="UPDATE customers SET age = 8",
        holds={"SELECT name, age FROM public.customers": [("?", 8)]},
        undrafted=("CREATE SCHEMA", "DROP SCHEMA"),
    ),
    "second schema": Scenario(
        old=MODELS + SIMPLE,
        new=MODELS + SIMPLE + dimension("AppendOnly", NAME, schema="sales", name="deals"),
        use_old=ADA,
        use_new="INSERT INTO sales.deals DEFAULT VALUES",
        kept={"SELECT name FROM crm.customers": [("Ada",)]},
        drafted=("CREATE SCHEMA sales",),
    ),
    "schema renamed": Scenario(
        old=MODELS + APPEND_ONLY,
        new=MODELS + dimension("AppendOnly", NAME, schema="clients"),
        use_old=USED,
        use_new="INSERT INTO clients.customers DEFAULT VALUES",
        drafted=("CREATE SCHEMA clients", "DROP SCHEMA crm"),
    ),
    "table renamed": Scenario(
        old=MODELS + SIMPLE,
        new=MODELS + dimension("Simple", NAME, name="clients"),
        use_old=ADA,
        use_new="INSERT INTO crm.clients DEFAULT VALUES",
    ),
    "plugins added: timestamps and soft deletion": Scenario(
        old=MODELS + SIMPLE,
        new=MODELS
        + dimension(
            "Simple", NAME, more=", extra_plugins=[TimestampsPlugin(), SoftDeletePlugin()]"
        ),
        use_old=ADA,
        use_new="DELETE FROM crm.customers",
        holds={
            "SELECT count(*) FROM crm.customers_live": [(0,)],
            "SELECT name, updated_at IS NULL FROM crm.customers": [("Ada", False)],
        },
        kept={"SELECT name FROM crm.customers": [("Ada",)]},
        since=15,
    ),
}
