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

_DROPS, _SCHEMAS, _ALEMBIC, _REST = range(4)

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
        *released(changes),
    ]
    nodes += remade_types(changes, nodes)
    for consequence in CONSEQUENCES:
        nodes += consequence(changes, nodes)
    return nodes


def _rank(phase: int, key: Key, graph: Graph) -> Rank:
    whole = graph.whole(key)
    place = _PLACES.get(whole.kind, _LATE)
    part = 0 if key == whole else _PARTS.get(key.kind, _LATE)
    if phase == _REST and whole.kind in {"schema", "extension"}:
        phase = _SCHEMAS
    if phase == _DROPS and whole.kind in {"schema", "extension"}:
        return _LATE, 0, whole.identity, -part, key.identity
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


