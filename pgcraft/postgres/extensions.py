"""Extensions that a second database needs as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


def copy_extensions(source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    """Give one database the extensions that another has.

    Models use what extensions bring (types, operator classes), and few projects declare the
    extension beside them.

    Args:
        source: A connection to the database that has them.
        target: A connection to the other one, in autocommit mode.
    """
    rows = source.execute(
        "SELECT format('CREATE SCHEMA IF NOT EXISTS %I', nspname),"
        " format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I CASCADE', extname, nspname)"
        " FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
        " WHERE extname <> 'plpgsql' ORDER BY pg_extension.oid"
    ).fetchall()
    for create_schema, create_extension in rows:
        target.execute(create_schema)
        target.execute(create_extension)
