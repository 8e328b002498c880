"""APIs in the manner of PostgREST."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftConfig, PGCraftFK, pgcraft_build_naming_conventions
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
config = PGCraftConfig(auto_discover=False).use(PostgRESTExtension())
"""
NAME = 'Column("name", String, nullable=False)'
AGE = 'Column("age", Integer, server_default="7")'
ALL = '"select", "insert", "update", "delete"'


def api(*items: str, grants: str = '"select"', kind: str = "Simple", more: str = "") -> str:
    """A dimension that an API shows."""
    return (
        f'{MODELS}customers = PGCraft{kind}("customers", "crm", metadata, [{", ".join(items)}])\n'
        f"PostgRESTView(customers, grants=[{grants}]{more})\n"
    )


ADA = "INSERT INTO crm.customers (name) VALUES ('Ada')"
BOB = (
    "SET SESSION AUTHORIZATION authenticator; SET ROLE anon;"
    "INSERT INTO api.customers (name) VALUES ('Bob'); RESET ROLE; RESET SESSION AUTHORIZATION"
)
ADA_THERE = {"SELECT name FROM api.customers WHERE name = 'Ada'": [("Ada",)]}


def allowed(privilege: str, answer: bool) -> dict[str, list[tuple[bool]]]:
    """Whether anon may do something."""
    return {f"SELECT has_table_privilege('anon', 'api.customers', '{privilege}')": [(answer,)]}


JOINED = """
orders = PGCraftSimple("orders", "crm", metadata, [Column("customer_id", Integer), Column("total", Integer),
    PGCraftFK(references={{"{{customer_id}}": "customers.id"}})]).table
PostgRESTView(customers, grants=["select"], query=lambda q, t: q.add_columns(func.{}(orders.c.total).label("sum"))
    .outerjoin(orders, orders.c.customer_id == t.c.id).group_by(t.c.id, t.c.name))
"""
DIMENSION = f'customers = PGCraftSimple("customers", "crm", metadata, [{NAME}])\n'

SCENARIOS = {
    "grants widened": Scenario(
        old=api(NAME),
        new=api(NAME, grants=ALL),
        use_old=ADA,
        use_new=BOB,
        holds=allowed("INSERT", True) | allowed("DELETE", True) | ADA_THERE,
        kept=allowed("INSERT", False) | ADA_THERE,
    ),
    "grants narrowed": Scenario(
        old=api(NAME, grants=ALL),
        new=api(NAME),
        use_old=ADA + ";" + BOB,
        holds=allowed("INSERT", False) | ADA_THERE,
        kept=allowed("INSERT", True) | ADA_THERE,
    ),
    "columns of the API restricted": Scenario(
        old=api(NAME, AGE, grants=ALL),
        new=api(NAME, AGE, grants=ALL, more=', exclude_columns=["age"]'),
        use_old=ADA,
        use_new=BOB,
        holds=ADA_THERE,
        kept={"SELECT age FROM api.customers": [(7,), (7,)]},
    ),
    "column added to a dim with an API": Scenario(
        old=api(NAME, grants=ALL),
        new=api(NAME, AGE, grants=ALL),
        use_old=ADA,
        use_new=BOB,
        holds={"SELECT age FROM api.customers": [(7,), (7,)]},
        kept=ADA_THERE | allowed("SELECT", True),
    ),
    "column added to an append-only dim with an API": Scenario(
        old=api(NAME, grants=ALL, kind="AppendOnly"),
        new=api(NAME, AGE, grants=ALL, kind="AppendOnly"),
        use_old=ADA,
        use_new=BOB,
        holds={"SELECT age FROM api.customers": [(7,), (7,)]},
        kept=ADA_THERE | allowed("UPDATE", True),
    ),
    "API view removed": Scenario(
        old=api(NAME, grants=ALL),
        new=MODELS + DIMENSION,
        use_old=ADA,
        kept=ADA_THERE | allowed("INSERT", True),
    ),
    "aggregate of a join changed": Scenario(
        old=MODELS + DIMENSION + JOINED.format("sum"),
        new=MODELS + DIMENSION + JOINED.format("max"),
        use_old=ADA + "; INSERT INTO crm.orders (customer_id, total) VALUES (1, 2), (1, 3)",
        holds={'SELECT "sum" FROM api.customers': [(3,)], **allowed("SELECT", True)},
        kept={'SELECT "sum" FROM api.customers': [(5,)], **allowed("SELECT", True)},
    ),
}
