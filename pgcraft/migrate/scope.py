"""What counts: of some objects the models are the whole truth, others are somebody else's."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pgcraft.migrate.granted import entry_of
from pgcraft.migrate.graph import owner_of
from pgcraft.migrate.settings import setting_entries
from pgcraft.postgres.snapshot import compare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

# Every database has these.
_OF_INITDB = frozenset(
    {
        "comment on extension plpgsql",
        "comment on schema public",
        "extension plpgsql",
        "grant on schema public to PUBLIC",
        "grant on schema public to pg_database_owner",
        "schema public",
    }
)

KINDS = frozenset(
    {
        "aggregate",
        "cast",
        "collation",
        "comment",
        "composite type",
        "default privileges",
        "domain",
        "enum",
        "event trigger",
        "foreign table",
        "function",
        "grant",
        "materialized view",
        "operator",
        "policy",
        "procedure",
        "range type",
        "rule",
        "schema",
        "sequence",
        "statistics",
        "trigger",
        "view",
    }
)
"""Kinds that a project can let the models be the whole truth for."""


def unknown_kind(kinds: Iterable[str]) -> str | None:
    """Say which of the kinds does not exist, as a sentence without a capital; None if all do."""
    for kind in kinds:
        if kind not in KINDS:
            near = difflib.get_close_matches(kind, KINDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            return f"there is no kind {kind!r}.{hint} The kinds are: {', '.join(sorted(KINDS))}."
    return None


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which differences are acted on.

    Tables and what Alembic knows of them follow Alembic's rule: the models are the truth,
    unless the project's filters say otherwise. All else is dropped only if the history says
    that it manages it.

    Attributes:
        managed: What the history says that it manages, such as ``view inventory.stock``.
        excluded: Tables, and what is on tables, that the project takes out of the comparison.
        filtered: Whether the project has filters of its own.
        dropped: What Alembic, which asks these filters, drops.
        kinds: Kinds of which the models are the whole truth in their schemas, such as ``view``.
        ignored: Patterns of names that are left out, such as ``legacy.*``.
    """

    managed: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    ignored: tuple[str, ...] = ()
    excluded: frozenset[Key] = frozenset()
    filtered: bool = False
    dropped: frozenset[Key] = frozenset()

    def differences(self, before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
        """List what turns one schema into another, without what nobody manages.

        Args:
            before: The schema as it is.
            after: The models' schema.

        Returns:
            The differences, ordered by key.
        """
        every = compare(before, after)
        found = [one for one in every if self._counts(one, before, after)]
        gone = {one.key for one in found if one.action == "drop"}
        left = {item.schema for item in before if item.key not in gone and not _is_schema(item)}
        return tuple(one for one in found if one.action != "drop" or not _holds(one, left))

    def leaves_out(self, item: CatalogObject, snapshot: Snapshot) -> bool:
        """Whether the project takes an object of a schema out of the comparison."""
        chain = _chain(item, snapshot)
        return not self.excluded.isdisjoint(chain) or self._ignores(chain)

    def unmanaged(self, before: Snapshot, after: Snapshot) -> list[Key]:
        """The objects that the models do not have and that stay, without their parts."""
        counted = {one.key for one in self.differences(before, after)}
        keys = {one.key for one in compare(before, after) if one.action == "drop"} - counted
        return sorted(
            key for key in keys if before[key].parent not in keys and not self._ignores([key])
        )

    def _counts(self, one: Difference, before: Snapshot, after: Snapshot) -> bool:
        snapshot = before if one.action == "drop" else after
        item = snapshot[one.key]
        chain = _chain(item, snapshot)
        if self.leaves_out(item, snapshot):
            return False
        if one.action != "drop":
            return True
        gone = [key for key in chain if key not in after]
        if any(key in self.dropped or self._is_managed(key, before, after) for key in gone):
            return True
        if is_beyond_alembic(item):
            return False
        # Alembic asks the project's filters about none of these two.
        beyond_filters = item.detail("type") in {"check", "exclusion"}
        is_part = len(chain) > 1 and chain[1] in after
        return is_part and (not self.filtered or beyond_filters)

    def _ignores(self, chain: Iterable[Key]) -> bool:
        return any(fnmatchcase(key.identity, one) for key in chain for one in self.ignored)

    def _is_managed(self, key: Key, before: Snapshot, after: Snapshot) -> bool:
        if str(key) in _OF_INITDB:
            return False
        if key.kind in self.kinds and is_beyond_alembic(before[key]):
            # Schemas that the models do not use are somebody else's.
            return any(item.schema == before[key].schema for item in after)
        if key.kind == "schema":
            return f"schema {before[key].schema}" in self.managed or str(key) in self.managed
        return str(key) in self.managed and is_beyond_alembic(before[key])


def _chain(item: CatalogObject, snapshot: Snapshot) -> list[Key]:
    """An object, what it belongs to, what that belongs to: a comment's column's table."""
    chain = [item.key]
    owner = owner_of(item)
    while owner is not None and owner in snapshot:
        chain.append(owner)
        owner = owner_of(snapshot[owner])
    return chain


def _is_schema(item: CatalogObject) -> bool:
    """Whether it is a schema, or a comment or privilege on one."""
    return "schema" in {item.key.kind, item.parent.kind if item.parent is not None else None}


def _holds(one: Difference, schemas: set[str | None]) -> bool:
    """Whether it is a schema, or belongs to one, in which something stays."""
    return one.before is not None and _is_schema(one.before) and one.before.schema in schemas


def is_beyond_alembic(item: CatalogObject) -> bool:
    """Whether Alembic's comparison does not know such an object."""
    owner = owner_of(item)
    of = owner.kind if owner is not None else None
    if item.key.kind == "comment":
        return of not in {"table", "column"}
    if item.key.kind in {"column", "constraint", "index"}:
        return of != "table"
    return item.key.kind != "table" and (item.key.kind, of) != ("sequence", "column")


def managed_entries(models: Snapshot) -> list[str]:
    """What a revision says it manages: the models' objects that Alembic does not know."""
    settings = setting_entries(models)
    return sorted(settings) + sorted(
        entry_of(item) if item.key.kind == "grant" else str(item.key)
        for item in models
        if is_beyond_alembic(item) and str(item.key) not in _OF_INITDB
    )


def outcome(before: Snapshot, after: Snapshot, left: Collection[Difference]) -> Snapshot:
    """The schema that acting on some of the differences of two gives.

    Args:
        before: The schema as it is.
        after: The schema that is wanted.
        left: The differences that are not acted on.

    Returns:
        The second schema with what stays of the first.
    """
    if not left:
        return after
    objects = {item.key: item for item in after}
    for one in left:
        if one.before is None:
            objects.pop(one.key)
        else:
            objects[one.key] = one.before
    kept = {one.key for one in left}
    needs = [pair for pair in after.needs if pair[0] not in kept]
    needs += [pair for pair in before.needs if pair[0] in kept and pair[1] in objects]
    order = dict(before.column_order) | dict(after.column_order)
    return replace(
        after,
        objects=tuple(sorted(objects.values(), key=lambda item: item.key)),
        needs=tuple(sorted(needs)),
        column_order=tuple(sorted(order.items())),
    )


def with_owners_of(models: Snapshot, head: Snapshot, owner: str) -> Snapshot:
    """Let what the models give to nobody belong to whom it belongs.

    Args:
        models: The models' schema.
        head: The schema as it is.
        owner: The role that owns what nobody gave to another, quoted.

    Returns:
        The models' schema with the owners that the history set.
    """
    return replace(
        models, objects=tuple(_adopted(item, head.get(item.key), owner) for item in models)
    )


def _adopted(item: CatalogObject, old: CatalogObject | None, owner: str) -> CatalogObject:
    adopter = old.detail("owner") if old is not None else None
    if adopter in {None, owner} or item.detail("owner") != owner:
        return item
    details = dict(item.details) | {"owner": adopter}
    return replace(item, details=tuple(sorted(details.items())))
