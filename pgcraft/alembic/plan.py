"""A draft of Alembic's becomes the plan that was made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops

from .describe import describe, flat, flat_back
from .frozen import freeze
from .operations import ExecuteAndCommitOp, executable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PLANNED = "_pgcraft_planned"
"""Set on a draft that is complete."""


def draft_question(script: ops.MigrationScript) -> dict[str, Any]:
    """What Alembic drafted, for whoever makes the plan.

    Args:
        script: The draft.

    Returns:
        ``upgrade`` and ``downgrade``: a description of each operation, see :mod:`.describe`.
    """
    upgrade, downgrade = _sides(script)
    return {
        "upgrade": [describe(one) for one in upgrade],
        "downgrade": [describe(one) for one in downgrade],
    }


def follow_plan(script: ops.MigrationScript, answer: Mapping[str, Any]) -> None:
    """Put the planned steps into a draft.

    Args:
        script: The draft, changed in place.
        answer: ``upgrade`` and ``downgrade``, each a list of ``{"sql": ...}`` and of
            ``{"operation": number, "names": [...]}``, the number being the place in what
            :func:`draft_question` listed, the names what its constraints or its index are
            called in the end.
    """
    upgrade, downgrade = _sides(script)
    script.upgrade_ops_list[-1].ops[:] = _operations(answer["upgrade"], upgrade)
    script.downgrade_ops_list[-1].ops[:] = _operations(answer["downgrade"], downgrade)
    setattr(script, PLANNED, True)


def _sides(
    script: ops.MigrationScript,
) -> tuple[list[ops.MigrateOperation], list[ops.MigrateOperation]]:
    upgrade, downgrade = script.upgrade_ops_list[-1], script.downgrade_ops_list[-1]
    return list(flat(upgrade)), list(flat_back(downgrade))


def _operations(
    steps: Sequence[Mapping[str, Any]], drafted: Sequence[ops.MigrateOperation]
) -> list[ops.MigrateOperation]:
    made: list[ops.MigrateOperation] = []
    for step in steps:
        if "sql" in step:
            kind = ExecuteAndCommitOp if step.get("commit") else ops.ExecuteSQLOp
            made.append(kind(executable(step["sql"])))
        else:
            operation = drafted[step["operation"]]
            freeze(operation, step["names"])
            made.append(operation)
    return made
