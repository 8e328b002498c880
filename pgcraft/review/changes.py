"""What the change does to the schema, as seen on a database that it was applied to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pgcraft.postgres.snapshot import Key, compare

if TYPE_CHECKING:
    from collections.abc import Container

    from pgcraft.postgres.snapshot import Difference, Snapshot


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


def list_changes(base: Snapshot, upgraded: Snapshot) -> tuple[Change, ...]:
    """Compare a schema before and after.

    What comes or goes together with the object that it belongs to is not listed by itself.

    Args:
        base: Before the upgrade.
        upgraded: After it.

    Returns:
        The changes, ordered by key.
    """
    differences = compare(base, upgraded)
    whole = {one.key for one in differences if one.action != "alter"}
    return tuple(
        _change(one)
        for one in differences
        if _parent(one) not in whole and not _belongs_to_column(one, whole)
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
    is_relation = difference.key.kind in {"table", "view", "materialized view", "foreign table"}
    relation = parent or (difference.key if is_relation else None)
    return Change(
        action=difference.action,
        kind=difference.key.kind,
        identity=difference.key.identity,
        relation=relation.identity if relation else None,
        detail=difference.text.removeprefix(f"{difference.key}: "),
        needs_values=difference.key.kind == "column" and _needs_values(difference),
    )


def _needs_values(difference: Difference) -> bool:
    before, after = difference.before, difference.after
    if after is None or after.detail("nullable") != "no":
        return False
    if before is not None:
        return before.detail("nullable") != "no"
    return not any(after.detail(name) for name in ("default", "as identity", "generated"))
