"""Which views read tables with row security."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import TableClause
from sqlalchemy.sql import visitors

from pgcraft.objects.base import qualified
from pgcraft.objects.policy import RowSecurity
from pgcraft.objects.relations import find_declared

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from pgcraft.views.view import PGCraftView


def reads_row_security(view: PGCraftView) -> bool:
    """Return whether policies hold for what a view reads, itself or through other views.

    A view between that was told to act with its owner's rights ends the search, as does a
    materialized view, whose rows are its own. What a query names in ``text()`` cannot be seen.

    Args:
        view: The view.

    Example:
        >>> from sqlalchemy import Column, MetaData, Table, select
        >>> from pgcraft.objects import declare
        >>> from pgcraft.views import PGCraftView
        >>> metadata = MetaData()
        >>> notes = Table("notes", metadata, Column("text"), schema="app")
        >>> view = PGCraftView("texts", "app", metadata, select(notes))
        >>> reads_row_security(view)
        False
        >>> declare(metadata, RowSecurity("app", "notes"))
        >>> reads_row_security(view)
        True
    """
    seen: set[str] = set()
    waiting: list[Any] = [view.query]
    while waiting:
        for table in visitors.iterate(waiting.pop()):
            if not isinstance(table, TableClause):
                continue
            name = qualified(_schema(table, view.metadata), table.name)
            if name in seen:
                continue
            seen.add(name)
            if find_declared(view.metadata, RowSecurity.kind, name):
                return True
            inner = find_declared(view.metadata, view.kind, name)
            if inner is not None and inner.obeys_policies is not False:
                waiting.append(inner.query)
    return False


def _schema(table: TableClause, metadata: MetaData) -> str:
    return table.schema or metadata.schema or "public"
