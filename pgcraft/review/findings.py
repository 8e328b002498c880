"""Findings: what a person should know before running the scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pgcraft.migrate.cautions import (
    BLOCKED_ADVICE,
    CARRIED_ADVICE,
    PARTS,
    blocked_message,
    carried_message,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import Key

    from .changes import Change
    from .plan import Plan
    from .proof import Mismatch, Proof
    from .scripts import Scripts

Level = Literal["error", "warning", "info"]
_ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to know.

    Attributes:
        rule: The name of what was looked for.
        level: How much it matters.
        message: What, and where.
        help: What to do.
        script: The script that it is about.
        relation: The relation that it is about.
        evidence: How it is known.
        waived: Whether somebody accepted it.
    """

    rule: str
    level: Level
    message: str
    help: str
    script: str | None = None
    relation: str | None = None
    evidence: Literal["measured", "catalog", "documented", "squawk"] = "measured"
    waived: bool = False


def find(
    plan: Plan, proof: Proof, scripts: Scripts | None, changes: tuple[Change, ...]
) -> tuple[Finding, ...]:
    """Judge a change.

    Args:
        plan: What the change does.
        proof: What applying the scripts showed.
        scripts: The scripts; None when nothing changes.
        changes: What the upgrade did.

    Returns:
        The findings, worst first.
    """
    findings = [
        *(_unproven(one) if scripts else _unseen(one) for one in proof.mismatches),
        *(_blocked(dependent, needed) for dependent, needed in plan.blocked),
        *(_carried(key) for key in sorted(plan.carried) if key.kind not in PARTS),
        *(_remade(view) for view in plan.remade if view not in plan.carried),
        *_irreversible(scripts),
        *(_captured(revision) for revision in plan.draft.captured),
        *(_dropped(change) for change in changes if _loses_rows(change)),
        *(_unsecured(change) for change in changes if _loses_row_security(change)),
        *(_needs_values(change) for change in changes if change.needs_values),
    ]
    return tuple(sorted(findings, key=lambda one: (_ORDER[one.level], one.rule, one.message)))


def _unproven(mismatch: Mismatch) -> Finding:
    script = "downgrade.sql" if mismatch.step == "downgrade" else "upgrade.sql"
    goal = "the base" if mismatch.step == "downgrade" else "the models"
    when = " when it is run again" if mismatch.step == "upgrade again" else ""
    if mismatch.kind == "script":
        message = f"{script} stops{when}: {mismatch.text}"
    else:
        message = f"{script} does not give {goal}{when}: {mismatch.text}."
    return Finding(
        rule="unproven",
        level="error",
        message=message,
        help="Do not run it. Complete the revision by hand, or change the models; then review "
        "again.",
        script=script,
    )


def _blocked(dependent: Key, needed: Key) -> Finding:
    return Finding(
        rule="blocked",
        level="error",
        message=blocked_message(dependent, needed),
        help=BLOCKED_ADVICE,
        script="upgrade.sql",
        evidence="catalog",
    )


def _carried(key: Key) -> Finding:
    return Finding(
        rule="carried",
        level="warning",
        message=carried_message(key),
        help=CARRIED_ADVICE,
        script="upgrade.sql",
        evidence="catalog",
    )


def _remade(view: Key) -> Finding:
    return Finding(
        rule="remade",
        level="info",
        message=f"The {view} is dropped and made again. It gets back the privileges and comments "
        "that the models or the history know, and none that production alone gave.",
        help="Compare its privileges on production beforehand: \\dp in psql shows them.",
        script="upgrade.sql",
        relation=view.identity,
        evidence="catalog",
    )


def _unseen(mismatch: Mismatch) -> Finding:
    return Finding(
        rule="unproven",
        level="error",
        message="The history does not give the models, and autogenerate sees nothing to do: "
        f"{mismatch.text}.",
        help="Write a revision by hand for what is named here.",
    )


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


def _irreversible(scripts: Scripts | None) -> Iterator[Finding]:
    failure = scripts.no_way_back if scripts else None
    if failure is not None:
        revision = f"Revision {failure.revision}" if failure.revision else "A revision"
        yield Finding(
            rule="irreversible",
            level="error",
            message=f"{revision} has no way back: {failure.type}: {failure.message}".rstrip(".")
            + ".",
            help=_WAY_BACK_BY_NAME
            if "it has no name" in failure.message
            else "Write its downgrade(), so that the change can be taken back when it goes wrong.",
            script="downgrade.sql",
            evidence="documented",
        )


_WAY_BACK_BY_NAME = (
    "Name the constraint in the models, or give the MetaData a naming convention "
    "(pgcraft_build_naming_conventions()): only what has a name can be dropped again."
)


def _captured(revision: str) -> Finding:
    return Finding(
        rule="captured",
        level="warning",
        message=f"Revision {revision} looks at the database while it runs. What it does was taken "
        "from a run on the scratch base, so it fits the rows that the history put there, and "
        "production has others.",
        help="Let SQL decide by itself (INSERT … SELECT, UPDATE … FROM, DO), or read its "
        "statements with production's rows in mind.",
        script="upgrade.sql",
    )


def _loses_rows(change: Change) -> bool:
    return change.action == "drop" and change.kind in {"column", "table"}


def _dropped(change: Change) -> Finding:
    return Finding(
        rule=f"drop-{change.kind}",
        level="warning",
        message=f"The {change.kind} {change.identity} is dropped with its data.",
        help="downgrade.sql brings it back empty. Keep a copy of what is still needed, and see "
        "that no running code uses it.",
        script="upgrade.sql",
        relation=change.relation,
    )
