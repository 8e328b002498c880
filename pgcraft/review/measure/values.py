"""What was measured, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Evidence = Literal["measured", "documented", "none"]


@dataclass(frozen=True, kw_only=True, order=True)
class Lock:
    """A lock that a statement takes.

    Attributes:
        relation: The relation, as the statement finds it; an index's or a TOAST table's lock is
            its table's.
        mode: The mode, as ``pg_locks`` names it.
        blocks: What waits as long as it is held, in words.
    """

    relation: str
    mode: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StatementFacts:
    """What a statement does to relations that the script found.

    Attributes:
        index: The statement's place in its script, from 0.
        script: The script's file name.
        sql: The statement as it stands there.
        line: The line that it begins on, from 1.
        revision: The revision that it belongs to.
        locks: What it locks and was not yet locked so by its transaction.
        rewrites: Tables and materialized views that it writes anew.
        scans: Those that it reads from end to end, if it changes definitions; how a query reads
            depends on the rows, which only production has.
        evidence: ``measured``; ``documented`` for what runs in no transaction and was not seen
            at work; ``none`` when nothing is known, and then the lists are empty.
    """

    index: int
    script: str
    sql: str
    line: int
    revision: str | None
    locks: tuple[Lock, ...] = ()
    rewrites: tuple[str, ...] = ()
    scans: tuple[str, ...] = ()
    evidence: Evidence = "none"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A statement that failed; nothing after it was measured.

    Attributes:
        script: The script's file name.
        index: The statement's place in it.
        line: The line that it begins on.
        message: What the server said.
    """

    script: str
    index: int
    line: int
    message: str


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Both scripts, statement by statement.

    Attributes:
        statements: Those of the upgrade, then those of the downgrade.
        stop: Where measuring ended too early; None when it did not.
        milliseconds: Script, index and duration of each statement that was run: the one thing
            here that differs from run to run.
    """

    statements: tuple[StatementFacts, ...]
    stop: Stop | None
    milliseconds: tuple[tuple[str, int, float], ...]
