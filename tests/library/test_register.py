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
    Table,
    Text,
    UniqueConstraint,
    inspect,
    select,
)
from sqlalchemy.exc import ArgumentError, IntegrityError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    declared_attr,
    mapped_column,
    relationship,
)

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


class MadeForEach:
    """A mixin whose columns are made for each class."""

    plain = Column(Integer)

    @declared_attr
    def stamp(cls):  # noqa: N805  # as SQLAlchemy calls it
        """A column."""
        return Column(Text, server_default="now")

    @declared_attr
    def named_stamp(cls):  # noqa: N805  # as SQLAlchemy calls it
        """A column with a name of its own."""
        return Column("other name", Integer)

    @declared_attr.directive
    def __table_args__(cls):  # noqa: N805  # as SQLAlchemy calls it
        """A constraint for each class."""
        return (UniqueConstraint("plain", name=f"uq_{cls.__tablename__}"), {"schema": "s"})


@pytest.mark.parametrize("mapped", [True, False])
def test_columns_that_a_mixin_makes_for_each_class_are_there(mapped, engine, metadata, differences):
    """Also without the ORM, and each with a column of its own."""
    base = make_base()
    target = base.metadata if mapped else metadata
    options = {"base": base} if mapped else {"metadata": metadata}
    made = [
        register(**options)(type(name, (MadeForEach,), {"__tablename__": name.lower()}))
        for name in ("A", "B")
    ]
    first, second = (one.__table__ for one in made)
    assert first.columns.keys() == second.columns.keys()
    assert {"id", "plain", "stamp", "other name"} == set(first.columns.keys())
    assert first.c.stamp is not second.c.stamp
    target.create_all(engine)
    assert differences(target) == []
    if mapped:
        with Session(engine) as session:
            session.add(made[0](plain=1, named_stamp=2))
            session.commit()
            found = session.scalars(select(made[0])).one()
            assert (found.plain, found.stamp, found.named_stamp) == (1, "now", 2)


def test_mapped_columns_and_relationships_that_a_mixin_makes(engine):
    """The ORM makes the latter itself."""
    base = make_base()

    @register(base=base, schema="s")
    class Team:
        __tablename__ = "teams"

    class OfTeam:
        @declared_attr
        def team_id(cls) -> Mapped[int]:  # noqa: N805  # as SQLAlchemy calls it
            return mapped_column(ForeignKey("s.teams.id"))

        @declared_attr
        def team(cls):  # noqa: N805  # as SQLAlchemy calls it
            return relationship(Team, foreign_keys=[cls.team_id])

    players = [
        register(base=base, schema="s")(type(name, (OfTeam,), {"__tablename__": name}))
        for name in ("P", "Q")
    ]
    base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all([one(team=Team()) for one in players])
        session.commit()
        assert [session.scalars(select(one)).one().team.id for one in players] == [1, 2]


def test_subclass_of_a_registered_class_is_a_table_of_its_own(metadata):
    """With copies of the columns; the first class is left as it was."""

    @register(metadata=metadata, schema="s")
    class First:
        __tablename__ = "first"
        x = Column(Integer)

    @register(metadata=metadata, schema="s")
    class Second(First):
        __tablename__ = "second"
        y = Column(Integer)

    assert First.__table__.columns.keys() == ["id", "x"]
    assert Second.__table__.columns.keys() == ["id", "x", "y"]
    assert First.__table__ is metadata.tables["s.first"]


@pytest.mark.parametrize("mapped", [True, False])
def test_table_in_a_class_is_no_part_of_it(mapped, metadata):
    """Such as the one between two others, for relationship(secondary=…)."""
    base = make_base()
    options = {"base": base} if mapped else {"metadata": metadata}
    between = Table("between", base.metadata if mapped else metadata, Column("x", Integer))
    namespace = {"__tablename__": "t", "between": between, "x": Column(Integer)}
    made = register(**options, schema="s")(type("T", (), namespace))
    assert made.__table__.columns.keys() == ["id", "x"]


def test_constraint_of_a_mixin_that_two_classes_share_is_refused(metadata):
    """SQLAlchemy would move it from the first table to the second."""

    class Unique:
        x = Column(Integer)
        __table_args__ = (UniqueConstraint("x", name="u"), {"schema": "s"})

    register(metadata=metadata)(type("A", (Unique,), {"__tablename__": "a"}))
    words = r"The UniqueConstraint 'u' given to s\.b belongs to the table s\.a already\. .* by decl"
    with pytest.raises(PGCraftValidationError, match=words):
        register(metadata=metadata)(type("B", (Unique,), {"__tablename__": "b"}))


def test_class_that_the_orm_refuses_leaves_nothing():
    """A corrected one can be registered."""
    base = make_base()

    class User:
        __tablename__ = "users"
        __mapper_args__: ClassVar = {"polymorphic_on": "nope"}
        name = Column(String)

    with pytest.raises(ArgumentError, match="nope"):
        register(base=base, schema="s")(User)
    assert not base.metadata.tables
    assert not hasattr(User, "__table__")

    @register(base=base, schema="s")
    class Corrected:
        __tablename__ = "users"
        name = Column(String)

    assert Corrected.__table__ is base.metadata.tables["s.users"]
