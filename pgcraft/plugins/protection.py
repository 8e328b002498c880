"""Protection of raw tables: written through the dimension's view only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.naming import object_name
from pgcraft.objects import Function, Trigger, declare
from pgcraft.objects.base import literal, qualified
from pgcraft.plugin import Plugin, produces

if TYPE_CHECKING:
    from collections.abc import Collection

    from pgcraft.plugin import Context


@produces("protection")
class ProtectionPlugin(Plugin):
    """Refuses direct writes to the tables behind a dimension, TRUNCATE included.

    Roles without rights on those tables cannot write them anyway; this also stops those who
    have the rights, the owner and superusers among them, until the trigger is disabled. Writes
    by a trigger pass: those of the view's own, and those of any other trigger.

    In a configuration it is for the factories that have such tables; a plain table, which is
    written directly, is passed over.

    Args:
        *table_keys: Keys in the context of the tables; the two of an append-only dimension if
            none is given.

    Example:
        >>> from sqlalchemy import Column, MetaData, Text
        >>> from pgcraft.factory import PGCraftAppendOnly
        >>> notes = PGCraftAppendOnly(
        ...     "notes",
        ...     "crm",
        ...     MetaData(),
        ...     [Column("note", Text)],
        ...     extra_plugins=[ProtectionPlugin()],
        ... )
        >>> [trigger.relation for trigger in notes.ctx["protection"]]
        ['notes_root', 'notes_attributes']
    """

    def __init__(self, *table_keys: str) -> None:
        self.table_keys = table_keys or ("root", "attributes")

    def applies(self, made: Collection[str]) -> bool:
        """Tell whether a factory makes the tables and the view."""
        return set(made).issuperset(self.requires())

    def requires(self) -> tuple[str, ...]:
        """Return the keys of the tables, and that of the view."""
        return (*self.table_keys, "view")

    def run(self, ctx: Context) -> None:
        """Declare the function and a trigger a table; put the triggers under ``protection``."""
        tokens = {"schema": ctx.schemaname, "table_name": ctx.tablename}
        function = Function(
            object_name(ctx.metadata, "protect_function", **tokens),
            ctx.schemaname,
            _body(qualified(ctx.schemaname, ctx.tablename)),
        )
        ctx["protection"] = [
            Trigger(
                name=object_name(ctx.metadata, "protect_trigger", **tokens),
                schema=ctx[key].schema,
                relation=ctx[key].name,
                function=function,
                timing="BEFORE",
                events=("INSERT", "UPDATE", "DELETE", "TRUNCATE"),
                level="STATEMENT",
            )
            for key in self.table_keys
        ]
        declare(ctx.metadata, function, *ctx["protection"])


def _body(view: str) -> str:
    # This trigger itself is the first level.
    return f"""
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = format('The table %I.%I keeps the history of %s and is not written directly.',
                TG_TABLE_SCHEMA, TG_TABLE_NAME, {literal(view)}),
            HINT = {literal(f"Write to {view}.")};
    END IF;
    RETURN NULL;
END;
"""
