"""The table that holds the user's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, Table

from pgcraft.check import PGCraftCheck
from pgcraft.errors import PGCraftValidationError
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex
from pgcraft.origin import keep_origin
from pgcraft.plugin import Plugin, produces, requires, singleton

if TYPE_CHECKING:
    from pgcraft.plugin import Context


@produces("table")
@requires("pk_columns", "columns")
@singleton("table")
class TablePlugin(Plugin):
    """Makes the table: key, columns, then the user's SQLAlchemy constraints and indexes.

    Example:
        >>> TablePlugin().requires()
        ('pk_columns', 'columns')
    """

    def run(self, ctx: Context) -> None:
        """Put the table into the context, under ``table``."""
        columns = [*ctx["pk_columns"], *ctx["columns"]]
        refuse_same_name(columns, f"{ctx.schemaname}.{ctx.tablename}")
        items = ctx.items_except(Column, PGCraftIndex, PGCraftFK, PGCraftCheck)
        ctx["table"] = Table(
            ctx.tablename,
            ctx.metadata,
            *columns,
            *items,
            schema=ctx.schemaname,
            **ctx.table_args,
        )
        keep_origin(ctx["table"], ctx.declared)


def refuse_same_name(columns: list[Column[object]], dimension: str) -> None:
    """Refuse two columns of one name.

    Args:
        columns: The columns of a dimension, its key included.
        dimension: The dimension, for the error.

    Raises:
        PGCraftValidationError: A name comes twice.
    """
    names = [column.name for column in columns]
    for name in names:
        if names.count(name) > 1:
            raise PGCraftValidationError(
                f"{dimension} has two columns with the name {name!r}.",
                advice="Give one another name; the key's name is an argument of its plugin, "
                "such as SerialPKPlugin('product_id').",
            )
