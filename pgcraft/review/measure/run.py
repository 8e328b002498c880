"""Both scripts of a review, run statement by statement on a copy of the base."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg

from pgcraft.review.layout import split

from .modes import blocks, strength
from .session import Seen, Session
from .values import Lock, Measurement, StatementFacts, Stop

if TYPE_CHECKING:
    from pgcraft.postgres.server import Server
    from pgcraft.review.scripts import Script, Scripts, ScriptStatement

MEASURED = "pgcraft_measured"
"""The copy of the base that is measured on."""

_LONGEST = 2**31 - 1
"""Milliseconds that PostgreSQL takes for a time limit."""


def measure(
    server: Server, template: str, scripts: Scripts, *, timeout: str | float | None = None
) -> Measurement:
    """Run the upgrade and then the downgrade, and say what each statement does.

    The guards are left out, as is psql: what the files do as a whole is for the proof.

    Args:
        server: The scratch server.
        template: The database to copy: the base.
        scripts: The scripts.
        timeout: How long a statement may take, in seconds or as PostgreSQL writes it; None for
            ever.

    Returns:
        What was measured. A statement that fails ends it.
    """
    server.create_database(MEASURED, template=template)
    try:
        parts = _parts(server, scripts, timeout)
    finally:
        # Whoever made roles for the copy can drop them then.
        server.drop_database(MEASURED)
    return Measurement(
        statements=tuple(one for part in parts for one in part.statements),
        stop=next((part.stop for part in parts if part.stop), None),
        milliseconds=tuple(one for part in parts for one in part.milliseconds),
    )


def _parts(server: Server, scripts: Scripts, timeout: str | float | None) -> list[Measurement]:
    parts: list[Measurement] = []
    for script in (scripts.upgrade, scripts.downgrade):
        if script is None:
            continue
        if any(part.stop for part in parts):
            parts.append(Measurement(statements=_untold(script), stop=None, milliseconds=()))
            continue
        # A session each, as psql has. Closed and not left: that would commit what is open.
        with closing(server.connect(MEASURED)) as connection:
            if timeout is not None:
                limit = timeout
                if not isinstance(limit, str):
                    limit = str(max(1, min(int(limit * 1000), _LONGEST)))
                connection.execute("SELECT set_config('statement_timeout', %s, false)", (limit,))
            parts.append(measure_script(connection, script))
    return parts


def measure_script(connection: psycopg.Connection[Any], script: Script) -> Measurement:
    """Run the statements of one script in its own transactions.

    Args:
        connection: In autocommit mode, to a database at which the script begins.
        script: The script.

    Returns:
        What was measured of this script.
    """
    session = Session(connection)
    run = _Run()
    for statement in script.statements:
        try:
            if statement.transaction != run.transaction:
                run.end_transaction(session)
                if statement.transaction is not None:
                    session.begin()
                run.transaction = statement.transaction
            run.statement = statement
            seen = Seen()
            for sql in split(statement.sql):
                session.run(sql, seen)
        except psycopg.Error as error:
            return run.result(script, error)
        run.seen.append(seen)
    try:
        run.end_transaction(session)
    except psycopg.Error as error:
        return run.result(script, error)
    return run.result(script, None)


class _Run:
    """How far a script was run."""

    def __init__(self) -> None:
        self.transaction: int | None = None
        self.statement: ScriptStatement | None = None
        self.seen: list[Seen] = []

    def end_transaction(self, session: Session) -> None:
        if self.transaction is not None:
            session.commit()
        self.transaction = None

    def result(self, script: Script, error: psycopg.Error | None) -> Measurement:
        facts = [_told(one, seen) for one, seen in zip(_untold(script), self.seen, strict=False)]
        milliseconds = tuple(
            (script.name, one.index, seen.milliseconds)
            for one, seen in zip(facts, self.seen, strict=True)
        )
        stop = None
        if error is not None and self.statement is not None:
            stop = Stop(
                script=script.name,
                index=self.statement.index,
                line=self.statement.line,
                message=error.diag.message_primary or str(error),
            )
        return Measurement(
            statements=(*facts, *_untold(script)[len(facts) :]),
            stop=stop,
            milliseconds=milliseconds,
        )


def _untold(script: Script) -> tuple[StatementFacts, ...]:
    """The statements of a script before anything is known of them."""
    return tuple(
        StatementFacts(
            index=one.index, script=script.name, sql=one.sql, line=one.line, revision=one.revision
        )
        for one in script.statements
    )


def _told(facts: StatementFacts, seen: Seen) -> StatementFacts:
    locks = sorted(seen.locks, key=lambda one: (one[0], -strength(one[1])))
    return replace(
        facts,
        locks=tuple(
            Lock(relation=relation, mode=mode, blocks=blocks(mode)) for relation, mode in locks
        ),
        rewrites=tuple(sorted(seen.rewrites)),
        scans=tuple(sorted(seen.scans)),
        evidence=seen.evidence,
    )
