"""Findings: what a person should know before running the scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.cautions import (
    BLOCKED_ADVICE,
    CARRIED_ADVICE,
    PARTS,
    blocked_message,
    carried_message,
)

from .change_findings import find_in_changes
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import Key

    from .changes import Change
    from .plan import Plan
    from .proof import Mismatch, Proof
    from .scripts import Scripts


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
        The findings.
    """
    findings = [
        *(_unproven(one) if scripts else _unseen(one) for one in proof.mismatches),
        *(_blocked(dependent, needed) for dependent, needed in plan.blocked),
        *(_carried(key) for key in sorted(plan.carried) if key.kind not in PARTS),
        *(_remade(view) for view in plan.remade if view not in plan.carried),
        *_irreversible(scripts),
        *(_captured(revision) for revision in plan.draft.captured),
        *find_in_changes(plan, proof, changes),
    ]
    return tuple(findings)


def _unproven(mismatch: Mismatch) -> Finding:
    script = mismatch.script
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


def given_role(role: str) -> Finding:
    """Say that the scratch server was given a role."""
    return Finding(
        rule="given-role",
        level="info",
        message=f"No revision and no model makes the role {role}, which they name. The scratch "
        "server was given one without LOGIN.",
        help="See that production has it before upgrade.sql is run, or let the models declare it.",
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
