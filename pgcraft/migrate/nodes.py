"""The statements of a migration before they have an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration, beyond_creation, creation
from pgcraft.migrate.aside import put_aside, released, remade_types
from pgcraft.migrate.changes import ALEMBIC, DROPS, REST, is_retyped, rank
from pgcraft.migrate.consequences import CONSEQUENCES
from pgcraft.migrate.cycles import defaults_that_lead_back, tables_of
from pgcraft.migrate.graph import owner_of
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.numbering import in_two_steps
from pgcraft.migrate.order import Node
from pgcraft.migrate.rewritten import rewritten_once
from pgcraft.migrate.tables import create_table, inline_parts
from pgcraft.migrate.told import as_it_comes, comes_with_relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.migrate.changes import Changes
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Key


def build_nodes(changes: Changes) -> list[Node]:
    """Make the nodes of all changes."""
    claimed = [
        Node(
            operation=number,
            ends=one.before - changes.loose,
            begins=one.after,
            rank=(ALEMBIC, number, "", 0, ""),
        )
        for number, one in changes.claims.items()
    ]
    nodes = [
        *claimed,
        *_drops(changes),
        *_creations(changes),
        *_late_defaults(changes),
        *_alterations(changes),
        *released(changes),
    ]
    nodes += remade_types(changes)
    for consequence in CONSEQUENCES:
        nodes += list(consequence(changes, nodes))
    return rewritten_once(nodes)


def _drops(changes: Changes) -> Iterator[Node]:
    ends, old = changes.ends, changes.old
    for key in sorted(ends - (changes.ended_by_alembic - changes.loose) - put_aside(changes)):
        item = old.snapshot[key]
        owner = owner_of(item)
        if owner is not None and owner in ends and key not in changes.loose:
            continue
        # It goes with its parts.
        parts = frozenset(old.with_parts([key])) & ends - (changes.loose - {key})
        # A column of a parent table takes those of its children along.
        goes_along = key.kind == "column" and comes_with_relation(old, item)
        yield Node(
            statements=() if goes_along else tuple(item.drop.split(";\n")),
            ends=parts,
            rank=rank(DROPS, key, old),
        )


def _creations(changes: Changes) -> Iterator[Node]:
    old, new = changes.old, changes.new
    told_no_more = {key for key in changes.in_place if key not in new.snapshot}
    comes = changes.created | changes.ending.remade
    comes -= changes.begun_by_alembic | put_aside(changes) | told_no_more
    for table in sorted(key for key in comes if key.kind in {"table", "foreign table"}):
        item = new.snapshot.get(table) or old.snapshot[table]
        graph = new if table in new.snapshot else old
        inline = inline_parts(graph, table) & comes
        if item.detail("partition of") is None and item.detail("of type") is None:
            comes -= inline | {table}
            yield Node(
                statements=create_table(graph, table, inline, owner=changes.owner),
                begins=inline | {table},
                rank=rank(REST, table, graph),
            )
    for key in sorted(comes):
        graph = new if key in new.snapshot else old
        yield Node(
            statements=_coming(changes, graph, key),
            begins=frozenset({key}),
            rank=rank(REST, key, graph),
        )
    # What Alembic makes lacks what no CREATE of its says.
    for number, one in changes.claims.items():
        for key in sorted(one.after - one.before):
            beyond = beyond_creation(new.snapshot[key], owner=changes.owner)
            if beyond:
                yield Node(
                    statements=beyond,
                    requires=frozenset({key}),
                    rank=(ALEMBIC, number, key.identity, 1, ""),
                )


def _late_defaults(changes: Changes) -> Iterator[Node]:
    """Defaults that call what needs their own table: they come behind it, and go before it."""
    old, new = changes.old, changes.new
    for key in sorted(defaults_that_lead_back(old, tables_of([changes.ending.gone]))):
        yield Node(
            statements=(f"{_alter_column(old.snapshot[key])} DROP DEFAULT",),
            lets_go=frozenset({key}),
            rank=rank(DROPS, key, old),
        )
    for key in sorted(defaults_that_lead_back(new, tables_of([changes.created]))):
        item = new.snapshot[key]
        if not comes_with_relation(new, item):
            yield Node(
                statements=(f"{_alter_column(item)} SET DEFAULT {item.detail('default')}",),
                gives=frozenset({key}),
                requires=frozenset({key}),
                rank=rank(REST, key, new),
            )


def _alter_column(column: CatalogObject) -> str:
    assert column.parent is not None  # noqa: S101  # every column belongs to a relation
    word = column.parent.kind.upper()
    return f"ALTER {word} {column.parent.identity} ALTER COLUMN {quoted_name(column)}"


def _coming(changes: Changes, graph: Graph, key: Key) -> tuple[str, ...]:
    item = graph.snapshot[key]
    if key.kind == "column" and comes_with_relation(graph, item):
        comes = as_it_comes(graph, item)
        return alteration(comes, item, version=graph.snapshot.version) or ()
    return creation(item, owner=changes.owner)


def _alterations(changes: Changes) -> Iterator[Node]:
    elsewhere = changes.ends | changes.ending.recast | changes.ending.released
    for key, statements in changes.in_place.items():
        one = changes.differences[key]
        if key in elsewhere or one.before is None or one.after is None:
            continue
        in_two = in_two_steps(one.before, one.after, version=changes.new.snapshot.version)
        if in_two is not None:
            taken, given = in_two
            yield Node(statements=taken, ends=frozenset({key}), rank=rank(DROPS, key, changes.old))
            yield Node(statements=given, begins=frozenset({key}), rank=rank(REST, key, changes.new))
            continue
        if statements:
            yield Node(
                statements=statements,
                # What a comment said does not matter.
                ends=frozenset({key} if key.kind != "comment" else ()),
                begins=frozenset({key}),
                rank=rank(REST, key, changes.new),
                retypes=one.after.parent if is_retyped(one) else None,
            )
