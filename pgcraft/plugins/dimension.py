"""The entry of a dimension in the registry that foreign keys are resolved by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.dimension import DimensionRef, dimensions, register_dimension
from pgcraft.errors import PGCraftValidationError
from pgcraft.plugin import Dynamic, Plugin, produces, requires, singleton

if TYPE_CHECKING:
    from pgcraft.plugin import Context


@produces("dimension")
@requires(Dynamic("table_key"))
@singleton("dimension")
class DimensionPlugin(Plugin):
    """Registers the dimension with the table that others reference.

    Args:
        table_key: Key in the context of that table.

    Example:
        >>> DimensionPlugin("root").requires()
        ('root',)
    """

    def __init__(self, table_key: str = "table") -> None:
        self.table_key = table_key

    def run(self, ctx: Context) -> None:
        """Put the registered reference into the context, under ``dimension``."""
        table = ctx[self.table_key]
        ctx["dimension"] = DimensionRef(table.schema, table.name)
        _refuse_second(ctx)
        register_dimension(ctx.metadata, ctx.schemaname, ctx.tablename, ctx["dimension"])


def _refuse_second(ctx: Context) -> None:
    known = dimensions(ctx.metadata).get(ctx.tablename, {}).get(ctx.schemaname)
    if known in (None, ctx["dimension"]) or known.key not in ctx.metadata.tables:
        return
    raise PGCraftValidationError(
        f"The dimension {ctx.schemaname}.{ctx.tablename} is already defined; its key is in "
        f"the table {known.key}.",
        advice="Give one of the two another name or schema.",
    )
