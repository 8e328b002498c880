"""Where a script that is more than one transaction can stop, and what gets out of there.

A script that is one transaction leaves nothing behind when it fails. One that commits in between,
as CREATE INDEX CONCURRENTLY makes it, may leave a database that is neither the base nor the
target. Each such place is tried on copies of the base.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from pgcraft.postgres.psql import run_script
from pgcraft.postgres.roles import roles_set_aside
from pgcraft.postgres.snapshot import alike, compare, take_snapshot

from .equality import without_relation
from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Snapshot

    from .baseline import Baseline
    from .plan import Plan
    from .scripts import Script, Scripts, ScriptStatement

STOPPED = "pgcraft_stopped"
"""The copy of the base on which a script stops."""

# Each costs several runs of psql; whoever commits more often is told of the first ones.
MOST = 20


@dataclass(frozen=True, kw_only=True)
class StopPoint:
    """A place where what came before is committed and the rest is not.

    Attributes:
        line: The line of upgrade.sql that the first statement which is not done begins on.
        invalid_index: The index that the statement leaves behind, invalid, when it fails after
            it has begun; None where the statement has not begun.
        again: What is in the way of running upgrade.sql again, None when that leads to the target.
        back: The same for downgrade.sql and the base.
    """

    line: int
    invalid_index: str | None
    again: str | None
    back: str | None


def find_stop_points(
    server: Server, baseline: Baseline, plan: Plan, scripts: Scripts
) -> tuple[StopPoint, ...]:
    """Stop the upgrade at each place where something is committed, and try to get out.

    Args:
        server: The scratch server.
        baseline: The base.
        plan: The schemas that count.
        scripts: Scripts that are proven.

    Returns:
        The places in the order of the script; none when it is one transaction.
    """
    if scripts.upgrade.transactional:
        return ()
    stops = _Stops(server, baseline, plan, scripts)
    return tuple(islice(stops.points(), MOST))


def _unit(statement: ScriptStatement) -> tuple[bool, int]:
    """What is committed together: a transaction, or a statement outside of any."""
    alone = statement.transaction is None
    return alone, statement.index if statement.transaction is None else statement.transaction


class _Stops:
    def __init__(self, server: Server, baseline: Baseline, plan: Plan, scripts: Scripts) -> None:
        self._server = server
        self._baseline = baseline
        self._plan = plan
        self._scripts = scripts

    def points(self) -> Iterator[StopPoint]:
        units = groupby(self._scripts.upgrade.statements, key=_unit)
        for number, ((alone, _), statements) in enumerate(units):
            first = next(iter(statements))
            tried = [self._tried(first, begun=False)] if number > 0 else []
            tried += [self._tried(first, begun=True)] if alone else []
            yield from (one for one in tried if one is not None)

    def _tried(self, statement: ScriptStatement, *, begun: bool) -> StopPoint | None:
        """Stop before a statement, or within one that leaves an invalid index behind."""
        with self._stopped(statement, begun=begun) as index:
            if begun and index is None:
                return None
            again = self._problem(self._scripts.upgrade, self._plan.target)
        back: str | None = "there is no downgrade.sql"
        if self._scripts.downgrade is not None:
            with self._stopped(statement, begun=begun):
                back = self._problem(self._scripts.downgrade, self._plan.base)
        return StopPoint(line=statement.line, invalid_index=index, again=again, back=back)

    @contextmanager
    def _stopped(self, statement: ScriptStatement, *, begun: bool) -> Iterator[str | None]:
        """A copy of the base on which the script has stopped, and the index left behind."""
        with self._copied():
            self._run(self._text_before(statement))
            index = self._made(statement) if begun else None
            if index is not None:
                # As the server leaves it when the statement fails in its second half.
                with self._server.connect(STOPPED) as connection:
                    connection.execute(
                        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
                        (index,),
                    )
            yield index

    @contextmanager
    def _copied(self) -> Iterator[None]:
        with roles_set_aside(self._server, self._baseline.roles):
            self._server.create_database(STOPPED, template=self._baseline.database)
            try:
                yield
            finally:
                self._server.drop_database(STOPPED)

    def _made(self, statement: ScriptStatement) -> str | None:
        """Run a statement; the index that it made, if it made one."""
        with self._server.connect(STOPPED) as connection:
            there = _indexes(connection)
            connection.execute(statement.sql.encode())
            new = _indexes(connection) - there
        return new.pop() if len(new) == 1 else None

    def _text_before(self, statement: ScriptStatement) -> str:
        """The script up to a statement, or to the transaction that it is the first one of."""
        lines = self._scripts.upgrade.content.decode().split("\n")[: statement.line - 1]
        if statement.transaction is not None:
            lines = lines[: max(at for at, line in enumerate(lines) if line == "BEGIN;")]
        return "\n".join(lines) + "\n"

    def _run(self, text: str) -> str | None:
        """Apply a script; what psql said when it stopped."""
        path = self._server.work_directory / "stopped.sql"
        path.write_text(text, encoding="utf-8")
        applied = run_script(
            self._server, STOPPED, path, stop_on_error=not self._scripts.upgrade.stops_itself
        )
        if applied.returncode == 0:
            return None
        return _ERROR.sub("", applied.stderr.strip().split("\n")[0])

    def _problem(self, script: Script, wanted: Snapshot) -> str | None:
        said = self._run(script.content.decode())
        if said is not None:
            return said
        with self._server.connect(STOPPED) as connection:
            got = without_relation(take_snapshot(connection), self._plan.version_relation)
            differences = compare(got, wanted)
            same = alike(connection, differences)
        return next((one.text for one in differences if one.key not in same), None)


# What psql puts before the server's words.
_ERROR = re.compile(r"^psql:[^:]+:\d+: (ERROR|FATAL):\s+")


def _indexes(connection: psycopg.Connection[Any]) -> set[str]:
    rows = connection.execute("SELECT indexrelid::regclass::text FROM pg_index")
    return {row[0] for row in rows}


def stop_findings(points: tuple[StopPoint, ...]) -> Iterator[Finding]:
    """Say what to do where running the upgrade again does not help.

    Args:
        points: The places.

    Yields:
        A finding for each such place.
    """
    for one in points:
        if one.again is None:
            continue
        where = f"When upgrade.sql stops at line {one.line}"
        if one.invalid_index is not None:
            where += f" and leaves the invalid index {one.invalid_index}"
        out = "downgrade.sql gives the base back from there"
        if one.back is not None:
            out = f"nor does downgrade.sql give the base back: {one.back}"
        yield Finding(
            rule="stop-point",
            level="info" if one.back is None or one.invalid_index else "warning",
            message=f"{where}, running it again does not lead to the end: {one.again}; {out}.",
            help=f"DROP INDEX CONCURRENTLY {one.invalid_index}, then run upgrade.sql again."
            if one.invalid_index is not None
            else "Run downgrade.sql first."
            if one.back is None
            else "Make what stands before it possible to run twice (IF NOT EXISTS), or give what "
            "stands alone a revision of its own.",
            script="upgrade.sql",
        )
