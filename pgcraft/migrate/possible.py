"""What cannot be made because PostgreSQL has no way to change what it would be made on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name, whole_name
from pgcraft.migrate.types import HAD_BY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.migrate.changes import Changes
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Key


def possible(old: Graph, new: Graph, created: set[Key]) -> set[Key]:
    """Leave out partitions of tables that are not partitioned and stay, and all on them.

    Args:
        old: The schema as it is.
        new: The schema that is wanted.
        created: What is new.

    Returns:
        What of it can be made; the rest stays a difference.
    """
    unchangeable = {
        key
        for item in new.snapshot
        if (key := item.key).kind == "table" and key in old.snapshot
        if item.detail("partition by") != old.snapshot[key].detail("partition by")
    }
    waiting = [
        key
        for table in unchangeable
        for key in new.dependents.get(table, ())
        if key in created and new.snapshot[key].detail("partition of") == table.identity
    ]
    impossible: set[Key] = set()
    while waiting:
        key = waiting.pop()
        if key in created and key not in impossible:
            impossible.add(key)
            waiting += new.with_parts([key])
            waiting += new.dependents.get(key, ())
    return created - impossible


def fixed_by_partitions(changes: Changes, old: Graph) -> set[Key]:
    """Find what would give a column of a partition key another type, which no statement does.

    Args:
        changes: What is to be done.
        old: The schema as it is.

    Returns:
        Such columns, and the types that they have and that would be made anew, or would go.
    """
    fixed = {
        key for key in changes.retyped | changes.ending.recast if _is_in_partition_key(key, old)
    }
    found = {key for key in fixed if key in changes.differences}
    waiting = list(fixed)
    while waiting:
        for key in old.needs.get(waiting.pop(), ()):
            if key.kind in HAD_BY_COLUMNS and key in changes.ends and key not in found:
                found |= old.with_parts([key])
                waiting.append(key)
    return found & changes.differences.keys()


def _is_in_partition_key(column: Key, old: Graph) -> bool:
    item = old.snapshot.get(column)
    if item is None or item.parent is None:
        return False
    name = whole_name(quoted_name(item))
    return any(name.search(key) for key in _partition_keys(item.parent, old))


def _partition_keys(table: Key, old: Graph) -> Iterator[str]:
    """The partition keys of a table and of its partitions."""
    item = old.snapshot[table]
    key = item.detail("partition by")
    if key is not None:
        yield key
        for part in old.dependents.get(table, ()):
            if old.snapshot[part].detail("partition of") == table.identity:
                yield from _partition_keys(part, old)
