"""Circles of tables and what is on them: some constraints are statements of their own."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Key


def cyclic_foreign_keys(graph: Graph, tables: Collection[Key]) -> set[Key]:
    """Find the foreign keys that lie on a circle of tables.

    Args:
        graph: The schema.
        tables: The tables that are made, or dropped, whole.

    Returns:
        The constraints. A table that references itself is no circle.
    """
    references: defaultdict[Key, dict[Key, list[Key]]] = defaultdict(dict)
    for table in tables:
        for part in graph.parts.get(table, ()):
            if graph.snapshot[part].detail("type") != "foreign key":
                continue
            targets = {graph.whole(key) for key in graph.needs.get(part, ())} - {table}
            for target in targets.intersection(tables):
                references[table].setdefault(target, []).append(part)
    return {
        key
        for table, targets in references.items()
        for target, keys in targets.items()
        if table in _reachable(target, references)
        for key in keys
    }


def parts_that_lead_back(graph: Graph, tables: Collection[Key]) -> set[Key]:
    """Find the checks and computed columns that call a function which needs their own table.

    With these, what else of the table stands on such a column.
    """
    found = {
        key
        for table in tables
        for key in graph.parts.get(table, ())
        for item in [graph.snapshot[key]]
        if item.detail("type") == "check" or item.detail("generated") is not None
        if leads_back(graph, key, table)
    }
    parts = {key for table in tables for key in graph.parts.get(table, ())}
    return found | {key for one in found for key in graph.dependents.get(one, ()) if key in parts}


def defaults_that_lead_back(graph: Graph, tables: Collection[Key]) -> set[Key]:
    """Find the columns whose default calls a function that needs their own table."""
    return {
        key
        for table in tables
        for key in graph.parts.get(table, ())
        if key.kind == "column" and graph.snapshot[key].detail("default") is not None
        if leads_back(graph, key, table)
    }


def tables_of(sides: Iterable[Iterable[Key]]) -> set[Key]:
    """The tables among the keys of some sets."""
    return {key for side in sides for key in side if key.kind == "table"}


def leads_back(graph: Graph, part: Key, table: Key) -> bool:
    """Whether something on a table needs something else, a function, that needs the table."""
    seen: set[Key] = set()
    waiting = [key for key in graph.needs.get(part, ()) if graph.whole(key) != table]
    while waiting:
        key = waiting.pop()
        if graph.whole(key) == table:
            return True
        if key not in seen:
            seen.add(key)
            waiting += graph.needs.get(key, ())
    return False


def _reachable(start: Key, references: dict[Key, dict[Key, list[Key]]]) -> set[Key]:
    found: set[Key] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += references.get(key, ())
    return found
