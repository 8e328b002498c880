"""Lines of CREATE TABLE, ALTER TABLE and CREATE TYPE."""

from __future__ import annotations

from pgcraft.review.layout.draft import STEP, Draft
from pgcraft.review.layout.keywords import index, pattern
from pgcraft.review.layout.queries import plan_query_after_as

_TABLE_CLAUSES = index(
    [
        *("PARTITION OF", "PARTITION BY", "INHERITS (", "USING", "WITH (", "ON COMMIT DROP"),
        *("ON COMMIT DELETE ROWS", "ON COMMIT PRESERVE ROWS", "TABLESPACE", "OF", "SERVER"),
        *("FOR VALUES", "OPTIONS ("),
    ]
)
_ACTIONS = pattern(
    "ADD CONSTRAINT",
    "ADD [COLUMN] [IF NOT EXISTS]",
    "DROP [COLUMN|CONSTRAINT] [IF EXISTS]",
    "ALTER [COLUMN|CONSTRAINT]",
    "RENAME [COLUMN|CONSTRAINT] [TO]",
    "VALIDATE CONSTRAINT",
    "OWNER TO",
    "SET [SCHEMA|LOGGED|UNLOGGED|TABLESPACE|ACCESS METHOD|WITHOUT CLUSTER]",
    "RESET",
    "(ENABLE|DISABLE|FORCE|NO FORCE) ROW LEVEL SECURITY",
    "(ENABLE|DISABLE|ENABLE ALWAYS|ENABLE REPLICA) (TRIGGER|RULE)",
    "(ATTACH|DETACH) PARTITION",
    "[NO] INHERIT",
    "CLUSTER ON",
    "REPLICA IDENTITY [FULL|NOTHING|DEFAULT|USING INDEX]",
)
_COLUMN_ACTIONS = pattern(
    "[SET DATA] TYPE",
    "(SET|DROP) (DEFAULT|NOT NULL)",
    "SET (STATISTICS|STORAGE|COMPRESSION)",
    "SET EXPRESSION AS",
    "DROP (EXPRESSION|IDENTITY) [IF EXISTS]",
    "SET GENERATED (ALWAYS|BY DEFAULT)",
    "ADD GENERATED (ALWAYS|BY DEFAULT) AS IDENTITY",
    "RESTART [WITH]",
)


def plan_create_table(draft: Draft, start: int, end: int) -> None:
    """Give each column and constraint a line; ``start`` is the table's name."""
    place = draft.after_name(start)
    draft.clauses(start + 1, end, _TABLE_CLAUSES)
    if draft.word(place) in {"PARTITION", "OF"}:
        place = draft.after_name(place + (2 if draft.word(place) == "PARTITION" else 1))
    rest = place
    if draft.word(place) == "(":
        _one_a_line(draft, place)
        rest = draft.closing[place] + 1
    plan_query_after_as(draft, rest, end)


def plan_create_type(draft: Draft, start: int, end: int) -> None:
    """Give each label or attribute a line when they do not fit on one."""
    place = draft.after_name(start)
    draft.clauses(start + 1, end, index(["AS ENUM (", "AS RANGE ("]))
    for opening in draft.level(place, end):
        if opening in draft.closing and not draft.fits(0, end, 0):
            _one_a_line(draft, opening)


def _one_a_line(draft: Draft, opening: int) -> None:
    closing = draft.closing[opening]
    if closing == opening + 1:
        return
    for begin, _ in draft.items(opening + 1, closing):
        draft.break_before(begin, STEP)
    draft.break_before(closing, 0)


def plan_alter_table(draft: Draft, start: int, end: int) -> None:
    """Give each action a line, unless there is one and the statement fits on one line."""
    place = draft.after_name(start)
    actions = draft.items(place, end)
    for begin, stop in actions:
        _capitalize_action(draft, begin, stop)
    if draft.fits(0, end, 0) and len(actions) == 1:
        return
    # With one action its clauses stand below it; with more they would look like actions.
    hang = STEP if len(actions) == 1 else 2 * STEP
    for begin, _ in actions:
        draft.break_before(begin, STEP, hang=hang)


def _capitalize_action(draft: Draft, start: int, end: int) -> None:
    taken = draft.match(_ACTIONS, start, end)
    draft.capitalize(start, taken)
    first = draft.word(start)
    if first == "ALTER" and taken:
        column = start + taken + 1
        draft.capitalize(column, draft.match(_COLUMN_ACTIONS, column, end))
    elif first == "RENAME" and draft.word(end - 2) == "TO":
        draft.capitalize(end - 2)
    elif first == "DROP":
        draft.capitalize_behavior(start + taken, end)
