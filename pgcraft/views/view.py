"""Views."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.objects.base import AFTER_TABLES
from pgcraft.views.materialized import PGCraftMaterializedView
from pgcraft.views.relation import QueryRelation

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from pgcraft.views.relation import Query

__all__ = ["PGCraftMaterializedView", "PGCraftView"]


class PGCraftView(QueryRelation):
    """A view: a query under a name.

    A view reads its tables with the rights of its owner, row security included. With
    ``security_invoker`` it reads them with the rights of the one who asks, whose policies are
    then obeyed: PostgreSQL 15 and later; 14 does not know the option and refuses the view.

    Args:
        name: The view's name.
        schema: Its schema; None for the MetaData's own.
        metadata: The MetaData that it belongs to.
        query: Any ``select()``, or a function that returns one, called when it is needed: so
            it may use what is defined later.
        security_invoker: Whether tables are read with the rights of the one who asks.
        security_barrier: Whether conditions of a query on the view are kept from seeing rows
            that the view leaves out.
        comment: Its comment.

    Raises:
        PGCraftValidationError: A column has no name or that of another one, or the view's name is
            missing, too long or taken.

    Example:
        >>> from sqlalchemy import Column, MetaData, Numeric, select
        >>> from pgcraft.factory import PGCraftSimple
        >>> metadata = MetaData()
        >>> books = PGCraftSimple("books", "shop", metadata, [Column("price", Numeric)]).table
        >>> cheap = PGCraftView("cheap", "shop", metadata, select(books).where(books.c.price < 5))
        >>> cheap.table.c.keys()
        ['id', 'price']
    """

    kind: ClassVar[str] = "view"
    rank: ClassVar[int] = AFTER_TABLES + 10

    def __init__(
        self,
        name: str,
        schema: str | None,
        metadata: MetaData,
        query: Query,
        *,
        security_invoker: bool = False,
        security_barrier: bool = False,
        comment: str | None = None,
    ) -> None:
        self.security_invoker = security_invoker
        self.security_barrier = security_barrier
        super().__init__(name, schema, metadata, query, comment=comment)

    def _options(self) -> str:
        options = {
            "security_invoker": self.security_invoker,
            "security_barrier": self.security_barrier,
        }
        chosen = ", ".join(f"{name} = true" for name, on in options.items() if on)
        return f" WITH ({chosen})" if chosen else ""
