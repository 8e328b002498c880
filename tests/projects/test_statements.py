"""What a revision executes reaches the script as it is, and the script does the same."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, revision, write_project

DRIVERS = {
    "psycopg": PLAIN_ENV,
    "psycopg2": PLAIN_ENV.replace("+psycopg:", "+psycopg2:"),
    "pg8000": PLAIN_ENV.replace("+psycopg:", "+pg8000:"),
    "no literal_binds": PLAIN_ENV.replace(", literal_binds=True", ""),
    "a transaction each": PLAIN_ENV.replace(
        "target_metadata=metadata,", "target_metadata=metadata, transaction_per_migration=True,"
    ),
}

MODELS = """\
from sqlalchemy import Column, Integer, MetaData, Table, Text

metadata = MetaData()
notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("body", Text))
"""

CREATE = (
    'op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True), '
    'sa.Column("body", sa.Text))'
)

# Texts that drivers, text() or a layout may spoil.
TEXTS = [
    "plain",
    "100%",
    "%s and %(name)s and %%",
    ":name and ::text and a:b",
    "tab\there",
    r"back\slash and \: and \\ ",
    "quote '' two",
    "line\nbreak  and  spaces",
    "-- no comment /* nor this */",
    "$1 $$ $tag$",
    "üñí ☃ 🐘",
    "select FROM where",
    "semi;colon;",
]


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def rows_project(root, env=PLAIN_ENV):
    """A project that inserts each text by bulk_insert, by an expression and by plain SQL."""
    rows = [{"id": number, "body": text} for number, text in enumerate(TEXTS)]
    table = 'sa.table("notes", sa.column("id", sa.Integer), sa.column("body", sa.Text))'
    body = f"""
{CREATE}
notes = {table}
op.bulk_insert(notes, {rows!r})
for row in {rows!r}:
    op.execute(notes.insert().values(id=row["id"] + 100, body=row["body"]))
    text = row["body"].replace(":", "\\\\:")
    op.execute("INSERT INTO notes VALUES (%d, '%s')" % (row["id"] + 200, text.replace("'", "''")))
"""
    first = revision("0001", None, body, 'op.drop_table("notes")')
    return write_project(root, models=MODELS, env=env, revisions={"0001_first": first})


@pytest.mark.parametrize("driver", DRIVERS)
def test_text_survives_on_its_way_to_the_script(driver, server, database, tmp_path):
    """The rows that psql inserts are the rows that the revision means, whatever driver it has."""
    from pgcraft.postgres.psql import run_script

    report = review_project(rows_project(tmp_path, DRIVERS[driver]), from_revision="base")
    proven(report)
    applied = run_script(server, database, tmp_path / "pgcraft-out" / "upgrade.sql")
    assert applied.returncode == 0, applied.stderr
    with server.connect(database) as connection:
        found = dict(connection.execute("SELECT id, body FROM notes").fetchall())
    expected = {
        start + number: text for start in (0, 100, 200) for number, text in enumerate(TEXTS)
    }
    assert found == expected


def test_function_body_survives_byte_for_byte(tmp_path):
    """Tabs, percent signs and colons in a dollar-quoted body are the author's."""
    function = (
        "CREATE FUNCTION f(a integer) RETURNS text LANGUAGE plpgsql AS $body$\n"
        "begin\n\tif a % 2 = 0 then\n\t\treturn a::text || ':x';\n\tend if;\n"
        "  return format('%s\\n', a);\nend\n$body$"
    )
    escaped = function.replace(":x", "\\:x")
    first = revision("0001", None, f"op.execute({escaped!r})", 'op.execute("DROP FUNCTION f")')
    project = write_project(tmp_path, revisions={"0001_first": first})
    report = proven(review_project(project, from_revision="base"))
    body = function[function.index("$body$") :]
    assert statements(report)[0].endswith(body + ";")
    assert [str(key) for key in report.proof.unmanaged] == ["function public.f(integer)"]


def test_several_statements_in_one_string_are_all_there(tmp_path):
    """Text with semicolons, comments and none at its end is complete SQL in the script."""
    body = f'{CREATE}\nop.execute("INSERT INTO notes VALUES (1, NULL); DELETE FROM notes -- all")'
    first = revision("0001", None, body, 'op.drop_table("notes")')
    project = write_project(tmp_path, models=MODELS, revisions={"0001_first": first})
    report = proven(review_project(project, from_revision="base"))
    assert statements(report)[1].rstrip().endswith("-- all")


def test_statement_outside_of_the_transaction_stands_alone(tmp_path):
    """An autocommit block ends the transaction, and each following one has a guard of its own."""
    models = MODELS + 'from sqlalchemy import Index\nIndex("ix", notes.c.body)\n'
    body = f"""
{CREATE}
with op.get_context().autocommit_block():
    op.create_index("ix", "notes", ["body"], postgresql_concurrently=True)
"""
    first = revision("0001", None, body, 'op.drop_index("ix")\nop.drop_table("notes")')
    project = write_project(tmp_path, models=models, revisions={"0001_first": first})
    report = proven(review_project(project, from_revision="base"))
    assert report.scripts is not None
    assert not report.scripts.upgrade.transactional
    script = report.scripts.upgrade.content.decode()
    assert script.count("BEGIN;") == 2
    assert script.count("DO $pgcraft$") == 2
    before, after = script.split("CREATE INDEX CONCURRENTLY ix ON notes (body);")
    assert before.rstrip().endswith("COMMIT;")
    assert after.lstrip().startswith("BEGIN;")


def test_each_statement_knows_its_line_and_revision(tmp_path):
    """The line in review.json is the line in the file."""
    revisions = {
        "0001_first": revision("0001", None, CREATE, 'op.drop_table("notes")', "make notes"),
        "0002_more": revision(
            "0002",
            "0001",
            "op.execute(\"COMMENT ON TABLE notes IS 'x\\n\\ny'\")\nop.execute('SELECT 1')",
            'op.execute("COMMENT ON TABLE notes IS NULL")',
            "say more\n\nand a long story",
        ),
    }
    models = MODELS + 'notes.comment = "x\\n\\ny"\n'
    project = write_project(tmp_path, models=models, revisions=revisions)
    report = proven(review_project(project, from_revision="base"))
    assert report.scripts is not None
    for script in (report.scripts.upgrade, report.scripts.downgrade):
        assert script is not None
        lines = script.content.decode().split("\n")
        for statement in script.statements:
            first = statement.sql.split("\n")
            begin = statement.line - 1
            assert lines[begin : begin + len(first)] == first
    by_revision = [(one.revision, one.sql.split()[0]) for one in report.scripts.upgrade.statements]
    assert by_revision == [
        ("0001", "CREATE"),
        ("0001", "CREATE"),
        ("0001", "INSERT"),
        ("0002", "COMMENT"),
        ("0002", "SELECT"),
        ("0002", "UPDATE"),
    ]
    text = report.scripts.upgrade.content.decode()
    assert "-- Running upgrade -> 0001, make notes\nCREATE TABLE notes (" in text
    assert "-- Running upgrade 0001 -> 0002, say more\nCOMMENT ON TABLE" in text
