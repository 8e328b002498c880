"""The order of statements: each behind what must have happened before it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_schema, routine_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Key

Rank = tuple[int, int, str, int, str]
"""Phase, place in it, the whole object, the place of the part in it, the part."""


@dataclass(eq=False, kw_only=True)
class Node:
    """Statements that belong together, and what they do to the catalog.

    Attributes:
        statements: The SQL; empty when it is one of Alembic's operations.
        operation: The number of that operation.
        ends: Objects whose old state ends here: dropped, or altered.
        begins: Objects whose new state begins here: created, or altered.
        requires: Objects that must have reached their new state.
        lets_go: Columns that lose their default here, ahead of their end.
        gives: Columns that get their default here, when they are there.
        behind: Nodes that come first.
        rank: Its place where nothing else decides.
        commit: Whether it must be committed before the nodes behind it.
        retypes: The table whose columns get other types.
    """

    statements: tuple[str, ...] = ()
    operation: int | None = None
    ends: frozenset[Key] = frozenset()
    begins: frozenset[Key] = frozenset()
    requires: frozenset[Key] = frozenset()
    lets_go: frozenset[Key] = frozenset()
    gives: frozenset[Key] = frozenset()
    behind: list[Node] = field(default_factory=list)
    rank: Rank
    commit: bool = False
    retypes: Key | None = None

    def drops(self, key: Key) -> bool:
        """Whether the object is gone behind this node."""
        return key in self.ends and key not in self.begins

    def makes(self, key: Key) -> bool:
        """Whether the object is not there before this node."""
        return key in self.begins and key not in self.ends


def ordered(nodes: Iterable[Node], before: Graph, after: Graph) -> list[Node]:
    """Order nodes by what the server's own dependencies demand.

    An object is dropped or altered behind the drop of what needs it, and made behind what it
    needs. A name is taken when it is free.

    Args:
        nodes: The nodes.
        before: The schema that they run on.
        after: The schema that they give.

    Returns:
        The nodes, in the order of their ranks as far as the rest allows. A circle is cut where
        it is entered; then the server has the last word.
    """
    nodes = sorted(nodes, key=lambda node: node.rank)
    ending, beginning = _by_key(nodes, "ends"), _by_key(nodes, "begins")
    letting_go, giving = _by_key(nodes, "lets_go"), _by_key(nodes, "gives")
    for dependent, needed in _pairs(before):
        calls = routine_name(needed) is not None and dependent in letting_go
        for one in (letting_go if calls else ending).get(dependent, ()):
            for other in ending.get(needed, ()):
                if one is not other and (calls or one.drops(dependent) or other.drops(needed)):
                    other.behind.append(one)
    # What is not wanted, and comes back all the same, needs what it needed.
    carried = (pair for pair in _pairs(before) if pair[0] not in after.snapshot)
    going = _going_routines(ending)
    for dependent, needed in (*_pairs(after), *carried):
        first = [*beginning.get(needed, ()), *going.get(routine_name(needed), ())]
        calls = routine_name(needed) is not None and dependent in giving
        for one in (giving if calls else beginning).get(dependent, ()):
            one.behind += (other for other in first if other is not one)
    for node in nodes:
        for key in node.requires:
            node.behind += (other for other in beginning.get(key, ()) if other is not node)
    _free_names(ending, beginning, before, after)
    return _depth_first(nodes)


def _by_key(nodes: Iterable[Node], side: str) -> dict[Key, list[Node]]:
    found: defaultdict[Key, list[Node]] = defaultdict(list)
    for node in nodes:
        for key in getattr(node, side):
            found[key].append(node)
    return found


def _going_routines(ending: dict[Key, list[Node]]) -> dict[str | None, list[Node]]:
    """What drops a routine, by its name: a call may mean an overload as long as that is there."""
    found: defaultdict[str | None, list[Node]] = defaultdict(list)
    for key, nodes in ending.items():
        name = routine_name(key)
        if name is not None:
            found[name] += (node for node in nodes if node.drops(key))
    return found


def _pairs(graph: Graph) -> Iterator[tuple[Key, Key]]:
    yield from graph.snapshot.needs
    for owner, parts in graph.parts.items():
        yield from ((part, owner) for part in parts)


def _free_names(
    ending: dict[Key, list[Node]], beginning: dict[Key, list[Node]], before: Graph, after: Graph
) -> None:
    """Let what takes a name come behind what has it now."""
    taken: defaultdict[object, list[Node]] = defaultdict(list)
    for key, nodes in ending.items():
        for name in names_taken(before.snapshot.get(key)):
            taken[name] += (node for node in nodes if node.drops(key))
    for key, nodes in beginning.items():
        for name in names_taken(after.snapshot.get(key)):
            for node in nodes:
                if node.makes(key):
                    node.behind += (other for other in taken.get(name, ()) if other is not node)


# What pg_class or pg_type names: one name for one of them in a schema.
_RELATIONS = frozenset(
    {
        "base type",
        "composite type",
        "domain",
        "enum",
        "foreign table",
        "index",
        "materialized view",
        "range type",
        "sequence",
        "table",
        "view",
    }
)
_WITH_INDEX = frozenset({"exclusion", "primary key", "unique"})


def names_taken(item: CatalogObject | None) -> Iterator[object]:
    """The names that an object takes, where each is free for one only."""
    if item is None:
        return
    yield item.key
    if item.key.kind in _RELATIONS:
        yield item.key.identity
    if item.detail("sequence") is not None:
        yield item.detail("sequence")
    if item.key.kind == "constraint" and item.parent is not None:
        type_ = item.detail("type")
        if type_ in _WITH_INDEX:
            name = item.key.identity.removeprefix(f"{item.parent.identity}.")
            yield f"{quoted_schema(item)}.{name}"
        if type_ == "primary key":
            yield "primary key", item.parent


def _depth_first(nodes: Sequence[Node]) -> list[Node]:
    """Visit nodes by rank, each behind those that it comes behind."""
    entered: set[Node] = set()
    order: list[Node] = []
    stack: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        entered.add(node)
        first = sorted(set(node.behind), key=lambda one: one.rank)
        stack.append((node, iter(first)))

    for start in nodes:
        if start not in entered:
            enter(start)
        while stack:
            node, first = stack[-1]
            following = next((one for one in first if one not in entered), None)
            if following is not None:
                enter(following)
            else:
                stack.pop()
                order.append(node)
    return order
