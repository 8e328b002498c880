"""``psql`` and ``pg_dump`` against the scratch server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.psql import dump_schema, run_script
from pgcraft.postgres.server import UNPRIVILEGED_UID, Server

if TYPE_CHECKING:
    from pathlib import Path


def script(directory: Path, text: str) -> Path:
    """A file ``upgrade.sql`` with the text."""
    file = directory / "upgrade.sql"
    file.write_text(text, encoding="utf-8")
    return file


def test_script_is_applied(server: Server, database: str, tmp_path: Path):
    """All statements run, inline COPY data and characters outside ASCII included."""
    text = "CREATE TABLE t (x text);\nCOPY t FROM STDIN;\nöäü\n\\.\nSELECT x FROM t \\g (format=unaligned)\n"
    applied = run_script(server, database, script(tmp_path, text))
    assert (applied.returncode, applied.stderr) == (0, "")
    assert applied.stdout == "x\nöäü\n(1 row)\n"


@pytest.mark.parametrize(("stop", "result"), [(True, (3, 1)), (False, (0, 2))])
def test_failed_statement_stops_if_wanted(
    stop: bool, result: tuple[int, int], server: Server, database: str, tmp_path: Path
):
    """The exit status tells of the error only when errors stop the script."""
    returncode, tables = result
    text = "CREATE TABLE a ();\nCREATE TABLE a ();\nCREATE TABLE b ();\n"
    applied = run_script(server, database, script(tmp_path, text), stop_on_error=stop)
    assert applied.returncode == returncode
    assert applied.stderr.startswith('psql:upgrade.sql:2: ERROR:  relation "a" already exists')
    with server.connect(database) as connection:
        row = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert row.fetchone() == (tables,)


def test_environment_of_the_caller_is_not_seen(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Neither libpq's variables, nor the start-up file, nor secrets reach the script."""
    (tmp_path / "psqlrc").write_text("\\echo from psqlrc\n")
    monkeypatch.setenv("PSQLRC", str(tmp_path / "psqlrc"))
    monkeypatch.setenv("PGOPTIONS", "-c search_path=elsewhere")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    text = (
        "\\pset tuples_only on\n\\pset format unaligned\nSHOW search_path;\nSHOW TimeZone;\n"
        "\\getenv token GITHUB_TOKEN\n\\if :{?token}\n\\echo :token\n\\endif\n"
    )
    if server.programs.major < 15:  # \getenv is of 15
        text = text[: text.index("\\getenv")]
    applied = run_script(server, database, script(tmp_path, text))
    assert applied.stdout.splitlines() == ['"$user", public', "UTC"]
    assert applied.stderr == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_shell_commands_of_a_script_are_not_roots(server: Server, database: str, tmp_path: Path):
    """A script can start programs; as root's they would own the machine."""
    applied = run_script(server, database, script(tmp_path, "\\! id -u; id -G\n"))
    assert applied.stdout.split() == [str(UNPRIVILEGED_UID)] * 2


def test_dump_is_the_same_each_time(server: Server, database: str):
    """The dump shows the schema and no random token; lines that look like one stay."""
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE t (x int)")
        connection.execute(
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$SELECT '\n\\restrict abc\n'$$"
        )
    dump = dump_schema(server, database)
    assert dump == dump_schema(server, database)
    assert "CREATE TABLE public.t" in dump
    assert dump.count("restrict") == 1
    assert "SELECT '\n\\restrict abc\n'" in dump


def test_dump_of_no_database_is_an_error(server: Server):
    """pg_dump's own words come along."""
    with pytest.raises(ServerUnavailableError, match="nowhere") as caught:
        dump_schema(server, "nowhere")
    assert 'database "nowhere" does not exist' in caught.value.detail
