"""What all factories have in common: arguments are checked, then plugins run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column

from pgcraft.config import listed
from pgcraft.factory.arguments import listed_items, refuse_misplaced, refuse_second
from pgcraft.factory.order import run_plugins
from pgcraft.factory.undo import remember, undo
from pgcraft.naming import refuse_unusable
from pgcraft.objects.registry import forget_if_cleared, watch
from pgcraft.origin import declared_at
from pgcraft.plugin import Context, Plugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import FromClause, MetaData

    from pgcraft.config import PGCraftConfig


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
        refuse_misplaced(type(self).__name__, tablename, schemaname, metadata)
        schema = schemaname or metadata.schema
        dimension = f"{schema}.{tablename}"
        forget_if_cleared(metadata)
        refuse_second(metadata, dimension)
        for name in (tablename, str(schema)):
            refuse_unusable(name, dimension)
        items = listed_items(schema_items, dimension)
        self.ctx = Context(
            tablename=tablename,
            schemaname=str(schema),
            metadata=metadata,
            schema_items=items,
            table_args=table_args or {},
            declared=declared_at(),
        )
        self.ctx["columns"] = [item for item in items if isinstance(item, Column)]
        if config is not None:
            config.configure_at_create(metadata)
        watch(metadata)
        before = remember(metadata, tablename)
        try:
            run_plugins(self._plugins(config, plugins, extra_plugins), self.ctx)
        except BaseException:
            undo(metadata, before, tablename)
            raise

    @property
    def table(self) -> FromClause:
        """What to select from: the dimension's table or view."""
        found: FromClause = self.ctx[self.table_key]
        return found

    def __clause_element__(self) -> FromClause:
        """Let SQLAlchemy take the factory for its table: ``select(products)``."""
        return self.table

    def _plugins(
        self,
        config: PGCraftConfig | None,
        plugins: Iterable[Plugin] | None,
        extra_plugins: Iterable[Plugin] | None,
    ) -> list[Plugin]:
        extra = self._listed("extra_plugins", extra_plugins) if extra_plugins else []
        own = None if plugins is None else self._listed("plugins", plugins)
        theirs = [*(self.default_plugins if own is None else own), *self.core_plugins, *extra]
        first: list[Plugin] = []
        if config is not None:
            made = {key for plugin in theirs for key in plugin.produces()}
            first = [one for one in config.all_plugins() if one.applies(made)]
        groups = {one.singleton_group for one in (*first, *(own or ()), *extra)} - {None}
        if own is None:
            own = [one for one in self.default_plugins if one.singleton_group not in groups]
        core = [one for one in self.core_plugins if one.singleton_group not in groups]
        return [*first, *own, *core, *extra]

    def _listed(self, argument: str, given: Iterable[Plugin]) -> list[Plugin]:
        place = f"{type(self).__name__} for {self.ctx.schemaname}.{self.ctx.tablename}"
        return listed(Plugin, f"{argument} of {place}", given)
