"""The statement that stops a script on a database that is not where the script begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable

# The expected and the found heads, sorted alike: a text array sorts by the database's collation.
_TEMPLATE = sql.SQL(
    """\
DO $pgcraft$
DECLARE
    expected text[] := {expected};
    found text[] := '{{}}';
BEGIN
    IF to_regclass({table_text}) IS NOT NULL THEN
        -- Another run waits here until this transaction has ended, and is refused then.
        LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;
        SELECT coalesce(array_agg(version_num::text ORDER BY version_num COLLATE "C"), '{{}}')
        INTO found FROM {table};
    END IF;
    IF found <> expected THEN
        RAISE EXCEPTION {sentence},
            coalesce(nullif(array_to_string(expected, ', '), ''), 'base'),
            coalesce(nullif(array_to_string(found, ', '), ''), 'base')
            USING HINT = {hint};
    END IF;
END
$pgcraft$;"""
)


def guard_statement(
    script: str, expected: frozenset[str], end: frozenset[str], version_table: str
) -> str:
    """Write the guard of one transaction.

    Args:
        script: The name of the script, for the sentence.
        expected: The heads that the database must have; none for a database at ``base``,
            with or without a version table.
        end: The heads that the whole script leads to.
        version_table: Alembic's table of heads, quoted where it must be.

    Returns:
        A ``DO`` statement that raises an error with a plain sentence, or does nothing.
    """
    array = sql.SQL("ARRAY[{}]::text[]").format(
        sql.SQL(", ").join(sql.Literal(one) for one in sorted(expected))
    )
    return _TEMPLATE.format(
        sentence=sql.Literal(
            f"{script.replace('%', '%%')} goes on from revision %, but this database is at %"
        ),
        expected=array,
        table=_as_it_is(version_table),
        table_text=sql.Literal(version_table),
        hint=sql.Literal(
            f"At {named(end)} there is nothing left to do; from anywhere else, review again with "
            "--from and the revision that the database is at."
        ),
    ).as_string(None)


def named(heads: Iterable[str]) -> str:
    """The heads in words; a database without any is at ``base``."""
    return ", ".join(sorted(heads)) or "base"


def _as_it_is(text: str) -> sql.Composable:
    """Text that is SQL already: ours, or quoted by the server."""
    return sql.SQL(text)
