"""What Alembic drafted, in words that know nothing of Alembic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import Column

from .frozen import definition, final_name, made_constraints, server_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Constraint

Description = dict[str, Any]

# Of a downgrade these alone are kept: what was there before is made again from the catalog, since
# what Alembic reflects of it has lost something.
_DROPS = (ops.DropTableOp, ops.DropColumnOp, ops.DropIndexOp, ops.DropConstraintOp)


def flat(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    """The operations of a draft, without the tables that Alembic groups them by.

    Alembic keeps what it drops, and foreign keys, in sets, whose order hangs on the hash seed.
    """
    found = list(_ungrouped(container))
    for kinds in _IN_SETS:
        places = [place for place, one in enumerate(found) if isinstance(one, kinds)]
        settled = sorted((found[place] for place in places), key=_settled_place)
        for place, operation in zip(places, settled, strict=True):
            found[place] = operation
    yield from found


_IN_SETS: tuple[Any, ...] = (
    (ops.DropTableOp, ops.DropIndexOp),
    ops.DropConstraintOp,
    ops.CreateForeignKeyOp,
)


def _ungrouped(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    for operation in container.ops:
        if isinstance(operation, ops.OpContainer):
            yield from _ungrouped(operation)
        elif not _is_empty(operation) and not _is_in_the_models(operation):
            yield operation


def _settled_place(operation: Any) -> tuple[str, ...]:
    """By table, what is on it before the table itself, by name and columns."""
    described = describe(operation)
    columns = getattr(operation, "local_cols", ()), getattr(operation, "remote_cols", ())
    return (
        described["schema"] or "",
        described["table"],
        described["do"],
        described.get("name") or "",
        *map(str, described.get("definitions", ())),
        *map(str, columns),
    )


def flat_back(container: ops.OpContainer) -> Iterator[ops.MigrateOperation]:
    """Those of a downgrade that drop something, or are somebody else's."""
    for operation in flat(container):
        if isinstance(operation, _DROPS) or describe(operation)["do"] == "other":
            yield operation


# What this library declares, its events create with the models, so that the catalogs differ in
# it. Its rows are no schema.
_DECLARED = "sqlalchemy_declarative_extensions."
_ROWS = f"{_DECLARED}row."


def _is_in_the_models(operation: ops.MigrateOperation) -> bool:
    module = type(operation).__module__
    return module.startswith(_DECLARED) and not module.startswith(_ROWS)


def _is_empty(operation: ops.MigrateOperation) -> bool:
    """Whether nothing is left of it without the server default, which the catalog knows better."""
    if not isinstance(operation, ops.AlterColumnOp):
        return False
    operation.modify_server_default = False
    return not _column_changes(operation) and operation.modify_name is None


def describe(operation: ops.MigrateOperation) -> Description:
    """Say what an operation does.

    Args:
        operation: One of Alembic's, or of somebody else's.

    Returns:
        What ``pgcraft.migrate.Described`` reads.
    """
    for kind, do, words in _WORDS:
        if isinstance(operation, kind):
            return {"do": do, **words(operation)}
    return {"do": "other"}


def _table(operation: Any) -> Description:
    return {"schema": operation.schema, "table": str(operation.table_name)}


def _create_table(operation: ops.CreateTableOp) -> Description:
    constraints = made_constraints(operation)
    return {
        **_table(operation),
        "columns": [str(one.name) for one in operation.columns if isinstance(one, Column)],
        "constraints": [final_name(one) for one in constraints],
        "definitions": [_unless_named(one) for one in constraints],
    }


def _unless_named(constraint: Constraint) -> str | None:
    return definition(constraint) if final_name(constraint) is None else None


def _add_column(operation: ops.AddColumnOp) -> Description:
    return {**_table(operation), "name": str(operation.column.name)}


def _column(operation: Any) -> Description:
    return {**_table(operation), "name": str(operation.column_name)}


def _alter_column(operation: ops.AlterColumnOp) -> Description:
    return {**_column(operation), "changes": _column_changes(operation)}


def _column_changes(operation: ops.AlterColumnOp) -> list[str]:
    changes = []
    if operation.modify_type is not None:
        changes += ["type", "collation"]
    if operation.modify_nullable is not None:
        changes.append("nullable")
    if operation.modify_comment is not False:
        changes.append("comment")
    return changes


def _index(operation: Any) -> Description:
    return {**_table(operation), "name": server_name(operation.index_name, of_index=True)}


def _constraint(operation: Any) -> Description:
    table = getattr(operation, "source_table", None) or operation.table_name
    schema = operation.kw.get("source_schema") if hasattr(operation, "source_table") else None
    return {
        "schema": schema or getattr(operation, "schema", None),
        "table": str(table),
        "name": server_name(operation.constraint_name),
        "definitions": _definitions(operation),
    }


def _definitions(operation: Any) -> list[str]:
    """The constraint itself, when it has no name."""
    if operation.constraint_name is not None:
        return []
    made = getattr(operation, "_reverse", None) or operation
    return [definition(made.to_constraint())] if isinstance(made, ops.AddConstraintOp) else []


_WORDS: tuple[tuple[Any, str, Any], ...] = (
    (ops.CreateTableOp, "create table", _create_table),
    (ops.DropTableOp, "drop table", _table),
    (ops.AddColumnOp, "create column", _add_column),
    (ops.DropColumnOp, "drop column", _column),
    (ops.AlterColumnOp, "alter column", _alter_column),
    (ops.CreateIndexOp, "create index", _index),
    (ops.DropIndexOp, "drop index", _index),
    (ops.AddConstraintOp, "create constraint", _constraint),
    (ops.DropConstraintOp, "drop constraint", _constraint),
    (ops.CreateTableCommentOp, "alter table comment", _table),
    (ops.DropTableCommentOp, "alter table comment", _table),
)
