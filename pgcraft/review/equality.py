"""Parts of schemas that need no comparison."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.graph import owner_of
from pgcraft.migrate.names import own_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot


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


def equal_tables(
    differences: Iterable[Difference], head: Snapshot, models: Snapshot
) -> list[tuple[str, str]]:
    """The tables that are the same on both sides, with all that belongs to them.

    Args:
        differences: What turns the head into the models' schema.
        head: The schema at the newest committed revision.
        models: The schema that the models create.

    Returns:
        Schema and name of each, not quoted.
    """
    differing = {
        key
        for difference in differences
        for item in (difference.before, difference.after)
        for key in (difference.key, *_owners(item, head, models))
    }
    return [
        (item.schema, own_name(item))
        for item in models
        if item.key.kind == "table" and item.schema and item.key not in differing
    ]


def _owners(item: CatalogObject | None, *snapshots: Snapshot) -> Iterator[Key]:
    """What an object belongs to, and what that belongs to: a comment's column's table."""
    while item is not None and (owner := owner_of(item)) is not None:
        yield owner
        item = next((found for one in snapshots if (found := one.get(owner))), None)
