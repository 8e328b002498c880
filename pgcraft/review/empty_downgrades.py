"""Revisions whose downgrade is none: it gives no statement, though the upgrade gives some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.project.answers import Failure

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pgcraft.project.answers import Statement

    from .plan import Plan
    from .proof import Proof


def find_empty_downgrades(plan: Plan, proof: Proof) -> Iterator[Finding]:
    """Name the revisions of the range that take nothing back.

    A downgrade that raises is said to be irreversible elsewhere, and one that gives statements
    which are not enough is judged by the proof alone.

    Args:
        plan: The statements of both directions.
        proof: Whether the schema is the base's all the same.

    Yields:
        An error for each when the base does not come back, else a note: only rows are meant then,
        or nothing that a later revision does not take back itself.
    """
    if isinstance(plan.draft.downgrade, Failure):
        return
    back = _with_statements(plan.draft.downgrade)
    for revision in _with_statements(plan.draft.upgrade):
        if revision in back:
            continue
        if proof.down_equals_base:
            yield Finding(
                rule="empty-downgrade",
                level="info",
                message=f"The downgrade of revision {revision} is empty: what the revision does "
                "to rows stays when it is taken back. The schema is the base's.",
                help="Nothing, if code of the version before can live with those rows.",
                script="downgrade.sql",
            )
        else:
            yield Finding(
                rule="empty-downgrade",
                level="error",
                message=f"The downgrade of revision {revision} is empty, and its upgrade is not: "
                "the version goes back, and the schema stays.",
                help="Write its downgrade(); or raise NotImplementedError there, so that nobody "
                "takes it for a way back.",
                script="downgrade.sql",
                evidence="measured" if proof.down_equals_base is not None else "documented",
            )


def _with_statements(statements: Iterable[Statement]) -> dict[str, None]:
    return {
        one.revision: None for one in statements if one.kind == "sql" and one.revision is not None
    }
