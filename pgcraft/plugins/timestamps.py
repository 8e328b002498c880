"""When a row was made, and when it was changed last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, DateTime, FetchedValue, func

from pgcraft.naming import object_name
from pgcraft.objects import Function, Trigger, declare
from pgcraft.plugin import Plugin, produces, singleton
from pgcraft.plugins.plpgsql import field

if TYPE_CHECKING:
    from collections.abc import Collection

    from pgcraft.plugin import Context

NAME = "timestamps_trigger"
"""Key of the template for the names of function and trigger."""


@produces("columns")
@singleton("timestamps")
class TimestampsPlugin(Plugin):
    """Adds ``created_at`` and ``updated_at`` to a table, both kept by the server.

    Both are the transaction's time. ``updated_at`` moves when an UPDATE changes something.
    Whatever a statement says for either does not count, an INSERT included: rows keep the
    moments of another database only if the trigger is disabled while they are copied. An
    append-only dimension has both already.

    Args:
        created_at: The name of the one.
        updated_at: The name of the other.

    Example:
        >>> from sqlalchemy import Column, MetaData, Text
        >>> from pgcraft.factory import PGCraftSimple
        >>> notes = PGCraftSimple(
        ...     "notes",
        ...     "crm",
        ...     MetaData(),
        ...     [Column("note", Text)],
        ...     extra_plugins=[TimestampsPlugin()],
        ... )
        >>> notes.table.columns.keys()
        ['id', 'note', 'created_at', 'updated_at']
    """

    def __init__(self, created_at: str = "created_at", updated_at: str = "updated_at") -> None:
        self.created_at = created_at
        self.updated_at = updated_at

    def applies(self, made: Collection[str]) -> bool:
        """Tell whether a factory keeps no versions: those have their moments, and lose nothing."""
        return "attributes" not in made

    def run(self, ctx: Context) -> None:
        """Add the columns, and declare the function and the trigger."""
        computed = [column.name for column in ctx["columns"] if column.computed is not None]
        kind = DateTime(timezone=True)
        ctx["columns"] = [
            *ctx["columns"],
            Column(self.created_at, kind, nullable=False, server_default=func.now()),
            Column(
                self.updated_at,
                kind,
                nullable=False,
                server_default=func.now(),
                server_onupdate=FetchedValue(for_update=True),
            ),
        ]
        name = object_name(ctx.metadata, NAME, schema=ctx.schemaname, table_name=ctx.tablename)
        function = Function(name, ctx.schemaname, self._body(computed))
        trigger = Trigger(
            name=name,
            schema=ctx.schemaname,
            relation=ctx.tablename,
            function=function,
            timing="BEFORE",
            events=("INSERT", "UPDATE"),
        )
        declare(ctx.metadata, function, trigger)

    def _body(self, computed: list[str]) -> str:
        created, updated = field(self.created_at), field(self.updated_at)
        # Computed columns are still empty in a BEFORE trigger, and computed again after it.
        # https://www.postgresql.org/docs/current/ddl-generated-columns.html
        emptied = "".join(f"    NEW.{field(name)} := OLD.{field(name)};\n" for name in computed)
        # Compared by image: not every type has an equality.
        return f"""
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.{created} := now();
        NEW.{updated} := now();
        RETURN NEW;
    END IF;
    NEW.{created} := OLD.{created};
    NEW.{updated} := OLD.{updated};
{emptied}    IF NEW OPERATOR(pg_catalog.*<>) OLD THEN
        NEW.{updated} := now();
    END IF;
    RETURN NEW;
END;
"""
