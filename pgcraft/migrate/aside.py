"""What columns have and is made anew: put aside, made, given to the columns, and dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration, creation
from pgcraft.migrate.changes import DROPS, REST, rank
from pgcraft.migrate.domains import looks_at_values
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.order import Node
from pgcraft.migrate.told import comes_with_relation
from pgcraft.migrate.types import HAD_BY_COLUMNS, recast, rename_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.migrate.changes import Changes
    from pgcraft.postgres.snapshot import Key


def released(changes: Changes) -> Iterator[Node]:
    """Defaults that go in between: what they call ends and comes back.

    Those of inherited columns as well, whose parent's column is given a type made anew.
    """
    inherited = _inherited(changes)
    whole = changes.ending.recast | changes.ends
    for key in sorted((changes.ending.released - whole) | inherited):
        item = changes.item(key)
        assert item.parent is not None  # noqa: S101  # a column belongs to a relation
        relation = f"ALTER {item.parent.kind.upper()} {item.parent.identity}"
        alter = f"{relation} ALTER COLUMN {quoted_name(item)}"
        yield Node(
            statements=(f"{alter} DROP DEFAULT",),
            ends=frozenset({key}),
            rank=rank(DROPS, key, changes.old),
        )
        default = item.detail("default")
        statements = changes.in_place.get(key, ())
        if default is not None and not any(" SET DEFAULT " in one for one in statements):
            statements = (*statements, f"{alter} SET DEFAULT {default}")
        if statements:
            yield Node(
                statements=statements,
                begins=frozenset({key}),
                rank=rank(REST, key, changes.new),
                retypes=item.parent if key in changes.retyped else None,
            )


def _inherited(changes: Changes) -> set[Key]:
    """Columns that get their type with that of their parent's."""
    old = changes.old
    return {key for key in changes.ending.recast if comes_with_relation(old, old.snapshot[key])}


def put_aside(changes: Changes) -> set[Key]:
    """Types and collations that end while columns have them, and types made of these."""
    old = changes.old
    types = {key for key in changes.ends if key.kind in HAD_BY_COLUMNS}
    used = {
        key for column in changes.ending.recast for key in old.needs.get(column, ()) if key in types
    }
    waiting = list(used)
    while waiting:
        for key in old.needs.get(waiting.pop(), ()):
            if key in types and key not in used:
                used.add(key)
                waiting.append(key)
    return used


def remade_types(changes: Changes) -> Iterator[Node]:
    """The nodes of what is put aside, and of the columns that have it."""
    old, new = changes.old, changes.new
    aside = put_aside(changes)
    rules = frozenset(
        part
        for key in aside
        if key.kind == "domain"
        for part in new.parts.get(key, ())
        if part.kind == "constraint" and looks_at_values(new.snapshot[part])
    )
    columns = [
        Node(
            statements=_recast(changes, key),
            begins=frozenset({key}),
            # Their values must not be there yet.
            requires=rules,
            # Behind what needs the column and goes.
            behind=[_going_first(changes, key)],
            rank=rank(REST, key, new),
            retypes=changes.item(key).parent,
        )
        for key in sorted(changes.ending.recast - _inherited(changes))
    ]
    yield from columns
    yield from (first for node in columns for first in node.behind)
    drops: dict[Key, Node] = {}
    for key in sorted(aside):
        renames, drop = rename_away(old.snapshot[key])
        parts = [one for one in old.parts.get(key, ()) if one.kind == "constraint"]
        constraints = [old.snapshot[one].drop for one in parts]
        yield Node(
            statements=(*constraints, *renames),
            ends=frozenset({key, *parts}),
            rank=rank(DROPS, key, old),
        )
        if key in changes.ending.remade:
            yield Node(
                statements=creation(changes.item(key), owner=changes.owner),
                begins=frozenset({key}),
                rank=rank(REST, key, new),
            )
        drops[key] = Node(statements=(drop,), behind=list(columns), rank=rank(REST, key, new))
    for key, node in drops.items():
        node.behind += (drops[one] for one in old.dependents.get(key, ()) if one in drops)
    yield from drops.values()


def _going_first(changes: Changes, column: Key) -> Node:
    """Nothing to do: it only comes behind the drop of all that needs the column."""
    return Node(ends=frozenset({column}), rank=rank(DROPS, column, changes.old))


def _recast(changes: Changes, key: Key) -> tuple[str, ...]:
    was, item = changes.old.snapshot[key], changes.item(key)
    done = frozenset({"type", "collation", "default"})
    others = alteration(was, item, version=changes.new.snapshot.version, done=done)
    return (recast(was, item), *(others or ()))
