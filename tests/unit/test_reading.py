r"""What psql takes for a command of its own, and where its statements end."""

from __future__ import annotations

import pytest

from pgcraft.review.reading import read

NOT_COMMANDS = [
    r"SELECT '\! id'",
    r"SELECT E'\' \! id'",
    "SELECT E'a'\n  '\\' \\! id'",
    r'SELECT "\! id"',
    r'SELECT U&"\! id", U&' + r"'\0041 \! id'",
    r"SELECT $$ \! id $$, $a$ $b$ \! $a$",
    "SELECT 1 -- \\! id\n",
    r"SELECT 1 /* \! id /* \! */ \! */",
    r"SELECT 1e+5$$ \! $$",
    r"SELECT $1$$ \! $$",
    r"SELECT N'\'",
    r"SELECT 'it''s \! id'",
]
COMMANDS = [
    r"\! id",
    r"SELECT 1 \! id",
    r"SELECT 'a\' \! id",
    "-- a comment\r\\! id",
    r"SELECT a$$ \! id",
    r"SELECT 1 \; SELECT 2",
    r"SELECT 1 \gexec",
    r"SELECT '' \connect other",
    "SELECT 1 /* /* */ */\n\\! id",
    r"SELECT U&'\' \! id",
    r"SELECT a+/* */\! id",
]


@pytest.mark.parametrize("sql", NOT_COMMANDS)
def test_backslash_that_goes_to_the_server_is_no_command(sql):
    """Literals, names, bodies and comments may have any character."""
    reading = read(sql)
    assert (reading.command, reading.unfinished) == (None, None)


@pytest.mark.parametrize("sql", COMMANDS)
def test_backslash_elsewhere_is_a_command(sql):
    """Wherever it stands in a line."""
    command = read(sql).command
    assert command is not None
    assert command.startswith("\\")


def test_reading_agrees_with_psql(server, database, tmp_path):
    r"""Psql itself runs ``\echo`` where a command is seen, and nowhere else."""
    from pgcraft.postgres.psql import run_script

    for number, sql in enumerate([*NOT_COMMANDS, *COMMANDS]):
        text = sql.replace(r"\!", r"\echo").replace(r"\gexec", r"\echo").replace(r"\;", r"\echo")
        text = text.replace(r"\connect", r"\echo")
        path = tmp_path / f"{number}.sql"
        path.write_text(f"{text} pgcraft-was-here", encoding="utf-8", newline="")
        applied = run_script(server, database, path, stop_on_error=False)
        assert ("was-here" in applied.stdout) == (sql in COMMANDS), sql


def test_number_with_a_dollar_begins_no_body():
    """PostgreSQL 14 took it for one, later ones refuse it: the stricter reading counts."""
    assert read(r"SELECT 1e5$$ \! $$").command is not None


def test_literals_follow_the_setting():
    """With standard_conforming_strings off, a backslash hides a quote."""
    sql = r"SELECT 'a\' ' \! id'"
    assert read(sql).command is None
    assert read(sql, escapes=True).command is not None


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("SELECT 'a", "a literal"),
        ("SELECT E'a", "a literal"),
        ('SELECT "a', "a quoted name"),
        ("SELECT $x$ a $X$", "a body"),
        ("SELECT 1 /* /* */", "a comment"),
        ("SELECT (1;", "parentheses"),
        ("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "parentheses"),
    ],
)
def test_what_does_not_end_is_told(sql, what):
    """It would take in what follows in a script."""
    assert read(sql).unfinished == what


def test_statements_end_at_semicolons_outside_of_bodies():
    """Parentheses, BEGIN ATOMIC and literals keep theirs."""
    sql = (
        "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); "
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END;"
        " SELECT 2; END; commit; SELECT ';'"
    )
    reading = read(sql)
    assert [words[0] for words in reading.statements] == ["CREATE", "CREATE", "COMMIT"]
    assert reading.rest == ("SELECT", "")
