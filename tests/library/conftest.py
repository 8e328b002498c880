"""An engine on an empty database, and what the library's tests ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.schema import CreateSchema

from pgcraft import pgcraft_build_naming_conventions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def metadata() -> MetaData:
    """A MetaData with pgcraft's naming convention."""
    return MetaData(naming_convention=pgcraft_build_naming_conventions())


@pytest.fixture
def engine(server: Any, database: str) -> Iterator[Engine]:
    """An engine on an empty database; no schema is on the search path, so all are alike."""
    arguments = {**server.conninfo(database), "options": "-c search_path="}
    engine = create_engine("postgresql+psycopg://", connect_args=arguments)
    yield engine
    engine.dispose()


@pytest.fixture
def create(engine: Engine) -> Callable[[MetaData], None]:
    """Create the schemas and everything else of a MetaData."""

    def create_all(metadata: MetaData) -> None:
        with engine.begin() as connection:
            for schema in sorted({str(table.schema) for table in metadata.tables.values()}):
                connection.execute(CreateSchema(schema, if_not_exists=True))
            metadata.create_all(connection)

    return create_all


@pytest.fixture
def differences(engine: Engine) -> Callable[[MetaData], list[Any]]:
    """What Alembic would still change in the database to get to a MetaData."""

    def compare(metadata: MetaData, **options: Any) -> list[Any]:
        with engine.connect() as connection:
            options = {"include_schemas": True, "compare_server_default": True, **options}
            context = MigrationContext.configure(connection, opts=options)
            return compare_metadata(context, metadata)

    return compare


@pytest.fixture
def statements(engine: Engine) -> list[str]:
    """The statements that the engine sends from now on."""
    sent: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    return sent
