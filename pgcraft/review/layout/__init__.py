"""Lay out SQL for people to read, without changing what it says.

Keywords are written in capitals and each clause, column or condition gets its line; names,
literals, bodies and comments stay byte for byte. A statement whose sort is not known here,
or that cannot be read as PostgreSQL would, is returned as it came.
"""

from __future__ import annotations

from pgcraft.review.layout.draft import Draft, UnbalancedError
from pgcraft.review.layout.lexer import BLANKS, UnreadableError, tokenize
from pgcraft.review.layout.lexer import same_tokens as _same_tokens
from pgcraft.review.layout.script import Statement, statements
from pgcraft.review.layout.sorts import plan
from pgcraft.review.layout.vocabulary import KEYWORDS
from pgcraft.review.layout.writer import wrap, write

__all__ = ["lay_out", "same_tokens", "split", "terminate"]


def lay_out(sql: str) -> str:
    """Lay out a statement, or several with semicolons between.

    Args:
        sql: The text, with or without comments and a semicolon at the end.

    Returns:
        The same tokens, well spaced; the text itself without white space around it where
        that cannot be done.
    """
    text = sql.strip(BLANKS)
    result = _attempt(text)
    # Proven here and not only in tests: a plain layout is fine, changed SQL is not.
    if result == text or (same_tokens(text, result) and _attempt(result) == result):
        return result
    return text


def split(sql: str) -> list[str]:
    """Cut a text into its statements, each with the comments before it and its semicolon.

    Args:
        sql: Any text.

    Returns:
        The statements; the text as one where it cannot be read or holds only comments.
    """
    whole = [text] if (text := sql.strip(BLANKS)) else []
    try:
        return [statement.text for statement in statements(sql)] or whole
    except UnreadableError:
        return whole


def same_tokens(a: str, b: str) -> bool:
    """Say whether two texts are the same tokens and comments in the same order.

    White space and the case of keywords make no difference.
    """
    return _same_tokens(a, b, keywords=KEYWORDS)


def terminate(sql: str) -> str:
    """Put a semicolon behind the last token of a statement that has none.

    A semicolon at the end of the text would be lost in a comment there.
    """
    try:
        tokens = tokenize(sql)
    except UnreadableError:
        return sql
    if len(tokens) == 1 or tokens[-2].word == ";":
        return sql
    end = tokens[-2].start + len(tokens[-2].text)
    return f"{sql[:end]};{sql[end:]}"


def _attempt(sql: str) -> str:
    try:
        return "\n\n".join(_lay_out_one(statement) for statement in statements(sql)) or sql
    except UnreadableError:
        return sql


def _lay_out_one(statement: Statement) -> str:
    try:
        draft = Draft(statement.tokens)
    except UnbalancedError:
        return statement.text
    if not plan(draft):
        return statement.text
    wrap(draft)
    return write(draft, semicolon=statement.semicolon, trailing=statement.trailing)
