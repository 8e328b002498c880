"""What belongs to what, and what needs what, in one snapshot."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.postgres.snapshot import CatalogObject, Snapshot


class Graph:
    """The edges of a snapshot, in both directions.

    Attributes:
        snapshot: The snapshot.
        needs: For each object, those that it needs, such as the columns of a view.
        dependents: The other way round.
        parts: For each object, what comes and goes with it: the columns of a table, a sequence
            that a column owns, a comment.
        columns: For each table the names of its columns, quoted, in their order.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.columns = dict(snapshot.column_order)
        self.needs: defaultdict[Key, list[Key]] = defaultdict(list)
        self.dependents: defaultdict[Key, list[Key]] = defaultdict(list)
        self.parts: defaultdict[Key, list[Key]] = defaultdict(list)
        for dependent, needed in snapshot.needs:
            self.needs[dependent].append(needed)
            self.dependents[needed].append(dependent)
        for item in snapshot:
            owner = owner_of(item)
            if owner is not None and owner in snapshot:
                self.parts[owner].append(item.key)

    def with_parts(self, keys: Iterable[Key]) -> set[Key]:
        """The keys and all that comes and goes with them."""
        found: set[Key] = set()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in found:
                found.add(key)
                waiting += self.parts.get(key, ())
        return found

    def whole(self, key: Key) -> Key:
        """The outermost object that a part belongs to: a column's comment's table."""
        item = self.snapshot.get(key)
        while item is not None and (owner := owner_of(item)) is not None:
            key, item = owner, self.snapshot.get(owner)
        return key


def owner_of(item: CatalogObject) -> Key | None:
    """What an object comes and goes with, if anything."""
    column = item.detail("owned by") if item.key.kind == "sequence" else None
    return item.parent if column is None else Key(kind="column", identity=column)
