"""The table that holds the user's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import ArgumentError

from pgcraft.check import PGCraftCheck
from pgcraft.errors import PGCraftValidationError
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex
from pgcraft.naming import refuse_unusable
from pgcraft.origin import keep_origin
from pgcraft.plugin import Plugin, produces, requires, singleton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        refuse_unfit_columns(ctx["pk_columns"], ctx["columns"], f"{ctx.schemaname}.{ctx.tablename}")
        refuse_unknown_options(ctx.table_args, f"{ctx.schemaname}.{ctx.tablename}")
        items = ctx.items_except(Column, PGCraftIndex, PGCraftFK, PGCraftCheck)
        ctx["table"] = Table(
            ctx.tablename,
            ctx.metadata,
            *ctx["pk_columns"],
            *ctx["columns"],
            *items,
            schema=ctx.schemaname,
            **ctx.table_args,
        )
        keep_origin(ctx["table"], ctx.declared)


def refuse_unknown_options(options: Mapping[str, Any], dimension: str) -> None:
    """Refuse arguments that no table takes.

    Args:
        options: The arguments.
        dimension: The dimension, for the error.

    Raises:
        PGCraftValidationError: SQLAlchemy does not take one.

    Example:
        >>> refuse_unknown_options({"comment": "What we sell"}, "shop.books")
    """
    if not options:
        return
    try:
        Table("options", MetaData(), **options)
    except (TypeError, ArgumentError) as error:
        raise PGCraftValidationError(
            f"The table arguments of {dimension} are {dict(options)!r}, which SQLAlchemy does not "
            f"take: {error}.",
            advice="They are those of sqlalchemy.Table, such as comment, info and postgresql_…",
        ) from error


def refuse_unfit_columns(
    keys: Sequence[Column[Any]], columns: Sequence[Column[Any]], dimension: str
) -> None:
    """Refuse columns without a usable name of their own.

    Args:
        keys: The key's columns.
        columns: The other columns, of the user and of plugins.
        dimension: The dimension, for the error.

    Raises:
        PGCraftValidationError: A name is empty, too long or comes twice.
    """
    for column in (*keys, *columns):
        refuse_unusable(column.name or "", f"the columns of {dimension}")
    names = {"name": [one.name for one in columns], "key": [one.key for one in columns]}
    for key in keys:
        if key.name in names["name"] or key.key in names["key"]:
            raise _key_name_taken(key, dimension)
    for words, found in names.items():
        if len(set(found)) < len(found):
            twice = next(one for one in found if found.count(one) > 1)
            raise PGCraftValidationError(
                f"{dimension} has two columns with the {words} {twice!r}.",
                advice="Give one another name; where a plugin makes it, the name is an "
                "argument of the plugin.",
            )


def _key_name_taken(key: Column[Any], dimension: str) -> PGCraftValidationError:
    return PGCraftValidationError(
        f"{dimension} has two columns with the name {key.name!r}: one that you gave, and "
        "the key, which a plugin makes: SerialPKPlugin() where you chose no other.",
        advice=f"Take yours away to use the key {key.name!r}, or give the key another "
        "name: extra_plugins=[SerialPKPlugin('product_id')].",
    )
