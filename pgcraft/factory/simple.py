"""A dimension that is one plain table."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.base import Factory
from pgcraft.plugins.checks import ChecksPlugin
from pgcraft.plugins.dimension import DimensionPlugin
from pgcraft.plugins.foreign_keys import ForeignKeysPlugin
from pgcraft.plugins.indexes import IndexesPlugin
from pgcraft.plugins.pk import SerialPKPlugin
from pgcraft.plugins.table import TablePlugin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table

    from pgcraft.plugin import Plugin


class PGCraftSimple(Factory):
    """One table with a primary key, the user's columns and their constraints; nothing hidden.

    The arguments are those of :class:`~pgcraft.factory.base.Factory`. ``table`` is the
    ``sqlalchemy.Table``, which is also ``metadata.tables["schema.name"]`` at once.

    Example:
        >>> from sqlalchemy import Column, MetaData, Numeric, String
        >>> from pgcraft import PGCraftCheck, PGCraftIndex, pgcraft_build_naming_conventions
        >>> metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
        >>> products = PGCraftSimple(
        ...     "products",
        ...     "inventory",
        ...     metadata,
        ...     [
        ...         Column("name", String, nullable=False),
        ...         Column("price", Numeric(10, 2)),
        ...         PGCraftIndex("ix_products_lower_name", "lower({name})"),
        ...         PGCraftCheck("{price} > 0", "ck_products_price"),
        ...     ],
        ... )
        >>> products.table is metadata.tables["inventory.products"]
        True
        >>> products.table.columns.keys()
        ['id', 'name', 'price']
        >>> products.table.primary_key.name
        'pk__products__id'
    """

    default_plugins: ClassVar[Sequence[Plugin]] = (SerialPKPlugin(),)
    core_plugins: ClassVar[Sequence[Plugin]] = (
        TablePlugin(),
        DimensionPlugin(),
        IndexesPlugin(),
        ChecksPlugin(),
        ForeignKeysPlugin(),
    )

    @property
    def table(self) -> Table:
        """The table."""
        found: Table = self.ctx["table"]
        return found

    @property
    def live(self) -> Table:
        """The view of the rows that are not deleted, which ``SoftDeletePlugin`` makes.

        Raises:
            PGCraftValidationError: The factory has no such plugin.
        """
        if "live" not in self.ctx:
            raise PGCraftValidationError(
                f"{self.ctx.schemaname}.{self.ctx.tablename} has no view of its live rows.",
                advice="Say extra_plugins=[SoftDeletePlugin()]; without it all rows are in table.",
            )
        found: Table = self.ctx["live"].table
        return found
