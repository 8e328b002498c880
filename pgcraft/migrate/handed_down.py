"""What a table hands down to its children and partitions, and what follows when it is renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject

_TABLES = frozenset({"foreign table", "table"})


def is_alone(one: Key, pairs: Mapping[Key, Key], old: Graph, new: Graph) -> bool:
    """Whether nothing below an object keeps the old name when it is renamed.

    A check is renamed with those of children and partitions; a foreign key and a trigger of a
    partitioned table are not, and its partitions would go on to tell the old name.

    Args:
        one: The object as it is.
        pairs: All that is renamed.
        old: The schema as it is.
        new: The schema that is wanted.
    """
    item = old.snapshot[one]
    if item.key.kind == "trigger" or item.detail("type") == "foreign key":
        tables = {item.parent, *(old.whole(key) for key in old.needs.get(one, ()))}
        return not any(_is_partitioned(table, old) for table in tables)
    if not _is_handed_down(item) or item.parent is None:
        return True
    name = quoted_name(new.snapshot[pairs[one]])
    for table in _all_below(item.parent, old):
        was, wanted = _constraint(table, quoted_name(item)), _constraint(table, name)
        if wanted in old.snapshot or len(list(_above(table, old))) > 1:
            return False
        if pairs.get(was) != wanted if was in old.snapshot else wanted in new.snapshot:
            return False
    return True


def renamed_along(pairs: Mapping[Key, Key], old: Graph) -> set[Key]:
    """Checks that are renamed with their parent table's."""
    return {
        one
        for one in pairs
        for item in [old.snapshot[one]]
        if item.parent is not None and _is_handed_down(item)
        if any(
            _constraint(table, quoted_name(item)) in pairs for table in _all_above(item.parent, old)
        )
    }


def _is_handed_down(item: CatalogObject) -> bool:
    return item.detail("type") == "check" and not item.definition.endswith(" NO INHERIT")


def _is_partitioned(table: Key | None, graph: Graph) -> bool:
    item = graph.snapshot.get(table) if table is not None else None
    return item is not None and item.detail("partition by") is not None


def _constraint(table: Key, name: str) -> Key:
    return Key(kind="constraint", identity=f"{table.identity}.{name}")


def _above(table: Key, graph: Graph) -> Iterator[Key]:
    yield from (key for key in graph.needs.get(table, ()) if key.kind in _TABLES)


def _all_above(table: Key, graph: Graph) -> Iterator[Key]:
    for parent in _above(table, graph):
        yield parent
        yield from _all_above(parent, graph)


def _all_below(table: Key, graph: Graph) -> Iterator[Key]:
    for child in graph.dependents.get(table, ()):
        if child.kind in _TABLES:
            yield child
            yield from _all_below(child, graph)
