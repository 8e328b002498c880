"""Statements that other statements make necessary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.alter import creation, owned_statement
from pgcraft.migrate.changes import REST, differing, rank
from pgcraft.migrate.graph import owner_of
from pgcraft.migrate.numbering import is_numbered_anew, numbers_go_on
from pgcraft.migrate.order import Node
from pgcraft.migrate.parents import other_parents
from pgcraft.migrate.relations import replica_identity
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcraft.migrate.changes import Changes
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Difference


def _ownerships(changes: Changes, nodes: Sequence[Node]) -> Iterator[Node]:
    """A sequence belongs to a column when both are there, and outlives the one it had."""
    old, new = changes.old, changes.new
    made = (changes.created | changes.ending.remade) - {
        key for one in changes.claims.values() for key in one.after
    }
    for key in sorted(made | set(changes.in_place)):
        if key.kind != "sequence":
            continue
        before, item = old.snapshot.get(key), changes.item(key)
        had = before.detail("owned by") if before is not None and key not in made else None
        if had == item.detail("owned by"):
            continue
        owner = owner_of(item)
        node = Node(
            statements=(owned_statement(item),),
            requires=frozenset({key} if owner is None else {key, owner}),
            rank=rank(REST, key, new),
        )
        _before_drops(node, nodes, Key(kind="column", identity=had or ""))
        yield node


def _numbers(changes: Changes, nodes: Sequence[Node]) -> Iterator[Node]:
    """A new sequence of a column that was there goes on behind the numbers that it has."""
    made = {key for node in nodes if node.operation is None for key in node.begins}
    for key in sorted(made & changes.created):
        owner = owner_of(changes.item(key)) if key.kind == "sequence" else None
        if owner is None or owner not in changes.old.snapshot or owner in changes.ends:
            continue
        column = changes.item(owner)
        if not is_numbered_anew(changes.old.snapshot[owner], column):
            yield Node(
                statements=numbers_go_on(column),
                requires=frozenset({key, owner}),
                rank=rank(REST, key, changes.new),
            )


def _before_drops(first: Node, nodes: Iterable[Node], key: Key) -> None:
    for node in nodes:
        if node.drops(key):
            node.behind.append(first)


def _granted_again(changes: Changes, nodes: Sequence[Node]) -> Iterator[Node]:
    """To revoke a privilege on a table takes it on the columns away too."""
    new = changes.new
    for node in nodes:
        if not any(one.startswith("REVOKE ") for one in node.statements):
            continue
        for key in node.ends:
            item = changes.old.snapshot.get(key)
            if item is None or key.kind != "grant":
                continue
            _, _, grantee = key.identity.rpartition(" to ")
            for grant in _column_grants(new, item.parent, grantee):
                made = [one for one in nodes if grant in one.begins]
                for one in made:
                    one.behind.append(node)
                if not made:
                    yield Node(
                        statements=creation(new.snapshot[grant], owner=changes.owner),
                        behind=[node],
                        rank=rank(REST, grant, new),
                    )


def _column_grants(graph: Graph, table: Key | None, grantee: str) -> Iterator[Key]:
    for column in graph.parts.get(table, ()) if table is not None else ():
        for key in graph.parts.get(column, ()) if column.kind == "column" else ():
            if key.kind == "grant" and key.identity.endswith(f" to {grantee}"):
                yield key


def _replica_identities(changes: Changes, nodes: Sequence[Node]) -> Iterator[Node]:
    """An index is named as replica identity when it is there; that goes with the index."""
    begun = {key for node in nodes for key in node.begins if not node.statements or node.makes(key)}
    for item in changes.new.snapshot:
        if item.key.kind != "table":
            continue
        one = changes.differences.get(item.key)
        before = one.before if one is not None else item
        identity = item.detail("replica identity")
        was = before.detail("replica identity") if before is not None else None
        index = _identifying(changes.new, item.key, identity)
        if was != identity or index in begun:
            yield Node(
                statements=(replica_identity(item),),
                requires=frozenset({item.key, index} if index else {item.key}),
                rank=rank(REST, index or item.key, changes.new),
            )


def _identifying(graph: Graph, table: Key, identity: str | None) -> Key | None:
    """The index, or the constraint whose index it is, that a replica identity names."""
    if identity is None or not identity.startswith("index "):
        return None
    index = Key(kind="index", identity=identity.removeprefix("index "))
    if index in graph.snapshot:
        return index
    for key in graph.parts.get(table, ()):
        name = key.identity.removeprefix(f"{table.identity}.")
        if key.kind == "constraint" and index.identity.endswith(f".{name}"):
            return key
    return None


def _persistence(changes: Changes, nodes: Sequence[Node]) -> tuple[Node, ...]:
    """No logged table may reference an unlogged one, so one end of a key goes first."""
    changed = {
        key: node
        for node in nodes
        for key in node.ends & node.begins
        if key.kind == "table" and _other_persistence(changes.differences.get(key))
    }
    for table, node in changed.items():
        for part in changes.new.parts.get(table, ()):
            if changes.new.snapshot[part].detail("type") != "foreign key":
                continue
            for key in changes.new.needs.get(part, ()):
                other = changed.get(changes.new.whole(key))
                if other is not None and other is not node:
                    unlogged = changes.item(table).detail("persistence") == "unlogged"
                    first, then = (node, other) if unlogged else (other, node)
                    then.behind.append(first)
    return ()


def _other_persistence(one: Difference | None) -> bool:
    return one is not None and "persistence" in differing(one)


CONSEQUENCES = (
    _ownerships,
    _numbers,
    _granted_again,
    _replica_identities,
    _persistence,
    other_parents,
)
"""In their order: each sees the nodes of those before it."""
