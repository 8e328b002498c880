"""A running scratch server."""

from __future__ import annotations

import os
import signal
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres import places
from pgcraft.postgres.server import UNPRIVILEGED_UID, Server, scratch_server
from pgcraft.postgres.settings import SETTINGS

if TYPE_CHECKING:
    from pgcraft.postgres.programs import Programs

needs_proc = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="looks for processes in /proc"
)


def value(server: Server, database: str, query: str) -> object:
    """The one value that a query returns."""
    with server.connect(database) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_server_answers_as_superuser(server: Server, database: str):
    """A connection is the superuser's, in the database asked for."""
    query = "SELECT concat_ws(' ', current_database(), current_user, usesuper) FROM pg_user"
    assert value(server, database, query) == f"{database} postgres t"


def test_session_is_the_same_whatever_the_environment(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
):
    """Variables of libpq and the time zone of the caller do not reach the session."""
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    monkeypatch.setenv("PGDATESTYLE", "German")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGCHANNELBINDING", "require")
    monkeypatch.setenv("PGHOSTADDR", "192.0.2.1")
    query = "SELECT string_agg(current_setting(n), '|') FROM unnest(%s::text[]) AS n"
    names = ["search_path", "TimeZone", "DateStyle", "client_encoding"]
    with server.connect(database) as connection:
        row = connection.execute(query, (names,)).fetchone()
    assert row == ('"$user", public|UTC|ISO, MDY|UTF8',)


def test_databases_are_utf8_and_sort_by_bytes(server: Server, database: str):
    """Encoding and locale do not depend on the machine."""
    query = (
        "SELECT pg_encoding_to_char(encoding) || datcollate || datctype FROM pg_database"
        " WHERE datname = current_database()"
    )
    assert value(server, database, query) == "UTF8CC"


def test_socket_is_private_and_the_only_way_in(server: Server):
    """Nobody but the server's user can enter the socket's directory, and no port is open."""
    status = server.socket_directory.stat()
    assert stat.S_IMODE(status.st_mode) == 0o700
    assert status.st_uid == (UNPRIVILEGED_UID if os.geteuid() == 0 else os.geteuid())
    assert value(server, "postgres", "SHOW listen_addresses") == ""


def test_one_transaction_can_lock_many_relations(server: Server, database: str):
    """A script over thousands of relations does not run out of lock space.

    Advisory locks lie in the same table as those on relations, and are made faster.
    """
    statement = "SELECT count(pg_advisory_xact_lock(n)) FROM generate_series(1, 100000) AS n"
    assert value(server, database, statement) == 100000


def test_clone_has_what_the_template_has(server: Server, database: str):
    """A copy holds the rows and the database's settings, and is independent afterwards."""
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS x")
        connection.execute(f"ALTER DATABASE {database} SET search_path = elsewhere, public")
    server.create_database("clone", template=database)
    try:
        assert value(server, "clone", "SELECT x FROM t") == 7
        assert value(server, "clone", "SHOW search_path") == "elsewhere, public"
        with server.connect("clone") as connection:
            connection.execute("DROP TABLE t")
        assert value(server, database, "SELECT x FROM t") == 7
    finally:
        server.drop_database("clone")


def test_clone_of_template_in_use_closes_its_sessions(server: Server, database: str):
    """An open session, even in a transaction, is ended instead of waited for."""
    open_session = server.connect(database)
    open_session.execute("BEGIN")
    server.create_database("clone", template=database)
    server.drop_database("clone")
    with pytest.raises(psycopg.errors.AdminShutdown):
        open_session.execute("SELECT 1")


def test_database_in_use_is_dropped(server: Server):
    """Dropping ends the sessions, and a database that is not there is no error."""
    server.create_database("in_use")
    open_session = server.connect("in_use")
    server.drop_database("in_use")
    server.drop_database("in_use")
    with pytest.raises(psycopg.OperationalError):
        server.connect("in_use")
    with pytest.raises(psycopg.OperationalError):
        open_session.execute("SELECT 1")


def test_names_are_quoted(server: Server):
    """A database's name is a name, whatever characters it has."""
    name = 'a "b"; DROP -- é'
    server.create_database(name)
    assert value(server, name, "SELECT current_database()") == name
    server.drop_database(name)


def test_database_of_the_same_name_is_told_from_a_dead_server(server: Server, database: str):
    """PostgreSQL's own error for a name taken twice comes through."""
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        server.create_database(database)


