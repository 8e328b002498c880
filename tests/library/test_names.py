"""Names on a real server: what the model says is what the catalog has, to the byte."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library.identifiers import identifiers
from sqlalchemy import (
    CheckConstraint,
    Column,
    Enum,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.schema import CreateSchema

from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple


def catalog_names(connection, schema):
    """Names of all constraints and indexes of a schema, from the catalog."""
    query = (
        "SELECT conname FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace"
        " WHERE nspname = :schema AND contype <> 'n'"
        " UNION SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = :schema AND relkind = 'i'"
    )
    return set(connection.scalars(text(query), {"schema": schema}))


def model_names(metadata):
    """Names of all constraints and indexes of the models."""
    tables = metadata.tables.values()
    return {str(one.name) for table in tables for one in (*table.constraints, *table.indexes)}


@pytest.mark.parametrize("table", ["t", "Ünïcödé" * 5, "x" * 58, "ä" * 31 + "x", "日本語" * 7])
def test_generated_names_equal_the_catalogs(table, engine, metadata, create, differences):
    """However long the parts are, names fit and the server keeps them as they are."""
    column = "spalte_größe_" + "ß" * 20
    PGCraftSimple(
        table,
        "s",
        metadata,
        [
            Column(column, Integer, unique=True),
            Column("a", Integer, index=True),
            UniqueConstraint("a", column),
            CheckConstraint("a > 0"),
            CheckConstraint("a < 100"),
            PGCraftCheck(f"{{{column}}} > 0"),
            PGCraftCheck(f"{{{column}}} < 9"),
            PGCraftIndex(None, f"{{{column}}}", "{a}"),
            PGCraftIndex(None, f"abs({{{column}}})"),
            PGCraftIndex(None, f"abs({{{column}}})", postgresql_where="{a} > 3"),
            PGCraftFK(references={"{a}": f'"{table}".id'}),
        ],
    )
    create(metadata)
    with engine.connect() as connection:
        found = catalog_names(connection, "s")
    assert found == model_names(metadata)
    assert len(found) == 12
    assert max(len(name.encode()) for name in found) <= 63
    assert differences(metadata) == []


def test_check_of_a_type_is_named_alike_on_both_sides(engine, metadata, create):
    """The name of an enum's check is made when it is rendered."""
    PGCraftSimple(
        "t", "s", metadata, [Column("mood", Enum("a", native_enum=False, create_constraint=True))]
    )
    create(metadata)
    assert [one["name"] for one in inspect(engine).get_check_constraints("t", "s")] == [
        "ck__t__mood"
    ]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    table=identifiers,
    schema=identifiers.filter(lambda name: not name.startswith("pg_")),
    columns=st.lists(identifiers, min_size=1, max_size=4, unique=True),
)
def test_any_names_go_through_factory_server_and_back(table, schema, columns, engine):
    """Identifiers that need quoting work in tables, columns, indexes, checks and foreign keys."""
    columns = [name for name in columns if name != "id"] or ["x"]
    markable = [name for name in columns if not {"{", "}"} & set(name)]
    metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
    items = [
        *(Column(name, Integer, comment=name) for name in columns),
        *(
            PGCraftIndex(None, f"{{{name}}}", postgresql_where=f"{{{name}}} > 0")
            for name in markable
        ),
        *(PGCraftIndex(None, f"abs({{{name}}})") for name in markable),
        *(PGCraftCheck(f"{{{name}}} % 100 < 50") for name in markable),
        Index(None, *columns),
        UniqueConstraint(*columns),
    ]
    if markable:
        target = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table, "id"))
        items.append(PGCraftFK(raw_references={f"{{{markable[0]}}}": target}))
    dimension = PGCraftSimple(table, schema, metadata, items).table
    with engine.connect() as connection:
        connection.execute(CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)
        inspector = inspect(connection)
        read = inspector.get_columns(table, schema)
        assert [one["name"] for one in read] == ["id", *columns]
        assert [one["comment"] for one in read] == [None, *columns]
        assert catalog_names(connection, schema) == model_names(metadata)
        connection.execute(insert(dimension))
        assert connection.scalar(select(func.count()).select_from(dimension)) == 1
        connection.rollback()


def test_text_items_keep_their_text(engine, metadata, create):
    """A literal in a condition is not touched, whatever it looks like."""
    literals = ["{a}", ":a", "a::b", "50%", "%(a)s", r"\:a", r"\\", ":a:b", "''", "{", "é"]
    conditions = [f"{{a}} <> '{literal}'" for literal in literals]
    table = PGCraftSimple(
        "t", "s", metadata, [Column("a", Text), *(PGCraftCheck(one) for one in conditions)]
    ).table
    create(metadata)
    with engine.begin() as connection:
        found = connection.scalars(
            text(
                "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = 's.t'::regclass"
            )
        )
        assert sorted(found) == sorted(f"CHECK ((a <> '{literal}'::text))" for literal in literals)
        connection.execute(insert(table).values(a="x"))


TOGETHER = [("a", "b__c"), ("a__b", "c"), ("a_", "_b"), ("a__", "b"), ("a", "__b"), ("a___b", "c")]


@pytest.mark.parametrize("seed", range(4))
def test_conventional_names_of_tables_whose_names_run_together_differ(
    seed, engine, metadata, create, differences
):
    """``a`` and ``b__c`` make what ``a__b`` and ``c`` make; indexes share a schema's names."""
    defined = random.Random(seed).sample(TOGETHER, len(TOGETHER))
    columns = {}
    for table, name in defined:
        columns.setdefault(table, []).append(name)
    for schema in ("s", "s2"):
        for table, names in columns.items():
            items = [Column(name, Integer, index=True, unique=name == "c") for name in names]
            PGCraftSimple(table, schema, metadata, items)
    create(metadata)
    assert differences(metadata) == []
