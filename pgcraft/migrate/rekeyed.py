"""Objects of a schema as they are when one of them has another name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name, quoted_schema, whole_name
from pgcraft.postgres.snapshot import Key
from pgcraft.postgres.snapshot.statements import comment_statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Difference

Moved = dict[Key, "CatalogObject"]


def moved_with(
    one: Key, other: Key, differences: Iterable[Difference], old: Graph, new: Graph
) -> Moved | None:
    """What is on an object, under its new name.

    Args:
        one: The object as it is.
        other: The same with another name.
        differences: What counts of what differs between the two schemas.
        old: The schema as it is.
        new: The schema that is wanted.

    Returns:
        By their old keys the object and all that belongs to it; ``None`` when something of that
        would become another object, or is somebody else's and would come along.
    """
    counted = {one.key for one in differences}
    moved = {one: new.snapshot[other]}
    waiting = [one]
    while waiting:
        owner = waiting.pop()
        for key in old.parts.get(owner, ()):
            item = _moved(old.snapshot[key], owner, moved[owner], (one, other), new)
            if item is None or key not in counted:
                return None
            if item.key in new.snapshot and item.key not in counted:
                return None
            moved[key] = item
            waiting.append(key)
    return moved


def followers(pairs: Mapping[Key, Key], differences: Iterable[Difference], old: Graph) -> Moved:
    """What names a renamed object and differs in that alone: the server writes the new name."""
    alters = {one.key: one for one in differences if one.action == "alter"}
    found: Moved = {}
    for one, other in pairs.items():
        item = old.snapshot[one]
        for key in {*old.dependents.get(one, ()), item.parent} & alters.keys():
            before, after = alters[key].before, alters[key].after
            if before is not None and after is not None:
                for names in _names(item, other):
                    if _with_name(before, *names) == (after.definition, after.details):
                        found[key] = after
    return found


def _names(item: CatalogObject, other: Key) -> Iterable[tuple[str, str]]:
    """How others name an object: a constraint by its index."""
    if item.key.kind != "constraint":
        return [(item.key.identity, other.identity)]
    if item.parent is None:
        return []
    name = other.identity.removeprefix(f"{item.parent.identity}.")
    schema = quoted_schema(item)
    return [(f"{schema}.{quoted_name(item)}", f"{schema}.{name}")]


def _with_name(item: CatalogObject, old: str, new: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    details = tuple((name, _renamed(text, old, new)) for name, text in item.details)
    return _renamed(item.definition, old, new), details


def _renamed(text: str, old: str, new: str) -> str:
    """The text with another name in it, where that is a whole name."""
    return whole_name(old).sub(lambda _: new, text)


def _moved(
    item: CatalogObject, owner: Key, moved: CatalogObject, pair: tuple[Key, Key], new: Graph
) -> CatalogObject | None:
    one, other = pair
    kind, identity = item.key.kind, item.key.identity
    if kind in {"comment", "grant"}:
        for start, target, parent in (
            (f"on {owner}", moved.key, moved.parent),
            (f"on column {owner.identity}", Key(kind="column", identity=other.identity), other),
        ):
            rest = identity.removeprefix(start)
            if identity.startswith(start) and rest[:1] in {"", " ", "."}:
                return _said(item, f"on {target}{rest}", moved, parent, pair)
        return None
    key = Key(kind=kind, identity=_renamed(identity, one.identity, other.identity))
    wanted = new.snapshot.get(key)
    if wanted is None:
        return None
    said = _with_name(item, one.identity, other.identity)
    return wanted if said == (wanted.definition, wanted.details) else None


def _said(
    item: CatalogObject,
    identity: str,
    moved: CatalogObject,
    parent: Key | None,
    pair: tuple[Key, Key],
) -> CatalogObject:
    """A comment, or a grant."""
    key = Key(kind=item.key.kind, identity=identity)
    item = replace(item, key=key, parent=moved.key)
    if key.kind == "comment":
        kind, _, name = identity.removeprefix("on ").partition(" ")
        target = moved.key if identity == f"on {moved.key}" else Key(kind=kind, identity=name)
        drop, create = (comment_statement(target, parent, text) for text in (None, item.definition))
        return replace(item, create=create, drop=drop)
    names = pair[0].identity, pair[1].identity
    definition, create, drop = (
        _renamed(text, *names) for text in (item.definition, item.create, item.drop)
    )
    return replace(item, definition=definition, create=create, drop=drop)
