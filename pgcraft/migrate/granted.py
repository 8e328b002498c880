"""Privileges that somebody gave by hand stay beside those that the models give."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot.statements import grant_statements, revoke_statements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.postgres.snapshot import CatalogObject, Snapshot

_ENTRY = re.compile(r"(?P<grant>grant on .+): (?P<privileges>[A-Z ,]+)", re.DOTALL)


def entry_of(grant: CatalogObject) -> str:
    """What a revision says of privileges that it manages: the grant and each of them."""
    privileges = grant.detail("privileges")
    return str(grant.key) if privileges is None else f"{grant.key}: {privileges}"


def without_privileges(managed: Iterable[str]) -> frozenset[str]:
    """The entries of a history with grants as they are called, without their privileges."""
    return frozenset(
        match["grant"] if (match := _ENTRY.fullmatch(entry)) else entry for entry in managed
    )


def with_privileges_by_hand(models: Snapshot, head: Snapshot, managed: Iterable[str]) -> Snapshot:
    """Let privileges stay that no revision says it manages.

    Args:
        models: The models' schema.
        head: The schema as it is.
        managed: What the history says that it manages.

    Returns:
        The models' schema with these privileges besides.
    """
    given = _given(managed)
    kept = [
        _with_privileges(old, head, privileges)
        for old in head
        if old.key.kind == "grant" and old != models.get(old.key) and _is_plain(old)
        for privileges in [_kept(old, models.get(old.key), given.get(str(old.key), set()))]
        if privileges
    ]
    present = {item.key for item in kept}
    if not present:
        return models
    objects = [*kept, *(item for item in models if item.key not in present)]
    return replace(models, objects=tuple(sorted(objects, key=lambda item: item.key)))


def _given(managed: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in managed:
        match = _ENTRY.fullmatch(entry)
        if match is not None:
            found.setdefault(match["grant"], set()).update(match["privileges"].split(", "))
    return found


def _kept(old: CatalogObject, new: CatalogObject | None, given: set[str]) -> str:
    """All privileges, when some were given by hand; nothing when none, or it cannot be told."""
    by_hand = set(_privileges(old)) - given
    if not by_hand or (new is not None and not _is_plain(new)):
        return ""
    return ", ".join(sorted(by_hand.union(_privileges(new) if new is not None else ())))


def _is_plain(grant: CatalogObject) -> bool:
    return {name for name, _ in grant.details} == {"privileges"}


def _privileges(grant: CatalogObject) -> list[str]:
    return (grant.detail("privileges") or "").split(", ")


def _with_privileges(grant: CatalogObject, head: Snapshot, privileges: str) -> CatalogObject:
    """The same grant of other privileges."""
    assert grant.parent is not None  # noqa: S101  # a grant is on something
    grantee = grant.key.identity.removeprefix(f"on {grant.parent} to ")
    on = grant.parent, head[grant.parent].parent, grantee
    create = grant_statements(*on, granted=privileges, grantable=None, revoked=None, grantor=None)
    return replace(
        grant,
        definition=create,
        create=create,
        drop=revoke_statements(*on, granted=privileges, grantable=None, revoked=None, grantor=None),
        details=(("privileges", privileges),),
    )
