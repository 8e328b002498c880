"""CREATE SCHEMA and DROP SCHEMA, and foreign keys into ``public``: what Alembic leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import inspect

from ..dialect import driverless_dialect
from .managed import declare_managed, managed_schemas
from .operations import dropped_foreign_key, executable
from .scope import DEFAULT_SCHEMA, model_schemas

if TYPE_CHECKING:
    from collections.abc import Iterable

    from alembic.runtime.migration import MigrationContext


def add_schema_operations(context: MigrationContext, script: ops.MigrationScript) -> None:
    """Create the schemas that the models use and drop those that they used and left.

    A schema is dropped when a revision says that it manages the schema, no model uses it any
    more and it exists. ``public`` is neither created nor dropped. Calling this twice adds
    nothing the second time.

    Args:
        context: The running autogenerate, connected to the database that was compared.
        script: The revision to add to.
    """
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is None or downgrade is None or context.connection is None:
        return
    used = {name for name in model_schemas(context.opts.get("target_metadata")) if name}
    managed = managed_schemas(context.script)
    existing = set(inspect(context.connection).get_schema_names())

    created = sorted(used - existing - {DEFAULT_SCHEMA})
    dropped = sorted((managed - used) & existing - {DEFAULT_SCHEMA})
    for name in created:
        _frame(upgrade.ops, downgrade.ops, f"CREATE SCHEMA {_quoted(name)}", _drop(name))
    for name in dropped:
        _frame(downgrade.ops, upgrade.ops, f"CREATE SCHEMA {_quoted(name)}", _drop(name))
    declare_managed(
        script, [f"schema {name}" for name in sorted(used - managed - {DEFAULT_SCHEMA})]
    )


def _frame(
    first: list[ops.MigrateOperation], last: list[ops.MigrateOperation], create: str, drop: str
) -> None:
    """Put ``create`` before everything on one side and ``drop`` behind everything on the other."""
    if create not in _texts(first):
        first.insert(_leading(first), ops.ExecuteSQLOp(create))
    if drop not in _texts(last):
        last.append(ops.ExecuteSQLOp(drop))


def _leading(operations: list[ops.MigrateOperation]) -> int:
    """How many operations at the start create schemas, so that these keep their order."""
    for index, operation in enumerate(operations):
        if not any(text.startswith("CREATE SCHEMA ") for text in _texts([operation])):
            return index
    return len(operations)


def _texts(operations: Iterable[ops.MigrateOperation]) -> list[str]:
    return [str(op.sqltext) for op in operations if isinstance(op, ops.ExecuteSQLOp)]


def _drop(name: str) -> str:
    return f"DROP SCHEMA {_quoted(name)}"


def _quoted(name: str) -> str:
    return executable(driverless_dialect().identifier_preparer.quote(name))


def drop_equal_foreign_keys(script: ops.MigrationScript) -> None:
    """Take out foreign keys that are dropped and created again although they are the same.

    The server names a target in ``public`` without its schema while ``public`` is on the search
    path, and Alembic compares that with the model's ``public.customers``: such a key would never
    converge.

    Args:
        script: The revision to mend.
    """
    for container in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        for operation in list(container.ops):
            if isinstance(operation, ops.ModifyTableOps):
                _drop_equal_pairs(operation)
                if operation.is_empty():
                    container.ops.remove(operation)


def _drop_equal_pairs(table: ops.ModifyTableOps) -> None:
    created = {_spec(op): op for op in table.ops if isinstance(op, ops.CreateForeignKeyOp)}
    for operation in list(table.ops):
        dropped = dropped_foreign_key(operation)
        twin = None if dropped is None else created.get(_spec(dropped))
        if twin is not None:
            table.ops.remove(operation)
            table.ops.remove(twin)


def _spec(key: ops.CreateForeignKeyOp) -> tuple[Any, ...]:
    options = {name: value for name, value in key.kw.items() if value is not None}
    for schema in ("source_schema", "referent_schema"):
        options[schema] = options.get(schema) or DEFAULT_SCHEMA
    return (
        key.constraint_name,
        key.source_table,
        key.referent_table,
        tuple(key.local_cols),
        tuple(key.remote_cols),
        tuple(sorted((name, str(value)) for name, value in options.items())),
    )
