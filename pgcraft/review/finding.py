"""A finding: something that a person should know before running the scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

Level = Literal["error", "warning", "info"]


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


_ORDER = {"error": 0, "warning": 1, "info": 2}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by level, then by rule and words."""
    return tuple(sorted(findings, key=lambda one: (_ORDER[one.level], one.rule, one.message)))
