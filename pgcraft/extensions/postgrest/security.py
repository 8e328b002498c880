"""Whose rights an API view acts with.

A view reads its tables with the rights of its owner, who is above the row policies of tables
that are the owner's. That is what an API wants of tables without policies: its role gets no
right on any table. Where a table has row security it would open what the policies close: there
the view and its triggers act with the rights of the one who asks, who is given just the columns
that the view uses.
https://www.postgresql.org/docs/current/sql-createview.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Label
from sqlalchemy.exc import CompileError

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.source import InPublic, identity_of, schema_of, tables_of
from pgcraft.objects import RowSecurity
from pgcraft.objects.base import literal, quoted, rendered
from pgcraft.objects.relations import find_declared, find_view
from pgcraft.plugins.append_only_view import MODELS
from pgcraft.views import PGCraftView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import MetaData, Table, TableClause


class APIView(PGCraftView):
    """The view of a PostgRESTView; whose rights it acts with is decided when it is made.

    By then all models are known: row security may be declared after the view.
    """

    def make_table(self) -> Table:
        """Return the table of ``table``, which knows the models that the view is declared in."""
        table = super().make_table()
        table.info[MODELS] = self.metadata
        return table

    def create(self) -> Sequence[str]:
        """Return CREATE VIEW, and COMMENT ON for each column whose source has a comment."""
        self.security_invoker = under_row_security(self, self.metadata)
        return [*super().create(), *self._column_comments()]

    def _text(self) -> str:
        try:
            return rendered(InPublic(self.query))
        except CompileError:
            # With the sentence for it.
            return super()._text()

    def _column_comments(self) -> Iterator[str]:
        for one in self.query.selected_columns:
            source = one.element if isinstance(one, Label) else one
            if isinstance(source, Column) and source.comment:
                column = f"{self.identity}.{quoted(str(one.name))}"
                yield f"COMMENT ON COLUMN {column} IS {literal(source.comment)}"


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
                f"{view.schema}.{view.name} reads {schema_of(secured[0])}.{secured[0].name}, which "
                f"has row security, through the {inner.kind} {inner.schema}.{inner.name}, which "
                "acts with the rights of its owner: the policies would not be obeyed.",
                advice="Make it a PGCraftView with security_invoker=True, expose another relation, "
                "or take the row security away.",
            )
        refuse_bypass(inner, metadata)


def acts_as_invoker(view: Any) -> bool:
    """Return whether a view over tables with row security acts with the caller's rights."""
    return isinstance(view, APIView) or bool(getattr(view, "security_invoker", False))


def _secured_tables(view: Any, metadata: MetaData) -> list[TableClause]:
    return [
        one
        for one in tables_behind(view, metadata)
        if find_declared(metadata, RowSecurity.kind, identity_of(one))
    ]


def tables_behind(view: Any, metadata: MetaData) -> list[TableClause]:
    """Return all relations that a view reads, itself or through other views."""
    found: dict[str, TableClause] = {}
    waiting = tables_of(view.query)
    while waiting:
        table = waiting.pop(0)
        if identity_of(table) in found:
            continue
        found[identity_of(table)] = table
        inner = view_named(table, metadata)
        if inner is not None:
            waiting += tables_of(inner.query)
    return list(found.values())


def view_named(table: TableClause, metadata: MetaData) -> Any:
    """Return the declared view, materialized or not, that a table describes; None if it is none."""
    if getattr(table, "metadata", None) is metadata:
        return None
    return find_view(metadata, schema_of(table), table.name)
