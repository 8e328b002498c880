"""Names that need quotes, and names that are long."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.views import PGCraftView

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""


def dimension(name: str, schema: str, *items: str, kind: str = "Simple") -> str:
    """A dimension that a view reads."""
    return (
        f"{MODELS}made = PGCraft{kind}({name!r}, {schema!r}, metadata, [{', '.join(items)}]).table\n"
        f"PGCraftView({name[:-1] + 'V'!r}, {schema!r}, metadata, select(made))\n"
    )


def column(name: str) -> str:
    """A column that is indexed, and one index more."""
    return f'Column({name!r}, Integer, server_default="5", index=True), PGCraftCheck("{{{name}}} > 0", {"ck " + name[:20]!r})'


LONG = "t" * 58
UNICODE = "ä" * 31 + "x"


def change(name: str, schema: str, old: str, new: str, *, kind: str = "Simple") -> Scenario:
    """A column is added to a dimension, both with names that are not plain."""
    inserted = f'INSERT INTO "{schema}"."{name}" DEFAULT VALUES'
    return Scenario(
        old=dimension(name, schema, column(old), kind=kind),
        new=dimension(name, schema, column(old), column(new), kind=kind),
        use_old=inserted,
        use_new=f'{inserted}; UPDATE "{schema}"."{name}" SET "{new}" = 6',
        holds={f'SELECT "{old}", "{new}" FROM "{schema}"."{name}" ORDER BY id': [(5, 6), (5, 6)]},
        kept={f'SELECT "{old}" FROM "{schema}"."{name}"': [(5,), (5,)]},
    )


SCENARIOS = {
    "reserved columns": change("orders", "shop", "order", "user"),
    "camelCase columns": change("orders", "shop", "unitPrice", "taxRate"),
    "reserved and camelCase columns of an append-only": change(
        "userOrders", "shop", "order", "unitPrice", kind="AppendOnly"
    ),
    "table with a capital, schema with a hyphen": change("Products", "my-inv", "a", "b"),
    "append-only with a capital, schema with a hyphen": change(
        "Products", "my-inv", "a", "b", kind="AppendOnly"
    ),
    "58-character table with indexes": change(LONG, "shop", "first_column", "second_column"),
    "58-character append-only with indexes": change(
        LONG, "shop", "first_column", "second_column", kind="AppendOnly"
    ),
    "63-byte unicode names": change(UNICODE, "Größe", "ö" * 31, "é" * 30),
    "63-byte unicode names of an append-only": change(
        UNICODE, "Größe", "ö" * 31, "é" * 30, kind="AppendOnly"
    ),
    "percent signs and colons in names": change("50% :off", "a:b%(c)s", "x:y", "100%"),
}