def test_restart_changes_the_socket_and_keeps_databases(programs: Programs):
    """The old socket is gone, the new server has the data, and old sessions have ended."""
    with scratch_server(programs) as server:
        server.create_database("kept")
        old_session = server.connect("kept")
        old_session.execute("CREATE TABLE t AS SELECT 7 AS x")
        before = server.socket_directory
        started = value(server, "kept", "SELECT pg_postmaster_start_time()")
        server.restart()
        assert server.socket_directory != before
        assert list(before.iterdir()) == []
        assert value(server, "kept", "SELECT x FROM t") == 7
        assert value(server, "kept", "SELECT pg_postmaster_start_time()") != started
        with pytest.raises(psycopg.OperationalError):
            old_session.execute("SELECT 1")


@needs_proc
def test_restart_ends_processes_that_sql_started(programs: Programs):
    """A process that user SQL put into the background does not see the new server."""
    with scratch_server(programs) as server:
        mark = server.socket_directory / "mark"
        with server.connect("postgres") as connection:
            shell = f'setsid sh -c "echo \\$\\$ > {mark}; exec sleep 1000" >/dev/null 2>&1 &'
            wait = f"while ! test -s {mark}; do :; done"
            connection.execute(f"COPY (SELECT 1) TO PROGRAM '{shell} {wait}'")
        pid = mark.read_text().strip()
        assert Path("/proc", pid).exists()
        server.restart()
        assert not Path("/proc", pid).exists()


def test_two_servers_run_at_once(programs: Programs):
    """Servers do not see each other."""
    with scratch_server(programs) as one, scratch_server(programs) as two:
        one.create_database("mine")
        assert one.socket_directory != two.socket_directory
        assert value(two, "postgres", "SELECT count(*) FROM pg_database") == 3
        assert value(one, "postgres", "SELECT count(*) FROM pg_database") == 4


@needs_proc
def test_dead_server_is_reported_with_its_log(programs: Programs):
    """When the server ends by itself, the next call says so and shows its last words."""
    with scratch_server(programs) as server:
        pidfile = server.socket_directory.parent / "data" / "postmaster.pid"
        pid = int(pidfile.read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 30
        while "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        with pytest.raises(ServerUnavailableError, match="does not answer") as caught:
            server.create_database("late")
        assert caught.value.exit_code == 4
        assert "immediate shutdown" in caught.value.detail
        with pytest.raises(ServerUnavailableError, match="ended by itself") as caught:
            server.restart()
        assert "immediate shutdown" in caught.value.detail


def test_server_left_is_reported(programs: Programs):
    """A server whose block has been left is not there any more, and says so."""
    with scratch_server(programs) as server:
        pass
    with pytest.raises(ServerUnavailableError, match="has ended"):
        server.restart()
    with pytest.raises(ServerUnavailableError, match="does not answer"):
        server.create_database("late")


def test_server_that_does_not_start_is_reported_with_its_log(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
):
    """A failed start carries what the server wrote."""
    monkeypatch.setitem(SETTINGS, "max_connections", "none")
    with (
        pytest.raises(ServerUnavailableError, match="could not be started") as caught,
        scratch_server(programs, cache=False),
    ):
        pytest.fail("a server with wrong settings started")
    assert 'invalid value for parameter "max_connections"' in caught.value.detail


def test_long_or_closed_temporary_directory_is_avoided(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """A directory whose socket paths would not fit is left for /tmp."""
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert places.temporary_directory() == Path("/tmp")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's server is another user")
def test_temporary_directory_closed_to_the_server_is_avoided(
    monkeypatch: pytest.MonkeyPatch, scratch_tmp: Path
):
    """A directory that the server's user cannot enter is left for /tmp; an open one is taken."""
    monkeypatch.setenv("TMPDIR", str(scratch_tmp))
    monkeypatch.setattr("tempfile.tempdir", None)
    assert places.temporary_directory() == scratch_tmp
    scratch_tmp.chmod(0o700)
    assert places.temporary_directory() == Path("/tmp")


def test_memory_is_used_when_there_is_plenty(monkeypatch: pytest.MonkeyPatch, scratch_tmp: Path):
    """Without a TMPDIR the server's files are in memory, unless there is little of it."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(places, "MEMORY", scratch_tmp)
    monkeypatch.setattr(places, "MEMORY_ROOM", 1)
    assert places.temporary_directory() == scratch_tmp
    monkeypatch.setattr(places, "MEMORY_ROOM", 1 << 80)
    assert places.temporary_directory() != scratch_tmp
