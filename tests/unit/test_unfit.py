r"""What no script can have is refused with a sentence that names revision and script."""

from __future__ import annotations

import pytest

from pgcraft.errors import UserCodeError
from pgcraft.project.answers import Statement
from pgcraft.review.unfit import refuse_unfit

REFUSED = [
    (r"\! touch /tmp/here", r"programs: \! touch /tmp/here"),
    (r"DROP TABLE t; \! id", r"\! id"),
    (r"\connect other", r"\connect other"),
    ("SELECT 'a", "a literal is open at the end of 'SELECT'"),
    ('SELECT "a', "a quoted name is open"),
    ("SELECT $$ a", "a body is open"),
    ("SELECT 1 /* /* */", "a comment is open"),
    ("SELECT (1", "parentheses is open"),
    ("COPY t (id) FROM STDIN", "COPY … FROM STDIN"),
    ("SELECT 1; copy s.t from stdin csv;", "COPY … FROM STDIN"),
    ("SELECT 'a\0b'", r"a NUL character, which PostgreSQL takes nowhere: \"SELECT 'a\x00b'\""),
    ("SELECT '\ud83d'", "half a character (a surrogate"),
    (
        r"SET standard_conforming_strings = off; SELECT 'a\' ' \! id'",
        "with standard_conforming_strings off, has a backslash outside",
    ),
]


def statement(text: str, revision: str | None = "0002") -> Statement:
    return Statement(kind="sql", text=text, revision=revision)


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_text_that_psql_reads_otherwise_is_refused(text, words):
    """The sentence shows what was found, and says what to do."""
    with pytest.raises(UserCodeError) as caught:
        refuse_unfit([statement("SELECT 1", "0001"), statement(text)], "upgrade.sql")
    assert caught.value.what.startswith("Revision 0002, in upgrade.sql")
    assert words.replace('\\"', '"') in caught.value.what
    assert caught.value.advice


@pytest.mark.parametrize(
    "text",
    [
        r"COMMENT ON TABLE t IS '\! id'",
        "COPY t TO STDOUT",
        "COPY t FROM 'stdin'",
        r"SELECT E'\''; -- \! id",
        "SELECT '☃ 🐘'",
    ],
)
def test_text_that_is_sql_alone_is_accepted(text):
    """Backslashes in literals and comments are nobody's commands."""
    refuse_unfit([statement(text)], "upgrade.sql")


def test_comment_between_revisions_is_looked_at():
    """What env.py writes reaches psql as well."""
    comment = Statement(kind="comment", text="-- hello\n\\! id", revision=None)
    with pytest.raises(UserCodeError, match=r"^What env\.py writes, in upgrade\.sql, has a back"):
        refuse_unfit([comment], "upgrade.sql")
