"""Settings that somebody made by hand stay: the models are silent about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from pgcraft.postgres.snapshot import CatalogObject, Snapshot

# Details that SQLAlchemy and Alembic do not know, and that no CREATE of their objects says.
_APART = ("clustered", "column options", "replica identity", "row security", "statistics target")
_STORAGE = "storage options"
_KINDS = frozenset({"column", "constraint", "index", "table"})


def setting_entries(models: Snapshot) -> Iterator[str]:
    """What a revision says of settings that it manages."""
    for item in models:
        if item.key.kind in _KINDS:
            yield from (
                _entry(name, item) for name in (*_APART, _STORAGE) if item.detail(name) is not None
            )


def with_settings_by_hand(models: Snapshot, head: Snapshot, managed: Collection[str]) -> Snapshot:
    """Let settings stay that neither the models nor a revision speaks of.

    Args:
        models: The models' schema.
        head: The schema as it is.
        managed: What the history says that it manages.

    Returns:
        The models' schema with these settings besides.
    """
    changed = {
        item.key: _with_settings(item, old, managed)
        for item in models
        if item.key.kind in _KINDS
        for old in [head.get(item.key)]
        if old is not None and old != item
    }
    if not changed:
        return models
    return replace(models, objects=tuple(changed.get(item.key, item) for item in models))


def _entry(name: str, item: CatalogObject) -> str:
    return f"{name} of {item.key}"


def _with_settings(
    item: CatalogObject, old: CatalogObject, managed: Collection[str]
) -> CatalogObject:
    def is_by_hand(name: str) -> bool:
        silent = item.detail(name) is None and old.detail(name) is not None
        return silent and _entry(name, item) not in managed

    kept = {name: old.detail(name) or "" for name in _APART if is_by_hand(name)}
    definition = item.definition
    if is_by_hand(_STORAGE) and definition == f"CREATE TABLE {item.key.identity}":
        kept[_STORAGE] = old.detail(_STORAGE) or ""
        definition = f"{definition} WITH ({kept[_STORAGE]})"
    if not kept:
        return item
    details = tuple(sorted({**dict(item.details), **kept}.items()))
    return replace(item, definition=definition, details=details)
