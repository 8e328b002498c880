"""The tokens are PostgreSQL's: checked against a second, independent reading of its rules."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from layout_oracle import read

from pgcraft.review.layout import same_tokens
from pgcraft.review.layout.lexer import UnreadableError, scan
from pgcraft.review.layout.vocabulary import KEYWORDS

if TYPE_CHECKING:
    from types import ModuleType


def lexemes(sql: str) -> list[str]:
    """What our lexer reads, white space apart."""
    return [text for _, text in scan(sql) if text.strip(" \t\n\r\f\v")]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (r"'a\' 'b'", [r"'a\'", "'b'"]),
        (r"E'it\'s' x", [r"E'it\'s'", "x"]),
        (r"e'\\' x", [r"e'\\'", "x"]),
        ("'it''s'x", ["'it''s'", "x"]),
        ("'a'\n\t'b' 'c'", ["'a'\n\t'b'", "'c'"]),
        ("'a' -- why\n 'b'", ["'a' -- why\n 'b'"]),
        ("U&'d\\0061' U&\"d\"", ["U&'d\\0061'", 'U&"d"']),
        ("B'101' x'1F' n'x'", ["B'101'", "x'1F'", "n'x'"]),
        ('"a""b" "\'"', ['"a""b"', '"\'"']),
        ("$$ a ' -- $$ x", ["$$ a ' -- $$", "x"]),
        ("$f$ $$ $g$ $f$", ["$f$ $$ $g$ $f$"]),
        ("$ü$ a $ü$ $ÿ$ b $ÿ$", ["$ü$ a $ü$", "$ÿ$ b $ÿ$"]),
        ("a$b$c $1", ["a$b$c", "$1"]),
        (
            "a::int := b::text[1:2]",
            ["a", "::", "int", ":=", "b", "::", "text", "[", "1", ":", "2", "]"],
        ),
        ("a @> b ?| c ->> 'd' # 1", ["a", "@>", "b", "?|", "c", "->>", "'d'", "#", "1"]),
        ("a*-1 <@-1", ["a", "*", "-", "1", "<@-", "1"]),
        ("a-->b\nc", ["a", "-->b", "c"]),
        ("a*/*c*/b", ["a", "*", "/*c*/", "b"]),
        ("1..2 1.5e-3 0x1F .5 1_000", ["1", "..", "2", "1.5e-3", "0x1F", ".5", "1_000"]),
        ("größe \u00a0x \u017felect", ["größe", "\u00a0x", "\u017felect"]),
    ],
)
def test_lexer_postgres_text_is_cut_where_postgres_cuts_it(sql, expected):
    """Literals, comments and operators end where scan.l ends them."""
    assert lexemes(sql) == expected
    assert read(sql) == expected


@pytest.mark.parametrize(
    "sql",
    ["'open", '"open', "$a$ open $A$", "/* open", r"E'open\'", "\\d t", "a /* b /* c */ d */"],
)
def test_lexer_text_without_an_end_is_refused(sql):
    """What does not end, psql's commands, and nested comments are not guessed at."""
    with pytest.raises(UnreadableError):
        lexemes(sql)


PIECES = st.sampled_from(
    [
        *("select", "E", "U&", "B", "a", "$", "$1", "$a$", "$$", "'", "''", '"', "\\", "\\'", "--"),
        *("/*", "*/", "*", "/", "-", "+", "<", ">", "@", "#", "?", ":", "::", "=", "(", ")", "["),
        *("1", ".", "..", "e5", "é", "\u00a0", " ", "\n", "\r", "\t", ",", ";", "0x1", "_"),
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_lexer_any_pieces_read_as_the_oracle_reads_them(sql):
    """Whatever is put together, both readings cut it at the same places or our lexer refuses it."""
    try:
        ours = lexemes(sql)
    except UnreadableError:
        return
    assert ours == read(sql)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("select  1", "SELECT\n1", True),
        ("select Foo", "select foo", False),
        ("select 'A'", "select 'a'", False),
        ('select "a"', "select a", False),
        ("select 1 -- x ", "select 1 -- x", True),
        ("select 1 -- x", "select 1", False),
        ("select /* a */ 1", "select 1 /* a */", False),
        ("select a - -1", "select a --1", False),
        ("select 'a'\n'b'", "select 'a' 'b'", False),
        ("select $a$ $a$", "select $a$  $a$", False),
        ("select E 'a'", "select E'a'", False),
        ("select a b", "select ab", False),
        ("select 1;", "select 1", False),
        ("x 'open", "x 'open ", True),
        ("x 'open", "x  'open", False),
    ],
)
def test_same_tokens_of_two_texts(a, b, same):
    """Only white space between tokens and the case of keywords make no difference."""
    assert same_tokens(a, b) is same
    assert same_tokens(b, a) is same


@pytest.mark.parametrize("name", ["keywords", "queries", "routines", "sorts", "tables", "writer"])
def test_vocabulary_holds_each_word_of_the_tables(name):
    """A word that may be capitalized and is no keyword would make the layout fall back."""
    module = import_module(f"pgcraft.review.layout.{name}")
    assert words_in(module) <= KEYWORDS


def words_in(module: ModuleType) -> set[str]:
    """The words in the tables of a module."""

    def texts(value: object) -> list[str]:
        if isinstance(value, str):
            return [value]
        if isinstance(value, re.Pattern):
            return [value.pattern.replace("?:", "")]
        if isinstance(value, dict):
            return texts([*value.keys(), *value.values()])
        if isinstance(value, list | tuple | set | frozenset):
            return [text for part in value for text in texts(part)]
        return texts(value.head) if hasattr(value, "head") else []

    tables = [value for name, value in vars(module).items() if name.isupper()]
    return set(re.findall(r"\b[A-Z]{2,}\b", " ".join(texts(tables))))
