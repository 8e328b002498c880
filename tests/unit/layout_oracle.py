"""A second reading of PostgreSQL's scan.l, character by character, for the tests only.

It shares no code and no method with the lexer of ``pgcraft.review.layout``: no regular
expressions, nested comments as PostgreSQL counts them, nothing of sqlparse.
"""

from __future__ import annotations

SPACE = " \t\n\r\f\v"
OPERATOR = "~!@#^&|`?+-*/%<>="
SPECIAL = "~!@#^&|`?%"


def letter(char: str) -> bool:
    """A character that may begin a name."""
    return ("a" <= char.lower() <= "z" and char.isascii()) or char == "_" or ord(char) >= 0x80


def digit(char: str) -> bool:
    """A decimal digit."""
    return "0" <= char <= "9"


def read(sql: str) -> list[str]:
    """Return the tokens and comments of a text; what does not end reaches to its end."""
    found: list[str] = []
    at = 0
    while at < len(sql):
        if sql[at] in SPACE:
            at += 1
            continue
        end = max(token_end(sql, at), at + 1)
        found.append(sql[at:end])
        at = end
    return found


def token_end(sql: str, at: int) -> int:  # noqa: C901, PLR0911 - one case a line, as in scan.l
    """Return where the token that begins at a place ends."""
    char, two = sql[at], sql[at : at + 2]
    if two == "--":
        return line_end(sql, at)
    if two == "/*":
        return comment_end(sql, at)
    if char == "'":
        return literal_end(sql, at, escapes=False)
    if len(two) == 2 and two[0] in "eE" and two[1] == "'":
        return literal_end(sql, at + 1, escapes=True)
    if len(two) == 2 and two[0] in "bBxXnN" and two[1] == "'":
        return literal_end(sql, at + 1, escapes=False)
    if two in {"u&", "U&"} and sql[at + 2 : at + 3] in {"'", '"'}:
        return (
            quoted_end(sql, at + 2)
            if sql[at + 2] == '"'
            else literal_end(sql, at + 2, escapes=False)
        )
    if char == '"':
        return quoted_end(sql, at)
    if char == "$":
        return dollar_end(sql, at)
    if letter(char):
        while at < len(sql) and (letter(sql[at]) or digit(sql[at]) or sql[at] == "$"):
            at += 1
        return at
    if digit(char) or (char == "." and digit(sql[at + 1 : at + 2] or "x")):
        return number_end(sql, at)
    if two in {"::", ":=", ".."}:
        return at + 2
    return operator_end(sql, at) if char in OPERATOR else at + 1


def line_end(sql: str, at: int) -> int:
    """Return where the line ends."""
    while at < len(sql) and sql[at] not in "\n\r":
        at += 1
    return at


def comment_end(sql: str, at: int) -> int:
    """Return where a block comment ends, the ones inside it counted."""
    depth = 0
    while at < len(sql):
        two = sql[at : at + 2]
        if two in {"/*", "*/"}:
            depth += 1 if two == "/*" else -1
            at += 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def quoted_end(sql: str, at: int) -> int:
    """Return where a quoted name ends."""
    at += 1
    while at < len(sql):
        if sql[at] == '"':
            if sql[at + 1 : at + 2] != '"':
                return at + 1
            at += 1
        at += 1
    return at


def literal_end(sql: str, at: int, *, escapes: bool) -> int:
    """Return where a literal ends, with its parts on other lines."""
    at += 1
    while at < len(sql):
        if (sql[at] == "\\" and escapes) or sql[at : at + 2] == "''":
            at += 2
        elif sql[at] == "'":
            follows = continuation(sql, at + 1)
            if follows is None:
                return at + 1
            at = follows
        else:
            at += 1
    return len(sql)


def continuation(sql: str, at: int) -> int | None:
    """Return the place behind the quote that goes on with the literal, if one does."""
    new_line = False
    while at < len(sql):
        if sql[at] in SPACE:
            new_line = new_line or sql[at] in "\n\r"
            at += 1
        elif sql[at : at + 2] == "--":
            at = line_end(sql, at)
        else:
            return at + 1 if new_line and sql[at] == "'" else None
    return None


def dollar_end(sql: str, at: int) -> int:
    """Return where a dollar-quoted literal or a parameter ends."""
    end = at + 1
    while end < len(sql) and (letter(sql[end]) or (digit(sql[end]) and end > at + 1)):
        end += 1
    if sql[end : end + 1] == "$":
        tag = sql[at : end + 1]
        close = sql.find(tag, end + 1)
        return len(sql) if close < 0 else close + len(tag)
    end = at + 1
    while end < len(sql) and digit(sql[end]):
        end += 1
    return end


def number_end(sql: str, at: int) -> int:
    """Return where a number ends."""
    if sql[at] == "0" and sql[at + 1 : at + 2].lower() in {"x", "o", "b"}:
        end = at + 2
        while end < len(sql) and sql[end] in "0123456789abcdefABCDEF_":
            end += 1
        if end > at + 2:
            return end
    end = digits_end(sql, at)
    if sql[end : end + 1] == "." and sql[end : end + 2] != "..":
        end = digits_end(sql, end + 1)
    if sql[end : end + 1] in {"e", "E"}:
        power = end + 1 + (sql[end + 1 : end + 2] in {"+", "-"})
        if digit(sql[power : power + 1] or "x"):
            end = digits_end(sql, power)
    return end


def digits_end(sql: str, at: int) -> int:
    """Return where a run of digits ends."""
    while at < len(sql) and (digit(sql[at]) or sql[at] == "_"):
        at += 1
    return at


def operator_end(sql: str, at: int) -> int:
    """Return where an operator ends: in + or - only with a special character in it."""
    end = at
    while end < len(sql) and sql[end] in OPERATOR and sql[end : end + 2] not in {"--", "/*"}:
        end += 1
    while end > at + 1 and sql[end - 1] in "+-" and not set(sql[at:end]) & set(SPECIAL):
        end -= 1
    return end
