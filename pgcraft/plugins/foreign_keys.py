"""The user's PGCraftFK items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.fk import PGCraftFK
from pgcraft.plugin import Dynamic, Plugin, requires
from pgcraft.reference import attach_foreign_key

if TYPE_CHECKING:
    from pgcraft.plugin import Context


@requires(Dynamic("table_key"), "dimension")
class ForeignKeysPlugin(Plugin):
    """Adds the foreign keys to the table that holds the columns.

    Args:
        table_key: Key in the context of the table that holds the user's columns.

    Example:
        >>> ForeignKeysPlugin("attributes").requires()
        ('attributes', 'dimension')
    """

    def __init__(self, table_key: str = "table") -> None:
        self.table_key = table_key

    def run(self, ctx: Context) -> None:
        """Add each to the table."""
        for item in ctx.items_of(PGCraftFK):
            attach_foreign_key(item, ctx[self.table_key])
