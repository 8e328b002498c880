"""Creating everything that the models declare: what ``create_all`` makes is the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from .scope import model_schemas

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import MetaData
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
    for one in metadata:
        one.create_all(connection)


def _schemas(metadata: Sequence[MetaData]) -> set[str]:
    """Those of tables and declared objects, and of the types and sequences that tables use."""
    names = set(model_schemas(list(metadata)))
    for one in metadata:
        columns = [column for table in one.tables.values() for column in table.columns]
        names |= {getattr(column.type, "schema", None) for column in columns}
        names |= {sequence.schema for sequence in one._sequences.values()}  # noqa: SLF001  # there is no public list
    return {name for name in names if name}
