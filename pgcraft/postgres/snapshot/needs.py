"""Which object of a snapshot needs which."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pgcraft.postgres.snapshot.named import grant_key, owning
from pgcraft.postgres.snapshot.values import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcraft.postgres.snapshot.named import Address, Named

Pair = tuple[Key, Key]
Rows = list[tuple[Any, ...]]


def find_needs(dependencies: Rows, grants: Rows, by_address: Mapping[Address, Named]) -> set[Pair]:
    """Pair objects with those that they need, both objects of the snapshot.

    Args:
        dependencies: The rows of ``pg_depend``.
        grants: The rows of grants: who passes a privilege on needs it.
        by_address: What the catalog names.

    Returns:
        The pairs. What another object tells in whole, such as a view's column, stands for that
        object; an inherited column needs the column that it comes from.
    """
    edges = [(by_address.get(row[:3]), by_address.get(row[3:])) for row in dependencies]
    parents = _parents(edges)
    told = {item.key for item in by_address.values() if item.definition is not None}
    found = set(_passed_on(grants, by_address))
    for dependent, needed in edges:
        if dependent is None or needed is None:
            continue
        one, other = owning(dependent), owning(needed)
        # A part that only its whole tells of may need another part, such as a column.
        if one is not None and other is not None and one not in {other, needed.parent}:
            found.add((one, other))
        if one is not None and needed.definition is None:
            found.update((one, key) for key in _inherited(needed, parents, told) if key != one)
    for item in by_address.values():
        if item.definition is not None:
            found.update((item.key, key) for key in _inherited(item, parents, told))
    return found


def _parents(edges: Iterable[tuple[Named | None, Named | None]]) -> dict[Key, list[Key]]:
    """For each table those that it inherits from, or is a partition of."""
    tables = {"table", "foreign table"}
    parents: defaultdict[Key, list[Key]] = defaultdict(list)
    for one, other in edges:
        if one and other and one != other and {one.key.kind, other.key.kind} <= tables:
            parents[one.key].append(other.key)
    return parents


def _inherited(column: Named, parents: Mapping[Key, list[Key]], told: set[Key]) -> Iterator[Key]:
    """The nearest columns that an inherited column comes from."""
    if column.key.kind != "column" or column.parent is None:
        return
    name = column.key.identity.removeprefix(f"{column.parent.identity}.")
    waiting = list(parents.get(column.parent, ()))
    while waiting:
        table = waiting.pop()
        key = Key(kind="column", identity=f"{table.identity}.{name}")
        if key in told:
            yield key
        else:
            waiting += parents.get(table, ())


def _passed_on(rows: Rows, by_address: Mapping[Address, Named]) -> Iterator[Pair]:
    """Yield pairs of a grant by another role than the owner and what that role was granted."""
    held: defaultdict[tuple[Address, str], list[Key]] = defaultdict(list)
    passed_on: list[tuple[Key, Address, str]] = []
    for classid, objid, objsubid, grantee, grantor, *_ in rows:
        address = classid, objid, objsubid
        item = by_address.get(address)
        if item is not None:
            key = grant_key(item, grantee, grantor)
            held[address, grantee].append(key)
            if grantor is not None:
                passed_on.append((key, address, grantor))
    for key, address, grantor in passed_on:
        yield from ((key, other) for other in held[address, grantor] if other != key)
