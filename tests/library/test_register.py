"""Classes as dimensions, used as the cookbook's applications use them."""

from __future__ import annotations

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, relationship

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.declarative import register
from pgcraft.plugins.pk import UUIDV4PKPlugin


def make_base():
    """A declarative base of its own for each test."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())

    return Base


def test_unmapped_class_of_the_cookbook_works(engine, metadata, create, differences):
    """List, get, insert … returning, as in the FastAPI and Flask recipes."""

    @register(metadata=metadata)
    class Users:
        __tablename__ = "users"
        __table_args__ = {"schema": "public"}  # noqa: RUF012 - as SQLAlchemy's users write it

        name = Column(String, nullable=False)
        email = Column(String, nullable=False)
        age = Column(Integer)

    users = metadata.tables["public.users"]
    assert users is Users.__table__
    create(metadata)
    with engine.begin() as connection:
        values = {"name": "A", "email": "a@example.org"}
        row = connection.execute(users.insert().values(**values).returning(users)).mappings().one()
        assert dict(row) == {"id": 1, **values, "age": None}
        found = connection.execute(select(users).where(users.c.id == 1)).mappings().first()
        assert found == row
    assert differences(metadata) == []


def test_mapped_class_is_used_with_the_orm(engine, create, differences):
    """Select, insert, relationships, attribute names that differ, and constraints of all kinds."""
    base = make_base()

    @register(base=base, schema="s")
    class Team:
        __tablename__ = "teams"
        name = Column(Text)
        users = relationship("User", back_populates="team")

    @register(base=base)
    class User:
        __tablename__ = "users"
        __table_args__ = (
            UniqueConstraint("name", "age"),
            CheckConstraint("age > 0"),
            {"schema": "s", "comment": "people"},
        )
        name = Column(Text, nullable=False)
        age = Column(Integer)
        kind = Column("Art", Text, server_default="x")
        team_id = Column(Integer)
        team = relationship(Team, back_populates="users")
        by_name = PGCraftIndex(None, "lower({name})")
        of_team = PGCraftFK(references={"{team_id}": "teams.id"})
        grown = PGCraftCheck("{age} > 17", "ck_grown")

    create(base.metadata)
    with Session(engine) as session:
        session.add(User(name="A", age=20, team=Team(name="T")))
        session.commit()
        user = session.scalars(select(User).where(User.name == "A")).one()
        assert (user.id, user.kind, user.team.name) == (1, "x", "T")
        assert user.team.users == [user]
        session.add(User(name="B", age=1))
        with pytest.raises(IntegrityError, match="ck_grown"):
            session.commit()
    inspector = inspect(engine)
    assert inspector.get_table_comment("users", "s")["text"] == "people"
    assert [one["name"] for one in inspector.get_indexes("users", "s") if not one["unique"]] == [
        "ix__users__name"
    ]
    assert differences(base.metadata) == []


def test_mixin_columns_are_copied_for_each_class(metadata):
    """Two classes may share a base; each table gets a column of its own."""

    class Named:
        name = Column(Text)

    @register(metadata=metadata, schema="s")
    class A(Named):
        __tablename__ = "a"
        age = Column(Integer)

    @register(base=make_base(), schema="s", extra_plugins=[UUIDV4PKPlugin("key")])
    class B(Named):
        __tablename__ = "b"

    assert A.__table__.columns.keys() == ["id", "name", "age"]
    assert B.__table__.columns.keys() == ["key", "name"]
    assert B(name="x").name == "x"


def test_registered_class_is_a_dimension(metadata):
    """Others reference it by its name."""

    @register(metadata=metadata, schema="s")
    class A:
        __tablename__ = "a"
        parent = Column(Integer)
        up = PGCraftFK(references={"{parent}": "a.id"})

    (constraint,) = A.__table__.foreign_key_constraints
    assert constraint.referred_table is A.__table__
