"""NOT NULL, which is a constraint with a name since PostgreSQL 18."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.names import own_name, quoted_name, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import CatalogObject

NAMED_SINCE = 18
CONSTRAINT, OPTION = "not null constraint", "not null option"


def alter_not_null(
    old: CatalogObject, new: CatalogObject, relation: str, version: int
) -> Iterator[str]:
    """Return the statements that SET and DROP NOT NULL cannot do.

    Args:
        old: The column as it is.
        new: The column as it should be.
        relation: The unquoted name of its relation.
        version: The server's major version.
    """
    if new.parent is None or new.detail("nullable") != "no":
        return
    alter = f"ALTER {new.parent.kind.upper()} {new.parent.identity}"
    if old.detail("nullable") == "no" and version >= NAMED_SINCE:
        before, after = (not_null_name(one, relation) for one in (old, new))
        if unquoted(before) != unquoted(after):
            yield f"{alter} RENAME CONSTRAINT {before} TO {after}"
        yield from _options(old, new, f"{alter} ", after)
    elif new.detail(CONSTRAINT) is not None or new.detail(OPTION) is not None:
        yield f"{alter} {_added(new, not_null_name(new, relation))}"


def is_added_by_name(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether SET NOT NULL would give the wrong name, or look at the rows."""
    comes = old.detail("nullable") != "no" and new.detail("nullable") == "no"
    return comes and (new.detail(CONSTRAINT) is not None or new.detail(OPTION) is not None)


def _options(old: CatalogObject, new: CatalogObject, alter: str, name: str) -> Iterator[str]:
    before, after = (set((one.detail(OPTION) or "").split(", ")) for one in (old, new))
    if "not valid" in after - before:
        yield f"{alter}DROP CONSTRAINT {name}"
        yield f"{alter}{_added(new, name)}"
        return
    if "not valid" in before - after:
        yield f"{alter}VALIDATE CONSTRAINT {name}"
    if "no inherit" in before ^ after:
        word = "NO INHERIT" if "no inherit" in after else "INHERIT"
        yield f"{alter}ALTER CONSTRAINT {name} {word}"


def _added(column: CatalogObject, name: str) -> str:
    option = (column.detail(OPTION) or "").upper().replace(",", "")
    return f"ADD CONSTRAINT {name} NOT NULL {quoted_name(column)} {option}".rstrip()


def not_null_name(column: CatalogObject, relation: str) -> str:
    """The constraint's name; the one that the server gives by itself is not told."""
    given = f"{relation}_{own_name(column)}_not_null".replace('"', '""')
    return column.detail(CONSTRAINT) or f'"{given}"'
