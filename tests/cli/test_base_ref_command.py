"""``--base-ref`` on the command line and in the project's files."""

from __future__ import annotations

import json
import subprocess

import pytest
from cli.command import processes_of, run
from projects.small_project import revision, write_project

TABLE = 'op.create_table("{0}", sa.Column("id", sa.Integer))'
MODELS = """\
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
for name in ("one", "two"):
    Table(name, metadata, Column("id", Integer))
"""


def git(root, *arguments: str) -> str:
    person = ("-c", "user.name=a", "-c", "user.email=a@b")
    command = ["git", "-C", root, *person, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def root(tmp_path):
    """A repository whose second revision is not committed yet."""
    text = revision("0001", None, TABLE.format("one"), "op.drop_table('one')")
    write_project(tmp_path, models=MODELS, revisions={"0001_one": text})
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    text = revision("0002", "0001", TABLE.format("two"), "op.drop_table('two')")
    (tmp_path / "migrations" / "versions" / "0002_two.py").write_text(text)
    return tmp_path


def test_commits_are_in_the_report_and_nothing_is_left(root, temporary):
    done = run("review", root, "--base-ref", "main", "--json", temporary=temporary)
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert report["base"]["git_sha"] == git(root, "rev-parse", "HEAD")
    assert report["base"]["revision"] == "0001"
    assert report["target"]["git_sha"] is None
    assert list(temporary.iterdir()) == []
    assert processes_of(temporary) == []


def test_setting_of_the_project_gives_way_to_the_command_line(root, temporary):
    """The file says what is usual, the command line what is wanted now."""
    (root / "pgcraft.toml").write_text('base-ref = "main"\n')
    usual = run("review", root, "--json", temporary=temporary)
    assert json.loads(usual.stdout)["base"]["revision"] == "0001"
    now = run("review", root, "--from", "base", "--json", temporary=temporary)
    assert json.loads(now.stdout)["base"]["revision"] is None


def test_two_starts_are_refused(root, temporary):
    done = run("review", root, "--from", "base", "--base-ref", "main", temporary=temporary)
    assert done.returncode == 2
    assert "--from and --base-ref both say where to start" in done.stderr


def test_ref_that_is_not_there_is_refused_before_the_server_starts(root, temporary):
    done = run("review", root, "--base-ref", "nowhere", temporary=temporary)
    assert done.returncode == 2
    assert "the repository has no such commit" in done.stderr
    assert "Starting PostgreSQL" not in done.stderr


def test_next_step_names_the_ref(root, temporary):
    """There may be several heads, and ``--from`` takes one revision."""
    (root / "models.py").write_text(MODELS.replace('"two"', '"two", "three"'))
    done = run("review", root, "--base-ref", "main", temporary=temporary)
    assert "--base-ref main gives the SQL" in " ".join(done.stdout.split())


def test_drift_has_its_own_section(root, temporary):
    """The change's own list does not have it."""
    (root / "models.py").write_text(MODELS.replace('"two"', '"old"'))
    git(root, "commit", "--quiet", "--message", "x", "models.py")
    (root / "models.py").write_text(MODELS.replace('"two"', '"two", "old"'))
    done = run("review", root, "--base-ref", "main", temporary=temporary)
    assert done.returncode == 0, done.stderr
    before, _, rest = done.stdout.partition("Older than the change (drift)")
    changes = before.partition("Changes\n")[2]
    assert "public.two" in changes
    assert "public.old" not in changes
    assert "public.old" in rest


def test_setting_of_a_schema_dump_counts(root, temporary, monkeypatch):
    """As any option of the command line's; --base-ref beside it is one start too many."""
    monkeypatch.chdir(root)
    (root / "production.sql").write_text("CREATE TABLE public.one (id integer);\n")
    (root / "pgcraft.toml").write_text('base-schema = "production.sql"\nfrom = "0001"\n')
    done = run("review", root, "--json", temporary=temporary)
    report = json.loads(done.stdout)
    assert [one["identity"] for one in report["changes"]] == ["public.two"]
    (root / "pgcraft.toml").write_text('base-schema = "production.sql"\nbase-ref = "main"\n')
    refused = run("review", root, temporary=temporary)
    assert refused.returncode == 2
    assert "--base-ref and --base-schema both say where to start" in refused.stderr
