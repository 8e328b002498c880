"""Scripts for the tests, and what was measured of them in short words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.review.scripts import Script, ScriptStatement

if TYPE_CHECKING:
    from pgcraft.review.measure import StatementFacts


def script(*statements: str | tuple[int | None, str], name: str = "upgrade.sql") -> Script:
    """A script: statements of its one transaction, or with the transaction's number before each."""
    pairs = [one if isinstance(one, tuple) else (0, one) for one in statements]
    return Script(
        name=name,
        content=b"",
        transactional=True,
        statements=tuple(
            ScriptStatement(
                index=index, sql=sql, line=10 + index, revision="a1", transaction=transaction
            )
            for index, (transaction, sql) in enumerate(pairs)
        ),
    )


def locks(facts: StatementFacts) -> str:
    """Relations and modes, in the order of the report."""
    return "; ".join(f"{one.relation} {one.mode.removesuffix('Lock')}" for one in facts.locks)
