"""A developer's desk: a project with pgcraft's three calls, a database, and Alembic's commands."""

from __future__ import annotations

import contextlib
import io
import sys
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from projects.small_project import write_project

from pgcraft.postgres.psql import run_script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

from models import metadata

pgcraft_configure_metadata(metadata)
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
        return self.root / "migrations" / "versions" / f"r{self._count:03}_change.py"

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

    def apply(self, script: str) -> None:
        """Run a script with psql."""
        path = self.root / "script.sql"
        path.write_text(script, encoding="utf-8")
        done = run_script(self.server, self.name, path, stop_on_error=True)
        assert done.returncode == 0, f"{done.stderr}\n{script}"

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
