"""What cannot be made because PostgreSQL has no way to change what it would be made on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
