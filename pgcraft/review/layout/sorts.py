"""Which statements are laid out, and how: one line of a table for each sort."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pgcraft.review.layout.draft import STEP
from pgcraft.review.layout.keywords import RESERVED, index, pattern, words
from pgcraft.review.layout.queries import plan_query_after_as, plan_short_query
from pgcraft.review.layout.routines import plan_routine, plan_trigger
from pgcraft.review.layout.tables import plan_alter_table, plan_create_table, plan_create_type

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from pgcraft.review.layout.draft import Draft

_OBJECTS = (
    "ACCESS METHOD|AGGREGATE|CAST|COLLATION|COLUMN|CONSTRAINT|CONVERSION|DATABASE|DOMAIN|EXTENSION"
    "|EVENT TRIGGER|FOREIGN DATA WRAPPER|FOREIGN TABLE|FUNCTION|INDEX|LANGUAGE|LARGE OBJECT"
    "|MATERIALIZED VIEW|OPERATOR CLASS|OPERATOR FAMILY|OPERATOR|OWNED BY|POLICY|PROCEDURE"
    "|PUBLICATION|ROLE|ROUTINE|RULE|SCHEMA|SEQUENCE|SERVER|STATISTICS|SUBSCRIPTION|TABLE"
    "|TABLESPACE|TRIGGER|TYPE|USER MAPPING|USER|VIEW"
)
_PRIVILEGES = words(
    """
    ALL PRIVILEGES SELECT INSERT UPDATE DELETE TRUNCATE REFERENCES TRIGGER USAGE EXECUTE CREATE
    CONNECT TEMPORARY TEMP MAINTAIN
    """
)
_GRANTED = pattern(
    "ALL (TABLES|SEQUENCES|FUNCTIONS|PROCEDURES|ROUTINES) IN SCHEMA",
    "(TABLES|SEQUENCES|FUNCTIONS|ROUTINES|TYPES|SCHEMAS)",
    f"({_OBJECTS})",
)
_GRANT_CLAUSES = index(
    [
        *("ON", "TO", "FROM", "WITH GRANT OPTION", "GRANTED BY"),
        *("FOR ROLE", "IN SCHEMA", "GRANT", "REVOKE"),
    ]
)


def plan_clauses(draft: Draft, start: int, end: int, *, clauses: tuple[str, ...] = ()) -> None:
    """Leave a statement that fits on one line there; give the clauses of others lines."""
    first = start if draft.word(start) in RESERVED else start + 1
    places = draft.clauses(first, end, index(clauses))
    if not draft.fits(0, end, 0):
        for place in places:
            draft.break_before(place, STEP)


def plan_grant(draft: Draft, start: int, end: int) -> None:
    """Lay out GRANT and REVOKE, with the privileges in capitals."""
    if draft.word(0) == "REVOKE":
        draft.capitalize_behavior(start, end)
    places = draft.clauses(start, end, _GRANT_CLAUSES)
    on = next((place for place in places if draft.word(place) == "ON"), start)
    for place in draft.level(start, on):
        if draft.word(place) in _PRIVILEGES:
            draft.capitalize(place)
    taken = draft.match(_GRANTED, on + 1, end) if on != start else 0
    if taken and (draft.is_name(on + 1 + taken) or draft.word(0) == "ALTER"):
        draft.capitalize(on + 1, taken)
    if not draft.fits(0, end, 0):
        for place in places:
            draft.break_before(place, STEP)


def plan_drop(draft: Draft, start: int, end: int) -> None:
    """Lay out DROP, whose last word may be CASCADE or RESTRICT."""
    draft.capitalize_behavior(start, end)
    plan_clauses(draft, start, end, clauses=("ON",))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """A sort of statement: how it begins, and what gives it its lines."""

    head: re.Pattern[str]
    plan: Callable[[Draft, int, int], None]


def _sort(head: str, *clauses: str, plan: Callable[[Draft, int, int], None] | None = None) -> Sort:
    return Sort(head=pattern(head), plan=plan or partial(plan_clauses, clauses=clauses))


_IF_NOT = "[IF NOT EXISTS]"
_SEQUENCE = (
    *("INCREMENT", "INCREMENT BY", "MINVALUE", "NO MINVALUE", "MAXVALUE", "NO MAXVALUE", "START"),
    *("START WITH", "RESTART", "RESTART WITH", "CACHE", "CYCLE", "NO CYCLE", "OWNED BY"),
    *("OWNED BY NONE", "AS", "OWNER TO", "RENAME TO", "SET SCHEMA", "SET LOGGED", "SET UNLOGGED"),
)
_POLICY = (
    *("AS PERMISSIVE", "AS RESTRICTIVE", "FOR ALL", "FOR SELECT", "FOR INSERT", "FOR UPDATE"),
    *("FOR DELETE", "TO", "USING (", "WITH CHECK (", "RENAME TO"),
)
_CHANGES = (
    *("OWNER TO", "RENAME TO", "RENAME VALUE", "RENAME ATTRIBUTE", "RENAME COLUMN", "SET SCHEMA"),
    *("ADD VALUE", "ADD VALUE IF NOT EXISTS", "BEFORE", "AFTER", "TO", "UPDATE", "UPDATE TO"),
    *("ADD CONSTRAINT", "DROP CONSTRAINT", "VALIDATE CONSTRAINT", "SET DEFAULT", "DROP DEFAULT"),
    *("ADD ATTRIBUTE", "DROP ATTRIBUTE", "ALTER ATTRIBUTE", "SET NOT NULL", "DROP NOT NULL"),
    *("CASCADE", "RESTRICT", "DEPENDS ON EXTENSION", "ATTACH PARTITION", "SET TABLESPACE"),
)

SORTS = (
    _sort(
        f"CREATE [GLOBAL|LOCAL] [TEMP|TEMPORARY|UNLOGGED|FOREIGN] TABLE {_IF_NOT}",
        plan=plan_create_table,
    ),
    _sort("ALTER [FOREIGN] TABLE [IF EXISTS] [ONLY]", plan=plan_alter_table),
    _sort(
        f"CREATE [UNIQUE] INDEX [CONCURRENTLY] {_IF_NOT}",
        *("ON", "ON ONLY", "USING", "INCLUDE (", "NULLS DISTINCT", "NULLS NOT DISTINCT"),
        *("WITH (", "TABLESPACE", "WHERE"),
    ),
    _sort("CREATE [OR REPLACE] [TEMP|TEMPORARY] [RECURSIVE] VIEW", plan=plan_query_after_as),
    _sort(f"CREATE MATERIALIZED VIEW {_IF_NOT}", plan=plan_query_after_as),
    _sort("CREATE [OR REPLACE] (FUNCTION|PROCEDURE)", plan=plan_routine),
    _sort("CREATE [OR REPLACE] [CONSTRAINT] TRIGGER", plan=plan_trigger),
    _sort("CREATE TYPE", plan=plan_create_type),
    _sort("(CREATE|ALTER) POLICY", *_POLICY),
    _sort(f"CREATE [TEMP|TEMPORARY|UNLOGGED] SEQUENCE {_IF_NOT}", *_SEQUENCE),
    _sort("ALTER SEQUENCE [IF EXISTS]", *_SEQUENCE),
    _sort("CREATE DOMAIN", "AS", "COLLATE", "DEFAULT", "CONSTRAINT", "NOT NULL", "CHECK ("),
    _sort(f"CREATE SCHEMA {_IF_NOT}", "AUTHORIZATION"),
    _sort(f"CREATE EXTENSION {_IF_NOT}", "WITH SCHEMA", "SCHEMA", "VERSION", "CASCADE"),
    _sort("ALTER DEFAULT PRIVILEGES", plan=plan_grant),
    _sort("ALTER [MATERIALIZED] VIEW [IF EXISTS]", *_CHANGES),
    _sort(
        "ALTER (DOMAIN|EXTENSION|FUNCTION|INDEX|PROCEDURE|ROUTINE|SCHEMA|TYPE) [IF EXISTS]",
        *_CHANGES,
    ),
    _sort("GRANT", plan=plan_grant),
    _sort("REVOKE [GRANT OPTION FOR]", plan=plan_grant),
    _sort(f"COMMENT ON ({_OBJECTS})", "IS"),
    _sort(f"DROP ({_OBJECTS}) [CONCURRENTLY] [IF EXISTS]", plan=plan_drop),
    _sort("REFRESH MATERIALIZED VIEW [CONCURRENTLY]", "WITH DATA", "WITH NO DATA"),
    _sort(
        "TRUNCATE [TABLE] [ONLY]",
        *("RESTART IDENTITY", "CONTINUE IDENTITY", "CASCADE", "RESTRICT"),
    ),
    _sort("SET [LOCAL|SESSION]", "TO"),
    _sort("(SELECT|WITH|VALUES|INSERT INTO|DELETE FROM)", plan=plan_short_query),
    _sort("UPDATE [ONLY]", plan=plan_short_query),
)


def plan(draft: Draft) -> bool:
    """Decide the lines of a statement.

    Args:
        draft: The statement, with nothing decided.

    Returns:
        Whether it is of a sort that is laid out; others are to be kept as they came.
    """
    end = len(draft.tokens)
    for sort in SORTS:
        if taken := draft.match(sort.head, 0, end):
            draft.capitalize(0, taken)
            sort.plan(draft, taken, end)
            return True
    return False
