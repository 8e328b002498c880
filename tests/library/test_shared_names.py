"""Two relations of one name are answered with a sentence that names both."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Index, Integer, MetaData, Sequence, Table, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import ProgrammingError

from pgcraft import PGCraftIndex
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import EnumType, Role, declare, registry
from pgcraft.views import PGCraftMaterializedView, PGCraftView

ENDING = ": within a schema, PostgreSQL wants the names of tables, views, indexes and sequences"


def simple(metadata, name, *items, schema="s"):
    return PGCraftSimple(name, schema, metadata, [Column("x", Integer), *items]).table


def kept(metadata, name, index):
    table = metadata.tables["s.a"]
    indexes = [PGCraftIndex(index, "{x}")]
    PGCraftMaterializedView(name, "s", metadata, select(table.c.x), indexes=indexes)


CASES = {
    "indexes of two tables": (
        lambda m: (simple(m, "a", PGCraftIndex("ix", "{x}")), simple(m, "b", Index("ix", "x"))),
        "The index 'ix' of s.b has the name of the index 'ix' of s.a",
    ),
    "index and unique constraint": (
        lambda m: (
            simple(m, "a", UniqueConstraint("x", name="u")),
            simple(m, "b", PGCraftIndex("u", "{x}")),
        ),
        "The index 'u' of s.b has the name of the unique constraint 'u' of s.a",
    ),
    "index and primary key": (
        lambda m: (simple(m, "a"), simple(m, "b", PGCraftIndex("pk__a__id", "{x}"))),
        "The index 'pk__a__id' of s.b has the name of the primary key 'pk__a__id' of s.a",
    ),
    "exclusion and index of one table": (
        lambda m: simple(
            m, "a", ExcludeConstraint(("x", "="), name="e", using="btree"), Index("e", "x")
        ),
        "The index 'e' of s.a has the name of the exclusion constraint 'e' of s.a",
    ),
    "index and table": (
        lambda m: (simple(m, "a", PGCraftIndex("b", "{x}")), simple(m, "b")),
        "The index 'b' of s.a has the name of the table s.b",
    ),
    "index and its own table": (
        lambda m: simple(m, "a", PGCraftIndex("a", "{x}")),
        "The index 'a' of s.a has the name of the table s.a",
    ),
    "index and view": (
        lambda m: PGCraftView("v", "s", m, select(simple(m, "a", PGCraftIndex("v", "{x}")))),
        "The index 'v' of s.a has the name of the view s.v",
    ),
    "index and sequence": (
        lambda m: simple(
            m, "a", PGCraftIndex("q", "{x}"), Column("n", Integer, Sequence("q", schema="s"))
        ),
        "The index 'q' of s.a has the name of the sequence s.q",
    ),
    "index of a materialized view": (
        lambda m: (simple(m, "a", PGCraftIndex("ix", "{x}")), kept(m, "k", "ix")),
        "The index 'ix' of s.k has the name of the index 'ix' of s.a",
    ),
    "index of an append-only dimension": (
        lambda m: (
            simple(m, "a", PGCraftIndex("ix", "{x}")),
            PGCraftAppendOnly("b", "s", m, [Column("x", Integer), PGCraftIndex("ix", "{x}")]),
        ),
        "The index 'ix' of s.b_attributes has the name of the index 'ix' of s.a",
    ),
    "plain tables beside a declared object": (
        lambda m: (
            declare(m, Role("shared_names")),
            *(Table(one, m, Column("x", Integer), Index("ix", "x"), schema="s") for one in "ab"),
        ),
        "The index 'ix' of s.b has the name of the index 'ix' of s.a",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_relations_of_one_name_are_refused_as_the_server_would(
    case, metadata, engine, create, monkeypatch
):
    """The sentence names both; without the check, the server refuses them too."""
    make, words = CASES[case]
    make(metadata)
    with pytest.raises(PGCraftValidationError) as raised:
        create(metadata)
    assert words + ENDING in str(raised.value)
    monkeypatch.setattr(registry, "refuse_shared_names", lambda _: None)
    with pytest.raises(ProgrammingError, match="already exists"):
        create(metadata)


@pytest.mark.parametrize("relation", ["table", "view", "materialized view"])
def test_enum_type_of_the_name_of_a_relation_is_refused_as_the_server_would(
    relation, metadata, create, monkeypatch
):
    """A relation's rows have a type of its name."""
    EnumType("mood", "s", metadata, ["ok"])
    table = simple(metadata, "mood" if relation == "table" else "t")
    if relation != "table":
        view = PGCraftView if relation == "view" else PGCraftMaterializedView
        view("mood", "s", metadata, select(table.c.x))
    words = (
        rf"The enum type s\.mood has the name of the {relation} s\.mood: PostgreSQL makes a type"
    )
    with pytest.raises(PGCraftValidationError, match=words):
        create(metadata)
    monkeypatch.setattr(registry, "refuse_shared_names", lambda _: None)
    with pytest.raises(ProgrammingError, match='type "mood" already exists'):
        create(metadata)


def test_enum_type_of_the_name_of_an_index_is_made(metadata, create):
    """An index has no rows."""
    EnumType("mood", "s", metadata, ["ok"])
    simple(metadata, "t", PGCraftIndex("mood", "{x}"))
    create(metadata)


@pytest.mark.parametrize("convention", [True, False])
def test_names_may_come_again_in_another_schema(convention, metadata, create, differences):
    """Also without a naming convention, where the server names what has no name."""
    given = metadata if convention else MetaData()
    for schema in ("s", "S"):
        named = UniqueConstraint("x", name="u")
        simple(given, "a", PGCraftIndex("ix", "{x}"), named, schema=schema)
        simple(given, "b", UniqueConstraint("x"), schema=schema)
    create(given)
    assert differences(given) == []
