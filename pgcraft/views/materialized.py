"""Materialized views."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sqlalchemy.schema import CreateIndex

from pgcraft.naming import refuse_unusable
from pgcraft.objects.base import AFTER_TABLES, rendered
from pgcraft.views.relation import QueryRelation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Index, MetaData

    from pgcraft.index import PGCraftIndex
    from pgcraft.views.relation import Query


class PGCraftMaterializedView(QueryRelation):
    """A view whose rows are kept, until ``REFRESH MATERIALIZED VIEW`` takes them anew.

    With a unique index on columns, ``REFRESH MATERIALIZED VIEW CONCURRENTLY`` works, which lets
    others read meanwhile.

    Args:
        name: The view's name.
        schema: Its schema; None for the MetaData's own.
        metadata: The MetaData that it belongs to.
        query: Any ``select()``, or a function that returns one, called when it is needed.
        indexes: Its indexes.
        with_data: Whether its rows are taken when it is made; if not, it cannot be read before
            the first refresh.
        comment: Its comment.

    Raises:
        PGCraftValidationError: A column has no name or that of another one, or the view's name is
            missing, too long or taken.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, func, select
        >>> from pgcraft import PGCraftIndex
        >>> from pgcraft.factory import PGCraftSimple
        >>> metadata = MetaData()
        >>> stock = PGCraftSimple("stock", "shop", metadata, [Column("count", Integer)]).table
        >>> totals = PGCraftMaterializedView(
        ...     "totals",
        ...     "shop",
        ...     metadata,
        ...     select(func.sum(stock.c.count).label("total")),
        ...     indexes=[PGCraftIndex("uq_total", "{total}", unique=True)],
        ... )
        >>> totals.table.c.keys()
        ['total']
    """

    kind: ClassVar[str] = "materialized view"
    rank: ClassVar[int] = AFTER_TABLES + 20

    def __init__(
        self,
        name: str,
        schema: str | None,
        metadata: MetaData,
        query: Query,
        *,
        indexes: Sequence[PGCraftIndex] = (),
        with_data: bool = True,
        comment: str | None = None,
    ) -> None:
        self.indexes = tuple(indexes)
        for one in self.indexes:
            refuse_unusable(one.name or "ix", f"the indexes of {schema}.{name}")
        self.with_data = with_data
        super().__init__(name, schema, metadata, query, comment=comment)
        if not callable(query):
            self.completed_in(metadata)

    def completed_in(self, metadata: MetaData) -> None:
        """Check that the columns of its indexes exist.

        Raises:
            PGCraftValidationError: One does not.
        """
        super().completed_in(metadata)
        self._indexed()

    def create(self) -> Sequence[str]:
        """Return CREATE MATERIALIZED VIEW, then CREATE INDEX for each index."""
        return (*super().create(), *(rendered(CreateIndex(one)) for one in self._indexed()))

    def _indexed(self) -> list[Index]:
        """Make the indexes: one joins its table when it is made, so each time on a new one."""
        table = self.make_table()
        return [one.attach(table) for one in self.indexes]

    def _ending(self) -> str:
        return "" if self.with_data else "\nWITH NO DATA"
