"""What scripts begin with: time limits, psql's own line, and the bytes that psql read."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess

import pytest
from projects.reviewing import proven, review_project
from projects.small_project import revision, write_project

from pgcraft.postgres.psql import run_script

MODELS = """\
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
Table("t", metadata, Column("id", Integer), comment="ü ☃")
"""
FIRST = {"0001": revision("0001", None, "pass")}


@pytest.fixture
def project(tmp_path):
    """A project with a table to make."""
    return write_project(tmp_path, models=MODELS, revisions=FIRST)


def test_time_limits_stand_at_the_top_of_every_script(project):
    """The proof ran them; psql's own line stays the first."""
    report = proven(review_project(project, lock_timeout="5s", statement_timeout="1.5 min"))
    assert report.scripts is not None
    assert len(report.scripts.all) == 4
    for script in report.scripts.all:
        text = script.content.decode()
        head, _ = text.split("BEGIN;", 1)
        assert head.startswith("\\set ON_ERROR_STOP on\n-- pgcraft: ")
        assert "SET lock_timeout = '5s';\nSET statement_timeout = '1.5 min';\n" in head
        assert text.count("SET lock_timeout") == 1


def test_limit_that_is_too_short_is_not_proven(project):
    """The proof runs the very bytes, limits included."""
    (project.root / "migrations" / "versions" / "0002.py").write_text(
        revision("0002", "0001", "pass", 'op.execute("SELECT pg_sleep(1000)")')
    )
    report = review_project(project, from_revision="0001", statement_timeout="300ms")
    (found,) = [one for one in report.findings if one.rule == "unproven"]
    assert "canceling statement due to statement timeout" in found.message
    assert found.script == "downgrade.sql"


def test_guard_waits_for_a_lock_no_longer_than_allowed(project, server, database):
    """Another session holds Alembic's table."""
    review_project(project, lock_timeout="100ms")
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        with connection.transaction():
            connection.execute("LOCK TABLE alembic_version")
            script = project.root / "pgcraft-out" / "upgrade.sql"
            done = run_script(server, database, script, stop_on_error=False)
    assert done.returncode == 3
    assert "canceling statement due to lock timeout" in done.stderr
    assert "pgcraft" not in {line.split(":")[0] for line in done.stdout.splitlines()}


def test_script_without_psql_s_line_is_sql_alone(project, server, database):
    """Any client can send it; psql must be told to stop at errors."""
    report = proven(review_project(project, psql=False))
    assert report.scripts is not None
    for script in report.scripts.all:
        text = script.content.decode()
        assert not [line for line in text.split("\n") if line.startswith("\\")]
        assert "-- psql -v ON_ERROR_STOP=1 -f " in text
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.execute(report.scripts.upgrade.content)
        assert connection.execute("SELECT to_regclass('t')").fetchone() == ("t",)


def test_error_in_a_script_without_psql_s_line_is_seen(project):
    """Psql is told from outside then, and the review fails."""
    (project.root / "migrations" / "versions" / "0002.py").write_text(
        revision("0002", "0001", "pass", 'op.execute("SELECT 1/0")')
    )
    report = review_project(project, from_revision="0001", psql=False)
    (found,) = [one for one in report.findings if one.rule == "unproven"]
    assert "division by zero" in found.message


def test_text_is_the_same_whatever_psql_assumes_of_its_encoding(project, server, database):
    """A DBA's terminal may speak Latin-1."""
    review_project(project, guard=False)
    with server.connect(database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
    where = server.conninfo(database)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    subprocess.run(
        [server.programs.path("psql"), "-X", "-q", "-f", project.root / "pgcraft-out/upgrade.sql"],
        env={**os.environ, "PGCLIENTENCODING": "LATIN1"}
        | {names[key]: value for key, value in where.items()},
        check=True,
    )
    with server.connect(database) as connection:
        row = connection.execute("SELECT obj_description('t'::regclass)").fetchone()
    assert row == ("ü ☃",)


def test_bytes_that_psql_read_are_those_that_ship(project, monkeypatch):
    """Each file that the proof applied has the sha256 of review.json."""
    from pgcraft.review import trial

    read = []

    def watched(server, database, path, **options):
        read.append((path.name, hashlib.sha256(path.read_bytes()).hexdigest()))
        return run_script(server, database, path, **options)

    monkeypatch.setattr(trial, "run_script", watched)
    proven(review_project(project, lock_timeout="5s"))
    out = project.root / "pgcraft-out"
    scripts = json.loads((out / "review.json").read_text())["scripts"]
    up, down = scripts["upgrade"], scripts["downgrade"]
    assert read == [(one["path"], one["sha256"]) for one in (up, down, up)]
    for one in (up, down):
        assert hashlib.sha256((out / one["path"]).read_bytes()).hexdigest() == one["sha256"]
