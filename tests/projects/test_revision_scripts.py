"""The scripts of a range, revision by revision, do what the whole ones do."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager

import pytest
from projects.reviewing import proven, review_project
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.postgres.psql import dump_schema, run_script
from pgcraft.postgres.snapshot import compare, take_snapshot

MODELS = """\
from sqlalchemy import Column, Enum, Index, Integer, MetaData, Table

metadata = MetaData()
one = Table("one", metadata, Column("id", Integer), Column("sort", Enum("a", "b", name="sort")))
Index("ix_one", one.c.id)
Table("left", metadata, Column("id", Integer))
Table("right", metadata, Column("id", Integer))
"""

REVISIONS = {
    "one": revision(
        "0001",
        None,
        """
        op.execute("CREATE TYPE sort AS ENUM ('a')")
        op.execute("CREATE TABLE one (id int, sort sort)")
        """,
        'op.execute("DROP TABLE one; DROP TYPE sort")',
    ),
    "two": revision(
        "0002",
        "0001",
        """
        op.execute("INSERT INTO one VALUES (1, 'a')")
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE sort ADD VALUE 'b'")
            op.execute("CREATE INDEX CONCURRENTLY ix_one ON one (id)")
        op.execute("UPDATE one SET sort = 'b'")
        """,
        """
        op.execute("DELETE FROM one; DROP INDEX ix_one; ALTER TYPE sort RENAME TO old")
        op.execute("CREATE TYPE sort AS ENUM ('a')")
        op.execute("ALTER TABLE one ALTER sort TYPE sort USING sort::text::sort; DROP TYPE old")
        """,
    ),
    "left": revision("a b/../ü", "0002", "op.execute('CREATE TABLE \"left\" (id int)')").replace(
        "    pass", "    op.execute('DROP TABLE \"left\"')"
    ),
    "right": revision("0003", "0002", "op.execute('CREATE TABLE \"right\" (id int)')").replace(
        "    pass", "    op.execute('DROP TABLE \"right\"')"
    ),
    "merge": revision("0004", None, "pass").replace(
        "down_revision = None", """down_revision = ("a b/../ü", "0003")"""
    ),
}


def with_option(env: str, option: str) -> str:
    return env.replace("target_metadata=metadata,", f"target_metadata=metadata, {option},")


HOOK_ENV = PLAIN_ENV.replace(
    "from models import metadata",
    "from pgcraft.alembic.register import pgcraft_alembic_hook\n\npgcraft_alembic_hook()\n"
    "from models import metadata",
)
ENVS = {
    "one transaction": PLAIN_ENV,
    "a transaction each": with_option(PLAIN_ENV, "transaction_per_migration=True"),
    "with the hook": with_option(HOOK_ENV, "transaction_per_migration=True"),
    "no transactions": with_option(PLAIN_ENV, "transactional_ddl=False"),
}


@contextmanager
def databases(server, *names):
    for name in names:
        server.create_database(name)
    try:
        yield
    finally:
        for name in names:
            server.drop_database(name)


def same(server, one: str, other: str) -> bool:
    """Whether two databases are the same for the snapshot and for pg_dump, row of heads too."""
    with server.connect(one) as a, server.connect(other) as b:
        heads = [
            c.execute("SELECT array_agg(version_num ORDER BY 1) FROM alembic_version").fetchone()
            for c in (a, b)
        ]
        differences = compare(take_snapshot(a), take_snapshot(b))
    assert differences == ()
    return heads[0] == heads[1] and dump_schema(server, one) == dump_schema(server, other)


@pytest.mark.parametrize("env", ENVS)
def test_scripts_one_after_the_other_give_what_the_whole_gives(env, server, tmp_path):
    """Branches, a merge, statements outside of transactions, odd identifiers; there and back."""
    project = write_project(tmp_path, models=MODELS, env=ENVS[env], revisions=REVISIONS)
    proven(review_project(project, from_revision="base"))
    out = tmp_path / "pgcraft-out"
    listed = json.loads((out / "review.json").read_text())["scripts"]["revisions"]
    assert {one["revision"] for one in listed} == {"0001", "0002", "0003", "0004", "a b/../ü"}
    names = sorted(path.name for path in (out / "revisions").iterdir())
    assert "a%20b%2F..%2F%C3%BC.downgrade.sql" in names
    assert len(names) == 10
    ups = [out / one["upgrade"]["path"] for one in listed]
    downs = [out / one["downgrade"]["path"] for one in reversed(listed)]

    def applied(database, *scripts):
        for script in scripts:
            done = run_script(server, database, script, stop_on_error=False)
            assert done.returncode == 0, f"{script.name}: {done.stderr}"

    with databases(server, "whole", "pieces"):
        for _ in range(2):
            applied("whole", out / "upgrade.sql")
            applied("pieces", *ups)
            assert same(server, "whole", "pieces")
            applied("whole", out / "downgrade.sql")
            applied("pieces", *downs)
            assert same(server, "whole", "pieces")


def test_each_script_stands_alone(server, database, tmp_path):
    """Header, stop at errors, guard by its own name; and it is among the sums."""
    env = ENVS["one transaction"]
    project = write_project(tmp_path, models=MODELS, env=env, revisions=REVISIONS)
    review_project(project, from_revision="base")
    out = tmp_path / "pgcraft-out"
    subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, check=True)
    sums = (out / "SHA256SUMS").read_text()
    for path in (out / "revisions").iterdir():
        assert f"  revisions/{path.name}\n" in sums
        lines = path.read_text().split("\n")
        assert lines[0] == "\\set ON_ERROR_STOP on"
        assert lines.count("BEGIN;") == lines.count("COMMIT;") > 0
        assert lines.count("BEGIN;") == path.read_text().count("DO $pgcraft$")
    two = out / "revisions" / "0002.upgrade.sql"
    assert "-- pgcraft: upgrade from revision 0001 to 0002." in two.read_text()
    assert two.read_text().count("BEGIN;") == 2
    done = run_script(server, database, two, stop_on_error=False)
    assert done.returncode == 3
    assert (
        "0002.upgrade.sql goes on from revision 0001, but this database is at base" in done.stderr
    )


def test_only_the_draft_is_called_uncommitted(tmp_path):
    """The others have their revision in the project."""
    models = MODELS + 'Table("more", metadata, Column("id", Integer))\n'
    project = write_project(tmp_path, models=models, revisions=REVISIONS)
    report = proven(review_project(project, from_revision="base"))
    assert report.scripts is not None
    said = [
        one.revision for one in report.scripts.revisions if b"not committed" in one.upgrade.content
    ]
    assert said == list(report.plan.draft.target)
    (found,) = [one for one in report.findings if one.rule == "uncommitted"]
    assert found.level == "info"
    assert said[0] in found.message
    assert report.plan.revision_name in found.help


def test_committed_range_has_no_such_finding(tmp_path):
    """The finding is about drafts."""
    project = write_project(tmp_path, models=MODELS, revisions=REVISIONS)
    report = review_project(project, from_revision="base")
    assert not [one for one in report.findings if one.rule == "uncommitted"]


def test_project_without_alembic_has_no_revisions(tmp_path):
    """There is nothing to take apart."""
    from pgcraft.project.configuration import find_project

    (tmp_path / "models.py").write_text(MODELS)
    report = proven(review_project(find_project(tmp_path, models=("models:metadata",))))
    assert report.scripts is not None
    assert report.scripts.revisions == ()
    assert not (tmp_path / "pgcraft-out" / "revisions").exists()
