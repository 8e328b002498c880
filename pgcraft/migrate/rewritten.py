"""A table whose columns get other types is rewritten once, however many they are."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.changes import is_retyped
from pgcraft.migrate.claims import that_alter_none_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pgcraft.migrate.claims import Claim
    from pgcraft.migrate.order import Node
    from pgcraft.postgres.snapshot import Difference, Key


def without_rewrites(
    claims: Mapping[int, Claim], changes: Mapping[Key, Difference]
) -> dict[int, Claim]:
    """Leave out operations of which each would rewrite the table anew.

    Args:
        claims: What each of Alembic's operations does.
        changes: What differs.

    Returns:
        The claims without those that give one of several columns of a table another type.
    """
    retyped = {
        key: one.after.parent for key, one in changes.items() if one.after and is_retyped(one)
    }
    tables = Counter(retyped.values())
    several = {key for key, table in retyped.items() if tables[table] > 1}
    return that_alter_none_of(several, claims)


def rewritten_once(nodes: Iterable[Node]) -> list[Node]:
    """Make one node of those that give columns of one table other types."""
    nodes = list(nodes)
    by_table: defaultdict[Key, list[Node]] = defaultdict(list)
    for node in nodes:
        if node.retypes is not None:
            by_table[node.retypes].append(node)
    merged: dict[Node, Node] = {}
    for table, found in by_table.items():
        if len(found) > 1:
            merged |= dict.fromkeys(found, _together(found, table))
    for node in {*nodes, *merged.values()}:
        node.behind[:] = [
            other for one in node.behind for other in [merged.get(one, one)] if other is not node
        ]
    return [*(one for one in nodes if one not in merged), *dict.fromkeys(merged.values())]


def _together(nodes: Sequence[Node], table: Key) -> Node:
    """What they all do; types and defaults change in the order in which the server does it."""
    return replace(
        nodes[0],
        statements=tuple(_joined([sql for one in nodes for sql in one.statements], table)),
        ends=frozenset(key for one in nodes for key in one.ends),
        begins=frozenset(key for one in nodes for key in one.begins),
        requires=frozenset(key for one in nodes for key in one.requires),
        behind=[other for one in nodes for other in one.behind],
        rank=min(one.rank for one in nodes),
    )


def _joined(statements: Sequence[str], table: Key) -> Iterator[str]:
    """One ALTER TABLE of several, where the first of them stands."""
    start = f"ALTER {table.kind.upper()} {table.identity} "
    actions = [sql.removeprefix(start) for sql in statements if _alters_columns(sql, start)]
    joined = f"{start}{', '.join(actions)}"
    for sql in statements:
        if not _alters_columns(sql, start):
            yield sql
        elif joined:
            yield joined
            joined = ""


def _alters_columns(statement: str, start: str) -> bool:
    return statement.startswith(f"{start}ALTER COLUMN ")
