"""The relations that a script finds, by the numbers that locks have, and their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    import psycopg

_QUERY = (resources.files(__package__) / "relations.sql").read_text(encoding="utf-8").encode()


@dataclass(frozen=True, kw_only=True)
class Relation:
    """A relation.

    Attributes:
        oid: Its number.
        name: Schema and name, quoted by the server.
        kind: ``pg_class.relkind``.
        filenode: The number of its file; another one after a rewrite, None without storage.
        owner: The table of an index or TOAST table.
        parent: The partitioned table of a partition.
    """

    oid: int
    name: str
    kind: str
    filenode: int | None
    owner: int | None
    parent: int | None

    @property
    def has_rows(self) -> bool:
        """Whether it is a table or a materialized view, with rows of its own."""
        return self.kind in {"r", "m"}


class Relations:
    """What was there when the script began; what the script makes is never among it.

    Args:
        connection: A connection to the database, before the script.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._by_oid = {one.oid: one for one in _read(connection)}
        self._partitions: dict[int, list[int]] = {}
        for one in self._by_oid.values():
            if one.parent is not None:
                self._partitions.setdefault(one.parent, []).append(one.oid)
        self.newest = max(self._by_oid, default=0)

    def get(self, oid: int) -> Relation | None:
        """The relation of a number; None for one that the script made."""
        return self._by_oid.get(oid)

    def refresh(self, connection: psycopg.Connection[Any]) -> None:
        """Read names and files again, of those that are still there."""
        for one in _read(connection):
            if one.oid in self._by_oid:
                self.update(one.oid, one.name, one.filenode)

    def update(self, oid: int, name: str | None, filenode: int | None) -> None:
        """Take over a name and a file; what was dropped keeps the last that it had."""
        if name is not None:
            self._by_oid[oid] = replace(self._by_oid[oid], name=name, filenode=filenode)

    def table_of(self, oid: int) -> int | None:
        """The table that an index or TOAST table belongs to, or the relation itself."""
        relation = self._by_oid.get(oid)
        while relation is not None and relation.owner is not None:
            relation = self._by_oid.get(relation.owner)
        return None if relation is None else relation.oid

    def names(self, oids: Iterable[int], locked: Collection[int]) -> list[str]:
        """Name relations; all partitions of a locked table together go by its name.

        Args:
            oids: The relations.
            locked: The relations that are locked, among which the partitioned table must be.

        Returns:
            The names, sorted.
        """
        found = {table for oid in oids if (table := self.table_of(oid)) is not None}
        whole = {one for one in self._partitions if one in locked and self._covered(one, found)}
        kept = [self._by_oid[oid] for oid in found | whole]
        return sorted({one.name for one in kept if one.parent not in whole})

    def _covered(self, parent: int, found: Collection[int]) -> bool:
        return all(
            one in found or (one in self._partitions and self._covered(one, found))
            for one in self._partitions[parent]
        )


def _read(connection: psycopg.Connection[Any]) -> list[Relation]:
    return [
        Relation(oid=oid, name=name, kind=kind, filenode=filenode, owner=owner, parent=parent)
        for oid, name, kind, filenode, owner, parent in connection.execute(_QUERY, prepare=False)
    ]
