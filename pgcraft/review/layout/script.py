"""The statements of a text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from pgcraft.review.layout.lexer import Comment, Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROUTINES = {"FUNCTION", "PROCEDURE"}
_LONGEST_HEAD = 4  # CREATE OR REPLACE FUNCTION


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement.

    Attributes:
        text: As it came, from its first comment to its last.
        tokens: Without the semicolon. A ``BEGIN ATOMIC … END`` body is one token.
        semicolon: The semicolon, if there is one.
        trailing: The comments after it that belong to it.
    """

    text: str
    tokens: Sequence[Token]
    semicolon: Token | None
    trailing: Sequence[Comment]


def statements(sql: str) -> Iterator[Statement]:
    """Cut a text at its semicolons.

    Those in parentheses (CREATE RULE) and between BEGIN ATOMIC and END do not count, as
    with psql. A comment belongs to the statement below it, or to the one whose line it ends.

    Args:
        sql: Any text.

    Yields:
        The statements.

    Raises:
        UnreadableError: When the text is not PostgreSQL's SQL.
    """
    *tokens, last = tokenize(sql)
    start = 0
    for end in _semicolons(tokens):
        after = tokens[end + 1] if end + 1 < len(tokens) else last
        own = after.comments if after is last else _on_the_same_line(after.comments)
        if after is not last:
            tokens[end + 1] = after._replace(comments=after.comments[len(own) :])
        yield _statement(sql, tokens[start:end], tokens[end], own)
        start = end + 1
    if start < len(tokens):
        yield _statement(sql, tokens[start:], None, last.comments)


def _semicolons(tokens: Sequence[Token]) -> Iterator[int]:
    start = depth = begun = 0
    for place, token in enumerate(tokens):
        word = token.word
        depth += (word == "(") - (word == ")")
        if word == ";" and depth <= 0 and not begun:
            yield place
            start, depth = place + 1, 0
        elif begun:
            begun += (word in {"BEGIN", "CASE"}) - (word == "END")
        elif word == "ATOMIC" and tokens[place - 1].word == "BEGIN":
            begun = int(_is_routine(tokens[start : start + _LONGEST_HEAD]))


def _is_routine(head: Sequence[Token]) -> bool:
    words = [token.word for token in head]
    return words[0] == "CREATE" and not _ROUTINES.isdisjoint(words)


def _on_the_same_line(comments: tuple[Comment, ...]) -> tuple[Comment, ...]:
    own = tuple(takewhile(lambda comment: not comment.opens_line, comments))
    return own if own and own[-1].ends_line else ()


def _statement(
    sql: str, tokens: list[Token], semicolon: Token | None, trailing: tuple[Comment, ...]
) -> Statement:
    everything = [*tokens, semicolon] if semicolon else tokens
    first, last = everything[0], everything[-1]
    start = first.comments[0].start if first.comments else first.start
    final = trailing[-1] if trailing else last
    return Statement(
        text=sql[start : final.start + len(final.text)],
        tokens=_with_body_as_one(sql, tokens),
        semicolon=semicolon,
        trailing=trailing,
    )


def _with_body_as_one(sql: str, tokens: list[Token]) -> list[Token]:
    if tokens and _is_routine(tokens[:_LONGEST_HEAD]):
        for place, token in enumerate(tokens[:-1]):
            if token.word == "BEGIN" and tokens[place + 1].word == "ATOMIC":
                body = sql[token.start : tokens[-1].start + len(tokens[-1].text)]
                return [*tokens[:place], token._replace(text=body)]
    return tokens
