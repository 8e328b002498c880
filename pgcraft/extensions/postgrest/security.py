"""Whose rights an API view acts with.

A view reads its tables with the rights of its owner, who is above the row policies of tables
that are the owner's. That is what an API wants of tables without policies: its role gets no
right on any table. Where a table has row security it would open what the policies close: there
the view and its triggers act with the rights of the one who asks, who is given just the columns
that the view uses.
https://www.postgresql.org/docs/current/sql-createview.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.source import tables_of
from pgcraft.objects import RowSecurity
from pgcraft.objects.base import qualified
from pgcraft.objects.registry import find_declared
from pgcraft.views import PGCraftView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData, Table


class APIView(PGCraftView):
    """The view of a PostgRESTView; whose rights it acts with is decided when it is made.

    By then all models are known: row security may be declared after the view.
    """

    def create(self) -> Sequence[str]:
        """Return CREATE VIEW."""
        self.security_invoker = under_row_security(self, self.metadata)
        return super().create()


def under_row_security(view: PGCraftView, metadata: MetaData) -> bool:
    """Return whether a view reads a table with row security, itself or through other views."""
    return bool(_secured_tables(view, metadata))


def refuse_bypass(view: PGCraftView, metadata: MetaData) -> None:
    """Refuse a view that reads a table with row security through one with its owner's rights.

    Args:
        view: A view that acts with the rights of the one who asks.
        metadata: The models.

    Raises:
        PGCraftValidationError: It does, so that the policies would not be obeyed.
    """
    for table in tables_of(view.query):
        inner = view_named(table, metadata)
        if inner is None:
            continue
        secured = _secured_tables(inner, metadata)
        if secured and not acts_as_invoker(inner):
            raise PGCraftValidationError(
                f"{view.schema}.{view.name} reads {secured[0].fullname}, which has row security, "
                f"through the view {inner.schema}.{inner.name}, which acts with the rights of its "
                "owner: the policies would not be obeyed.",
                advice="Make that view security_invoker, expose another relation, or take the "
                "row security away.",
            )
        refuse_bypass(inner, metadata)


def acts_as_invoker(view: PGCraftView) -> bool:
    """Return whether a view over tables with row security acts with the caller's rights."""
    return view.security_invoker or isinstance(view, APIView)


def _secured_tables(view: PGCraftView, metadata: MetaData) -> list[Table]:
    return [
        one
        for one in tables_behind(view, metadata)
        if find_declared(metadata, RowSecurity.kind, qualified(one.schema, one.name))
    ]


def tables_behind(view: PGCraftView, metadata: MetaData) -> list[Table]:
    """Return all relations that a view reads, itself or through other views."""
    found: dict[Table, None] = {}
    waiting = tables_of(view.query)
    while waiting:
        table = waiting.pop(0)
        if table in found:
            continue
        found[table] = None
        inner = view_named(table, metadata)
        if inner is not None:
            waiting += tables_of(inner.query)
    return list(found)


def view_named(table: Table, metadata: MetaData) -> PGCraftView | None:
    """Return the declared view that a table describes, if it describes one."""
    if table.metadata is metadata:
        return None
    found = find_declared(metadata, PGCraftView.kind, qualified(table.schema, table.name))
    return found if isinstance(found, PGCraftView) else None
