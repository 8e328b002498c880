"""CHECK constraints, which Alembic's comparison does not see on tables that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import compare

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject, Snapshot


def missing_checks(head: Snapshot, models: Snapshot) -> list[list[list[str]]]:
    """The operations that bring the CHECK constraints of surviving tables to the models' state.

    Args:
        head: The schema at the newest committed revision.
        models: The schema that the models create.

    Returns:
        Two lists of pairs of SQL, up and down: what goes before Alembic's operations (a
        constraint must be gone before the column under it changes), and what goes behind
        them (a constraint may need a column that they add).
    """
    before, after = [], []
    for difference in compare(head, models):
        old, new = _check(difference.before), _check(difference.after)
        item = old or new
        if item is None or item.parent not in head or item.parent not in models:
            continue
        if old is not None:
            before.append([_drop(old), _add(old)])
        if new is not None:
            after.append([_add(new), _drop(new)])
    return [before, after]


def _check(item: CatalogObject | None) -> CatalogObject | None:
    is_check = item is not None and item.key.kind == "constraint" and item.detail("type") == "check"
    return item if is_check else None


def _add(item: CatalogObject) -> str:
    return f"ALTER TABLE {_table(item)} ADD CONSTRAINT {_name(item)} {item.definition}"


def _drop(item: CatalogObject) -> str:
    return f"ALTER TABLE {_table(item)} DROP CONSTRAINT {_name(item)}"


def _table(item: CatalogObject) -> str:
    assert item.parent is not None, item.key
    return item.parent.identity


def _name(item: CatalogObject) -> str:
    # A constraint's identity is its relation's, a dot, and its own quoted name.
    return item.key.identity.removeprefix(f"{_table(item)}.")
