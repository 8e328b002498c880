"""Lines of SELECT, INSERT, UPDATE, DELETE and of what holds a query: views, CREATE TABLE AS."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pgcraft.review.layout.draft import STEP, Draft
from pgcraft.review.layout.keywords import index

if TYPE_CHECKING:
    from collections.abc import Callable

_JOINS = [
    f"{natural}{side}JOIN"
    for natural in ("", "NATURAL ")
    for side in (
        *("", "INNER ", "CROSS "),
        *(
            f"{outer_side} {outer}"
            for outer_side in ("LEFT", "RIGHT", "FULL")
            for outer in ("", "OUTER ")
        ),
    )
]
_SETS = ("UNION", "INTERSECT", "EXCEPT")
_CLAUSES = index(
    [
        *("WITH", "WITH RECURSIVE", "SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "WINDOW"),
        *("ORDER BY", "LIMIT", "OFFSET", "FETCH", "FETCH FIRST", "FETCH NEXT"),
        *("FOR UPDATE", "FOR SHARE", "FOR NO KEY UPDATE", "FOR KEY SHARE"),
        *(name + suffix for name in _SETS for suffix in ("", " ALL", " DISTINCT")),
        *_JOINS,
        *("INSERT INTO", "VALUES (", "DEFAULT VALUES", "ON CONFLICT", "RETURNING"),
        *("UPDATE", "SET", "DELETE FROM", "USING"),
        *("OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"),
        *("WITH CHECK OPTION", "WITH LOCAL CHECK OPTION", "WITH CASCADED CHECK OPTION"),
        *("WITH DATA", "WITH NO DATA"),
    ]
)
_QUERY_STARTS = {"SELECT", "WITH", "VALUES"}
_CONDITIONS = {"WHERE", "HAVING", "ON"}
# Deeper subqueries stay on one line: planning them recurses.
_DEEPEST = 40


def plan_query(draft: Draft, start: int, end: int, column: int = 0) -> None:
    """Give each clause of a query its line, and what is long in it more lines.

    Args:
        draft: The statement.
        start: Where the query begins.
        end: Where it ends.
        column: The column for its clauses.
    """
    places = [
        place for place in draft.clauses(start, end, _CLAUSES) if _is_clause(draft, start, place)
    ]
    bounds = [start, *(place for place in places if place != start), end]
    for begin, stop in pairwise(bounds):
        draft.break_before(begin, column)
        _CLAUSE_PLANS.get(draft.word(begin), _plan_conditions)(draft, begin, stop, column)


def plan_short_query(draft: Draft, start: int, end: int) -> None:
    """Leave a query that fits on one line there; give others their lines."""
    if draft.fits(0, end, 0):
        draft.clauses(start, end, _CLAUSES)
    else:
        plan_query(draft, 0, end)


def plan_query_after_as(draft: Draft, start: int, end: int) -> None:
    """Lay out ``CREATE VIEW … AS`` and the query below it."""
    for place in draft.level(start, end):
        if draft.word(place) == "AS":
            plan_query(draft, place + 1, end)
            return


def _is_clause(draft: Draft, start: int, place: int) -> bool:
    """Tell clauses from the same words elsewhere: IS DISTINCT FROM, JOIN … USING."""
    word, first = draft.word(place), draft.word(start)
    after_ctes = first == "WITH" and draft.word(place - 1) == ")"
    if word == "FROM":
        return draft.word(place - 1) != "DISTINCT"
    if word == "WITH":
        return place == start or draft.word(place + 1) != "ORDINALITY"
    if word == "UPDATE":
        return place == start or after_ctes
    if word == "SET":
        return first in {"UPDATE", "WITH"}
    if word == "USING":
        return first == "DELETE"
    return True


def _plan_list(draft: Draft, start: int, end: int, column: int) -> None:
    """Put the items of SELECT, SET and VALUES on a line each when they do not fit on one."""
    if draft.fits(start, end, column):
        return
    first = start + 1
    if draft.word(first) in {"ALL", "DISTINCT"}:
        first += 1
        if draft.word(first) == "ON" and first + 1 in draft.closing:
            first = draft.closing[first + 1] + 1
    items = draft.items(first, end)
    if draft.word(start) == "VALUES" and len(items) == 1:
        return
    for begin, stop in items:
        if begin < stop:
            draft.break_before(begin, column + STEP)
            _open_subqueries(draft, begin, stop, column + STEP)


def _plan_conditions(draft: Draft, start: int, end: int, column: int) -> None:
    """Put the conditions of WHERE, HAVING and ON on a line each when they do not fit on one."""
    begin = start
    if not draft.fits(start, end, column):
        conditional = between = False
        for place in draft.level(start, end):
            word = draft.word(place)
            conditional = conditional or word in _CONDITIONS
            if word == "BETWEEN":
                between = True
            elif word == "AND" and between:
                between = False
            elif conditional and word in {"AND", "OR"}:
                _open_subqueries(draft, begin, place, column)
                draft.break_before(place, column + STEP)
                begin = place
    _open_subqueries(draft, begin, end, column + (STEP if begin != start else 0))


def _plan_ctes(draft: Draft, start: int, end: int, column: int) -> None:
    """Put the body of each common table expression on lines of its own."""
    if draft.word(start + 1) in {"CHECK", "LOCAL", "CASCADED", "NO", "DATA"}:
        return
    for begin, stop in draft.items(start, end):
        if begin != start and begin < stop:
            draft.break_before(begin, column)
        for place in draft.level(begin, stop):
            if place in draft.closing and draft.word(place - 1) in {"AS", "MATERIALIZED"}:
                _open(draft, place, column)


def _open_subqueries(draft: Draft, start: int, end: int, column: int) -> None:
    """Give the subqueries of a range their own lines if it does not fit on one."""
    if draft.fits(start, end, column):
        return
    place = start
    while place < end:
        if draft.word(place) == "(" and draft.word(place + 1) in _QUERY_STARTS:
            _open(draft, place, column)
            place = draft.closing[place]
        place += 1


def _open(draft: Draft, place: int, column: int) -> None:
    if column < _DEEPEST * STEP and place + 1 < draft.closing[place]:
        plan_query(draft, place + 1, draft.closing[place], column + STEP)
        draft.break_before(draft.closing[place], column)


_CLAUSE_PLANS: dict[str, Callable[[Draft, int, int, int], None]] = {
    "SELECT": _plan_list,
    "SET": _plan_list,
    "VALUES": _plan_list,
    "RETURNING": _plan_list,
    "WITH": _plan_ctes,
}
