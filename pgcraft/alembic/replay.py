"""The history, run again on another database while autogenerate is running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic import op
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine


def replay_history(context: MigrationContext, engine: Engine) -> None:
    """Run all revisions of a history.

    Args:
        context: The running autogenerate: its history and the options of its version table.
        engine: Where to run them.
    """
    script = context.script
    assert script is not None  # noqa: S101  # autogenerate has a history
    names = ("version_table", "version_table_schema", "version_table_pk")
    options = {name: context.opts[name] for name in names if context.opts.get(name) is not None}
    # Alembic's `op` stands for one database at a time.
    outer = getattr(op, "_proxy", None)
    with engine.connect() as connection:
        replaying = MigrationContext.configure(
            connection,
            opts={
                **options,
                "fn": lambda heads, _: script._upgrade_revs("heads", heads),  # noqa: SLF001  # what alembic.command.upgrade calls
                "script": script,
            },
        )
        with Operations.context(replaying), replaying.begin_transaction():
            replaying.run_migrations()
        connection.commit()
    if outer is not None:
        outer._install_proxy()  # noqa: SLF001  # as above
