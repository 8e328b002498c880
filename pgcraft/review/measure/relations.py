"""The relations that a script finds, by the numbers that locks have, and their names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

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

    def has_rows(self, oid: int) -> bool:
        """Whether it is a table or a materialized view that was there, with rows of its own."""
        relation = self._by_oid.get(oid)
        return relation is not None and relation.kind in {"r", "m"}

    def name_of(self, oid: int) -> str | None:
        """The name of a relation's table; None for what the script made."""
        table = self._table_of(oid)
        return None if table is None else self._by_oid[table].name

    def refresh(self, connection: psycopg.Connection[Any]) -> None:
        """Read names and files again; what was dropped keeps the last name that it had."""
        for one in _read(connection):
            known = self._by_oid.get(one.oid)
            if known is not None:
                self._by_oid[one.oid] = replace(known, name=one.name, filenode=one.filenode)

    def replace_file(self, oid: int, filenode: int) -> bool:
        """Take over the number of a relation's file, and say whether it is another one."""
        known = self._by_oid[oid]
        if known.filenode == filenode:
            return False
        self._by_oid[oid] = replace(known, filenode=filenode)
        return True

    def names(self, oids: Iterable[int], is_locked: Callable[[int], bool]) -> list[str]:
        """Name relations; all partitions of a locked table together go by its name.

        Args:
            oids: The relations.
            is_locked: Says whether a partitioned table is locked as well.

        Returns:
            The names, sorted.
        """
        found = {table for oid in oids if (table := self._table_of(oid)) is not None}
        whole = {
            parent
            for oid in found
            for parent in self._ancestors(oid)
            if is_locked(parent) and self._covered(parent, found)
        }
        kept = [self._by_oid[oid] for oid in found | whole]
        return sorted({one.name for one in kept if one.parent not in whole})

    def _table_of(self, oid: int) -> int | None:
        """The table that an index or TOAST table belongs to, or the relation itself."""
        relation = self._by_oid.get(oid)
        while relation is not None and relation.owner is not None:
            relation = self._by_oid.get(relation.owner)
        return None if relation is None else relation.oid

    def _ancestors(self, oid: int) -> Iterator[int]:
        parent = self._by_oid[oid].parent
        while parent is not None:
            yield parent
            parent = self._by_oid[parent].parent

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
