"""Findings on what changes, as the catalogs of both sides tell it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .changes import Change
    from .plan import Plan
    from .proof import Proof


def find_in_changes(plan: Plan, proof: Proof, changes: tuple[Change, ...]) -> Iterator[Finding]:
    """Judge what changes.

    Args:
        plan: What the change does.
        proof: What applying the scripts showed.
        changes: What the upgrade did.

    Yields:
        The findings.
    """
    yield from (_dropped(change) for change in changes if _loses_rows(change))
    yield from (_unsecured(change) for change in changes if _loses_row_security(change))
    yield from (_needs_values(change) for change in changes if change.needs_values)
    yield from _column_orders(plan, proof, changes)


def _loses_row_security(change: Change) -> bool:
    return change.kind == "table" and bool(_SECURED_NO_MORE.search(change.detail))


_SECURED_NO_MORE = re.compile(r"row security enabled[^,]* -> (none|forced)")


def _unsecured(change: Change) -> Finding:
    return Finding(
        rule="row-security",
        level="warning",
        message=f"Row security of {change.identity} is switched off: its policies no longer hold, "
        "and whoever has privileges on the table sees every row.",
        help="Declare RowSecurity in the models, or see that nobody relies on the policies.",
        script="upgrade.sql",
        relation=change.relation,
        evidence="catalog",
    )


def _needs_values(change: Change) -> Finding:
    if change.action == "create":
        message = (
            f"The column {change.identity} is NOT NULL and has no default: the server refuses "
            f"that, and upgrade.sql stops, when {change.relation} has any row."
        )
        advice = "Give it a server default, or add it as NULL, fill it, and then make it NOT NULL."
    else:
        message = (
            f"The column {change.identity} becomes NOT NULL: the server refuses that, and "
            f"upgrade.sql stops, when a row of {change.relation} has no value for it."
        )
        advice = "Fill it in an earlier revision; a default is for new rows alone."
    return Finding(
        rule="not-null",
        level="warning",
        message=message,
        help=advice,
        script="upgrade.sql",
        relation=change.relation,
        evidence="documented",
    )


def _loses_rows(change: Change) -> bool:
    return change.action == "drop" and change.kind in {"column", "table"}


def _dropped(change: Change) -> Finding:
    more = change.detail.partition(", ")[2]
    what = f", {more}," if more else ""
    return Finding(
        rule=f"drop-{change.kind}",
        level="warning",
        message=f"The {change.kind} {change.identity}{what} is dropped with its data.",
        help="downgrade.sql brings it back empty. Keep a copy of what is still needed, and see "
        "that no running code uses it.",
        script="upgrade.sql",
        relation=change.relation,
    )


def _column_orders(plan: Plan, proof: Proof, changes: tuple[Change, ...]) -> Iterator[Finding]:
    """Tables of the change whose columns stand otherwise than the models say."""
    wanted, got = dict(plan.created.column_order), dict(proof.upgraded.column_order)
    for table in sorted({one.relation for one in changes if one.relation is not None}):
        order = wanted.get(table, ())
        if got.get(table, order) != order and sorted(got[table]) == sorted(order):
            yield Finding(
                rule="column-order",
                level="info",
                message=f"The columns of {table} stand as {', '.join(got[table])}, and in the "
                f"models as {', '.join(order)}: PostgreSQL adds columns at the end.",
                help="Nothing, as long as nobody relies on it: name columns in INSERT and SELECT.",
                script="upgrade.sql",
                relation=table,
                evidence="catalog",
            )
