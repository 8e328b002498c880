"""Run ``psql`` and ``pg_dump`` against a scratch server."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.server import Server, server_account
from pgcraft.postgres.watchdog import PASSED_ON

if TYPE_CHECKING:
    from pathlib import Path


ENDED = 124
"""The status of a script that took too long, as ``timeout`` of the shell has it."""

_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Applied:
    """How a run of ``psql`` ended.

    Attributes:
        returncode: 0, or 3 when a statement failed and errors stop the script; ``ENDED`` when it
            took too long.
        stdout: What it printed, without query decoration of the user's own configuration.
        stderr: Errors and notices; the script is called by its name, without its directory.
    """

    returncode: int
    stdout: str
    stderr: str


def run_script(
    server: Server,
    database: str,
    script: Path,
    *,
    stop_on_error: bool = True,
    timeout: float | None = None,
) -> Applied:
    r"""Apply a file with ``psql``, as a DBA would, with nothing of the caller's environment.

    ``psql`` runs as the server's user, because a script can start programs (``\!``); it reads
    the file from standard input, because that user may not be able to open it.

    Args:
        server: Where to apply it.
        database: The database's name.
        script: The file, in UTF-8.
        stop_on_error: Set ``ON_ERROR_STOP`` from outside; false leaves that to the script.
        timeout: Seconds after which it is ended, and the server's work for it too.

    Returns:
        Exit status and output, whether or not it went well.
    """
    variables = ("-v", "ON_ERROR_STOP=1") if stop_on_error else ()
    arguments = ("-X", "-q", *variables, "-f", "-")
    try:
        with script.open("rb") as file:
            done = _run(server, database, "psql", *arguments, stdin=file.fileno(), timeout=timeout)
    except subprocess.TimeoutExpired as error:
        return _ended(server, database, error.timeout)
    return Applied(
        returncode=done.returncode,
        stdout=done.stdout,
        stderr=done.stderr.replace("psql:<stdin>:", f"psql:{script.name}:"),
    )


def _ended(server: Server, database: str, seconds: float) -> Applied:
    """Say what a script that took too long was at; nobody waits for it any more."""
    with server.connect("postgres") as connection:
        row = connection.execute(
            "SELECT query, wait_event_type = 'Lock' FROM pg_stat_activity"
            " WHERE datname = %s AND state = 'active' AND backend_type = 'client backend'",
            (database,),
        ).fetchone()
    server.close_sessions(database)
    said = f"it did not end within {seconds:g} seconds"
    if row is not None:
        statement = " ".join(row[0].split())
        waits = "waits for a lock in" if row[1] else "is at"
        said += f"; the server {waits}: {statement[:_SHOWN]}"
    return Applied(returncode=ENDED, stdout="", stderr=said)


def dump_schema(server: Server, database: str) -> str:
    r"""The schema of a database as ``pg_dump --schema-only`` prints it.

    Args:
        server: Where the database is.
        database: The database's name.

    Returns:
        The text, without the ``\restrict`` lines, whose token is random.

    Raises:
        ServerUnavailableError: ``pg_dump`` failed; ``detail`` is what it said.
    """
    done = _run(server, database, "pg_dump", "--schema-only", stdin=subprocess.DEVNULL)
    if done.returncode:
        raise ServerUnavailableError(
            f"pg_dump could not read the scratch database {database}.",
            advice="See what it said.",
            detail=done.stderr,
        )
    return _without_restrict(done.stdout)


def _without_restrict(dump: str) -> str:
    """Leave out the two lines with the random token, and no line that only looks like them."""
    token = re.search(r"^\\restrict (\w+)$", dump, flags=re.MULTILINE)
    if token is None:
        return dump
    return re.sub(rf"^\\(un)?restrict {token[1]}\n\n?", "", dump, flags=re.MULTILINE)


def _run(
    server: Server,
    database: str,
    program: str,
    *arguments: str,
    stdin: int,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    where = server.conninfo(database)
    clean = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return subprocess.run(
        [server.programs.path(program), *arguments],
        env=clean
        | {
            "PGHOST": where["host"],
            "PGPORT": where["port"],
            "PGUSER": where["user"],
            "PGDATABASE": where["dbname"],
            "PGCLIENTENCODING": "UTF8",
            "LC_ALL": "C",
            "TZ": "UTC",
        },
        cwd="/",  # the server's user may not be able to be in ours
        stdin=stdin,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=timeout,
        **server_account(),
    )
