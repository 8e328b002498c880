"""Definitions are what the server takes: a schema made of them alone is the same schema."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import psycopg

from pgcraft.postgres.snapshot import CatalogObject, Key, Snapshot, compare, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

# What they do to objects made later is in those objects' own grants.
LAST = "default privileges"

# What a new database has too.
KEPT = {"plpgsql", "public"}


def test_schema_made_of_the_definitions_is_equal(rich_template, database):
    """Definitions, and the few details that they leave out, rebuild a schema with all kinds."""
    source = take_snapshot(database(template=rich_template))
    target = database("DROP SCHEMA public; SET check_function_bodies = off")
    _run_in_any_order(target, list(_statements(source)))
    for item in source:
        if item.key.kind == LAST:
            target.execute(item.definition)
    rebuilt = take_snapshot(target)

    assert [difference.text for difference in compare(source, rebuilt)] == []
    assert rebuilt.column_order == source.column_order


def test_schema_is_dropped_in_the_order_of_needs(rich_template, database):
    """What needs another object goes before it, and each drop statement is what the server takes."""
    source = take_snapshot(database(template=rich_template))
    target = database(template=rich_template)
    order = TopologicalSorter({item.key: set() for item in source})
    for item in source:
        if item.parent is not None:
            order.add(item.parent, item.key)
    for dependent, needed in source.needs:
        order.add(needed, dependent)
        table = source[dependent].parent
        if dependent.kind == "column" and table not in {needed, source[needed].parent}:
            order.add(needed, table)
    for key in order.static_order():
        # Columns go with their table, and the sequences that they own with them.
        with_table = key.kind == "column" or source[key].detail("owned by")
        if key.identity not in KEPT and not with_table:
            target.execute(source[key].drop)
    left = {item.key.identity for item in take_snapshot(target) if item.key.kind != LAST}
    assert left <= KEPT


def _statements(snapshot: Snapshot) -> Iterator[str]:
    for item in snapshot:
        name = _name(item)
        if item.key.kind in {"table", "foreign table"}:
            yield _table(item, snapshot)
        elif item.key.kind not in {"column", LAST} and item.key.identity != "plpgsql":
            yield item.create
        if item.detail("row security"):
            yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        if item.detail("owned by"):
            yield f"ALTER SEQUENCE {name} OWNED BY {item.detail('owned by')}"
        if item.detail("owner") not in {"postgres", None}:
            yield f"ALTER {item.key.kind} {name} OWNER TO {item.detail('owner')}"


def _name(item: CatalogObject) -> str:
    return item.key.identity.removeprefix(f"{item.parent.identity}." if item.parent else "")


def _table(item: CatalogObject, snapshot: Snapshot) -> str:
    if item.detail("partition of"):
        return item.definition
    names = dict(snapshot.column_order)[item.key.identity]
    keys = (Key(kind="column", identity=f"{item.key.identity}.{name}") for name in names)
    columns = ", ".join(snapshot[key].definition for key in keys if key in snapshot)
    head, name, rest = item.definition.partition(item.key.identity)
    return f"{head}{name} ({columns}){rest}"


def _run_in_any_order(connection: psycopg.Connection, statements: list[str]) -> None:
    """Run what can be run until all is done; fail with the error when nothing moves."""
    while statements:
        left, error = [], None
        for statement in statements:
            try:
                connection.execute(statement)
            except psycopg.Error as refused:
                left.append(statement)
                error = refused
        if len(left) == len(statements):
            raise AssertionError(left) from error
        statements = left
