"""The project's Alembic environment: its configuration, its history, and running its ``env.py``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory

from .failures import ForeignDialectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from alembic.runtime.migration import MigrationContext

# A project without Alembic gets an environment of ours around its MetaData.
BARE_ENVIRONMENT = Path(__file__).parent / "bare"


class EnvironmentSilentError(Exception):
    """``env.py`` ended without running migrations."""


class SeveralRunsError(Exception):
    """``env.py`` migrates several databases or schemas."""


def load(
    job: dict[str, Any], *, more_versions: str | None = None
) -> tuple[Config, ScriptDirectory]:
    """Read the project's Alembic configuration and its history.

    Args:
        job: With ``project`` (directory), ``ini`` and ``toml`` (files or None) and ``models``
            (``MODULE[:ATTRIBUTE]``, for projects without Alembic).
        more_versions: A further directory in which revisions are found and written.

    Returns:
        Alembic's own two values.
    """
    os.chdir(job["project"])
    if job["ini"] or job["toml"]:
        config = Config(file_=job["ini"], toml_file=job["toml"])
    else:
        # The first entry is where `python -m` would look; models are imported from there.
        sys.path.insert(0, job["project"])
        config = Config()
        config.set_main_option("script_location", str(BARE_ENVIRONMENT).replace("%", "%%"))
        config.attributes["models"] = job["models"]
    script = ScriptDirectory.from_config(config)
    # What Alembic prints about files that it writes is of no use to the user here.
    script.messaging_opts = {**script.messaging_opts, "quiet": True}
    if more_versions is not None:
        own = script.version_locations or [str(Path(script.dir, "versions"))]
        script.version_locations = [*own, more_versions]
    return config, script


def run_environment(
    config: Config,
    script: ScriptDirectory,
    steps: Callable[[Any, MigrationContext], Iterable[Any]],
    *,
    scope: Callable[[dict[str, Any]], dict[str, Any]] = dict,
    **context_options: Any,
) -> MigrationContext:
    """Run ``env.py`` as Alembic's own commands do.

    Args:
        config: The configuration.
        script: The history.
        steps: Given the current heads and the context, the steps to run.
        scope: Given the options of ``context.configure``, those to use.
        context_options: As for ``EnvironmentContext``: ``as_sql``, ``starting_rev``, …

    Returns:
        The migration context that ``env.py`` configured.

    Raises:
        EnvironmentSilentError: When ``env.py`` never ran the migrations.
        SeveralRunsError: When it ran them for a second database or schema.
        ForeignDialectError: When it is configured for another database than PostgreSQL.
    """
    ran: list[MigrationContext] = []

    def fn(heads: Any, context: MigrationContext) -> Iterable[Any]:
        if ran:
            raise SeveralRunsError(
                "env.py runs the migrations more than once, for several databases or schemas, "
                "and pgcraft reviews one"
            )
        ran.append(context)
        return steps(heads, context)

    environment = EnvironmentContext(config, script, fn=fn, **context_options)
    configure = environment.configure

    def checked(connection: Any = None, **options: Any) -> None:
        configure(connection, **scope(options))
        dialect = environment.get_context().dialect
        if dialect.name != "postgresql":
            raise ForeignDialectError(
                f"env.py is configured for {dialect.name}, and pgcraft reviews PostgreSQL only"
            )

    # On the instance: `from alembic import context` looks configure up there.
    environment.configure = checked  # type: ignore[method-assign, assignment]  # same arguments
    with environment:
        script.run_env()
    if not ran:
        raise EnvironmentSilentError("env.py ended without calling context.run_migrations()")
    return ran[-1]
