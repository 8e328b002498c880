"""Job: bring a database to a revision, online, as ``alembic upgrade`` would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .environment import load, run_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class StepTracker:
    """Knows which revision is running, for statements and for errors."""

    def __init__(self) -> None:
        self.step: Any = None
        self.in_migration = False

    @property
    def revision(self) -> str | None:
        """The revision that is running; None between revisions."""
        return None if self.step is None else str(self.step.revision.revision)

    def follow(self, steps: Any) -> Iterator[Any]:
        """Yield Alembic's steps one by one, noting each."""
        for step in steps:
            self.step = step
            step.migration_fn = self._noting(step.migration_fn)
            yield step
        self.step = None

    def _noting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def migrate(**arguments: Any) -> None:
            self.in_migration = True
            try:
                function(**arguments)
            finally:
                self.in_migration = False

        # Alembic logs the step by this name.
        migrate.__name__ = function.__name__
        return migrate


def run(job: dict[str, Any], ask: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Upgrade the job's database.

    Args:
        job: See :func:`.environment.load`; besides ``to``, the revisions; none of them to run
            ``env.py`` alone.
        ask: Not used.

    Returns:
        ``version_table`` (schema or None, and name) and ``steps``, how many revisions ran.
    """
    del ask
    config, script = load(job)
    tracker, done = StepTracker(), []

    def steps(heads: Any, _context: Any) -> Iterator[Any]:
        if not job["to"]:
            return
        for step in tracker.follow(script._upgrade_revs(tuple(job["to"]), heads)):  # type: ignore[arg-type]  # noqa: SLF001  # what alembic.command.upgrade calls; it takes several
            done.append(tracker.revision)
            yield step

    try:
        context = run_environment(
            config,
            script,
            steps,
            destination_rev=job["to"][0] if job["to"] else None,
            dont_mutate=not job["to"],
        )
    except BaseException as error:
        error.pgcraft_revision = tracker.revision  # type: ignore[attr-defined]  # carried to failures.describe
        raise
    return {"version_table": version_table(context), "steps": len(done)}


def version_table(context: Any) -> list[str | None]:
    """Schema (None: the default one) and name of the table in which Alembic keeps the heads."""
    return [context.version_table_schema, context.version_table]
