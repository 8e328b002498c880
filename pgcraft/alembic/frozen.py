"""Names that no naming convention touches when the revision runs, on whatever it is then.

SQLAlchemy lets the server, or the naming convention of whatever MetaData is there, choose the name
of a constraint that has none, and puts those that have one into the convention's pattern. A
revision is history: it says what each constraint and index is called, as ``op.f("…")``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    text,
)
from sqlalchemy.sql.elements import conv

from ..dialect import driverless_dialect
from .operations import executable
from .types import without_constraint

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

# PostgreSQL's NAMEDATALEN, less the byte that ends a name.
_LONGEST = 63


def server_name(name: Any, *, of_index: bool = False) -> str | None:
    """The name of a constraint or an index as the server has it.

    SQLAlchemy shortens what a convention made too long, in characters; the server does it in
    bytes.

    Args:
        name: The name; anything but a string is none.
        of_index: Whether it is an index's.
    """
    if not isinstance(name, str):
        return None
    preparer = driverless_dialect().identifier_preparer
    shorten = (
        preparer.truncate_and_render_index_name
        if of_index
        else preparer.truncate_and_render_constraint_name
    )
    return _cut(str(shorten(name, _alembic_quote=False)))


def final_name(constraint: Constraint) -> str | None:
    """The name with which a constraint is created; None when the server chooses it."""
    if constraint.name is None:
        return None
    preparer = driverless_dialect().identifier_preparer
    name = preparer.format_constraint(constraint, _alembic_quote=False)
    return None if name is None else _cut(str(name))


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST].decode(errors="ignore")


def definition(constraint: Constraint) -> str:
    """What follows ADD CONSTRAINT and the name, of one that has none."""
    if _is_type_bound(constraint):
        return f"CHECK ({_condition(constraint)})"
    return str(_ddl_compiler().process(constraint))


def _ddl_compiler() -> Any:
    dialect = driverless_dialect()
    return dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as SQLAlchemy calls it


def made_constraints(operation: ops.CreateTableOp) -> list[Constraint]:
    """The constraints that CREATE TABLE can make, in a settled order.

    Args:
        operation: The operation. What was put together by hand, without a table, gets one.
    """
    items = [one for one in operation.columns if isinstance(one, Constraint)]
    if any(getattr(one, "parent", None) is None for one in items):
        table = operation.to_table()
        items = list(table.constraints)
        operation.columns = [*table.columns, *items]
    return [one for one in items if _is_made_with_table(one)]


def _is_made_with_table(constraint: Constraint) -> bool:
    if isinstance(constraint, PrimaryKeyConstraint):
        return bool(constraint.columns)
    if isinstance(constraint, ForeignKeyConstraint):
        return not constraint.use_alter
    rule = constraint._create_rule  # noqa: SLF001  # there is no public word for it
    return rule is None or bool(rule(_ddl_compiler()))


def freeze(operation: ops.MigrateOperation, names: Sequence[str | None]) -> None:
    """Call what an operation makes or drops by its final name.

    Args:
        operation: The operation. What it says of the models is copied first.
        names: For a constraint or an index its name; for a new table the names of
            :func:`made_constraints`, None for one that other steps of the plan make.
    """
    if isinstance(operation, ops.CreateTableOp):
        _freeze_table(operation, names)
    elif isinstance(operation, ops.AddColumnOp):
        column = operation.column
        made = without_constraint(column.type)
        if made is not column.type:
            operation.column = column._copy()  # noqa: SLF001  # the models keep theirs
            operation.column.type = made
    elif isinstance(operation, ops.AlterColumnOp):
        operation.modify_type = without_constraint(operation.modify_type)
    elif isinstance(operation, (ops.AddConstraintOp, ops.DropConstraintOp)):
        operation.constraint_name = _only(names)  # type: ignore[union-attr]  # every kind has one
    elif isinstance(operation, (ops.CreateIndexOp, ops.DropIndexOp)):
        operation.index_name = _only(names)


def _only(names: Sequence[str | None]) -> conv:
    (name,) = names
    assert name is not None  # noqa: S101  # an operation that would do nothing is left out
    return conv(name)


def _freeze_table(operation: ops.CreateTableOp, names: Sequence[str | None]) -> None:
    constraints = made_constraints(operation)
    columns = [one for one in operation.columns if isinstance(one, Column)]
    table = ops.CreateTableOp(
        operation.table_name, columns, schema=operation.schema, _constraints_included=True
    ).to_table()
    kept = [
        _named_copy(constraint, table, name)
        for constraint, name in zip(constraints, names, strict=True)
        if name is not None
    ]
    for column in table.columns:
        column.type = without_constraint(column.type)
    operation.columns = [*table.columns, *kept]


def _named_copy(constraint: Any, table: Table, name: str) -> Constraint:
    if _is_type_bound(constraint):
        # Its type would make it under whatever name a convention gives.
        made: Any = CheckConstraint(text(executable(_condition(constraint))))
    else:
        made = constraint._copy(target_table=table)  # noqa: SLF001  # what Alembic copies with
    made.name = conv(name)
    table.append_constraint(made)
    return made  # type: ignore[no-any-return]  # _copy is not annotated


def _is_type_bound(constraint: Any) -> bool:
    """Whether it is the check of an ``Enum`` or ``Boolean``."""
    return bool(getattr(constraint, "_type_bound", False))


def _condition(check: Any) -> str:
    compiler = _ddl_compiler().sql_compiler
    return str(compiler.process(check.sqltext, include_table=False, literal_binds=True))
