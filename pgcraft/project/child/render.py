"""The statements of a range of revisions, in both directions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationStep

from . import connections
from .capture import captured
from .environment import run_environment
from .failures import describe
from .replay import StepTracker
from .statements import recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from alembic.config import Config
    from alembic.script import ScriptDirectory

Statement = dict[str, Any]
Heads = tuple[str, ...]

# Stands for what a revision does, until it is known.
_CAPTURED = "captured"


def render_range(
    job: dict[str, Any],
    config: Config,
    script: ScriptDirectory,
    ask: Callable[[dict[str, Any]], Any],
) -> dict[str, Any]:
    """Write the range as Alembic's ``--sql`` mode does.

    What a revision does that cannot be written so, because it looks at the database, is taken
    from a run of the range on a copy of the base.

    Args:
        job: With ``base`` (its heads; none: nothing applied), ``virtual_columns`` and
            ``project``.
        config: Alembic's configuration.
        script: The history, with the drafted revision.
        ask: Called with ``{"ask": "capture"}`` when the copy is needed; answered by ``database``.

    Returns:
        ``upgrade`` and ``downgrade`` (statements, the latter perhaps ``{"failed": …}``), and
        ``captured``: the revisions of which some were taken from a run.
    """
    target, base = tuple(script.get_heads()), tuple(job["base"])
    if set(target) == set(base):
        return {"upgrade": [], "downgrade": [], "captured": []}
    range_ = _Range(job, config, script, base, target)
    upgrade = range_.written(upgrade=True)
    downgrade = range_.written(upgrade=False)
    answer: dict[str, Any] = {"upgrade": upgrade, "downgrade": downgrade, "captured": []}
    if _left(upgrade) or _left(downgrade):
        with connections.redirected(ask({"ask": "capture"})["database"]):
            answer["upgrade"] = range_.completed(upgrade, upgrade=True)
            try:
                answer["downgrade"] = range_.completed(downgrade, upgrade=False)
            except Exception as error:  # noqa: BLE001  # whatever the user's downgrade() raises
                # A revision without a way back is the reviewer's finding, not the review's end.
                answer["downgrade"] = {"failed": describe(error, job["project"])}
                downgrade = []
        answer["captured"] = sorted(_left(upgrade) | _left(downgrade))
    return answer


def _left(statements: Iterable[Statement]) -> set[str]:
    """The revisions that could not be written."""
    return {one["revision"] for one in statements if one["kind"] == _CAPTURED}


class _Range:
    def __init__(
        self,
        job: dict[str, Any],
        config: Config,
        script: ScriptDirectory,
        base: Heads,
        target: Heads,
    ) -> None:
        self._job = job
        self._config = config
        self._script = script
        self._base = base
        self._target = target

    def written(self, *, upgrade: bool) -> list[Statement]:
        """Statements by Alembic's own ``--sql`` mode, with gaps where a revision fails in it."""
        tracker = _Lenient()
        start = self._base if upgrade else self._target
        with recording(tracker, virtual_columns=self._job["virtual_columns"]) as statements:
            tracker.statements = statements
            try:
                # A database at "base" has no heads to name.
                self._run(tracker, upgrade=upgrade, as_sql=True, starting_rev=start or None)
            except BaseException as error:
                # Not of a revision: env.py looks at a database that is not there.
                error.pgcraft_offline = True  # type: ignore[attr-defined]  # carried to failures.describe
                raise
        return statements

    def completed(self, statements: list[Statement], *, upgrade: bool) -> list[Statement]:
        """Run the range on the database that is connected, and fill the gaps."""
        tracker = StepTracker()
        with captured(tracker, _left(statements)) as found:
            try:
                self._run(tracker, upgrade=upgrade, as_sql=False)
            except BaseException as error:
                error.pgcraft_revision = tracker.revision  # type: ignore[attr-defined]  # carried to failures.describe
                raise
        return [
            each
            for one in statements
            for each in (found[one["revision"]] if one["kind"] == _CAPTURED else [one])
        ]

    def _run(self, tracker: StepTracker, *, upgrade: bool, **options: Any) -> None:
        end = self._target if upgrade else self._base

        def steps(_heads: Any, _context: Any) -> Iterator[Any]:
            return tracker.follow(self._steps(upgrade=upgrade))

        destination = end[0] if end else "base"
        run_environment(self._config, self._script, steps, destination_rev=destination, **options)

    def _steps(self, *, upgrade: bool) -> list[MigrationStep]:
        """What Alembic's own commands would run; its downgrade leads to one revision only."""
        script = self._script
        revisions = script.revision_map
        # Newest first.
        between = list(script.iterate_revisions(self._target, self._base, implicit_base=True))
        if upgrade:
            return [MigrationStep.upgrade_from_script(revisions, one) for one in between[::-1]]
        return [MigrationStep.downgrade_from_script(revisions, one) for one in between]


class _Lenient(StepTracker):
    """Leaves a gap where a revision raises an error."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[Statement] = []

    def _noting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        noted = super()._noting(function)

        def migrate(**arguments: Any) -> None:
            start = len(self.statements)
            try:
                noted(**arguments)
            except Exception:  # noqa: BLE001  # it is raised again where the revision runs
                gap = {"kind": _CAPTURED, "text": "", "revision": self.revision}
                self.statements[start:] = [gap]

        migrate.__name__ = function.__name__
        return migrate
