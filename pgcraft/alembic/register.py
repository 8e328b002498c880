"""The three calls that a project's ``env.py`` makes.

Example:
    In ``migrations/env.py``::

        from alembic import context
        from pgcraft.alembic.register import (
            pgcraft_alembic_hook,
            pgcraft_configure_metadata,
            pgcraft_process_revision_directives,
        )

        pgcraft_alembic_hook()

        from models import metadata

        pgcraft_configure_metadata(metadata)
        ...
        context.configure(
            connection=connection,
            target_metadata=metadata,
            process_revision_directives=pgcraft_process_revision_directives,
        )
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from alembic.runtime.environment import EnvironmentContext

from .offline import write_scripts_exactly
from .operations import render_expressions_exactly
from .plan import PLANNED
from .scope import scoped_options

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import MetaData

    from ..config import PGCraftConfig

_MARK = "_pgcraft_scoped"


def pgcraft_alembic_hook(config: PGCraftConfig | None = None) -> None:
    """Make Alembic compare the schemas of the models, and no others.

    Call it early in ``env.py``, before ``context.configure``. Calling it again changes nothing.

    Args:
        config: The project's configuration, when it has one.
    """
    del config
    render_expressions_exactly()
    write_scripts_exactly()
    original = EnvironmentContext.configure
    if hasattr(original, _MARK):
        return

    @functools.wraps(original)
    def configure(self: EnvironmentContext, connection: Any = None, **options: Any) -> None:
        original(self, connection, **scoped_options(options, self.script))

    setattr(configure, _MARK, True)
    EnvironmentContext.configure = configure  # type: ignore[method-assign, assignment]  # the one way to reach every env.py


def pgcraft_configure_metadata(metadata: MetaData, config: PGCraftConfig | None = None) -> None:
    """Finish a MetaData after the last model was loaded.

    References to dimensions that were defined later than the foreign key are resolved now, and
    what the models declare is checked as a whole: names that two objects share, triggers on
    tables that are not there.
    Calling it again changes nothing.

    Args:
        metadata: The MetaData that the models are registered on.
        config: The project's configuration, when it has one.

    Raises:
        PGCraftValidationError: When a reference names a dimension or column that does not exist.
    """
    # Imported late: the reviewer loads this package without the rest of the library.
    from ..objects.registry import check_declared

    if config is not None:
        config.configure_metadata(metadata)
    check_declared(metadata)


def pgcraft_process_revision_directives(
    context: MigrationContext, revision: Any, directives: list[MigrationScript]
) -> None:
    """Complete a revision that Alembic's autogenerate drafted.

    Pass it as ``process_revision_directives`` to ``context.configure``, or call it from a
    function of your own. It is idempotent.

    Args:
        context: The running migration context.
        revision: The revisions that the database is at; not used.
        directives: The drafts, changed in place.
    """
    del revision
    # Imported late: the reviewer plans by itself, without a driver.
    from .desk import plan_at_desk

    for script in directives:
        if not hasattr(script, PLANNED) and context.connection is not None:
            plan_at_desk(context, script)
