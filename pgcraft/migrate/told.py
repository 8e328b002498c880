"""Columns that come from elsewhere: from a parent table, a type or a query.

A snapshot tells them only when they have something of their own, so one that is new or gone
there may have been on its relation all along.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name, relation_name
from pgcraft.migrate.not_null import CONSTRAINT, not_null_name
from pgcraft.postgres.snapshot import Difference, Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject

_VIEWS = frozenset({"materialized view", "view"})
_TABLES = frozenset({"foreign table", "table"})
# What a column has from its parent table when that gets a child.
_NOT_HANDED_DOWN = frozenset({"column options", "not null constraint", "statistics target"})
_MADE_WITH_RELATION = frozenset({"collation", "type"})


def told_differences(
    differences: Iterable[Difference], old: Graph, new: Graph
) -> dict[Key, Difference]:
    """Tell what changes of columns that are there on both sides, and of those below them.

    Args:
        differences: What differs between the snapshots.
        old: The schema as it is.
        new: The schema that is wanted.

    Returns:
        The differences by their keys. A column that is there before and after is altered,
        though only one snapshot tells of it, and so is a child's that its parent's change
        would change as well.
    """
    found = {one.key: _told(one, old, new) for one in differences}
    for one in [one for one in found.values() if one.key.kind == "column"]:
        found |= dict(_below(one, found, old, new))
    return found


def comes_with_relation(graph: Graph, column: CatalogObject) -> bool:
    """Whether a column is made by what makes its relation, and not by naming it."""
    relation = graph.snapshot.get(column.parent) if column.parent is not None else None
    return relation is not None and (
        relation.key.kind in _VIEWS
        or relation.detail("partition of") is not None
        or relation.detail("of type") is not None
        or column.detail("inherited") is not None
    )


def as_it_comes(graph: Graph, column: CatalogObject) -> CatalogObject:
    """A column as the statement that makes its relation gives it."""
    above = _as_above(graph, column)
    kept = tuple(pair for pair in above.details if pair[0] not in _NOT_HANDED_DOWN)
    return replace(above, details=kept)


def as_it_is(graph: Graph, column: CatalogObject) -> CatalogObject | None:
    """A column of a schema by its key, whether or not its snapshot tells it."""
    item = graph.snapshot.get(column.key)
    if item is not None:
        return item
    relation = graph.snapshot.get(column.parent) if column.parent is not None else None
    if relation is None:
        return None
    there = quoted_name(column) in graph.columns.get(relation.key.identity, ())
    return _as_above(graph, column) if there or relation.key.kind in _VIEWS else None


def _as_above(graph: Graph, column: CatalogObject) -> CatalogObject:
    """A column as its relation's parent has it, or else bare."""
    for parent in _parents(graph, column.parent):
        above = as_it_is(graph, _moved(column, parent))
        if above is not None:
            return _moved(above, column.parent)
    kept = tuple(pair for pair in column.details if pair[0] in _MADE_WITH_RELATION)
    return replace(column, details=(*kept, ("nullable", "yes")))


def column_above(graph: Graph, table: Key, name: str) -> CatalogObject | None:
    """The column that a table has from a parent, and has nothing of its own in."""
    if Key(kind="column", identity=f"{table.identity}.{name}") in graph.snapshot:
        return None
    for parent in _parents(graph, table):
        item = graph.snapshot.get(Key(kind="column", identity=f"{parent.identity}.{name}"))
        above = item or column_above(graph, parent, name)
        if above is not None:
            return above
    return None


def _told(one: Difference, old: Graph, new: Graph) -> Difference:
    column = one.before or one.after
    if column is None or one.key.kind != "column":
        return one
    before, after = one.before or as_it_is(old, column), one.after or as_it_is(new, column)
    if before is None or after is None:
        return one
    above, joined = _parents(old, column.parent), _parents(new, column.parent)
    if above and not joined:
        before = _left_alone(before, as_it_is(old, _moved(before, above[0])))
    elif joined and not above:
        # The name of its NOT NULL stays as it was, and can be another than the parent's.
        before, after = _named(before, None), _named(after, None)
    return replace(one, action="alter", before=before, after=after)


def _left_alone(column: CatalogObject, above: CatalogObject | None) -> CatalogObject:
    """A column whose table leaves its parent keeps the name of its NOT NULL from there."""
    if above is None or above.detail("nullable") != "no":
        return column
    return _named(column, not_null_name(above, relation_name(above)))


def _named(column: CatalogObject, constraint: str | None) -> CatalogObject:
    kept = [pair for pair in column.details if pair[0] != CONSTRAINT]
    named = [(CONSTRAINT, constraint)] if constraint is not None else []
    return replace(column, details=tuple(sorted([*kept, *named])))


def _below(
    one: Difference, known: dict[Key, Difference], old: Graph, new: Graph
) -> Iterator[tuple[Key, Difference]]:
    """What a change of a column, which goes down to its children, would undo there."""
    if one.before is None or one.after is None:
        return
    changed = {name for name, _ in set(one.before.details) ^ set(one.after.details)}
    for child in _children(new, one.after.parent):
        column = _moved(one.after, child)
        before, after = as_it_is(old, column), as_it_is(new, column)
        if before is None or after is None:
            continue
        passed = tuple(pair for pair in one.after.details if pair[0] in changed)
        kept = tuple(pair for pair in before.details if pair[0] not in changed)
        between = replace(before, details=tuple(sorted((*kept, *passed))))
        below = Difference(
            action="alter", key=column.key, before=between, after=after, text=one.text
        )
        if column.key in known or between.details != after.details:
            yield column.key, below
        yield from _below(replace(one, before=before, after=between), known, old, new)


def _parents(graph: Graph, table: Key | None) -> list[Key]:
    if table is None or table.kind not in _TABLES:
        return []
    return [key for key in graph.needs.get(table, ()) if key.kind in _TABLES]


def _children(graph: Graph, table: Key | None) -> list[Key]:
    if table is None or table.kind not in _TABLES:
        return []
    return [key for key in graph.dependents.get(table, ()) if key.kind in _TABLES]


def _moved(column: CatalogObject, relation: Key | None) -> CatalogObject:
    """The same column on another relation."""
    if relation is None:
        return column
    key = Key(kind="column", identity=f"{relation.identity}.{quoted_name(column)}")
    return replace(column, key=key, parent=relation)
