"""Deleting a row without losing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, DateTime, ForeignKeyConstraint, select

from pgcraft.errors import PGCraftValidationError
from pgcraft.fk import PGCraftFK
from pgcraft.naming import object_name
from pgcraft.objects import Function, Trigger, declare
from pgcraft.objects.base import qualified
from pgcraft.plugin import Plugin, produces, requires, singleton
from pgcraft.plugins.plpgsql import field, function_body
from pgcraft.views import PGCraftView

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Select

    from pgcraft.plugin import Context

NAME = "soft_delete_trigger"
"""Key of the template for the names of function and trigger."""

VIEW = "soft_delete_view"
"""Key of the template for the view's name."""

DELETED = "pgcraft_deleted"
"""Key in ``info`` of the column that says when a row was deleted."""


@produces("columns", "live")
@requires("pk_columns")
@singleton("soft delete")
class SoftDeletePlugin(Plugin):
    """Lets DELETE set ``deleted_at`` in place of taking the row away, once and for ever.

    The table ``S.T`` keeps showing all rows; the view ``S.T_live`` shows those not deleted, and
    can be written like the table. Since no row goes, a DELETE counts none (the ORM wants
    ``confirm_deleted_rows=False`` in ``__mapper_args__``), foreign keys to the row keep holding,
    and unique values stay taken, unless the index says ``postgresql_where="{deleted_at} IS NULL"``.
    Rows go for good when the trigger is disabled.

    Args:
        column_name: The name of the column.

    Raises:
        PGCraftValidationError: A foreign key of the table says ``ON DELETE CASCADE``: its rows
            would stay when what they reference goes.

    Example:
        >>> from sqlalchemy import Column, MetaData, Text
        >>> from pgcraft.factory import PGCraftSimple
        >>> notes = PGCraftSimple(
        ...     "notes",
        ...     "crm",
        ...     MetaData(),
        ...     [Column("note", Text)],
        ...     extra_plugins=[SoftDeletePlugin()],
        ... )
        >>> notes.table.columns.keys()
        ['id', 'note', 'deleted_at']
        >>> notes.ctx["live"].table.columns.keys()
        ['id', 'note']
    """

    def __init__(self, column_name: str = "deleted_at") -> None:
        self.column_name = column_name

    def applies(self, made: Collection[str]) -> bool:
        """Tell whether a factory keeps no versions: those have their moments, and lose nothing."""
        return "attributes" not in made

    def run(self, ctx: Context) -> None:
        """Add the column, declare function and trigger, and put the view under ``live``."""
        _refuse_cascade(ctx)
        deleted = Column(self.column_name, DateTime(timezone=True), info={DELETED: True})
        ctx["columns"] = [*ctx["columns"], deleted]
        tokens = {"schema": ctx.schemaname, "table_name": ctx.tablename}
        name = object_name(ctx.metadata, NAME, **tokens)
        function = Function(name, ctx.schemaname, self._body(ctx), security_definer=True)
        trigger = Trigger(
            name=name,
            schema=ctx.schemaname,
            relation=ctx.tablename,
            function=function,
            timing="BEFORE",
            events=("DELETE",),
        )
        declare(ctx.metadata, function, trigger)
        ctx["live"] = PGCraftView(
            object_name(ctx.metadata, VIEW, **tokens),
            ctx.schemaname,
            ctx.metadata,
            # The table is made after this plugin has added its column.
            lambda: self._live(ctx),
            # The policies of whoever asks are obeyed, as on the table itself.
            security_invoker=True,
        )

    def _live(self, ctx: Context) -> Select[Any]:
        table = ctx["table"]
        columns = [column for column in table.columns if column.name != self.column_name]
        deleted = next(one for one in table.columns if one.name == self.column_name)
        return select(*columns).where(deleted.is_(None))

    def _body(self, ctx: Context) -> str:
        key = " AND ".join(
            f"{field(one.name)} = OLD.{field(one.name)}" for one in ctx["pk_columns"]
        )
        column = field(self.column_name)
        table = qualified(ctx.schemaname, ctx.tablename)
        statements = f"""    UPDATE {table} AS stored
    SET {column} = now()
    WHERE {key} AND {column} IS NULL;
    RETURN NULL;
"""  # noqa: S608  # every name in it is quoted
        return function_body(statements, definer_on=table)


def _refuse_cascade(ctx: Context) -> None:
    for item, action in _delete_actions(ctx):
        if (action or "").upper() == "CASCADE":
            raise PGCraftValidationError(
                f"{item} of {ctx.schemaname}.{ctx.tablename} says ON DELETE CASCADE, but the "
                "dimension never loses a row: it would reference one that is gone.",
                advice="Take ondelete away, or SoftDeletePlugin().",
            )


def _delete_actions(ctx: Context) -> Iterator[tuple[object, str | None]]:
    for item in ctx.items_of((PGCraftFK, ForeignKeyConstraint)):
        named = repr(item) if isinstance(item, PGCraftFK) else "A ForeignKeyConstraint"
        yield named, item.ondelete
    for column in ctx["columns"]:
        for key in column.foreign_keys:
            yield f"The foreign key of the column {column.name!r}", key.ondelete
