"""The statements of a migration before they have an order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration, creation, owned_statement
from pgcraft.migrate.graph import owner_of
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.numbering import is_numbered_anew, number_anew
from pgcraft.migrate.order import Node
from pgcraft.migrate.tables import create_table, inline_parts
from pgcraft.migrate.types import TYPES, put_aside, recast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcraft.migrate.claims import Claim
    from pgcraft.migrate.ending import Ending
    from pgcraft.migrate.graph import Graph
    from pgcraft.migrate.order import Rank
    from pgcraft.postgres.snapshot import CatalogObject, Key

_DROPS, _ALEMBIC, _REST = range(3)

# Where an object stands among the others that nothing orders.
_PLACES = {
    kind: place
    for place, kind in enumerate(
        (
            "schema",
            "extension",
            "collation",
            "enum",
            "range type",
            "composite type",
            "domain",
            "sequence",
            "function",
            "procedure",
            "aggregate",
            "operator",
            "table",
            "foreign table",
            "view",
            "materialized view",
        )
    )
}
_PARTS = {
    kind: place
    for place, kind in enumerate(
        ("column", "constraint", "index", "statistics", "rule", "trigger", "policy"), start=1
    )
}
_LATE = 99


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changes, decided.

    Attributes:
        old: The schema as it is.
        new: The schema that is wanted.
        owner: The role that owns what nobody gave to another.
        claims: What Alembic's operations do, by number.
        created: What is new.
        loose: Foreign keys of tables that go and reference each other: they go beforehand.
        in_place: Statements for what changes where it is.
        ending: What ends, and comes back in part.
    """

    old: Graph
    new: Graph
    owner: str
    claims: Mapping[int, Claim]
    created: set[Key]
    in_place: Mapping[Key, tuple[str, ...]]
    ending: Ending
    loose: set[Key]


def build_nodes(changes: Changes) -> list[Node]:
    """Make the nodes of all changes."""
    claimed = [
        Node(
            operation=number,
            ends=one.before - changes.loose,
            begins=one.after,
            rank=(_ALEMBIC, number, "", 0, ""),
        )
        for number, one in changes.claims.items()
    ]
    nodes = [
        *claimed,
        *_drops(changes),
        *_creations(changes),
        *_alterations(changes),
        *_released(changes),
        *_ownerships(changes),
    ]
    nodes += _remade_types(changes, nodes)
    nodes += _granted_again(changes, nodes)
    return nodes


def _item(changes: Changes, key: Key) -> CatalogObject:
    """An object as it will be; as it is, when only the history knows it."""
    return changes.new.snapshot.get(key) or changes.old.snapshot[key]


def _rank(phase: int, key: Key, graph: Graph) -> Rank:
    whole = graph.whole(key)
    place = _PLACES.get(whole.kind, _LATE)
    part = 0 if key == whole else _PARTS.get(key.kind, _LATE)
    if phase == _DROPS:
        return phase, -place, whole.identity, -part, key.identity
    return phase, place, whole.identity, part, key.identity


def _drops(changes: Changes) -> Iterator[Node]:
    ending, old = changes.ending, changes.old
    ends = ending.gone | ending.remade
    by_alembic = {key for one in changes.claims.values() for key in one.before - one.after}
    aside = _put_aside(changes)
    for key in sorted(ends - by_alembic - aside):
        item = old.snapshot[key]
        owner = owner_of(item)
        if owner is not None and owner in ends and key not in changes.loose:
            continue
        # It goes with its parts.
        parts = frozenset(old.with_parts([key])) & ends - (changes.loose - {key})
        if item.drop:
            yield Node(
                statements=tuple(item.drop.split(";\n")), ends=parts, rank=_rank(_DROPS, key, old)
            )


def _creations(changes: Changes) -> Iterator[Node]:
    by_alembic = {key for one in changes.claims.values() for key in one.after - one.before}
    comes = (changes.created | changes.ending.remade) - by_alembic - _put_aside(changes)
    for table in sorted(key for key in comes if key.kind == "table"):
        item = changes.new.snapshot[table]
        inline = inline_parts(changes.new, table) & comes
        if item.detail("partition of") is None and item.detail("of type") is None:
            comes -= inline
            yield Node(
                statements=create_table(changes.new, table, inline, owner=changes.owner),
                begins=inline | {table},
                rank=_rank(_REST, table, changes.new),
            )
            comes.discard(table)
    for key in sorted(comes):
        graph = changes.new if key in changes.new.snapshot else changes.old
        yield Node(
            statements=creation(graph.snapshot[key], owner=changes.owner),
            begins=frozenset({key}),
            rank=_rank(_REST, key, graph),
        )
    # What Alembic makes lacks what no CREATE of its says.
    for number, one in changes.claims.items():
        for key in sorted(one.after - one.before):
            beyond = creation(changes.new.snapshot[key], owner=changes.owner)[1:]
            if beyond:
                yield Node(
                    statements=beyond,
                    requires=frozenset({key}),
                    rank=(_ALEMBIC, number, key.identity, 1, ""),
                )


def _alterations(changes: Changes) -> Iterator[Node]:
    ends = changes.ending.gone | changes.ending.remade
    for key, statements in changes.in_place.items():
        if not statements or key in ends | changes.ending.recast | changes.ending.released:
            continue
        old, new = changes.old.snapshot[key], changes.new.snapshot[key]
        if is_numbered_anew(old, new):
            yield from _numbered_anew(changes, key)
            continue
        owner = owner_of(changes.new.snapshot[key]) if key.kind == "sequence" else None
        yield Node(
            statements=statements,
            ends=frozenset({key}),
            begins=frozenset({key}),
            requires=frozenset({owner} if owner is not None else ()),
            rank=_rank(_REST, key, changes.new),
        )


