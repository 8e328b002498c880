"""The user's PGCraftIndex items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.index import PGCraftIndex
from pgcraft.plugin import Dynamic, Plugin, requires

if TYPE_CHECKING:
    from pgcraft.plugin import Context


@requires(Dynamic("table_key"))
class IndexesPlugin(Plugin):
    """Adds the indexes to the table that holds the columns.

    Args:
        table_key: Key in the context of the table that holds the user's columns.

    Example:
        >>> IndexesPlugin("attributes").requires()
        ('attributes',)
    """

    def __init__(self, table_key: str = "table") -> None:
        self.table_key = table_key

    def run(self, ctx: Context) -> None:
        """Add each to the table."""
        for item in ctx.items_of(PGCraftIndex):
            item.attach(ctx[self.table_key])
