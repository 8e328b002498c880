"""Generated functions are indented for their readers, which changes no name and no literal."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Column, Identity, Integer, Text, func, insert, select, update
from sqlalchemy.exc import DBAPIError, OperationalError

from pgcraft.extensions.postgrest import PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import declared_objects
from pgcraft.views import PGCraftView

# What ends a line in one place or another: SQL, Python, Unicode.
LINES = (
    "a\nb",
    "a \n    b",
    "a\r\nb",
    "a\x0bb",
    "a\x1cb",
    "a\x85b",
    "a\u2028b",
    "$$\n$$",
    "it's\n'",
)
WRITES = ("insert", "update", "delete")


def bodies(metadata):
    """The definitions of all declared functions."""
    return [one.create()[0] for one in declared_objects(metadata) if one.kind == "function"]


@pytest.mark.parametrize("factory", [PGCraftAppendOnly, PGCraftSimple])
@pytest.mark.parametrize("name", LINES)
def test_row_changed_twice_by_a_statement_is_refused_whatever_its_names(
    name, factory, engine, metadata, create
):
    """The second change meets a row that is no longer what was read; all names are in that."""
    dimension = factory(name, f"s{name}", metadata, [Column(f"x{name}", Integer)])
    view = dimension.table
    if factory is PGCraftSimple:
        view = PostgRESTView(dimension, schema=f"api{name}", grants=WRITES).table
    create(metadata)
    column = view.c[f"x{name}"]
    numbers = func.generate_series(5, 6).table_valued("n").render_derived()
    with engine.begin() as connection:
        assert connection.scalar(insert(view).values({column: 1}).returning(column)) == 1
        assert connection.scalar(update(view).values({column: 2}).returning(column)) == 2
    twice = update(view).values({column: numbers.c.n}).where(numbers.c.n > view.c.id)
    with pytest.raises(OperationalError) as raised, engine.begin() as connection:
        connection.execute(twice)
    assert raised.value.orig.sqlstate == "40001"
    assert f"{name}" in raised.value.orig.diag.message_primary.replace('""', '"')


@pytest.mark.parametrize("note", LINES)
def test_literal_of_several_lines_in_the_condition_of_an_api_view_is_kept(
    note, engine, metadata, create
):
    """What the view leaves out cannot be written through it."""
    sold = PGCraftSimple("sold", "s", metadata, [Column("note_id", Integer)]).table
    notes = PGCraftSimple("notes", "s", metadata, [Column("note", Text)])
    view = PostgRESTView(
        notes,
        grants=["insert"],
        query=lambda q, t: (
            q.add_columns(func.count(sold.c.id).label("sold"))
            .join_from(t, sold, sold.c.note_id == t.c.id)
            .where(t.c.note != note)
            .group_by(t.c.id)
        ),
    ).table
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(view).values(note=f"{note} "))
        assert connection.scalar(select(notes.table.c.note)) == f"{note} "
    with pytest.raises(DBAPIError, match="would not be in") as raised, engine.begin() as connection:
        connection.execute(insert(view).values(note=note))
    assert raised.value.orig.sqlstate == "44000"


@pytest.mark.parametrize("note", LINES)
def test_view_s_lines_end_where_they_end_and_its_literals_are_kept(note, engine, metadata, create):
    """SQLAlchemy ends lines in spaces; a literal may do so too."""
    notes = PGCraftSimple("notes", "s", metadata, [Column("note", Text)]).table
    given = f"{note} \n"
    view = PGCraftView("v", "s", metadata, select(notes.c.note).where(notes.c.note == given))
    create(metadata)
    with engine.begin() as connection:
        connection.execute(insert(notes), [{"note": given}, {"note": f"{note}\n"}])
        assert connection.scalars(select(view.table.c.note)).all() == [given]
    plain = PGCraftView("w", "s", metadata, select(notes.c.note).where(notes.c.id > 1))
    assert not re.search(r"\s$", plain.create()[0], re.MULTILINE)


@pytest.mark.parametrize(
    ("number", "overriding"),
    [
        (Column("number", Integer), False),
        (Column("number", Integer, Identity()), False),
        (Column("number", Integer, Identity(always=True)), True),
    ],
)
def test_system_values_are_overridden_only_where_versions_copy_one(number, overriding, metadata):
    """An INSERT leaves a generated identity to the server; an UPDATE keeps what it made."""
    PGCraftAppendOnly("t", "s", metadata, [Column("x", Integer), number])
    insert_, update_, delete_ = ("OVERRIDING" in body for body in bodies(metadata))
    assert (insert_, update_, delete_) == (False, overriding, False)


@pytest.mark.parametrize("columns", [1, 20])
def test_bodies_are_indented_by_their_blocks(columns, metadata):
    """As a person would write them; no line ends in a space."""
    names = [f"a_column_with_a_long_name_{number}" for number in range(columns)]
    PGCraftAppendOnly("kept", "s", metadata, [Column(name, Text) for name in names])
    plain = PGCraftSimple("plain", "s", metadata, [Column(name, Text) for name in names])
    PostgRESTView(plain, grants=WRITES, query=lambda q, t: q.where(t.c.id > 0).group_by(t.c.id))
    for body in bodies(metadata):
        depth = 0
        for line in body.splitlines():
            assert line == line.rstrip()
            word = line.strip()
            # A CASE among the declarations has an end too.
            depth = max(0, depth - (word in {"END IF;", "END;", "ELSE"}))
            if re.match(r"(IF|RETURN|RAISE|UPDATE|INSERT|DELETE|END IF|ELSE$|EXECUTE)\b", word):
                assert len(line) - len(word) == 4 * depth, body
            depth += word in {"BEGIN", "ELSE"} or bool(re.match(r"IF\b", word))
