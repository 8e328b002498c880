"""The catalog queries: their text for a major version, and running them all at once."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg.rows import tuple_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

# Deparsing depends on these. With an empty search path only pg_catalog's names stay short.
_SETTINGS = {
    "search_path": "",
    "quote_all_identifiers": "off",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "standard_conforming_strings": "on",
    "jit": "off",
}

# Ends a line of a query that only some major versions take.
_VERSION_MARK = re.compile(r" -- (?:since (?P<since>\d+))?(?:, )?(?:before (?P<before>\d+))?$")


class Result(NamedTuple):
    """What one query answered."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def run_queries(
    connection: psycopg.Connection[Any], queries: Mapping[str, str]
) -> dict[str, Result]:
    """Run ``queries`` in one read-only transaction, in a constant number of round trips.

    The transaction sees one state of the database, and has the settings that make deparsed
    text the same on every connection.

    Args:
        connection: A connection in autocommit mode, outside a transaction.
        queries: The queries' texts by name.

    Returns:
        The queries' results by the same names, in the same order.

    Raises:
        psycopg.errors.ActiveSqlTransaction: The connection is inside a transaction.
    """
    with connection.pipeline(), connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        fix_settings(connection)
        cursors = {
            name: connection.cursor(row_factory=tuple_row).execute(text.encode())
            for name, text in queries.items()
        }
        return {
            name: Result(tuple(column.name for column in cursor.description or ()), rows)
            for name, cursor in cursors.items()
            for rows in [cursor.fetchall()]
        }


def fix_settings(connection: psycopg.Connection[Any]) -> None:
    """Set, for this transaction, what deparsed text hangs on."""
    connection.execute(
        "SELECT set_config(name, value, true)"
        " FROM unnest(%s::text[], %s::text[]) AS setting (name, value)",
        [list(_SETTINGS), list(_SETTINGS.values())],
    )


@cache
def kind_queries(version: int) -> Mapping[str, str]:
    """Return the query of each kind of object, by its file's name, for a major version."""
    scope = read_query("scope", version)
    folder = resources.files(__package__) / "sql" / "kinds"
    names = sorted(entry.name.removesuffix(".sql") for entry in folder.iterdir())
    return {name: f"{scope}\n{read_query(f'kinds/{name}', version)}" for name in names}


@cache
def read_query(name: str, version: int) -> str:
    """Return the lines of ``sql/{name}.sql`` that a major version takes.

    A line that ends with ``-- since 16``, ``-- before 17`` or ``-- since 15, before 17`` is
    for those versions alone.
    """
    text = (resources.files(__package__) / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if _is_for(line, version))


def _is_for(line: str, version: int) -> bool:
    mark = _VERSION_MARK.search(line)
    if mark is None:
        return True
    since, before = mark["since"], mark["before"]
    return (since is None or version >= int(since)) and (before is None or version < int(before))
