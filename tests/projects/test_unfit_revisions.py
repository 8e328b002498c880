r"""What a revision may not hand to psql is refused with a sentence that names the revision."""

from __future__ import annotations

import pytest
from projects.reviewing import review_project
from projects.small_project import NO_MODELS, PLAIN_ENV, revision, write_project

from pgcraft.errors import UserCodeError

TABLE = 'op.execute("CREATE TABLE t (id int)")'
MODELS = NO_MODELS.replace("MetaData\n", "Column, Integer, MetaData, Table\n") + (
    'Table("t", metadata, Column("id", Integer))\n'
)


def project_with(root, downgrade: str, upgrade: str = TABLE, **options):
    """Two revisions; the downgrade of the second runs nowhere but in the script."""
    return write_project(
        root,
        models=MODELS,
        revisions={
            "0001": revision("0001", None, "pass"),
            "0002": revision("0002", "0001", upgrade, downgrade),
        },
        **options,
    )


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (r"DROP TABLE t; \! touch /tmp/x", "has a backslash outside of a literal"),
        ("SELECT 'a\0b'", "a NUL character"),
        ("SELECT '\ud83d'", "no UTF-8"),
    ],
)
def test_text_that_psql_reads_otherwise_is_refused(sql, words, tmp_path):
    """Nothing is written; tests/unit/test_unfit.py has all cases."""
    project = project_with(tmp_path, f"op.execute({sql!a})")
    with pytest.raises(UserCodeError) as caught:
        review_project(project, from_revision="0001")
    assert "Revision 0002, in downgrade.sql" in caught.value.what
    assert words in caught.value.what
    assert not (tmp_path / "pgcraft-out").exists()


def test_comment_of_env_py_is_looked_at_too(tmp_path):
    """What is written beside the revisions reaches psql as well."""
    env = PLAIN_ENV.replace(
        "if context.is_offline_mode():\n",
        "if context.is_offline_mode():\n"
        "    from alembic.ddl.impl import DefaultImpl\n"
        "    begin = DefaultImpl.emit_begin\n"
        "    DefaultImpl.emit_begin = lambda self: (\n"
        "        begin(self), self.static_output('-- hello\\n\\\\! id'))\n",
    )
    with pytest.raises(UserCodeError, match="has a backslash outside of a literal"):
        review_project(project_with(tmp_path, "pass", env=env), from_revision="0001")


def test_backslashes_in_literals_and_bodies_are_sql(tmp_path):
    """A regular expression is nobody's command."""
    body = r"""op.execute(r"COMMENT ON TABLE t IS '\! id'; COMMENT ON TABLE t IS $$ \connect $$")"""
    report = review_project(
        project_with(tmp_path, f'{body}\nop.execute("DROP TABLE t")'), from_revision="0001"
    )
    assert report.proof.holds


def test_nested_comment_at_the_end_keeps_the_next_statement_apart(tmp_path):
    """The layout cannot read it, and it gets its semicolon all the same."""
    body = (
        'op.execute("DROP TABLE t /* a /* b */ */")\nop.execute("SELECT 1 /* /* */ */ -- the end")'
    )
    report = review_project(project_with(tmp_path, body), from_revision="0001")
    assert report.proof.holds


OWN = """
op.execute("COMMIT")
op.execute("CREATE INDEX ix ON t (id)")
op.execute("BEGIN")
"""


def test_transactions_of_a_revision_s_own_are_told(tmp_path):
    """The script is not one transaction then, and the stop points know."""
    project = project_with(tmp_path, 'op.execute("DROP TABLE t")', TABLE + OWN)
    (tmp_path / "models.py").write_text(
        MODELS + 'from sqlalchemy import Index\nIndex("ix", metadata.tables["t"].c.id)\n'
    )
    report = review_project(project, from_revision="0001")
    assert report.proof.holds
    assert report.scripts is not None
    assert not report.scripts.upgrade.transactional
    found = [one for one in report.findings if one.rule == "own-transaction"]
    assert [(one.level, "Revision 0002" in one.message) for one in found] == [("warning", True)]
    assert report.stop_points
    transactions = [one.transaction for one in report.scripts.upgrade.statements]
    assert transactions == [0, 0, None, None, 1]


def test_savepoint_is_no_end(tmp_path):
    """ROLLBACK TO stays in the transaction."""
    body = 'op.execute("SAVEPOINT a; ROLLBACK TO a; RELEASE a")\nop.execute("DROP TABLE t")'
    report = review_project(project_with(tmp_path, body), from_revision="0001")
    assert report.scripts is not None
    assert report.scripts.downgrade is not None
    assert report.scripts.downgrade.transactional
    assert not [one for one in report.findings if one.rule == "own-transaction"]


def test_script_that_ends_in_an_open_transaction_is_refused(tmp_path):
    """Psql would take all of it back and say nothing."""
    env = PLAIN_ENV.replace(
        "target_metadata=metadata,", "target_metadata=metadata, transactional_ddl=False,"
    )
    project = project_with(tmp_path, 'op.execute("BEGIN; DROP TABLE t")', env=env)
    with pytest.raises(UserCodeError) as caught:
        review_project(project, from_revision="0001")
    assert "downgrade.sql would end in an open transaction" in caught.value.what
    assert "revision 0002" in caught.value.what


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER DATABASE postgres SET work_mem = '5MB'",
        'COMMENT ON DATABASE "postgres" IS NULL',
        "GRANT TEMP, CONNECT ON DATABASE postgres TO pg_monitor",
    ],
)
def test_database_named_in_a_script_is_told(sql, tmp_path):
    """A script is for a database of any name."""
    body = f'op.execute("DROP TABLE t")\nop.execute({sql!r})'
    report = review_project(project_with(tmp_path, body), from_revision="0001")
    (found,) = [one for one in report.findings if one.rule == "names-database"]
    assert found.message.startswith("Revision 0002 names the database")
    assert "postgres" in found.message


def test_statement_that_never_ends_is_ended(tmp_path):
    """A review ends, and says what it waited for."""
    body = 'op.execute("DROP TABLE t")\nop.execute("SELECT pg_sleep(100000)")'
    report = review_project(project_with(tmp_path, body), from_revision="0001", timeout=5)
    (found,) = [one for one in report.findings if one.rule == "unproven"]
    assert (
        "downgrade.sql stops: it did not end within 5 seconds; the server is at:" in found.message
    )
    assert "SELECT pg_sleep(100000)" in found.message
    assert "Nothing of it stays" in found.message
    assert report.verdict == "fail"


@pytest.mark.parametrize("alone", [False, True])
def test_what_stays_of_a_script_that_fails_is_said(alone, tmp_path):
    """One transaction leaves nothing; what was committed before stays."""
    block = "with op.get_context().autocommit_block():\n    op.execute('ANALYZE t')\n"
    body = (block if alone else "") + 'op.execute("SELECT 1/0")\nop.execute("DROP TABLE t")'
    report = review_project(project_with(tmp_path, body), from_revision="0001")
    (found,) = [one for one in report.findings if one.rule == "unproven"]
    assert "division by zero" in found.message
    if not alone:
        assert "Nothing of it stays, since it is one transaction" in found.message
        return
    assert report.scripts is not None
    assert report.scripts.downgrade is not None
    lines = report.scripts.downgrade.content.decode().split("\n")
    line = lines.index("ANALYZE t;") + 1
    assert f"What stands up to line {line} stays, since it is committed" in found.message
