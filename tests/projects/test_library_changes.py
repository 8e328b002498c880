"""Changes of models that are made of factories, views and API views, proven in both directions."""

from __future__ import annotations

import pytest

MODELS = """
from sqlalchemy import Column, Integer, MetaData, Numeric, String, func, select
from pgcraft import PGCraftCheck, PGCraftConfig, PGCraftFK, PGCraftIndex
from pgcraft import pgcraft_build_naming_conventions
from pgcraft.alembic.register import pgcraft_configure_metadata
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugins.pk import UUIDV4PKPlugin
from pgcraft.views import PGCraftMaterializedView, PGCraftView

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
config = PGCraftConfig(auto_discover=False).use(PostgRESTExtension())
{}
pgcraft_configure_metadata(metadata, config)
"""


def simple(*items):
    """A simple dimension of customers."""
    return f"customers = PGCraftSimple('customers', 'crm', metadata, [{', '.join(items)}])\n"


def append_only(*items, plugins=""):
    """An append-only dimension of customers."""
    return (
        f"customers = PGCraftAppendOnly('customers', 'crm', metadata, [{', '.join(items)}],"
        f" extra_plugins=[{plugins}])\n"
    )


NAME = "Column('name', String, nullable=False)"
AGE = "Column('age', Integer, server_default='7')"
ORDERS = (
    "PGCraftSimple('orders', 'crm', metadata, [Column('customer_id', Integer),"
    " PGCraftFK(references={'{customer_id}': 'customers.id'})])\n"
)
NAMES = (
    "PGCraftView('names', 'crm', metadata, select(customers.table.c.id, customers.table.c.name))\n"
)
API = "PostgRESTView(customers, grants=[{}]{})\n"

CHANGES = {
    "append-only gets a column": (append_only(NAME), append_only(NAME, AGE)),
    "append-only loses a column": (append_only(NAME, AGE), append_only(NAME)),
    "append-only column is widened": (
        append_only("Column('name', String(10))"),
        append_only("Column('name', String(20))"),
    ),
    "append-only gets a unique index and a check": (
        append_only(NAME),
        append_only(
            NAME,
            "PGCraftIndex('uq_name', '{name}', unique=True)",
            "PGCraftCheck(\"{name} <> ''\", 'ck_name')",
        ),
    ),
    "append-only with another key is dropped": (
        append_only(NAME, plugins="UUIDV4PKPlugin()") + "PGCraftSimple('x', 'crm', metadata, [])",
        "PGCraftSimple('x', 'crm', metadata, [])",
    ),
    "simple becomes append-only under a foreign key": (
        simple(NAME) + ORDERS,
        append_only(NAME) + ORDERS,
    ),
    "column of a table under a view is widened": (
        simple("Column('name', String(10))") + NAMES,
        simple("Column('name', String(20))") + NAMES,
    ),
    "privileges of an API view are widened": (
        simple(NAME) + API.format("'select'", ""),
        simple(NAME) + API.format("'select', 'insert', 'update', 'delete'", ""),
    ),
    "privileges of an API view are narrowed": (
        simple(NAME) + API.format("'select', 'insert', 'update'", ""),
        simple(NAME) + API.format("'select'", ""),
    ),
    "columns of an API view are restricted": (
        simple(NAME, AGE) + API.format("'select', 'insert'", ""),
        simple(NAME, AGE) + API.format("'select', 'insert'", ", exclude_columns=['age']"),
    ),
    "column is added under an API view": (
        simple(NAME) + API.format("'select', 'insert'", ""),
        simple(NAME, AGE) + API.format("'select', 'insert'", ""),
    ),
    "column is added under an API view of an append-only": (
        append_only(NAME) + API.format("'select', 'insert', 'update', 'delete'", ""),
        append_only(NAME, AGE) + API.format("'select', 'insert', 'update', 'delete'", ""),
    ),
    "API view is removed": (simple(NAME) + API.format("'select', 'insert'", ""), simple(NAME)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_drafted_and_proven(name, change):
    """Upgrade gives the models, downgrade the base, and a second draft is empty."""
    old, new = CHANGES[name]
    change(MODELS.format(old), MODELS.format(new))
