"""Views."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.objects.base import AFTER_TABLES, literal
from pgcraft.views.materialized import PGCraftMaterializedView
from pgcraft.views.relation import QueryRelation
from pgcraft.views.row_security import reads_row_security

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData

    from pgcraft.views.relation import Query

__all__ = ["PGCraftMaterializedView", "PGCraftView"]


_INVOKER_SINCE = (15,)


class PGCraftView(QueryRelation):
    """A view: a query under a name.

    A view reads its tables with the rights of its owner, who is above the row policies of
    tables that are the owner's. One that reads a table with ``RowSecurity``, itself or through
    other views, therefore reads with the rights of the one who asks, whose policies are then
    obeyed; the role needs rights on the tables. That is so where the server can do it:
    PostgreSQL 15 and later.

    Args:
        name: The view's name.
        schema: Its schema; None for the MetaData's own.
        metadata: The MetaData that it belongs to.
        query: Any ``select()``, or a function that returns one, called when it is needed: so
            it may use what is defined later.
        security_invoker: Whether tables are read with the rights of the one who asks. None is
            for the rule above; PostgreSQL 14 refuses a view that says True.
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
        security_invoker: bool | None = None,
        security_barrier: bool = False,
        comment: str | None = None,
    ) -> None:
        self.obeys_policies = security_invoker
        self.security_barrier = security_barrier
        super().__init__(name, schema, metadata, query, comment=comment)

    @property
    def security_invoker(self) -> bool:
        """Whether tables are read with the rights of the one who asks, as chosen or by the rule."""
        if self.obeys_policies is None:
            return reads_row_security(self)
        return self.obeys_policies

    @security_invoker.setter
    def security_invoker(self, chosen: bool) -> None:
        self.obeys_policies = chosen

    def create_on(self, version: tuple[int, ...] | None) -> Sequence[str]:
        """Return the statements of ``create``, without an option that the server does not know.

        Args:
            version: The server's version; None if it is not known.
        """
        statements = self.create()
        if self.obeys_policies is not None or version is None or version >= _INVOKER_SINCE:
            return statements
        first, *others = statements
        return (first.replace(self._options(), self._options(invoker=False), 1), *others)

    def amendment(self, version: tuple[int, ...] | None) -> tuple[str, Sequence[str]] | None:
        """Have a view that is there obey row security that came later.

        Args:
            version: The server's version; None if it is not known.
        """
        # An API view decides whose rights it acts with when it is created.
        self.create()
        known = version is None or version >= _INVOKER_SINCE
        if not self.security_invoker or not (known or self.obeys_policies):
            return None
        condition = (
            "NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"  # noqa: S608  # literals
            f" ON n.oid = c.relnamespace WHERE n.nspname = {literal(self.schema)}"
            f" AND c.relname = {literal(self.name)} AND c.relkind = 'v'"
            " AND NOT EXISTS (SELECT FROM pg_catalog.pg_options_to_table(c.reloptions)"
            " WHERE option_name = 'security_invoker' AND option_value::boolean))"
        )
        return condition, (f"ALTER VIEW {self.identity} SET (security_invoker = true)",)

    def _options(self, *, invoker: bool | None = None) -> str:
        options = {
            "security_invoker": self.security_invoker if invoker is None else invoker,
            "security_barrier": self.security_barrier,
        }
        chosen = ", ".join(f"{name} = true" for name, on in options.items() if on)
        return f" WITH ({chosen})" if chosen else ""
