"""When two schemas are the same for a proof: everything counts but what nobody manages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import compare

from .objects import is_beyond_alembic

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

# What a draft may change, so that the head and the script's result differ in it rightly.
_DRAFTED = frozenset(
    {"column", "comment", "constraint", "grant", "index", "schema", "sequence", "table"}
)
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
    return [name for key, name in _table_names(models).items() if key not in differing]


def named_tables(names: Iterable[tuple[str, str]], *snapshots: Snapshot) -> frozenset[Key]:
    """The keys of tables by schema and name, not quoted; those that are there."""
    wanted = set(names)
    return frozenset(
        key for one in snapshots for key, name in _table_names(one).items() if name in wanted
    )


def _table_names(snapshot: Snapshot) -> dict[Key, tuple[str, str]]:
    return {
        item.key: (item.schema, _unquoted(item.key.identity.removeprefix(_quoted_schema(item))))
        for item in snapshot
        if item.key.kind == "table" and item.schema
    }


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


def unmet(
    found: Snapshot,
    models: Snapshot,
    *,
    filtered: bool,
    excluded: frozenset[Key] = frozenset(),
    managed: frozenset[str] = frozenset(),
) -> tuple[Difference, ...]:
    """What keeps an upgraded database from being the models' schema.

    Args:
        found: The schema after the upgrade.
        models: The schema that the models create.
        filtered: Whether the project's own ``include_object`` or ``include_name`` takes
            objects out of the comparison.
        excluded: Tables of the models that it takes out.
        managed: What the history says that it manages.

    Returns:
        The differences, without objects that nobody manages: a revision written by hand made
        them, and the models do not speak of them.
    """
    return tuple(
        difference
        for difference in compare(found, models)
        if not _is_unmanaged(difference, models, filtered=filtered, managed=managed)
        and not excluded.intersection(
            (difference.key, *_owners(difference.before or difference.after, found, models))
        )
    )


def lost_offline(
    found: Snapshot, head: Snapshot, models: Snapshot, *, managed: frozenset[str] = frozenset()
) -> tuple[Difference, ...]:
    """What revisions make when they run online, and the script, written offline, does not.

    Args:
        found: The schema after the script.
        head: The schema that the same revisions gave when they were replayed.
        models: The schema that the models create: what it knows is compared with it.
        managed: What the history says that it manages: a draft may drop it.

    Returns:
        The differences in kinds of objects that no draft changes.
    """
    return tuple(
        difference
        for difference in compare(found, head)
        if difference.key not in models
        and difference.key.kind not in _DRAFTED
        and str(difference.key) not in managed
        and not any(
            owner.kind == "table"
            for owner in _owners(difference.before or difference.after, found, head)
        )
    )


def unmanaged(
    found: Snapshot, models: Snapshot, *, filtered: bool, managed: frozenset[str] = frozenset()
) -> list[Key]:
    """The objects that :func:`unmet` leaves out, without the parts of others among them."""
    keys = {
        difference.key
        for difference in compare(found, models)
        if _is_unmanaged(difference, models, filtered=filtered, managed=managed)
    }
    return sorted(key for key in keys if found[key].parent not in keys)


def _is_unmanaged(
    difference: Difference, models: Snapshot, *, filtered: bool, managed: frozenset[str]
) -> bool:
    found = difference.before
    if found is None or difference.after is not None:
        return False
    if found.key.kind == "comment" and is_beyond_alembic(found):
        return str(found.key) not in managed
    part_of_model = found.key.kind in _PARTS and found.parent is not None and found.parent in models
    # Alembic asks the project's filters about none of these two.
    beyond_filters = found.detail("type") in {"check", "exclusion"}
    return not part_of_model or (filtered and not beyond_filters)
