"""Keys of each kind, and use through SQLAlchemy."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugins.pk import IdentityPKPlugin, SerialPKPlugin, UUIDV4PKPlugin

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""
NAME = 'Column("name", String, nullable=False, server_default="?")'
AGE = 'Column("age", Integer, key="years", server_default="7")'


def dimension(kind: str, key: str, *items: str) -> str:
    """Models with a dimension that has another key."""
    return (
        f'{MODELS}users = PGCraft{kind}("users", "app", metadata, [{", ".join(items)}], '
        f"extra_plugins=[{key}]).table\n"
    )


ADA = "INSERT INTO app.users (name) VALUES ('Ada')"
RETURNED = """
from sqlalchemy import insert, select, update
users = models.users
made = connection.execute(insert(users).values(name="Bob").returning(users)).one()
assert made.name == "Bob" and made.years == 7 and made[0] is not None, made
key = list(users.primary_key or users.columns)[0]
connection.execute(update(users).where(key == made[0]).values(years=8))
assert connection.execute(select(users.c.years).where(key == made[0])).scalar_one() == 8
"""
NAMES = {"SELECT name FROM app.users ORDER BY name": [("Ada",), ("Bob",)]}


def key(kind: str, plugin: str) -> Scenario:
    """A column is added to a dimension with a key of some kind, and used by name."""
    return Scenario(
        old=dimension(kind, plugin, NAME),
        new=dimension(kind, plugin, NAME, AGE),
        use_old=ADA,
        work=RETURNED,
        holds=NAMES,
        kept=NAMES,
    )


SCENARIOS = {
    "UUID key": key("Simple", "UUIDV4PKPlugin()"),
    "UUID key on append-only": key("AppendOnly", "UUIDV4PKPlugin()"),
    "custom key name": key("Simple", 'SerialPKPlugin("user_id")'),
    "custom key name on append-only": key("AppendOnly", 'UUIDV4PKPlugin("user_id")'),
    "identity key": key("Simple", "IdentityPKPlugin()"),
    "serial key becomes a UUID": Scenario(
        old=dimension("Simple", "SerialPKPlugin()", NAME),
        new=dimension("Simple", "UUIDV4PKPlugin()", NAME),
        use_new=ADA + "; DELETE FROM app.users",
    ),
    "insert that omits a defaulted column, and one with an explicit id": Scenario(
        old=dimension("AppendOnly", "SerialPKPlugin()", NAME),
        new=dimension("AppendOnly", "SerialPKPlugin()", NAME, AGE),
        use_old="INSERT INTO app.users DEFAULT VALUES",
        work="connection.execute(models.users.insert().values(id=50, years=3))",
        holds={"SELECT id, name, age FROM app.users ORDER BY id": [(1, "?", 7), (50, "?", 3)]},
        kept={"SELECT id FROM app.users ORDER BY id": [(1,), (50,)]},
    ),
}
