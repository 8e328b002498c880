"""The line of the user's code where something was declared, for reports to point at."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeAlias

from sqlalchemy import Table

if TYPE_CHECKING:
    from sqlalchemy import Constraint, Index

Origin: TypeAlias = tuple[str, int]
"""File name and line number."""

DECLARED = "pgcraft_declared"
"""Key under which an Origin is kept: in ``info`` of an index or constraint, and for tables in
``info`` of their MetaData, since Alembic writes a table's own ``info`` into revisions."""


def declared_at() -> Origin:
    """Return the file and line of the nearest caller outside of pgcraft.

    Example:
        >>> filename, line = declared_at()
        >>> isinstance(line, int)
        True
    """
    frame = sys._getframe(1)  # noqa: SLF001 - documented; inspect.stack reads source files
    while frame.f_back is not None:
        module = frame.f_globals.get("__name__", "")
        if module != "pgcraft" and not module.startswith("pgcraft."):
            break
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def keep_origin(table: Table, origin: Origin) -> None:
    """Remember where a table was declared."""
    table.metadata.info.setdefault(DECLARED, {})[table.key] = origin


def origin_of(item: Table | Index | Constraint) -> Origin | None:
    """Return the file and line where an item was declared, or None if pgcraft did not see it.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.factory import PGCraftSimple
        >>> filename, line = origin_of(PGCraftSimple("books", "shop", MetaData(), []).table)
        >>> line > 0
        True
    """
    if isinstance(item, Table):
        origin: Origin | None = item.metadata.info.get(DECLARED, {}).get(item.key)
    else:
        origin = item.info.get(DECLARED)
    return origin
