"""When two schemas are the same for a proof: everything counts but what nobody manages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import compare

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

# Of a table that the models declare, these are the models' too. A trigger, rule, policy or grant
# on it may be somebody else's.
_PARTS = frozenset({"column", "comment", "constraint", "index"})


def without_relation(snapshot: Snapshot, relation: str) -> Snapshot:
    """Take a relation and all that belongs to it out of a snapshot.

    Args:
        snapshot: The schema.
        relation: The relation's identity, such as ``public.alembic_version``.

    Returns:
        The schema without it.
    """
    kept = tuple(
        item
        for item in snapshot
        if item.key.identity != relation
        and (item.parent is None or item.parent.identity != relation)
    )
    return replace(snapshot, objects=kept)


def unmet(found: Snapshot, models: Snapshot, *, filtered: bool) -> tuple[Difference, ...]:
    """What keeps an upgraded database from being the models' schema.

    Args:
        found: The schema after the upgrade.
        models: The schema that the models create.
        filtered: Whether the project's own ``include_object`` or ``include_name`` takes
            objects out of the comparison.

    Returns:
        The differences, without objects that nobody manages: a revision written by hand made
        them, and the models do not speak of them.
    """
    return tuple(
        difference
        for difference in compare(found, models)
        if not _is_unmanaged(difference.before, difference.after, models, filtered=filtered)
    )


def unmanaged(found: Snapshot, models: Snapshot, *, filtered: bool) -> list[Key]:
    """The objects that :func:`unmet` leaves out, without the parts of others among them."""
    keys = [
        difference.key
        for difference in compare(found, models)
        if _is_unmanaged(difference.before, difference.after, models, filtered=filtered)
    ]
    parents = {found[key].parent for key in keys}
    return [key for key in keys if found[key].parent not in keys or key in parents]


def _is_unmanaged(
    found: CatalogObject | None,
    wanted: CatalogObject | None,
    models: Snapshot,
    *,
    filtered: bool,
) -> bool:
    if found is None or wanted is not None:
        return False
    part_of_model = found.key.kind in _PARTS and found.parent is not None and found.parent in models
    return filtered or not part_of_model
