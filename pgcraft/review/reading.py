r"""How ``psql`` reads a text: where its own commands, its statements and their ends are.

After its scanner, ``src/fe_utils/psqlscan.l``. What is in literals, quoted names, bodies and
comments goes to the server; a backslash anywhere else begins a command of ``psql``'s, such as
``\!``, which runs a program.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# A literal goes on after a line break, in the same sort of quotes.
_CONTINUED = r"(?>(?:[ \t\f\v]|--[^\n\r]*+)*)[\n\r](?>(?:[ \t\n\r\f\v]|--[^\n\r]*+[\n\r])*)'"
_ESCAPED = r"(?>(?:[^'\\]++|\\[\s\S]|'')*)'"
_EXACT = r"(?>(?:[^']++|'')*)'"
_LETTER = r"A-Za-z_\u0080-\U0010ffff"


def _scanner(plain: str) -> re.Pattern[str]:
    """The tokens; ``plain`` is what is between quotes without a letter before."""
    return re.compile(
        rf"""
          (?P<blank>[ \t\n\r\f\v]++|--[^\n\r]*+)
        | (?P<comment>/\*)
        | (?P<literal>
              [eE]'{_ESCAPED}(?>(?:{_CONTINUED}{_ESCAPED})*)
            | (?:[bBxX]|[uU]&)'{_EXACT}(?>(?:{_CONTINUED}{_EXACT})*)
            | '{plain}(?>(?:{_CONTINUED}{plain})*)
            | \$(?P<tag>(?:[{_LETTER}][{_LETTER}0-9]*+)?)\$[\s\S]*?\$(?P=tag)\$
          )
        | (?P<name>(?:[uU]&)?"(?>(?:[^"]++|"")*)")
        | (?P<word>(?![eEbBxXnN]'|[uU]&['"])[{_LETTER}][{_LETTER}0-9$]*+|[nN](?='))
        | (?P<number>(?:[0-9][0-9_]*+(?:\.[0-9_]*+)?|\.[0-9]++)|\$[0-9]++)
        | (?P<unfinished>'|"|\$(?:[{_LETTER}][{_LETTER}0-9]*+)?\$)
        | (?P<command>\\[^\n\r]*+)
        | (?P<mark>[\s\S])
        """.replace("\n", ""),
        re.VERBOSE,
    )


_STANDARD, _WITH_ESCAPES = _scanner(_EXACT), _scanner(_ESCAPED)
_COMMENT_EDGE = re.compile(r"/\*|\*/")
# What a statement is can be seen from its beginning; a long one is not kept.
_BEGINNING = 64


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What ``psql`` finds in a text.

    Attributes:
        command: The first command of its own, to the end of the line; None when there is none.
        unfinished: What is open at the end, in words; None when nothing is.
        statements: The first words of each statement that a semicolon ends, those in parentheses
            left out: bare ones in upper case, quoted names as they are.
        rest: Those of what has no semicolon; none when everything has.
    """

    command: str | None
    unfinished: str | None
    statements: tuple[tuple[str, ...], ...]
    rest: tuple[str, ...]


def read(sql: str, *, escapes: bool = False) -> Reading:
    """Read a text as ``psql`` does.

    Args:
        sql: The text, as it stands in a script.
        escapes: Whether a backslash in a plain literal escapes, as it does while
            ``standard_conforming_strings`` is off; ``psql`` follows the server there.

    Returns:
        What is in it. Nothing is read behind a command.
    """
    scanner = _WITH_ESCAPES if escapes else _STANDARD
    found: list[tuple[str, ...]] = []
    open_one = _Open()
    position = 0
    while position < len(sql):
        token = scanner.match(sql, position)
        assert token is not None  # noqa: S101  # the last alternative takes any character
        position = token.end()
        kind, text = token.lastgroup or "literal", token[0]
        if kind == "tag":  # the innermost group that took part
            kind = "literal"
        if kind == "command":
            return _reading(found, open_one, command=text.rstrip())
        if kind == "unfinished":
            return _reading(found, open_one, unfinished=_UNFINISHED.get(text, "a body"))
        if kind == "comment":
            end = _end_of_comment(sql, position)
            if end is None:
                return _reading(found, open_one, unfinished="a comment")
            position = end
        elif text == ";" and open_one.ends:
            if open_one.words:
                found.append(tuple(open_one.words))
            open_one = _Open()
        elif kind != "blank":
            open_one.take(kind, text)
    return _reading(found, open_one, unfinished=None if open_one.ends else "parentheses")


_UNFINISHED = {"'": "a literal", '"': "a quoted name"}


def _reading(
    found: list[tuple[str, ...]],
    rest: _Open,
    *,
    command: str | None = None,
    unfinished: str | None = None,
) -> Reading:
    return Reading(
        command=command,
        unfinished=unfinished,
        statements=tuple(found),
        rest=tuple(rest.words),
    )


@dataclass(kw_only=True)
class _Open:
    """The statement that is being read."""

    words: list[str] = field(default_factory=list)
    depth: int = 0
    begun: int = 0

    @property
    def ends(self) -> bool:
        """Whether a semicolon would end it."""
        return self.depth <= 0 and self.begun == 0

    def take(self, kind: str, text: str) -> None:
        if text == "(":
            self.depth += 1
        elif text == ")":
            self.depth = max(self.depth - 1, 0)
        if self.depth == 0:
            word = text.upper() if kind == "word" else text
            if kind == "word" and self._makes_routine():
                self._count(word)
            if len(self.words) < _BEGINNING:
                self.words.append(word if kind in {"word", "name", "mark"} else "")

    def _makes_routine(self) -> bool:
        """Whether it can have a body of statements, from BEGIN ATOMIC to END."""
        head = [word for word in self.words[:4] if word]
        routine = {"FUNCTION", "PROCEDURE"}
        return head[:1] == ["CREATE"] and (
            bool(routine & {*head[1:2]})
            or (head[1:3] == ["OR", "REPLACE"] and bool(routine & {*head[3:4]}))
        )

    def _count(self, word: str) -> None:
        if word == "BEGIN" or (word == "CASE" and self.begun):
            self.begun += 1
        elif word == "END" and self.begun:
            self.begun -= 1


def _end_of_comment(sql: str, position: int) -> int | None:
    """Where a comment ends, with those in it."""
    depth = 1
    for edge in _COMMENT_EDGE.finditer(sql, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return None
