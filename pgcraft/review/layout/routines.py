"""Lines of CREATE FUNCTION, PROCEDURE and TRIGGER: a header, and a body that nobody touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.review.layout.draft import STEP
from pgcraft.review.layout.keywords import index

if TYPE_CHECKING:
    from pgcraft.review.layout.draft import Draft

_ROUTINE_CLAUSES = index(
    [
        *("RETURNS", "RETURNS TABLE (", "RETURNS SETOF", "RETURNS NULL ON NULL INPUT", "LANGUAGE"),
        *("CALLED ON NULL INPUT", "TRANSFORM", "WINDOW", "IMMUTABLE", "STABLE", "VOLATILE"),
        *("LEAKPROOF", "NOT LEAKPROOF", "STRICT", "SECURITY DEFINER", "SECURITY INVOKER"),
        *("EXTERNAL SECURITY DEFINER", "EXTERNAL SECURITY INVOKER", "COST", "ROWS", "SUPPORT"),
        *("PARALLEL SAFE", "PARALLEL RESTRICTED", "PARALLEL UNSAFE", "SET", "AS", "RETURN"),
        "BEGIN",
    ]
)
_BODIES = {"AS", "BEGIN", "RETURN"}
_TRIGGER_CLAUSES = index(
    [
        *("BEFORE", "AFTER", "INSTEAD OF", "REFERENCING", "FOR EACH ROW", "FOR EACH STATEMENT"),
        *("FOR ROW", "FOR STATEMENT", "WHEN (", "EXECUTE FUNCTION", "EXECUTE PROCEDURE"),
        *("FROM", "DEFERRABLE", "NOT DEFERRABLE"),
    ]
)
_EVENTS = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "OF"}


def plan_routine(draft: Draft, start: int, end: int) -> None:
    """Give each clause of a function's or procedure's header a line, and its body the last."""
    places = draft.clauses(draft.after_name(start), end, _ROUTINE_CLAUSES)
    bodies = [place for place in places if draft.word(place) in _BODIES]
    body = bodies[0] if bodies else end
    after = [place for place in places if place > body]
    for place in places:
        # LANGUAGE alone stays beside the end of the body, where people write it.
        if place <= body or len(after) > 1:
            draft.break_before(place, 0 if place == body else STEP)


def plan_trigger(draft: Draft, start: int, end: int) -> None:
    """Give each clause of a trigger a line."""
    places = draft.clauses(start + 1, end, _TRIGGER_CLAUSES)
    for place in places:
        draft.break_before(place, STEP)
    for place in draft.level(*_events(draft, places, end)):
        if draft.word(place) in _EVENTS and draft.word(place - 1) not in {",", "OF"}:
            draft.capitalize(place)


def _events(draft: Draft, places: list[int], end: int) -> tuple[int, int]:
    """Return where a trigger's events stand: between its time and ON."""
    if not places:
        return end, end
    for place in draft.level(places[0], end):
        if draft.word(place) == "ON":
            return places[0] + 1, place
    return end, end
