"""Constraints that change where they are: when they are checked, and whether old rows were."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcraft.migrate.claims import Claim
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key

# How the server ends a definition.
_END = re.compile(
    r"(?P<deferring>( DEFERRABLE( INITIALLY DEFERRED)?)?)(?P<validity>( NOT VALID| NOT ENFORCED)?)$"
)
_DEFERRING = {"": " NOT DEFERRABLE", " DEFERRABLE": " DEFERRABLE INITIALLY IMMEDIATE"}


def change_constraint(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """Return the statements that change a constraint in place.

    Args:
        old: The constraint as it is.
        new: The constraint as it should be.

    Returns:
        The statements; ``None`` when it must be dropped and made again.
    """
    (rule, deferring, validity), (wanted, when, checked) = (
        _taken_apart(one.definition) for one in (old, new)
    )
    if rule != wanted or new.parent is None:
        return None
    alter, name = f"ALTER {new.parent.kind.upper()} {new.parent.identity}", quoted_name(new)
    statements = []
    if deferring != when:
        if new.detail("type") != "foreign key":
            return None
        statements.append(f"{alter} ALTER CONSTRAINT {name}{_DEFERRING.get(when, when)}")
    if validity != checked:
        if (validity, checked) != (" NOT VALID", ""):
            return None
        statements.append(f"{alter} VALIDATE CONSTRAINT {name}")
    return tuple(statements)


def without_remade(
    claims: Mapping[int, Claim], changes: Mapping[Key, Difference]
) -> dict[int, Claim]:
    """Leave out operations that drop or add what changes in place.

    Args:
        claims: What each of Alembic's operations does.
        changes: What differs.
    """
    changed = {
        key
        for key, one in changes.items()
        if key.kind == "constraint" and one.before is not None and one.after is not None
        if change_constraint(one.before, one.after) is not None
    }
    return {number: one for number, one in claims.items() if not one.before | one.after <= changed}


def _taken_apart(definition: str) -> tuple[str, str, str]:
    """The rule, when it is checked, and for which rows."""
    end = _END.search(definition)
    assert end is not None  # noqa: S101  # it matches nothing as well
    return definition[: end.start()], end["deferring"], end["validity"]
