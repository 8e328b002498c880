"""Write a draft as text: its lines, the comments at their places, long lines wrapped."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pgcraft.review.layout.draft import STEP, WIDTH, Draft
from pgcraft.review.layout.keywords import index, words
from pgcraft.review.layout.lexer import BLANKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcraft.review.layout.lexer import Comment, Token

_WRAPPED = index(
    [
        *("REFERENCES", "CHECK (", "CONSTRAINT", "GENERATED", "ON DELETE", "ON UPDATE"),
        *("DEFERRABLE", "NOT DEFERRABLE", "INITIALLY", "NOT VALID", "EXCLUDE USING"),
        "FOREIGN KEY",
        "FOR VALUES",
        *("AND", "OR", "WHEN", "ELSE", "FROM", "WHERE", "ORDER BY", "GROUP BY", "LIMIT"),
        *("INNER JOIN", "LEFT JOIN", "LEFT OUTER JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"),
        *("JOIN", "UNION", "USING (", "DO UPDATE SET", "DO NOTHING", "WITH ("),
    ]
)
# A clause does not begin behind these: they are part of it.
_JOINED = words("( LEFT RIGHT FULL INNER OUTER CROSS NATURAL NOT CONSTRAINT ADD VALUES")
_TOUCHING = words(", ) ]")


def wrap(draft: Draft) -> None:
    """Break the lines that are too long, after commas and before clauses.

    Args:
        draft: A draft whose lines are decided; the breaks are added to it.
    """
    starts = sorted({0, *draft.breaks})
    for start, end in pairwise([*starts, len(draft.tokens)]):
        column = draft.breaks.get(start, 0)
        if draft.one_line(start, end) and column + draft.width(start, end) > WIDTH:
            _fill(draft, start, end, column, draft.hangs.get(start, column + STEP))


def _fill(draft: Draft, start: int, end: int, column: int, hang: int) -> None:
    """Break before a part of a line if it does not fit behind what stands there already.

    A part reaches from one place where a line may break to the next one that is not
    deeper in parentheses, so an outer place is taken before an inner one.
    """
    places = _places(draft, start, end)
    reach: dict[int, int] = {}
    waiting: list[tuple[int, int]] = []
    for place, depth in [*places, (end, -1)]:
        while waiting and waiting[-1][1] >= depth:
            reach[waiting.pop()[0]] = place
        waiting.append((place, depth))
    left, outer = start, column
    for place, depth in places:
        if column + draft.width(left, reach[place]) >= WIDTH:
            outer = outer if depth else hang
            left, column = place, outer + (STEP if depth else 0)
            draft.break_before(place, column)


def _places(draft: Draft, start: int, end: int) -> list[tuple[int, int]]:
    found = []
    depth = 0
    between = False
    for place in range(start, end):
        word = draft.word(place)
        depth += (word in {"(", "["}) - (word in {")", "]"})
        between = between or word == "BETWEEN"
        if place == start or (word == "AND" and between):
            between = between and word != "AND"
        elif draft.word(place - 1) == "," or (
            draft.phrase_at(place, _WRAPPED) and draft.word(place - 1) not in _JOINED
        ):
            found.append((place, depth))
    return found


def write(draft: Draft, *, semicolon: Token | None, trailing: Sequence[Comment]) -> str:
    """Write a draft as text.

    Args:
        draft: A draft with all its breaks.
        semicolon: The semicolon to end with, if any.
        trailing: The comments after the statement.

    Returns:
        The text, without white space around it.
    """
    page = _Page()
    hang = STEP
    for place, token in enumerate(draft.tokens):
        start = draft.breaks.get(place, 0 if place == 0 else None)
        if start is not None:
            hang = draft.hangs.get(place, start + STEP)
        indent = hang if start is None else start
        _put_comments(page, draft, place, indent)
        if start is not None and not _follows_comment(draft, place):
            page.new_line()
        after_comment = token.comments and token.word not in _TOUCHING
        page.put(draft.texts[place], indent, " " if after_comment else draft.gap(place))
    if semicolon:
        for comment in semicolon.comments:
            page.put_comment(comment, hang)
        page.put(";", hang, " " if semicolon.comments else "")
    for comment in trailing:
        page.put_comment(comment, 0)
    return "".join(page.parts).rstrip(BLANKS)


def _put_comments(page: _Page, draft: Draft, place: int, indent: int) -> None:
    token = draft.tokens[place]
    if place in draft.breaks and token.word in {")", "]"}:
        indent += STEP
    if place in draft.breaks and _follows_comment(draft, place):
        page.new_line()
    for comment in token.comments:
        page.put_comment(comment, indent)


def _follows_comment(draft: Draft, place: int) -> bool:
    """Say whether a comment that stands before a token on its line speaks of that token."""
    comments = draft.tokens[place].comments
    begins = place == 0 or draft.word(place - 1) in {",", "("}
    return begins and bool(comments) and not any(comment.ends_line for comment in comments)


class _Page:
    """The text so far, and whether something stands on its last line."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.empty = True

    def new_line(self) -> None:
        if not self.empty:
            self.parts.append("\n")
            self.empty = True

    def put(self, text: str, indent: int, gap: str) -> None:
        self.parts += (" " * indent if self.empty else gap, text)
        self.empty = False

    def put_comment(self, comment: Comment, indent: int) -> None:
        if comment.opens_line:
            self.new_line()
        self.put(comment.text, indent, " ")
        if comment.ends_line:
            self.new_line()
