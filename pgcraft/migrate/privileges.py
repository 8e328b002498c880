"""Privileges that are widened and narrowed, and those that come by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Difference

_GIVEN_TO = {
    "tables": {"foreign table", "materialized view", "table", "view"},
    "sequences": {"sequence"},
    "functions": {"aggregate", "function", "procedure"},
    "types": {"composite type", "domain", "enum", "range type"},
    "schemas": {"schema"},
}


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
    added = without(new.detail("privileges"), old.detail("privileges"))
    statements = (
        some_of(old, old.drop, "REVOKE", gone) if gone else "",
        some_of(new, new.create, "GRANT", added) if added else "",
    )
    return None if None in statements else tuple(one for one in statements if one)


def without(privileges: str | None, others: str | None) -> list[str]:
    """Privileges of a list that another list lacks."""
    kept = set((others or "").split(", "))
    return [one for one in (privileges or "").split(", ") if one and one not in kept]


def some_of(grant: CatalogObject, statement: str, verb: str, privileges: list[str]) -> str | None:
    """Return a GRANT or REVOKE of some privileges of a grant; ``None`` when it is not plain."""
    start = f"{verb} {grant.detail('privileges')} ON "
    if not statement.startswith(start):
        return None
    return f"{verb} {', '.join(privileges)} ON {statement.removeprefix(start)}"


def suspended_defaults(
    changes: Iterable[Difference], before: Graph, after: Graph, *, owner: str
) -> Iterator[Key]:
    """Find default privileges that would give something new what it must not have.

    Args:
        changes: What differs.
        before: The schema as it is.
        after: The schema that is wanted.
        owner: The role that makes what is new.

    Yields:
        Default privileges that are there before and after, to be taken away in between.
    """
    kept = [
        item
        for item in before.snapshot
        if item.key.kind == "default privileges" and item.key in after.snapshot
        if item.detail("role") == owner
    ]
    made = [one.after for one in changes if one.action == "create" and one.after is not None]
    for default in kept if made else ():
        kinds = _GIVEN_TO.get(default.detail("on") or "", set())
        if any(
            item.key.kind in kinds
            and default.schema in {None, item.schema}
            and not _is_wanted(default, item, after)
            for item in made
        ):
            yield default.key


def _is_wanted(default: CatalogObject, item: CatalogObject, after: Graph) -> bool:
    key = Key(kind="grant", identity=f"on {item.key} to {default.detail('to')}")
    grant = after.snapshot.get(key)
    if grant is None:
        return False
    return not any(
        without(default.detail(name), grant.detail(name))
        for name in ("privileges", "revoked", "with grant option")
    )
