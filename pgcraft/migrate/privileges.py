"""Privileges that are widened and narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject


def alter_grant(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """Return the statements that turn one grantee's privileges into others.

    Args:
        old: The privileges as they are.
        new: The privileges as they should be.

    Returns:
        The statements; ``None`` when all must be taken away first, as with grant options.
    """
    plain = {"privileges", "granted by"}
    if not all(set(dict(one.details)) <= plain for one in (old, new)):
        return None
    gone = without(old.detail("privileges"), new.detail("privileges"))
    if not gone:
        return (new.create,)
    revoke = revoke_only(old, gone)
    return None if revoke is None else (revoke, new.create)


def without(privileges: str | None, others: str | None) -> list[str]:
    """Privileges of a list that another list lacks."""
    kept = set((others or "").split(", "))
    return [one for one in (privileges or "").split(", ") if one and one not in kept]


def revoke_only(grant: CatalogObject, privileges: list[str]) -> str | None:
    """Return the REVOKE of some of the privileges of a grant; ``None`` when it is not plain."""
    start = f"REVOKE {grant.detail('privileges')} ON "
    if not grant.drop.startswith(start):
        return None
    return f"REVOKE {', '.join(privileges)} ON {grant.drop.removeprefix(start)}"
