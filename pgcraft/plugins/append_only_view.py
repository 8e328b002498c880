"""The view of an append-only dimension: what is current, as if it were one plain table."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Computed, DefaultClause, FetchedValue, MetaData, Table, and_, select

from pgcraft.dialect import driverless_dialect
from pgcraft.objects.base import literal, qualified, quoted
from pgcraft.plugin import Plugin, produces, requires
from pgcraft.plugins.append_only_tables import CREATED, SUPERSEDED, UPDATED
from pgcraft.views import PGCraftView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

    from pgcraft.plugin import Context


MODELS = "pgcraft_models"
"""Key in ``info`` of a view's table: the MetaData that the view itself is declared in."""


@produces("view", "table")
@requires("root", "attributes", "dimension")
class CurrentViewPlugin(Plugin):
    """Makes the view with the key, ``created_at``, ``updated_at`` and the user's columns.

    Example:
        >>> CurrentViewPlugin().produces()
        ('view', 'table')
    """

    def run(self, ctx: Context) -> None:
        """Put the view into the context under ``view``, and under ``table`` what to select from."""
        root: Table = ctx["root"]
        attributes: Table = ctx["attributes"]
        keys = list(root.primary_key.columns)
        same = [attributes.columns[key.name] == key for key in keys]
        columns = [
            *keys,
            root.columns[CREATED],
            attributes.columns[UPDATED],
            *(attributes.columns[column.key] for column in ctx["columns"]),
        ]
        current = attributes.columns[SUPERSEDED].is_(None)
        ctx["view"] = CurrentView(
            ctx.tablename,
            ctx.schemaname,
            ctx.metadata,
            select(*columns).select_from(attributes.join(root, and_(*same))).where(current),
            columns=columns,
            comment=ctx.table_args.get("comment"),
        )
        ctx["table"] = ctx["view"].table


class CurrentView(PGCraftView):
    """A view whose columns have the defaults and the comments of the columns behind them.

    With a default of its own, a column that an INSERT leaves out is filled in before the trigger
    sees the row, by the caller, so that ``DEFAULT current_user`` means what it says; an explicit
    NULL stays one.

    Args:
        name: The view's name.
        schema: Its schema.
        metadata: Where it is declared.
        query: Its query.
        columns: The columns behind it.
        comment: The view's comment.
    """

    def __init__(
        self,
        name: str,
        schema: str,
        metadata: MetaData,
        query: Select[Any],
        *,
        columns: Sequence[Column[Any]],
        comment: str | None = None,
    ) -> None:
        self.source_columns = tuple(columns)
        # As the triggers do: its roles need no rights on the tables.
        super().__init__(name, schema, metadata, query, security_invoker=False, comment=comment)

    @cached_property
    def table(self) -> Table:
        """The view as a table that knows its key and what Python and the server fill in.

        It is in a MetaData of its own: tables of the models' MetaData are created as tables.
        """
        columns = [_view_column(column) for column in self.source_columns]
        return Table(
            self.name,
            MetaData(),
            *columns,
            schema=self.schema,
            comment=self.comment,
            info={MODELS: self.metadata},
        )

    def create(self) -> Sequence[str]:
        """Return CREATE VIEW, then the defaults and comments of its columns."""
        view = qualified(self.schema, self.name)
        statements = [*super().create()]
        for column in self.source_columns:
            # The moments are the triggers': with a default it could not be told what is given.
            default = None if column.name in {CREATED, UPDATED} else default_of(column)
            if default is not None:
                statements.append(
                    f"ALTER VIEW {view} ALTER COLUMN {quoted(column.name)} SET DEFAULT {default}"
                )
            if column.comment:
                statements.append(
                    f"COMMENT ON COLUMN {view}.{quoted(column.name)} IS {literal(column.comment)}"
                )
        return tuple(statements)


def default_of(column: Column[Any]) -> str | None:
    """Return the column's default as SQL; None if it has none, or one that only a table can have.

    Example:
        >>> from sqlalchemy import Integer
        >>> default_of(Column("amount", Integer, server_default="1"))
        "'1'"
    """
    if not isinstance(column.server_default, DefaultClause):
        return None
    dialect = driverless_dialect()
    compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # as SQLAlchemy itself does; no statement is compiled
    default: str | None = compiler.get_column_default_string(column)
    return default


def _view_column(column: Column[Any]) -> Column[Any]:
    """Describe a column of the view as one of a table, so that the ORM can map and insert."""
    items: list[Any] = []
    if column.computed is not None:
        items = [Computed(column.computed.sqltext, persisted=column.computed.persisted)]
    elif column.name == UPDATED:
        items = [FetchedValue(), FetchedValue(for_update=True)]
    elif column.primary_key or column.server_default is not None:
        # Made by the trigger, or by the default of the view.
        items = [FetchedValue()]
    return Column(
        column.name,
        column.type,
        *items,
        key=column.key,
        primary_key=column.primary_key,
        autoincrement=False,
        nullable=column.nullable,
        default=column.default,
        onupdate=column.onupdate,
        comment=column.comment,
    )
