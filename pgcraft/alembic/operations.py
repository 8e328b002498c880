"""SQL as ``op.execute`` takes it."""

from __future__ import annotations

import re

from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import PGDialect

# What SQLAlchemy's text() reads as a bound parameter, or as an escaped one.
_BOUND = re.compile(r"(?<![:\w\\]):(?=\w)|(?<=\\):")


def executable(sql: str) -> str:
    r"""Escape SQL so that ``op.execute`` runs exactly this text.

    ``op.execute`` wraps plain strings in ``text()``, to which ``:name`` is a parameter and
    ``\:`` a colon.

    Args:
        sql: The SQL to run.

    Returns:
        The text to pass, with as few backslashes as will do.
    """
    escaped = _BOUND.sub(r"\\:", sql)
    return escaped if _read_back(escaped) == sql else sql.replace(":", "\\:")


def _read_back(escaped: str) -> str:
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
    return str(text(escaped).compile(dialect=dialect))
