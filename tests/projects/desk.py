"""A developer's desk: a project with pgcraft's three calls, a database, and Alembic's commands."""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
from typing import TYPE_CHECKING

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from projects.small_project import write_project
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pgcraft.alembic.create import create_with_schemas
from pgcraft.alembic.register import pgcraft_configure_metadata
from pgcraft.alembic.scope import metadata_list
from pgcraft.postgres.psql import run_script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from sqlalchemy.engine import Connection

    from pgcraft.postgres.psql import Applied
    from pgcraft.postgres.server import Server

ENV = """\
import psycopg
from alembic import context
from sqlalchemy import create_engine, pool

from pgcraft.alembic.register import (
    pgcraft_alembic_hook,
    pgcraft_configure_metadata,
    pgcraft_process_revision_directives,
)

pgcraft_alembic_hook()

import models

metadata = models.metadata
for one in metadata if isinstance(metadata, list) else [metadata]:
    pgcraft_configure_metadata(one, getattr(models, "config", None))
OPTIONS = dict(
    target_metadata=metadata,
    process_revision_directives=pgcraft_process_revision_directives,
)

if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(
        "postgresql+psycopg://", poolclass=pool.NullPool,
        creator=lambda: psycopg.connect(**context.config.attributes["database"]),
    )
    with engine.connect() as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
"""


class Desk:
    """A project and its database.

    Args:
        root: Where the project is written.
        server: The server.
        name: The database, which is created.
        env: The text of ``env.py``.
    """

    def __init__(self, root: Path, server: Server, name: str, env: str = ENV) -> None:
        write_project(root, env=env)
        server.create_database(name)
        self.root = root
        self.name = name
        self.server = server
        self._count = 0

    def models(self, source: str) -> None:
        """Write the models."""
        (self.root / "models.py").write_text(source, encoding="utf-8")

    def autogenerate(self) -> Path:
        """``alembic revision --autogenerate``; the file of the revision."""
        self._count += 1
        with self._loaded() as config:
            revision = command.revision(
                config, autogenerate=True, rev_id=f"r{self._count:03}", message="change"
            )
        assert revision is not None
        assert not isinstance(revision, list)
        return self._newest()

    def _newest(self) -> Path:
        return self.root / "migrations" / "versions" / f"r{self._count:03}_change.py"

    @contextlib.contextmanager
    def newest_set_aside(self) -> Iterator[None]:
        """The project as it was before its newest revision."""
        kept = self._newest().rename(self.root / "aside.py")
        yield
        kept.rename(self._newest())

    def is_complete(self) -> bool:
        """``alembic check``: whether a second autogenerate is empty."""
        with self._loaded() as config:
            try:
                command.check(config)
            except CommandError as error:
                print(error)  # what it found, for whoever reads a failed test
                return False
        return True

    def sql(self, revisions: str, *, down: bool = False) -> str:
        """``alembic upgrade --sql`` or ``downgrade --sql``."""
        output = io.StringIO()
        with self._loaded(output) as config:
            (command.downgrade if down else command.upgrade)(config, revisions, sql=True)
        return output.getvalue()

    def apply(self, script: str, *, database: str | None = None) -> None:
        """Run a script with psql, in the project's database if nothing else is said."""
        done = self.tried(script, database=database)
        assert done.returncode == 0, f"{done.stderr}\n{script}"

    def tried(self, script: str, *, database: str | None = None) -> Applied:
        """Run a script with psql and see how it ends."""
        path = self.root / "script.sql"
        path.write_text(script, encoding="utf-8")
        return run_script(self.server, database or self.name, path, stop_on_error=True)

    def create(self, database: str) -> None:
        """Make what the models declare in a database, as ``create_all()`` does."""
        engine = create_engine(
            "postgresql+psycopg://",
            poolclass=NullPool,
            creator=lambda: psycopg.connect(**self.server.conninfo(database)),
        )

        def run(work: Callable[[Connection], None]) -> None:
            with engine.begin() as connection:
                work(connection)

        with self.loaded_models() as models:
            create_with_schemas(run, metadata_list(models.metadata))

    @contextlib.contextmanager
    def loaded_models(self) -> Iterator[ModuleType]:
        """The project's models as ``env.py`` has them: imported and configured."""
        with self._loaded():
            sys.path.insert(0, str(self.root))
            models = importlib.import_module("models")
            for one in metadata_list(models.metadata):
                pgcraft_configure_metadata(one, getattr(models, "config", None))
            yield models

    @contextlib.contextmanager
    def _loaded(self, output: io.StringIO | None = None) -> Iterator[Config]:
        """The configuration, with the project's modules imported anew."""
        config = Config(self.root / "alembic.ini", output_buffer=output, stdout=io.StringIO())
        config.attributes["database"] = self.server.conninfo(self.name)
        modules = set(sys.modules)
        path = list(sys.path)
        try:
            yield config
        finally:
            sys.path[:] = path
            for name in set(sys.modules) - modules:
                origin = getattr(sys.modules[name], "__file__", None) or ""
                if origin.startswith(str(self.root)):
                    del sys.modules[name]
