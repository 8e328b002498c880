"""Classes that are registered, mapped or not."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from pgcraft import PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.declarative import register

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
"""
ADA = "INSERT INTO app.users (name) VALUES ('Ada')"
NAMES = {"SELECT name FROM app.users ORDER BY name": [("Ada",), ("Bob",)]}
MAPPED = """
class Base(DeclarativeBase):
    metadata = metadata

@register(base=Base, schema="app")
class User:
    __tablename__ = "users"
    id: Mapped[int]
    name: Mapped[str] = mapped_column(String(50))
    {}
"""
PLAIN = """
@register(metadata=metadata)
class Users:
    __tablename__ = "users"
    __table_args__ = ({}{{"schema": "app", "comment": "People"}})
    name = Column(String, nullable=False)
    by_name = PGCraftIndex("uq_users_name", "lower({{name}})", unique=True)
    {}
"""

SCENARIOS = {
    "registered and mapped, a column added": Scenario(
        old=MODELS + MAPPED.format(""),
        new=MODELS + MAPPED.format("age: Mapped[int] = mapped_column(server_default='7')"),
        use_old=ADA,
        work="""
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
with Session(connection) as session:
    session.add(models.User(name="Bob"))
    session.flush()
    assert session.scalars(select(models.User.age).order_by(models.User.id)).all() == [7, 7]
    row = session.execute(insert(models.User).values(name="Eve").returning(models.User.id, models.User.age)).one()
    assert row == (3, 7)
    session.commit()
""",
        kept={"SELECT count(*) FROM app.users": [(3,)]},
    ),
    "registered and not mapped, a column and a constraint added": Scenario(
        old=MODELS + PLAIN.format("", ""),
        new=MODELS
        + PLAIN.format('CheckConstraint("age > 0"), ', "age = Column(Integer, server_default='7')"),
        use_old=ADA,
        work="""
from sqlalchemy import insert
users = models.metadata.tables["app.users"]
row = connection.execute(users.insert().values(name="Bob").returning(users)).one()
assert (row.id, row.age) == (2, 7)
""",
        holds=NAMES,
        kept=NAMES,
    ),
}
