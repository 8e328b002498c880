"""Names fit, differ within a table, and are the same on every run."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from pgcraft import pgcraft_build_naming_conventions
from pgcraft.naming import object_name, shorten


def make(*items, name="t", **options):
    """Make a table named by the convention."""
    metadata = MetaData(naming_convention=pgcraft_build_naming_conventions(**options))
    return Table(name, metadata, Column("id", Integer, primary_key=True), *items, schema="s")


def names(table):
    """All names of constraints, sorted."""
    return sorted(str(one.name) for one in table.constraints)


def test_every_kind_of_constraint_is_named_by_its_parts():
    """``__`` between parts, ``_`` between columns."""
    table = make(
        Column("a", Integer, index=True),
        Column("b", Integer, unique=True),
        Column("t_id", ForeignKey("s.t.id")),
        Column("flag", Boolean(create_constraint=True)),
        UniqueConstraint("a", "b"),
        CheckConstraint("a > 0", name="explicit"),
    )
    sql = str(CreateTable(table).compile(dialect=postgresql.dialect()))
    for name in ("pk__t__id", "uq__t__b", "uq__t__a_b", "fk__t__t_id__t", "explicit"):
        assert f"CONSTRAINT {name} " in sql
    assert [index.name for index in table.indexes] == ["ix__t__a"]


def test_unnamed_checks_of_one_table_differ():
    """Text tells them apart where columns do not, and bound values count as text."""
    column = Column("a", Integer)
    table = make(
        column,
        CheckConstraint("a > 0"),
        CheckConstraint("a < 9"),
        CheckConstraint(column > 1),
        CheckConstraint(column > 2),
        CheckConstraint(column > 2),
    )
    assert len(set(names(table))) == 6
    assert names(table) == [
        "ck__t__a",
        "ck__t__a_21e529db",
        "ck__t__a_5218fa9d",
        "ck__t__d758a4ea",
        "ck__t__eb8b7d01",
        "pk__t__id",
    ]


def test_unnamed_indexes_of_one_column_differ():
    """A predicate or expression tells them apart."""
    table = make(
        Column("a", Text),
        Index(None, "a"),
        Index(None, "a", postgresql_where=Column("a") != "x"),
        Index(None, "a", postgresql_where=Column("a") != "y"),
    )
    Index(None, func.lower(table.c.a))
    assert len({index.name for index in table.indexes}) == 4
    assert "ix__t__a" in {index.name for index in table.indexes}


def test_enum_check_is_named_once_it_is_rendered():
    """The constraint of a type has its name from the convention too."""
    table = make(Column("mood", Enum("a", "b", native_enum=False, create_constraint=True)))
    assert "CONSTRAINT ck__t__mood CHECK" in str(
        CreateTable(table).compile(dialect=postgresql.dialect())
    )


@given(st.text(min_size=1), st.integers(min_value=12, max_value=80))
def test_short_name_fits_and_long_names_stay_apart(name, length):
    """Bytes count; a name that fits is kept, two that share a beginning differ."""
    shortened = shorten(name, length)
    assert len(shortened.encode()) <= length
    assert (shortened == name) == (len(name.encode()) <= length)
    long = name + "x" * length
    assert shorten(long + "1", length) != shorten(long + "2", length)


def test_object_template_is_looked_up_in_the_convention_first():
    """A project may call the generated objects what it likes."""
    convention = {
        **pgcraft_build_naming_conventions(max_length=20),
        "append_only_root": "r_%(table_name)s",
    }
    metadata = MetaData(naming_convention=convention)
    assert object_name(metadata, "append_only_root", table_name="c") == "r_c"
    assert (
        object_name(MetaData(), "append_only_trigger", schema="s", table_name="c", op="insert")
        == "s_c_insert"
    )
    assert len(object_name(metadata, "append_only_root", table_name="c" * 30)) == 20


def test_max_length_of_the_convention_holds_for_constraints():
    """The length is an argument of the convention."""
    table = make(Column("a", Integer), UniqueConstraint("a"), name="x" * 40, max_length=30)
    assert max(len(name) for name in names(table)) == 30
