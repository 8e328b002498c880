"""The order of what Alembic drops: foreign keys first, then tables, those that reference first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from .operations import dropped_foreign_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    Name = tuple[str | None, str]


def order_by_foreign_keys(script: ops.MigrationScript) -> None:
    """Bring the drops of a draft into an order that works, and mirror it in the downgrade.

    Alembic drops tables by name, and before the foreign keys of other tables that reference
    them.

    Args:
        script: The draft, changed in place; nothing but Alembic's own operations is in it.
    """
    upgrade, downgrade = script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
    tables = [one for one in upgrade.ops if isinstance(one, ops.DropTableOp)]
    if not tables:
        return
    dropped = {_name(one) for one in tables}
    keys = [key for one in upgrade.ops for key in _take_foreign_keys(one, dropped)]
    rest = [
        one
        for one in upgrade.ops
        if one not in tables and not (isinstance(one, ops.ModifyTableOps) and one.is_empty())
    ]
    # Their indexes are dropped apart, which Alembic does beforehand.
    parts = [
        one
        for one in rest
        if isinstance(one, ops.ModifyTableOps) and (one.schema, one.table_name) in dropped
    ]
    others = [one for one in rest if one not in parts]
    upgrade.ops[:] = [*keys, *parts, *_referencing_first(tables), *others]
    upgrade.reverse_into(downgrade)


def _take_foreign_keys(
    operation: ops.MigrateOperation, dropped: set[Name]
) -> Iterator[ops.ModifyTableOps]:
    """Take out of an operation the drops of foreign keys to tables that are dropped."""
    if not isinstance(operation, ops.ModifyTableOps):
        return
    taken = [one for one in operation.ops if _references(one) & dropped]
    if taken:
        operation.ops[:] = [one for one in operation.ops if one not in taken]
        yield ops.ModifyTableOps(operation.table_name, taken, schema=operation.schema)


def _references(operation: ops.MigrateOperation) -> set[Name]:
    """The table that a foreign key references which the operation drops."""
    key = dropped_foreign_key(operation)
    return set() if key is None else {(key.kw.get("referent_schema"), key.referent_table)}


def _referencing_first(tables: list[ops.DropTableOp]) -> list[ops.DropTableOp]:
    """Order tables; of those that reference each other, as they came."""
    left = list(tables)
    ordered: list[ops.DropTableOp] = []
    while left:
        needed = {name for one in left for name in _targets(one)}
        free = [one for one in left if _name(one) not in needed] or left
        ordered += free
        left = [one for one in left if one not in free]
    return ordered


def _targets(operation: ops.DropTableOp) -> set[Name]:
    """The other tables that a table references."""
    found = {
        (key.referred_table.schema, key.referred_table.name)
        for key in operation.to_table().constraints
        if isinstance(key, ForeignKeyConstraint)
    }
    return found - {_name(operation)}


def _name(operation: ops.DropTableOp) -> Name:
    return operation.schema, operation.table_name
