"""Creating everything that the models declare: what ``create_all`` makes is the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema, CreateTable

from .scope import model_schemas, outside_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.engine import Connection

    Run = Callable[[Callable[[Connection], None]], None]

DUPLICATE_SCHEMA = "42P06"


def create_with_schemas(run: Run, metadata: Sequence[MetaData]) -> None:
    """Create models in an empty database.

    Schemas that the tables use are made first, since ``create_all`` expects them, unless the
    models' own events create them.

    Args:
        run: Calls a function with a connection, in one transaction.
        metadata: One or more MetaData.
    """
    try:
        run(lambda connection: _create(connection, metadata, with_schemas=True))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != DUPLICATE_SCHEMA:
            raise
        run(lambda connection: _create(connection, metadata, with_schemas=False))


def _create(connection: Connection, metadata: Sequence[MetaData], *, with_schemas: bool) -> None:
    if with_schemas:
        for schema in sorted(_schemas(metadata)):
            connection.execute(CreateSchema(schema, if_not_exists=True))
    for table in outside_tables(metadata):
        connection.execute(CreateTable(_standing_alone(table, metadata), if_not_exists=True))
    for one in metadata:
        one.create_all(connection)


def _standing_alone(outside: Table, metadata: Sequence[MetaData]) -> Table:
    """A table with the columns that foreign keys reference, unique as these want it."""
    keys = {
        tuple(sorted(element.column.name for element in constraint.elements))
        for one in metadata
        for table in one.tables.values()
        for constraint in table.foreign_key_constraints
        if constraint.referred_table is outside
    }
    return Table(
        outside.name,
        MetaData(),
        *(Column(column.name, column.type) for column in outside.columns),
        *(UniqueConstraint(*names) for names in sorted(keys)),
        schema=outside.schema,
    )


def _schemas(metadata: Sequence[MetaData]) -> set[str]:
    """Those of tables, outside ones too, of objects, and of types and sequences in use."""
    names = set(model_schemas(list(metadata)))
    names |= {table.schema for table in outside_tables(metadata)}
    for one in metadata:
        columns = [column for table in one.tables.values() for column in table.columns]
        names |= {getattr(column.type, "schema", None) for column in columns}
        names |= {sequence.schema for sequence in one._sequences.values()}  # noqa: SLF001  # there is no public list
    return {name for name in names if name}
