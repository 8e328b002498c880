"""What only gets another name is renamed: nothing is scanned, built or locked for long."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pgcraft.migrate.graph import Graph
from pgcraft.migrate.handed_down import is_alone, renamed_along
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.order import names_taken
from pgcraft.migrate.rekeyed import followers, moved_with

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

# How the name stands in a definition, before anything that a user writes.
_NAMED = {
    "constraint": "",
    "index": " INDEX {name} ON ",
    "materialized view": "CREATE MATERIALIZED VIEW {identity} ",
    "policy": "CREATE POLICY {name} ON ",
    "rule": "CREATE RULE {name} AS",
    "sequence": " SEQUENCE {identity} ",
    "statistics": "CREATE STATISTICS {identity} ",
    # SET CONSTRAINTS would know a constraint trigger by its first name.
    "trigger": "CREATE TRIGGER {name} ",
    "view": "CREATE VIEW {identity} ",
}
_ON_RELATION = frozenset({"policy", "rule", "trigger"})


@dataclass(frozen=True, kw_only=True)
class Renames:
    """What is renamed before all else, and what is left to do then.

    Attributes:
        pairs: For each object that is renamed its new key.
        statements: The statements.
        old: The schema behind them.
        differences: What differs then.
    """

    pairs: Mapping[Key, Key]
    statements: tuple[str, ...]
    old: Graph
    differences: tuple[Difference, ...]


def find_renames(
    differences: Iterable[Difference],
    old: Graph,
    new: Graph,
    *,
    unless: Collection[Key] = (),
) -> Renames:
    """Find what goes and comes with no difference but its name.

    Tables and columns are never taken for renamed: whether one is the other, with its rows, only
    the user knows.

    Args:
        differences: Those of the two schemas that count.
        old: The schema as it is.
        new: The schema that is wanted.
        unless: New keys of what is dropped and made again all the same.

    Returns:
        What is renamed. Where more than one object could be the old one, or the new one, none is.
    """
    differences = tuple(differences)
    candidates = _pairs(differences, old, new)
    if not candidates:
        return Renames(pairs={}, statements=(), old=old, differences=differences)
    taken = {name for item in old.snapshot for name in names_taken(item)}
    moved = {}
    for one, other in candidates.items():
        free = taken.isdisjoint(_own_names(new.snapshot[other]))
        parts = moved_with(one, other, differences, old, new) if free else None
        if parts is not None and other not in unless:
            moved[one] = parts
    while True:
        pairs = {one: parts[one].key for one, parts in moved.items()}
        unsafe = [one for one in pairs if not is_alone(one, pairs, old, new)]
        if not unsafe:
            break
        moved = {one: parts for one, parts in moved.items() if one not in unsafe}
    along = renamed_along(pairs, old)
    everything = {key: item for parts in moved.values() for key, item in parts.items()}
    everything |= followers(pairs, differences, old)
    return Renames(
        pairs=pairs,
        statements=tuple(
            _statement(old.snapshot[one], new.snapshot[other])
            for one, other in sorted(pairs.items())
            if one not in along
        ),
        old=Graph(_renamed(old.snapshot, everything)),
        differences=tuple(_left(differences, everything)),
    )


def _pairs(differences: Iterable[Difference], old: Graph, new: Graph) -> dict[Key, Key]:
    going: defaultdict[object, list[Key]] = defaultdict(list)
    coming: defaultdict[object, list[Key]] = defaultdict(list)
    for one in differences:
        graph, found = (old, going) if one.action == "drop" else (new, coming)
        item = graph.snapshot.get(one.key)
        if one.action != "alter" and item is not None:
            found[_but_for_its_name(item)].append(one.key)
    going.pop(None, None)
    return {
        keys[0]: coming[what][0]
        for what, keys in going.items()
        if len(keys) == 1 and len(coming.get(what, ())) == 1
    }


def _but_for_its_name(item: CatalogObject) -> tuple[object, ...] | None:
    """All that an object is; None where it cannot be told from its name."""
    form = _NAMED.get(item.key.kind)
    if form is None or item.detail("inherited") is not None:
        return None
    name = form.format(name=quoted_name(item), identity=item.key.identity)
    head, found, rest = item.definition.partition(name) if name else ("", "-", item.definition)
    if not found:
        return None
    return item.key.kind, item.parent, item.schema, head, rest, item.details


def _own_names(item: CatalogObject) -> set[object]:
    """The names that must be free; a table's primary key takes the place of itself."""
    return {name for name in names_taken(item) if not isinstance(name, tuple)}


def _renamed(before: Snapshot, moved: Mapping[Key, CatalogObject]) -> Snapshot:
    def key(one: Key) -> Key:
        return moved[one].key if one in moved else one

    items = (moved.get(item.key, item) for item in before)
    needs = ((key(one), key(other)) for one, other in before.needs)
    return replace(
        before,
        objects=tuple(sorted(items, key=lambda item: item.key)),
        needs=tuple(sorted(needs)),
    )


def _left(
    differences: Iterable[Difference], moved: Mapping[Key, CatalogObject]
) -> Iterator[Difference]:
    """What differs behind the renames."""
    wanted = {one.key: one for one in differences if one.action == "create"}
    renamed = {item.key for item in moved.values()}
    for one in differences:
        item = moved.get(one.key)
        if one.action == "create" and one.key in renamed:
            continue
        if item is None:
            yield one
        elif one.action == "drop":
            other = wanted.get(item.key)
            if other is None:
                yield replace(one, key=item.key, before=item)
            elif other.after != item:
                yield replace(other, action="alter", before=item)


def _statement(old: CatalogObject, new: CatalogObject) -> str:
    name, kind = quoted_name(new), old.key.kind
    if kind == "constraint" and old.parent is not None:
        word = "DOMAIN" if old.parent.kind == "domain" else "TABLE"
        rename = f"ALTER {word} {old.parent.identity} RENAME CONSTRAINT"
        return f"{rename} {quoted_name(old)} TO {name}"
    called = old.key.identity
    if kind in _ON_RELATION and old.parent is not None:
        called = f"{quoted_name(old)} ON {old.parent.identity}"
    return f"ALTER {kind.upper()} {called} RENAME TO {name}"
