"""Columns that get their numbers from another sequence: serial and identity."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.columns import alter_columns
from pgcraft.migrate.names import quoted_name

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject


def is_numbered_anew(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether a column becomes an identity column, or is one no more."""
    if new.key.kind != "column":
        return False
    return (old.detail("as identity") is None) != (new.detail("as identity") is None)


def number_anew(
    old: CatalogObject, new: CatalogObject, *, version: int, done: frozenset[str] = frozenset()
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the statements that take the old numbers away, and those that give new ones.

    The old sequence goes in between, since the new one mostly has its name. The new one goes on
    behind the greatest number that is in use.

    Args:
        old: The column as it is.
        new: The column as it should be.
        version: The server's major version.
        done: Details that an operation of Alembic changes.
    """
    assert new.parent is not None  # noqa: S101  # every column belongs to a table
    table, column = new.parent.identity, quoted_name(new)
    taken: tuple[str, ...] = ()
    if old.detail("as identity") is not None:
        taken = (f"ALTER TABLE {table} ALTER COLUMN {column} DROP IDENTITY",)
    elif old.detail("default") is not None:
        taken = (f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT",)
    bare = {"as identity", "default", "sequence", "sequence options"}
    between = replace(old, details=tuple(pair for pair in old.details if pair[0] not in bare))
    given = alter_columns(between, new, version=version, done=done) or ()
    sequence = _sequence(new)
    if sequence is not None:
        given = (
            *given,
            (
                # The names are quoted, as the catalog has them.
                f"SELECT pg_catalog.setval({sequence}, max({column})) FROM {table}"  # noqa: S608
                f" HAVING max({column}) > 0"
            ),
        )
    return taken, given


def _sequence(column: CatalogObject) -> str | None:
    """The sequence that numbers a column, as a literal."""
    name, default = column.detail("sequence"), column.detail("default") or ""
    if name is not None:
        return "'" + name.replace("'", "''") + "'"
    start, end = "nextval(", "::regclass)"
    return default[len(start) : -len(end)] if default.startswith(start) else None
