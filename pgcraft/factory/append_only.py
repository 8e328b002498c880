"""A dimension that keeps every version of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.base import Factory
from pgcraft.plugins.append_only_tables import AttributesPlugin, RootPlugin
from pgcraft.plugins.append_only_triggers import HistoryTriggersPlugin
from pgcraft.plugins.append_only_unique import CurrentUniquenessPlugin
from pgcraft.plugins.append_only_view import CurrentViewPlugin
from pgcraft.plugins.checks import ChecksPlugin
from pgcraft.plugins.dimension import DimensionPlugin
from pgcraft.plugins.foreign_keys import ForeignKeysPlugin
from pgcraft.plugins.indexes import IndexesPlugin
from pgcraft.plugins.pk import SerialPKPlugin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Table

    from pgcraft.config import PGCraftConfig
    from pgcraft.plugin import Plugin

_KEPT_ANYWAY = frozenset({"timestamps", "soft delete"})
"""Groups of plugins whose purpose the history serves."""


class PGCraftAppendOnly(Factory):
    """A view to work with as with a table, over tables that keep what was.

    The view ``S.T`` has the key, ``created_at``, ``updated_at`` and the user's columns, and can
    be written. Behind it, ``S.T_root`` has one row an entity, which is what foreign keys of
    others reference, and ``S.T_attributes`` one row a version, with the user's columns and all
    that is declared on them.

    * A DELETE ends the current version. The entity's row stays for ever, so foreign keys to it
      keep holding, and their ``ON DELETE`` actions never run. Inserting the same key again
      brings the entity back.
    * What is unique is so among current versions. Checks and foreign keys hold for all
      versions: a row that an old version references cannot be deleted, unless the foreign key's
      own ``ondelete`` says what else to do with the versions.
    * The key, ``created_at`` and ``updated_at`` cannot be updated. ``updated_at`` grows with each
      version, by a microsecond at least.
    * If a row was changed by another transaction after an UPDATE or DELETE had read it, the
      statement ends with a serialization failure (SQLSTATE 40001): run the transaction again.

    * ``SELECT … FOR UPDATE`` locks the row; one that had to wait for another's change finds no
      row, and finds it when it is run again. ``INSERT … ON CONFLICT`` does not see conflicts.

    * View and triggers work with the rights of their owner: roles need rights on the view alone,
      and policies on the tables behind it are not asked.

    TimestampsPlugin and SoftDeletePlugin of a configuration are passed over here.

    The arguments are those of :class:`~pgcraft.factory.base.Factory`; a ``comment`` in
    ``table_args`` is the view's, everything else there the attributes table's.

    Example:
        >>> from sqlalchemy import Column, MetaData, String
        >>> metadata = MetaData()
        >>> customers = PGCraftAppendOnly(
        ...     "customers", "crm", metadata, [Column("name", String, nullable=False)]
        ... )
        >>> customers.table.columns.keys()
        ['id', 'created_at', 'updated_at', 'name']
        >>> sorted(metadata.tables)
        ['crm.customers_attributes', 'crm.customers_root']
        >>> customers.history.fullname
        'crm.customers_attributes'
    """

    default_plugins: ClassVar[Sequence[Plugin]] = (SerialPKPlugin(),)
    core_plugins: ClassVar[Sequence[Plugin]] = (
        RootPlugin(),
        AttributesPlugin(),
        DimensionPlugin("root"),
        IndexesPlugin("attributes"),
        ChecksPlugin("attributes"),
        ForeignKeysPlugin("attributes"),
        CurrentUniquenessPlugin(),
        CurrentViewPlugin(),
        HistoryTriggersPlugin(),
    )

    def _plugins(
        self,
        config: PGCraftConfig | None,
        plugins: Iterable[Plugin] | None,
        extra_plugins: Iterable[Plugin] | None,
    ) -> list[Plugin]:
        own = None if plugins is None else list(plugins)
        extra = list(extra_plugins or ())
        for plugin in (*(own or ()), *extra):
            if plugin.singleton_group in _KEPT_ANYWAY:
                raise PGCraftValidationError(
                    f"{type(plugin).__name__} is for tables, but an append-only dimension keeps "
                    "the moments of its versions and what was deleted by itself.",
                    advice="Take the plugin away.",
                )
        return super()._plugins(config, own, extra)

    @property
    def table(self) -> Table:
        """The view, as a table to select from, to insert into and to map."""
        found: Table = self.ctx["table"]
        return found

    @property
    def history(self) -> Table:
        """The table of all versions: those of one key in the order of ``version_id``."""
        found: Table = self.ctx["attributes"]
        return found