def _numbered_anew(changes: Changes, key: Key) -> Iterator[Node]:
    old, new = changes.old.snapshot[key], changes.new.snapshot[key]
    taken, given = number_anew(old, new, version=changes.new.snapshot.version)
    yield Node(statements=taken, ends=frozenset({key}), rank=_rank(_DROPS, key, changes.old))
    yield Node(statements=given, begins=frozenset({key}), rank=_rank(_REST, key, changes.new))


def _released(changes: Changes) -> Iterator[Node]:
    """Defaults that go in between: what they call ends and comes back."""
    for key in sorted(changes.ending.released - changes.ending.recast):
        item = _item(changes, key)
        assert item.parent is not None  # noqa: S101  # a column belongs to a relation
        relation = f"ALTER {item.parent.kind.upper()} {item.parent.identity}"
        alter = f"{relation} ALTER COLUMN {quoted_name(item)}"
        yield Node(
            statements=(f"{alter} DROP DEFAULT",),
            ends=frozenset({key}),
            rank=_rank(_DROPS, key, changes.old),
        )
        default = item.detail("default")
        statements = changes.in_place.get(key, ())
        if default is not None and not any(" SET DEFAULT " in one for one in statements):
            statements = (*statements, f"{alter} SET DEFAULT {default}")
        if statements:
            yield Node(
                statements=statements,
                begins=frozenset({key}),
                rank=_rank(_REST, key, changes.new),
            )


def _put_aside(changes: Changes) -> set[Key]:
    """Types that are made anew while columns have them, and types made of these."""
    old, ending = changes.old, changes.ending
    types = {key for key in ending.remade if key.kind in TYPES}
    used = {key for column in ending.recast for key in old.needs.get(column, ()) if key in types}
    waiting = list(used)
    while waiting:
        for key in old.needs.get(waiting.pop(), ()):
            if key in types and key not in used:
                used.add(key)
                waiting.append(key)
    return used


def _remade_types(changes: Changes, nodes: Iterable[Node]) -> Iterator[Node]:
    """Types are put aside, made anew, given to their columns, and the old ones dropped."""
    old, new, ending = changes.old, changes.new, changes.ending
    columns = {}
    for key in sorted(ending.recast):
        item = _item(changes, key)
        statements = [recast(old.snapshot[key], item)]
        if key in changes.in_place:
            statements += (
                alteration(
                    old.snapshot[key],
                    item,
                    version=new.snapshot.version,
                    done=frozenset({"type", "collation", "default"}),
                )
                or ()
            )
        columns[key] = Node(
            statements=tuple(statements),
            begins=frozenset({key}),
            rank=_rank(_REST, key, new),
        )
        users = set(old.dependents.get(key, ()))
        columns[key].behind += (node for node in nodes if not users.isdisjoint(node.ends))
    yield from columns.values()
    gone: dict[Key, Node] = {}
    for key in sorted(_put_aside(changes)):
        rename, drop = put_aside(old.snapshot[key])
        aside = Node(statements=(rename,), rank=_rank(_DROPS, key, old))
        users = set(old.dependents.get(key, ()))
        aside.behind += (node for node in nodes if not users.isdisjoint(node.ends))
        yield aside
        yield Node(
            statements=creation(_item(changes, key), owner=changes.owner),
            begins=frozenset({key}),
            behind=[aside],
            rank=_rank(_REST, key, new),
        )
        gone[key] = Node(
            statements=(drop,), behind=list(columns.values()), rank=_rank(_REST, key, new)
        )
    for key, node in gone.items():
        node.behind += (gone[one] for one in old.dependents.get(key, ()) if one in gone)
    yield from gone.values()


def _ownerships(changes: Changes) -> Iterator[Node]:
    """Sequences that are made belong to a column, when both are there."""
    by_alembic = {key for one in changes.claims.values() for key in one.after}
    for key in sorted((changes.created | changes.ending.remade) - by_alembic):
        if key.kind != "sequence":
            continue
        sequence = _item(changes, key)
        owner = owner_of(sequence)
        if owner is not None:
            yield Node(
                statements=(owned_statement(sequence),),
                requires=frozenset({key, owner}),
                rank=_rank(_REST, key, changes.new),
            )


def _granted_again(changes: Changes, nodes: Iterable[Node]) -> Iterator[Node]:
    """To revoke a privilege on a table takes it on the columns away too."""
    new = changes.new
    for node in list(nodes):
        if not any(one.startswith("REVOKE ") for one in node.statements):
            continue
        for key in node.ends:
            table = changes.old.snapshot[key].parent
            _, _, grantee = key.identity.rpartition(" to ")
            for grant in _column_grants(new, table, grantee):
                made = [one for one in nodes if grant in one.begins]
                for one in made:
                    one.behind.append(node)
                if not made:
                    yield Node(
                        statements=creation(new.snapshot[grant], owner=changes.owner),
                        behind=[node],
                        rank=_rank(_REST, grant, new),
                    )


def _column_grants(graph: Graph, table: Key | None, grantee: str) -> Iterator[Key]:
    for column in graph.parts.get(table, ()) if table is not None else ():
        for key in graph.parts.get(column, ()) if column.kind == "column" else ():
            if key.kind == "grant" and key.identity.endswith(f" to {grantee}"):
                yield key
