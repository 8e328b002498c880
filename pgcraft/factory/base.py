"""What all factories have in common: arguments are checked, then plugins run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from pgcraft.dimension import DIMENSIONS
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.order import run_plugins
from pgcraft.naming import refuse_unusable
from pgcraft.objects.registry import watch
from pgcraft.objects.relations import OBJECTS
from pgcraft.origin import declared_at, origin_of
from pgcraft.plugin import Context

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import FromClause, MetaData

    from pgcraft.config import PGCraftConfig
    from pgcraft.dimension import DimensionRef
    from pgcraft.plugin import Plugin


class Factory:
    """Base of factories: a factory is a list of plugins.

    Args:
        tablename: The dimension's name.
        schemaname: The schema it is in.
        metadata: Where its tables and other objects are registered.
        schema_items: Columns, indexes, foreign keys, checks and other SQLAlchemy items.
        config: The project's configuration; its plugins come first.
        plugins: Plugins instead of the factory's ``default_plugins``.
        extra_plugins: Plugins beside them. A default plugin yields to one of the same
            singleton group, so ``extra_plugins=[UUIDV4PKPlugin()]`` changes the key.
        table_args: Further arguments for the dimension's table, such as ``comment``.

    Attributes:
        ctx: What the plugins made.

    Raises:
        PGCraftValidationError: An argument cannot be used.

    Example:
        >>> from sqlalchemy import Column, MetaData, Text
        >>> from pgcraft.plugins.pk import UUIDV4PKPlugin
        >>> from pgcraft.plugins.table import TablePlugin
        >>> class Bare(Factory):
        ...     "A table that others cannot reference, with a random key."
        ...     default_plugins = (UUIDV4PKPlugin(),)
        ...     core_plugins = (TablePlugin(),)
        >>> Bare("notes", "crm", MetaData(), [Column("note", Text)]).table.columns.keys()
        ['id', 'note']
    """

    default_plugins: ClassVar[Sequence[Plugin]] = ()
    core_plugins: ClassVar[Sequence[Plugin]] = ()
    """What makes the dimension itself: always there, unless one of the same group is given."""

    table_key: ClassVar[str] = "table"
    """Key in the context of what ``table`` returns."""

    def __init__(
        self,
        tablename: str,
        schemaname: str | None,
        metadata: MetaData,
        schema_items: Iterable[Any] = (),
        *,
        config: PGCraftConfig | None = None,
        plugins: Iterable[Plugin] | None = None,
        extra_plugins: Iterable[Plugin] | None = None,
        table_args: Mapping[str, Any] | None = None,
    ) -> None:
        items = tuple(schema_items)
        schema = schemaname or metadata.schema
        _refuse_nameless(tablename, schema)
        _refuse_second(metadata, f"{schema}.{tablename}")
        for name in (tablename, schema, *(getattr(item, "name", None) for item in items)):
            if name:
                refuse_unusable(name, f"{schema}.{tablename}")
        columns = [item for item in items if isinstance(item, Column)]
        for item in items:
            _refuse_primary_key(item, f"{schema}.{tablename}")
        _refuse_attached(columns, f"{schema}.{tablename}")
        self.ctx = Context(
            tablename=tablename,
            schemaname=str(schema),
            metadata=metadata,
            schema_items=items,
            table_args=table_args or {},
            declared=declared_at(),
        )
        self.ctx["columns"] = columns
        if config is not None:
            config.configure_at_create(metadata)
        watch(metadata)
        dimensions = dict(metadata.info.get(DIMENSIONS, {}).get(tablename, {}))
        objects = dict(metadata.info.get(OBJECTS, {}))
        try:
            run_plugins(self._plugins(config, plugins, extra_plugins), self.ctx)
        except PGCraftValidationError:
            _undo(self.ctx, dimensions)
            metadata.info[OBJECTS] = objects
            raise

    @property
    def table(self) -> FromClause:
        """What to select from: the dimension's table or view."""
        found: FromClause = self.ctx[self.table_key]
        return found

    def _plugins(
        self,
        config: PGCraftConfig | None,
        plugins: Iterable[Plugin] | None,
        extra_plugins: Iterable[Plugin] | None,
    ) -> list[Plugin]:
        extra = list(extra_plugins or ())
        own = list(plugins) if plugins is not None else None
        theirs = [*(self.default_plugins if own is None else own), *self.core_plugins, *extra]
        made = {key for plugin in theirs for key in plugin.produces()}
        first = [one for one in (config.all_plugins() if config else []) if one.applies(made)]
        groups = {one.singleton_group for one in (*first, *(own or ()), *extra)} - {None}
        if own is None:
            own = [one for one in self.default_plugins if one.singleton_group not in groups]
        core = [one for one in self.core_plugins if one.singleton_group not in groups]
        return [*first, *own, *core, *extra]


def _undo(ctx: Context, dimensions: Mapping[str, DimensionRef]) -> None:
    """Take away what was made, so that a corrected definition can be run in the same session."""
    for key in ctx.keys():  # noqa: SIM118  # a Context has keys, but is no dict
        if isinstance(ctx[key], Table):
            ctx.metadata.remove(ctx[key])
    known = ctx.metadata.info.get(DIMENSIONS, {})
    if ctx.tablename in known:
        known[ctx.tablename] = dict(dimensions)


def _refuse_nameless(tablename: str, schema: str | None) -> None:
    if not tablename:
        raise PGCraftValidationError(
            "A factory got no table name.", advice="Give it as tablename='products'."
        )
    if not schema:
        raise PGCraftValidationError(
            f"The factory for {tablename!r} got no schema.",
            advice="Give it as schemaname='inventory', or make the MetaData with a schema.",
        )


def _refuse_second(metadata: MetaData, key: str) -> None:
    if key in metadata.tables:
        origin = origin_of(metadata.tables[key])
        place = f" at {origin[0]}, line {origin[1]}" if origin else ""
        raise PGCraftValidationError(
            f"The table {key} is already defined{place}.",
            advice="Give one of the two another name or schema.",
        )


def _refuse_primary_key(item: Any, dimension: str) -> None:
    if isinstance(item, PrimaryKeyConstraint):
        what = "a PrimaryKeyConstraint"
    elif isinstance(item, Column) and item.primary_key:
        what = f"the primary key column {item.name!r}"
    else:
        return
    raise PGCraftValidationError(
        f"The items of {dimension} have {what}, but the key comes from a plugin.",
        advice="Take it away to get a serial 'id', or choose the key with "
        "extra_plugins=[UUIDV4PKPlugin('name')] or another of pgcraft.plugins.pk.",
    )


def _refuse_attached(columns: Sequence[Column[Any]], dimension: str) -> None:
    for column in columns:
        if getattr(column, "table", None) is not None:
            raise PGCraftValidationError(
                f"The column {column.name!r} given to {dimension} belongs to the table "
                f"{column.table} already.",
                advice="Make a new Column for each table.",
            )
