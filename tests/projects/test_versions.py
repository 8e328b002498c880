"""The same scripts on several versions of PostgreSQL."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.programs import find_programs

MODELS = """
from sqlalchemy import CheckConstraint, Column, MetaData, Integer, String, Table

metadata = MetaData()
t = Table("t", metadata, Column("id", Integer, primary_key=True), Column("s", String),
          CheckConstraint("s IN ('a', 'b')", name="ck"))
"""


@pytest.fixture(scope="module")
def versions() -> tuple[str, str]:
    """The first version that is found, and another one."""
    first = find_programs()
    for major in ("18", "17", "16", "14"):
        try:
            other = find_programs(major)
        except ServerUnavailableError:
            continue
        if other.major != first.major:
            return str(first.major), major
    pytest.skip("there is one version of PostgreSQL only")


def test_scripts_are_proven_on_each_version(versions, tmp_path):
    """One draft, two servers that deparse differently, and a certificate that names both."""
    project = write_project(tmp_path, models=MODELS, env=PLAIN_ENV)
    report = proven(review_project(project, postgres=versions))
    assert [one.partition(".")[0] for one in report.postgres] == list(versions)
    assert [one.proof.holds for one in report.elsewhere] == [True]


def test_script_that_one_version_refuses_is_not_proven(versions, tmp_path):
    """What the history says on the other version is its own business; the bytes are the same."""
    other = versions[1]
    first = revision(
        "0001",
        None,
        f"""
        op.execute("CREATE TABLE t (id integer PRIMARY KEY, s varchar, CONSTRAINT ck CHECK (s IN ('a', 'b')))")
        op.execute("DO $$ BEGIN IF current_setting('server_version_num')::int / 10000 = {other}"
                   " THEN RAISE 'not here'; END IF; END $$")
        """,
        'op.execute("DROP TABLE t")',
    )
    # Online the revision skips the check, so that both replays succeed.
    first = first.replace(
        'op.execute("DO', 'if context.is_offline_mode():\n        op.execute("DO'
    ).replace("from alembic import op", "from alembic import context, op")
    project = write_project(tmp_path, models=MODELS, env=PLAIN_ENV, revisions={"0001_first": first})
    report = review_project(project, postgres=versions, from_revision="base")
    assert report.verdict == "fail"
    (finding,) = (one for one in report.findings if one.level == "error")
    assert finding.message.startswith(f"On PostgreSQL {other}.")
    assert "not here" in finding.message
