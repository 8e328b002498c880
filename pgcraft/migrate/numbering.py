"""Columns that change in two steps, since something must go in between.

The sequence of a serial column goes before the identity column's new one is there, which mostly
has its name. A generated column is a plain one before what it was computed from changes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.columns import alter_columns
from pgcraft.migrate.names import quoted_name

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject

_NUMBERS = frozenset({"smallint", "integer", "bigint"})


def in_two_steps(
    old: CatalogObject, new: CatalogObject, *, version: int
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the statements that take away what a column had, and those that give it the new.

    Args:
        old: The column as it is.
        new: The column as it should be.
        version: The server's major version.

    Returns:
        Both steps; ``None`` for a column that changes in one.
    """
    if new.key.kind != "column" or new.parent is None:
        return None
    column = f"ALTER TABLE {new.parent.identity} ALTER COLUMN {quoted_name(new)}"
    if old.detail("generated") is not None and new.detail("generated") is None:
        between = _without(old, {"generated"})
        return (f"{column} DROP EXPRESSION",), alter_columns(between, new, version=version) or ()
    if not is_numbered_anew(old, new):
        return None
    taken: tuple[str, ...] = ()
    if old.detail("as identity") is not None:
        taken = (f"{column} DROP IDENTITY",)
    elif old.detail("default") is not None:
        taken = (f"{column} DROP DEFAULT",)
    between = _without(old, {"as identity", "default", "sequence", "sequence options"})
    given = alter_columns(between, new, version=version) or ()
    return taken, (*given, *numbers_go_on(new))


def is_numbered_anew(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether a column becomes an identity column, or is one no more."""
    return (old.detail("as identity") is None) != (new.detail("as identity") is None)


def numbers_go_on(column: CatalogObject) -> tuple[str, ...]:
    """Return the statement that lets a new sequence go on behind the greatest number in use."""
    sequence = _sequence(column)
    if sequence is None or column.detail("type") not in _NUMBERS or column.parent is None:
        return ()
    name = quoted_name(column)
    return (
        (
            # The names are quoted, as the catalog has them.
            f"SELECT pg_catalog.setval({sequence}, max({name})) FROM {column.parent.identity}"  # noqa: S608
            f" HAVING max({name}) > 0"
        ),
    )


def _without(column: CatalogObject, names: set[str]) -> CatalogObject:
    kept = tuple(pair for pair in column.details if pair[0] not in names)
    return replace(column, details=kept)


def _sequence(column: CatalogObject) -> str | None:
    """The sequence that numbers a column, as a literal."""
    name, default = column.detail("sequence"), column.detail("default") or ""
    if name is not None:
        return "'" + name.replace("'", "''") + "'"
    start, end = "nextval(", "::regclass)"
    return default[len(start) : -len(end)] if default.startswith(start) else None
