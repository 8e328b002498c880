"""CHECK constraints, which Alembic's comparison does not see on tables that exist already."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot


def missing_checks(
    differences: Iterable[Difference], head: Snapshot, models: Snapshot, excluded: frozenset[Key]
) -> list[list[list[str]]]:
    """The operations that bring the CHECK constraints of surviving tables to the models' state.

    Args:
        differences: What turns the head into the models' schema.
        head: The schema at the newest committed revision.
        models: The schema that the models create.
        excluded: Tables that the project takes out of the comparison.

    Returns:
        Two lists of pairs of SQL, up and down: what goes before Alembic's operations (a
        constraint must be gone before the column under it changes), and what goes behind
        them (a constraint may need a column that they add).
    """
    before, after = [], []
    for difference in differences:
        old, new = _check(difference.before), _check(difference.after)
        item = old or new
        table = item.parent if item is not None else None
        if table is None or table in excluded or table not in head or table not in models:
            continue
        if old is not None:
            before.append([old.drop, old.create])
        if new is not None:
            after.append([new.create, new.drop])
    return [before, after]


def _check(item: CatalogObject | None) -> CatalogObject | None:
    is_check = item is not None and item.key.kind == "constraint" and item.detail("type") == "check"
    return item if is_check else None
