"""Tables that get other parent tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.changes import DROPS, REST, rank
from pgcraft.migrate.order import Node
from pgcraft.migrate.told import column_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pgcraft.migrate.changes import Changes
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Key


def other_parents(changes: Changes, nodes: Sequence[Node]) -> Iterator[Node]:
    """Make the nodes that let tables leave parents and join others.

    What a table had from its old parents alone becomes its own and goes; what it is to have
    from its new ones must be there before.
    """
    for table, one in changes.differences.items():
        if table.kind == "table" and one.before is not None and one.after is not None:
            yield from _one_table(changes, nodes, table)


def _one_table(changes: Changes, nodes: Sequence[Node], table: Key) -> Iterator[Node]:
    old, new = changes.old, changes.new
    before, after = _parents(old, table), _parents(new, table)
    names = old.columns.get(table.identity, ()), new.columns.get(table.identity, ())
    alter = f"ALTER TABLE {table.identity}"
    leaving = [
        *(f"{alter} NO INHERIT {one}" for one in before if one not in after),
        *(
            f"{alter} DROP COLUMN {name}"
            for name in names[0]
            if name not in names[1] and column_above(old, table, name) is not None
        ),
    ]
    joining = [
        *(
            f"{alter} ADD COLUMN {above.definition}"
            for name in names[1]
            if name not in names[0]
            for above in [column_above(new, table, name)]
            if above is not None
        ),
        *(f"{alter} INHERIT {one}" for one in after if one not in before),
    ]
    if before == after:
        return
    leave = Node(statements=tuple(leaving), rank=rank(DROPS, table, old))
    join = Node(statements=tuple(joining), begins=frozenset({table}), rank=rank(REST, table, new))
    join.behind.append(leave)
    # Columns that a parent has too can be dropped only now.
    later = {key for key in old.parts.get(table, ()) if key.kind == "column"}
    later |= {key for key in old.needs.get(table, ()) if key.kind == "table"}
    for node in nodes:
        if any(node.drops(key) for key in later):
            node.behind.append(leave)
    yield leave
    yield join


def _parents(graph: Graph, table: Key) -> list[str]:
    inherits = graph.snapshot[table].detail("inherits")
    return inherits.split(", ") if inherits else []
