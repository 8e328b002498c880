"""What the change does to the schema, as seen on a database that it was applied to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pgcraft.postgres.snapshot import Key, compare

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from pgcraft.postgres.snapshot import Difference, Snapshot


RELATIONS = frozenset({"foreign table", "materialized view", "table", "view"})
"""Kinds that rows are selected from."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One object that is created, altered or dropped.

    Attributes:
        action: Which of the three.
        kind: The object's kind.
        identity: Its name as the server quotes it.
        relation: The relation that it belongs to, or that it is; None for others.
        detail: What changes, in words.
        needs_values: Whether it is a column that every row of a table that was there before
            must have a value for, without a default that gives one.
    """

    action: Literal["create", "alter", "drop"]
    kind: str
    identity: str
    relation: str | None
    detail: str
    needs_values: bool = False


def list_changes(
    base: Snapshot, upgraded: Snapshot, roles: Mapping[str, str]
) -> tuple[Change, ...]:
    """Compare a schema before and after.

    What goes together with the object that it belongs to is not listed by itself, and of what
    comes with one only what lets somebody in, keeps somebody out, or runs.

    Args:
        base: Before the upgrade.
        upgraded: After it.
        roles: Roles and memberships that the upgrade makes, each with what makes it.

    Returns:
        The changes, ordered by key, roles first.
    """
    differences = compare(base, upgraded)
    whole = {one.key for one in differences if one.action != "alter"}
    return (
        *(_role(name, make) for name, make in roles.items()),
        *(
            _change(one)
            for one in differences
            if not _is_part(one, whole) and not _belongs_to_column(one, whole)
        ),
    )


# With a new table these are seen in it; the others are for a reviewer's eyes.
_TOLD_WITH = frozenset({"column", "comment", "constraint", "index"})


def _is_part(one: Difference, whole: Container[Key]) -> bool:
    if _parent(one) not in whole:
        return False
    return one.action != "create" or one.key.kind in _TOLD_WITH


def _role(name: str, make: str) -> Change:
    kind, _, identity = name.partition(" ")
    created = re.search(r"CREATE ROLE .*?(?=;)", make)
    return Change(
        action="create",
        kind=kind,
        identity=identity,
        relation=None,
        detail=created[0] if created is not None else make,
    )


def _belongs_to_column(difference: Difference, whole: Container[Key]) -> bool:
    """Whether it is the sequence of a column that comes or goes, as SERIAL makes it."""
    item = difference.before or difference.after
    owner = item.detail("owned by") if item is not None else None
    if owner is None:
        return False
    column = Key(kind="column", identity=owner)
    table = Key(kind="table", identity=owner.rpartition(".")[0])
    return difference.key in whole and (column in whole or table in whole)


def _parent(difference: Difference) -> Key | None:
    item = difference.before or difference.after
    return None if item is None else item.parent


def _change(difference: Difference) -> Change:
    parent = _parent(difference)
    relation = parent or (difference.key if difference.key.kind in RELATIONS else None)
    detail = difference.text.removeprefix(f"{difference.key}: ")
    partitioned = difference.before.detail("partition of") if difference.before else None
    if difference.action == "drop" and partitioned is not None:
        detail = f"dropped, a partition of {partitioned}"
    return Change(
        action=difference.action,
        kind=difference.key.kind,
        identity=difference.key.identity,
        relation=relation.identity if relation else None,
        detail=detail,
        needs_values=difference.key.kind == "column" and _needs_values(difference),
    )


def _needs_values(difference: Difference) -> bool:
    before, after = difference.before, difference.after
    if after is None or after.detail("nullable") != "no":
        return False
    if before is not None:
        return before.detail("nullable") != "no"
    return not any(after.detail(name) for name in ("default", "as identity", "generated"))
