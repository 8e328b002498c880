"""SQLAlchemy's PostgreSQL without a driver: for text that no driver will read."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql.base import PGDialect


def driverless_dialect() -> PGDialect:
    """A dialect whose compiled text is the SQL itself.

    Drivers want percent signs doubled and parameters in their own style; here ``%`` and
    ``:name`` stay as they are.

    Returns:
        A new dialect, which the caller may change.
    """
    # "named" is the one style that leaves % alone.
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
    # Until it has connected, SQLAlchemy assumes a server that reads backslashes as escapes in
    # plain literals and doubles them; standard_conforming_strings has been on since 9.1.
    dialect._backslash_escapes = False  # noqa: SLF001  # there is no public switch
    return dialect
