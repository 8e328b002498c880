"""Classes as dimensions, used as the cookbook's applications use them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    inspect,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.declarative import register
from pgcraft.errors import PGCraftValidationError
from pgcraft.plugins.pk import UUIDV4PKPlugin
from pgcraft.plugins.timestamps import TimestampsPlugin


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


class Stamped:
    """A mixin with typed columns."""

    note: Mapped[str | None] = mapped_column(String(20), comment="free")


def test_mapped_columns_are_what_sqlalchemy_makes_of_them(engine, create, differences):
    """Types and NOT NULL by the annotation, the base's own types, names, defaults and keys."""

    class Base(DeclarativeBase):
        metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
        type_annotation_map: ClassVar = {str: Text()}

    @register(base=Base, schema="s", extra_plugins=[TimestampsPlugin()])
    class Team(Stamped):
        __tablename__ = "teams"
        id: Mapped[int]
        name: Mapped[str] = mapped_column(unique=True)
        motto: Mapped[str | None] = mapped_column("Motto", server_default="win")
        plain = Column(Integer)
        size = mapped_column(Integer, default=11)
        created_at: Mapped[datetime]
        by_name = PGCraftIndex(None, "lower({name})")

    @register(base=Base, schema="s")
    class Player(Stamped):
        __tablename__ = "players"
        team_id: Mapped[int] = mapped_column(ForeignKey("s.teams.id"))
        team: Mapped[Team] = relationship(Team)

    create(Base.metadata)
    table = Team.__table__
    assert table.columns.keys() == [
        "id",
        "note",
        "name",
        "Motto",
        "plain",
        "size",
        "created_at",
        "updated_at",
    ]
    assert [one.name for one in table.columns if one.nullable] == ["note", "Motto", "plain", "size"]
    assert isinstance(table.c.name.type, Text)
    assert table.c.note is not Player.__table__.c.note
    assert differences(Base.metadata) == []
    with Session(engine) as session:
        session.add(Player(team=Team(name="A", plain=1), note="x"))
        session.commit()
        team = session.scalars(select(Player.team_id).where(Player.note == "x")).one()
        found = session.scalars(select(Team).where(Team.id == team, Team.motto == "win")).one()
        assert (found.name, found.size, found.plain, found.note) == ("A", 11, 1, None)
        assert isinstance(found.created_at, datetime)


def test_mapped_column_is_refused_where_it_would_be_lost(metadata):
    """With a sentence that says what to write."""
    register_ = register(metadata=metadata, schema="s")
    namespace = {"__tablename__": "t", "x": mapped_column(Integer)}
    words = (
        "'x' of the class 'T' is a mapped_column\\(\\), but the class is not mapped. Write Column"
    )
    with pytest.raises(PGCraftValidationError, match=words):
        register_(type("T", (), namespace))
    namespace = {"__tablename__": "t", "x": mapped_column(Integer, deferred=True)}
    words = "'x' of the class 'T' is a mapped_column\\(\\) with deferred or active_history, .* Take it away"
    with pytest.raises(PGCraftValidationError, match=words):
        register(base=make_base(), schema="s")(type("T", (), namespace))


@pytest.mark.parametrize("annotation", [Mapped[int], "Mapped[int]", "orm.Mapped[int]"])
def test_annotation_without_a_column_is_refused(annotation):
    """There would be no such column, silently."""
    base = make_base()
    namespace = {"__tablename__": "t", "__annotations__": {"x": annotation}}
    words = (
        r"'x' of the class 'T' is annotated, but has no column, .* Write x: Mapped\[…\] = mapped"
    )
    with pytest.raises(PGCraftValidationError, match=words):
        register(base=base, schema="s")(type("T", (), namespace))
    assert not base.metadata.tables
