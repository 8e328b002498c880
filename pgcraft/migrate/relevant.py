"""The part of two schemas that a change can touch: the cost follows the change."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.graph import owner_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pgcraft.postgres.snapshot import Difference, Key, Snapshot


def relevant(
    differences: Iterable[Difference], before: Snapshot, after: Snapshot
) -> tuple[Snapshot, Snapshot]:
    """Leave out what is equal in both schemas, needs nothing that differs, and is needed by none.

    Args:
        differences: What differs.
        before: The schema as it is.
        after: The schema that is wanted.

    Returns:
        Both schemas with what is left: whole tables with all that belongs to them, and such.
    """
    differing = {one.key for one in differences}
    wholes = {**_wholes(after), **_wholes(before)}
    touched = differing | {wholes[key] for key in differing}
    reached = _reached(touched, before) | _reached(touched, after)
    kept = {wholes[key] for key in reached}
    kept |= {
        wholes[needed]
        for one in (before, after)
        for dependent, needed in one.needs
        if wholes[dependent] in kept
    }
    # Nothing needs them, and they act on all that is made.
    kept |= {key for key in wholes if key.kind == "default privileges"}
    return _cut(before, wholes, kept), _cut(after, wholes, kept)


def _wholes(snapshot: Snapshot) -> dict[Key, Key]:
    """For each object the outermost one that it belongs to."""
    owners = {item.key: owner_of(item) for item in snapshot}
    wholes = {}
    for key in owners:
        whole = key
        while (owner := owners.get(whole)) is not None:
            whole = owner
        wholes[key] = whole
    return wholes


def _reached(keys: set[Key], snapshot: Snapshot) -> set[Key]:
    """The keys, what needs them, what needs that, and so on."""
    dependents: defaultdict[Key, list[Key]] = defaultdict(list)
    for dependent, needed in snapshot.needs:
        dependents[needed].append(dependent)
    found: set[Key] = set()
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += dependents.get(key, ())
    return found


def _cut(snapshot: Snapshot, wholes: Mapping[Key, Key], kept: set[Key]) -> Snapshot:
    return replace(
        snapshot,
        objects=tuple(item for item in snapshot if wholes[item.key] in kept),
        needs=tuple(pair for pair in snapshot.needs if wholes[pair[0]] in kept),
    )
