"""When two schemas are the same for a proof: everything counts but what nobody manages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def equal_tables(head: Snapshot, models: Snapshot) -> list[tuple[str, str]]:
    """The tables that are the same on both sides, with all that belongs to them.

    Args:
        head: The schema at the newest committed revision.
        models: The schema that the models create.

    Returns:
        Schema and name of each, not quoted.
    """
    differing = {
        key
        for difference in compare(head, models)
        for item in (difference.before, difference.after)
        for key in (difference.key, *_owners(item, head, models))
    }
    return [
        (item.schema, _unquoted(item.key.identity.removeprefix(_quoted_schema(item))))
        for item in models
        if item.key.kind == "table" and item.schema and item.key not in differing
    ]


def _owners(item: CatalogObject | None, *snapshots: Snapshot) -> Iterator[Key]:
    """What an object belongs to, and what that belongs to: a comment's column's table."""
    while item is not None and item.parent is not None:
        parent = item.parent
        yield parent
        item = next((found for one in snapshots if (found := one.get(parent))), None)


def _quoted_schema(item: CatalogObject) -> str:
    """The schema and the dot, as the identity of a table begins with them."""
    quoted = (item.schema or "").replace('"', '""')
    return f'"{quoted}".' if item.key.identity.startswith('"') else f"{quoted}."


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


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
