"""What laid-out SQL looks like, and what never changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_oracle import read

from pgcraft.review import layout
from pgcraft.review.layout import lay_out, same_tokens, split, terminate
from pgcraft.review.layout.vocabulary import KEYWORDS

# Each: the statement as it comes, what becomes of it.
CASES = [
    tuple(part.strip("\n") for part in case.split("\n---- becomes\n"))
    for case in Path(__file__)
    .with_name("test_layout_cases.txt")
    .read_text(encoding="utf-8")
    .split("\n====\n")
]
STATEMENTS = [sql for sql, _ in CASES]


def title(sql: str) -> str:
    """Name a case."""
    return " ".join(sql.split())[:50]


@pytest.mark.parametrize(("sql", "expected"), CASES, ids=[title(sql) for sql, _ in CASES])
def test_lay_out_statement_looks_as_agreed(sql, expected):
    """Every sort of statement, as SQLAlchemy, pg_dump or people write it."""
    assert lay_out(sql) == expected


@pytest.mark.parametrize("sql", STATEMENTS, ids=title)
def test_lay_out_statement_keeps_its_tokens_without_the_fallback(sql):
    """The layout itself is right for these; its safety net is not what saves them."""
    text = sql.strip()
    once = layout._attempt(text)
    assert meaning(once) == meaning(text)
    assert layout._attempt(once) == once


@pytest.mark.parametrize("sql", STATEMENTS, ids=title)
def test_lay_out_statement_with_or_without_semicolon_looks_the_same(sql):
    """The caller may add the semicolon before or after."""
    bare = sql.strip().removesuffix(";").rstrip()
    assert lay_out(terminate(bare)) == terminate(lay_out(bare))


def test_lay_out_mixed_line_ends_and_tabs_leaves_bodies_alone():
    """A body with tabs, CRLF and trailing blanks is a literal like any other."""
    body = "$body$\r\n\tBEGIN  \r\n\t-- 'x\r\n\tEND\t$body$"
    result = lay_out(f"create function f() returns void\r\nlanguage plpgsql\r\nas {body};")
    assert result == f"CREATE FUNCTION f()\n    RETURNS void\n    LANGUAGE plpgsql\nAS {body};"


@pytest.mark.parametrize(
    "sql",
    [
        "select 'open",
        "select /* a /* nested */ comment */ 1  from   t",
        "create table t (a int",
        "create table t a int)",
        "select (1]",
        "\\copy t from x  y",
        "explain   select 1",
        "do $$ begin\n\n end $$",
        "-- only a comment",
        "",
        ";",
    ],
)
def test_lay_out_text_it_does_not_know_is_kept(sql):
    """What is unknown or unreadable comes back as it came."""
    assert lay_out(f"\n {sql}\t\n") == sql


def test_lay_out_white_space_of_other_alphabets_is_part_of_names():
    """A no-break space is a letter for PostgreSQL, at the end of the text too."""
    assert lay_out("select 1 as a\u00a0\n") == "SELECT 1 AS a\u00a0"


BLANK = st.sampled_from([" ", "\n", "\t", "  \r\n ", "\n\n"])
COMMENT = st.sampled_from(
    ["-- squawk-ignore x\n", "--'\n", "/* it's */", "/* two\n  lines */", "/*;*/", "--\t$$ \r\n"]
)
GAP = st.one_of(BLANK, BLANK, BLANK, st.builds("{}{}{}".format, BLANK, COMMENT, BLANK))
LITERAL = st.sampled_from(
    [
        *("''", "'it''s'", r"'\'", r"E'\''", "'a\n\t b'", "'a'\n  'b'", "U&'\\0061'", "B'1'"),
        *("$$a'b$$", "$t$ $$ -- \t\n$t$", '"type"', '"a""b"', "'--'", "'/*'", "';'", "$1"),
        *("'" + "wide " * 30 + "'", "größe", "select_", "1.5e-3", "- -1", "a->>'b'", "x::text"),
    ]
)


@st.composite
def rewritten(draw):
    """A known statement with other white space, with comments, and with other literals."""
    parts = []
    for token in read(draw(st.sampled_from(STATEMENTS)).strip()):
        literal = token[0] in "'$" and draw(st.booleans())
        parts += [draw(LITERAL) if literal else token, draw(GAP)]
    return "".join(f"{part}\n" if part.startswith("--") else part for part in parts)


PIECE = st.one_of(
    LITERAL,
    COMMENT,
    st.sampled_from(
        [
            *("create table t", "alter table t", "select", "from", "where", "and", "or", "insert"),
            *("create view v as", "with x as", "values", "union all", "join", "on", "between"),
            *("create function f()", "begin atomic", "end", "language sql", "as", "case", "type"),
            *("(", "(select", ")", ",", ",", ";", ".", "[", "]", "::", ":", "=", "*", "a", "b"),
            *("grant", "to", "update t set", "create index i on t", "primary key", "not", "null"),
        ]
    ),
)


def meaning(sql: str) -> list[str]:
    """What the oracle reads, white space at the end of comments and the case of keywords apart."""
    return [
        token.upper()
        if token.upper() in KEYWORDS and token.isascii()
        else token.rstrip()
        if token.startswith("--")
        else token
        for token in read(sql)
    ]


@settings(deadline=None)
@given(rewritten())
def test_lay_out_any_spacing_comments_and_literals_keeps_tokens(sql):
    """Tokens, literals byte for byte and the place of comments are kept, and twice is once."""
    text = sql.strip(" \t\n\r\f\v")
    once = layout._attempt(text)
    assert meaning(once) == meaning(text)
    assert same_tokens(once, text)
    assert lay_out(text) == once
    assert lay_out(once) == once


@settings(deadline=None)
@given(st.lists(PIECE, max_size=25).map(" ".join))
def test_lay_out_pieces_of_sql_keep_tokens_and_are_stable(sql):
    """So it is for what is no SQL at all, with the safety net."""
    once = lay_out(sql)
    assert meaning(once) == meaning(sql)
    assert lay_out(once) == once


@given(st.text())
def test_lay_out_any_text_never_raises(sql):
    """Any text has a layout, its own at worst, and cutting it loses nothing."""
    assert lay_out(lay_out(sql)) == lay_out(sql)
    assert "".join("".join(split(sql)).split()) == "".join(sql.split())


def test_split_script_cuts_where_psql_cuts():
    """Semicolons in literals, parentheses and routine bodies do not end a statement."""
    script = (
        "select ';'; -- one\n"
        "-- two\nselect $$;$$;\n"
        "create rule r as on insert to t do (select 1; select 2);"
        "create function f() returns int begin atomic select case when true then 1 end; end;"
        " begin; end; -- bye\n-- the end"
    )
    assert split(script) == [
        "select ';'; -- one",
        "-- two\nselect $$;$$;",
        "create rule r as on insert to t do (select 1; select 2);",
        "create function f() returns int begin atomic select case when true then 1 end; end;",
        "begin;",
        "end; -- bye\n-- the end",
    ]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select 1", "select 1;"),
        ("select 1;", "select 1;"),
        ("select 1 -- one", "select 1; -- one"),
        ("select 1; -- one", "select 1; -- one"),
        ("-- nothing", "-- nothing"),
        ("select 'open", "select 'open"),
    ],
)
def test_terminate_puts_the_semicolon_behind_the_last_token(sql, expected):
    """In a comment at the end it would be lost."""
    assert terminate(sql) == expected


def rows(count: int) -> str:
    """Many rows."""
    values = ", ".join(f"({number}, 'name', now())" for number in range(count))
    return f"INSERT INTO t (a, b, c) VALUES {values}"


def columns(count: int) -> str:
    """Many columns."""
    return "CREATE TABLE t (" + ", ".join(f"c{number} int" for number in range(count)) + ")"


def script(count: int) -> str:
    """Many statements."""
    return "\n".join(f"create table t{number} (\n\tid int\n)\n;" for number in range(count))


def conditions(count: int) -> str:
    """Many conditions."""
    return "CREATE VIEW v AS SELECT * FROM t WHERE " + " OR ".join(["a = (b)"] * count)


def nested(count: int) -> str:
    """Many subqueries, one in the other."""
    return "SELECT " + "(SELECT " * count + "1" + ")" * count


def calls_to_lay_out(sql: str) -> int:
    """Count the function calls that a layout takes."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        lay_out(sql)
    finally:
        sys.setprofile(before)
    return calls


@pytest.mark.parametrize("statement", [rows, columns, script, conditions, nested])
def test_lay_out_twice_the_text_takes_twice_the_work(statement):
    """The work, counted in function calls, grows with the text and not faster."""
    assert calls_to_lay_out(statement(1000)) < 2.2 * calls_to_lay_out(statement(500))


def test_lay_out_more_than_ten_thousand_tokens_is_laid_out():
    """Where sqlparse's grouping stops there is no limit."""
    assert lay_out(rows(3000)).splitlines()[:4] == [
        "INSERT INTO t (a, b, c)",
        "VALUES",
        "    (0, 'name', now()),",
        "    (1, 'name', now()),",
    ]
    assert len(lay_out(columns(1600)).splitlines()) == 1602
