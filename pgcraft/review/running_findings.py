"""Findings on code that runs while the schema changes under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .changes import RELATIONS
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .finding import Level
    from .running_code import Broken

_RULE = "breaks-running-code"
# More are counted.
_MOST = 10


def find_in_running_code(
    upgrade: Sequence[Broken], rollback: Sequence[Broken]
) -> Iterator[Finding]:
    """Say which code does not run on which schema.

    Args:
        upgrade: What code of the base can no longer do on the upgraded schema.
        rollback: What code of the target can no longer do on the downgraded schema.

    Yields:
        One finding for each object that code of the base breaks on. For the way back one on what
        neither version can use while the other one's schema is there, and one on the rest, which
        the upgrade brought.
    """
    for one in upgrade:
        yield from _upgrade(one)
    known = {one.identity for one in upgrade}
    both = [one for one in rollback if one.identity in known]
    new = [one for one in rollback if one.identity not in known]
    if both:
        yield _finding(
            "warning",
            "downgrade.sql",
            "Neither version's code runs on the other one's schema, so that the change cannot be "
            f"rolled out or taken back under running code: {_listed(both)}.",
            "Stop the code meanwhile, or make the change in two releases: first what both "
            "versions can use, then what takes the old away.",
            both,
        )
    if new:
        yield _finding(
            "info",
            "downgrade.sql",
            f"The new code does not run after downgrade.sql: {_listed(new)}.",
            "Roll the code back before the schema.",
            new,
        )


def _upgrade(one: Broken) -> Iterator[Finding]:
    if one.words:
        harmless = one.statements <= {"INSERT of all columns"}
        yield _finding(
            "info" if harmless else "warning",
            "upgrade.sql",
            f"Code that runs now breaks on the {one.kind} {one.identity}: {_said(one)}."
            f"{_lost(one)}",
            "See that no running code does this before upgrade.sql is run, or keep the old beside "
            "the new for one release.",
            [one],
        )
    if one.unfilled:
        yield _not_filled("warning", one, one.unfilled, "code does not know")
    if one.stricter:
        yield _not_filled("info", one, one.stricter, "could be NULL")


def _not_filled(level: Level, one: Broken, columns: Sequence[str], before: str) -> Finding:
    names = ", ".join(columns)
    them = "it" if len(columns) == 1 else "them"
    unless = ", unless a trigger fills " + them if one.filled_by_trigger else ""
    return Finding(
        rule=_RULE,
        level=level,
        message=f"Code that runs now inserts into the {one.kind} {one.identity} without {names}, "
        f"which {before} so far: the server refuses that as NOT NULL without default{unless}.",
        help=f"Give {them} a server default for one release, or deploy code that writes {them} "
        "before the column becomes NOT NULL.",
        script="upgrade.sql",
        relation=one.identity,
        evidence="catalog",
    )


def _said(one: Broken) -> str:
    """Which statements the server refuses, and how; one sentence for what is gone altogether."""
    if one.gone:
        return one.words[0][0] if one.words else "it is gone"
    said = (
        f"{_and(names)} no longer prepare{'s' * (len(names) == 1)} ({words})"
        for words, names in one.words
    )
    return "; ".join(said)


def _lost(one: Broken) -> str:
    # The server names the first one alone.
    return f" Gone are the columns {', '.join(one.lost)}." if len(one.lost) > 1 else ""


def _listed(broken: Sequence[Broken]) -> str:
    told = [f"{one.kind} {one.identity}: {_first_words(one)}" for one in broken[:_MOST]]
    more = len(broken) - len(told)
    return "; ".join([*told, *([f"and {more} more"] if more else [])])


def _first_words(one: Broken) -> str:
    if one.words:
        return one.words[0][0]
    if one.gone:
        return "upgrade.sql makes it"
    columns = ", ".join([*one.unfilled, *one.stricter])
    return f"its inserts leave out {columns}, which must not be NULL there"


def _and(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _finding(
    level: Level, script: str, message: str, advice: str, broken: Sequence[Broken]
) -> Finding:
    return Finding(
        rule=_RULE,
        level=level,
        message=message,
        help=advice,
        script=script,
        relation=broken[0].identity if len(broken) == 1 and broken[0].kind in RELATIONS else None,
    )
