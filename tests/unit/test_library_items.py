"""Items are values, and importing the library is cheap."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest
from sqlalchemy import Column, Integer, MetaData, Table

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, PGCraftValidationError
from pgcraft.factory import PGCraftSimple
from pgcraft.reference import resolve_references

INDEXES = [
    PGCraftIndex("ix", "{a}"),
    PGCraftIndex("ix", "{b}"),
    PGCraftIndex("iy", "{a}"),
    PGCraftIndex("ix", "{a}", "{b}"),
    PGCraftIndex("ix", "{a}", unique=True),
    PGCraftIndex("ix", "{a}", postgresql_where="{b} > 0"),
    PGCraftIndex("ix", "{a}", postgresql_ops={"{a}": "text_pattern_ops"}),
    PGCraftIndex(None, "lower({a})"),
]


@pytest.mark.parametrize("index", INDEXES)
def test_index_is_a_value(index):
    """Equal to its copies and to what its repr says, different from the others, immutable."""
    for twin in (copy.copy(index), pickle.loads(pickle.dumps(index)), eval(repr(index))):
        assert twin == index
        assert hash(twin) == hash(index)
    assert [other for other in INDEXES if other == index] == [index]
    assert index != "ix"
    with pytest.raises(AttributeError, match="immutable"):
        index.name = "other"


def test_check_is_a_value():
    """Where it was declared does not count."""
    check = PGCraftCheck("{a} > 0", "ck")
    assert eval(repr(check)) == check == pickle.loads(pickle.dumps(check))
    assert len({check, PGCraftCheck("{a} > 0", "ck"), PGCraftCheck("{a} > 1", "ck")}) == 2
    with pytest.raises(AttributeError):
        check.name = "other"


def test_items_name_their_columns_in_order_and_once():
    """For those who build on the items."""
    assert PGCraftIndex("ix", "{b}", "f({a}, {b})").column_names() == ("b", "a")
    assert PGCraftIndex("ix", "{b}", "f({a})").resolve({"a": "x", "b": "y"}) == ("y", "f(x)")
    assert PGCraftCheck("{b} > {a} AND {b} <> '{c}'").column_names() == ("b", "a")
    assert PGCraftFK({"{b}": "d.x", "a": "d.y"}).column_names() == ("b", "a")


def test_reference_of_a_removed_table_is_forgotten():
    """A table that was taken out of the MetaData asks for nothing."""
    metadata = MetaData()
    items = [Column("a", Integer), PGCraftFK({"{a}": "nowhere.id"})]
    table = PGCraftSimple("t", "s", metadata, items).table
    with pytest.raises(PGCraftValidationError, match="'nowhere', which does not exist"):
        resolve_references(metadata)
    metadata.remove(table)
    resolve_references(metadata)


def test_importing_the_library_imports_no_command_line_and_no_driver():
    """An application pays for SQLAlchemy alone."""
    code = (
        "import sys, pgcraft, pgcraft.factory, pgcraft.declarative; from pgcraft import *;"
        "print([name for name in ('alembic', 'click', 'psycopg', 'rich', 'sqlalchemy.orm')"
        " if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_index_option_of_a_dialect_called_postgres_is_refused():
    """SQLAlchemy only warns, and makes the index without it."""
    index = PGCraftIndex("ix", "{a}", postgres_using="hash")
    with pytest.raises(PGCraftValidationError, match="Did you mean 'postgresql_using'"):
        index.attach(Table("t", MetaData(), Column("a", Integer)))
