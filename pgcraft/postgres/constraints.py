"""How the server writes constraints that somebody else wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from pgcraft.postgres.snapshot.queries import fix_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = "pgcraft deparses {}"
_DEPARSED = """
SELECT conname, pg_get_constraintdef(oid)
FROM pg_catalog.pg_constraint
WHERE conrelid = %s::regclass AND conname = ANY (%s)
"""


def deparsed_constraints(
    connection: psycopg.Connection[Any], table: str, definitions: Sequence[str]
) -> list[str | None]:
    """Deparse constraints as if a table had them.

    They are added in a transaction that is rolled back, so the database should be one that
    nobody waits for.

    Args:
        connection: A connection in autocommit mode.
        table: The table, quoted.
        definitions: What follows ``ADD CONSTRAINT`` and the name.

    Returns:
        For each what the catalog would have; None for one that the server does not take.
    """
    try:
        return _deparsed(connection, table, definitions)
    except psycopg.Error:
        if len(definitions) == 1:
            return [None]
        return [
            text for one in definitions for text in deparsed_constraints(connection, table, [one])
        ]


def _deparsed(
    connection: psycopg.Connection[Any], table: str, definitions: Sequence[str]
) -> list[str | None]:
    names = [_NAME.format(number) for number in range(len(definitions))]
    added = [
        f'ADD CONSTRAINT "{name}" {text}' for name, text in zip(names, definitions, strict=True)
    ]
    found: dict[str, str] = {}
    with connection.transaction(force_rollback=True):
        connection.execute(f"ALTER TABLE {table} {', '.join(added)}".encode())
        fix_settings(connection)
        found |= dict(connection.execute(_DEPARSED, (table, names)).fetchall())
    return [found.get(name) for name in names]
