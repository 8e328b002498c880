"""Which heads a database has between the statements of a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcraft.project.answers import Statement


def heads_before(
    statements: Iterable[Statement],
    start: frozenset[str],
    parents: Mapping[str, tuple[str, ...]],
    *,
    upgrade: bool,
) -> Iterator[frozenset[str]]:
    """Follow Alembic's bookkeeping through a script.

    Args:
        statements: The script's statements.
        start: The heads before the first one.
        parents: The revisions that each revision follows.
        upgrade: The direction.

    Yields:
        For each statement, the heads that the database has when it begins.
    """
    heads = start
    for statement in statements:
        yield heads
        revision = statement.revision
        if statement.kind == "version" and revision is not None and _moves(statement):
            below = frozenset(parents[revision])
            heads = (heads - below) | {revision} if upgrade else (heads - {revision}) | below


def _moves(statement: Statement) -> bool:
    """Whether a statement of Alembic's own moves a head, or only makes its table."""
    return statement.text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))
