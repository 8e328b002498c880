"""The two tables of an append-only dimension: its entities, and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Identity,
    Index,
    Table,
    func,
)

from pgcraft.check import PGCraftCheck
from pgcraft.errors import PGCraftValidationError
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex
from pgcraft.naming import object_name
from pgcraft.origin import keep_origin, origin_of
from pgcraft.plugin import Plugin, produces, requires
from pgcraft.plugins.table import refuse_unfit_columns, refuse_unknown_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcraft.plugin import Context

CREATED = "created_at"
"""Column of the root table and the view: when the entity was made."""

UPDATED = "updated_at"
"""Column of the attributes table and the view: when the version was written."""

SUPERSEDED = "superseded_at"
"""Column of the attributes table: when the version ceased to be the current one."""

VERSION = "version_id"
"""Key column of the attributes table."""

HISTORY = "pgcraft_history"
"""Key in ``info`` of indexes that are about all versions."""

OURS = (CREATED, UPDATED, SUPERSEDED, VERSION)


@produces("root")
@requires("pk_columns", "columns")
class RootPlugin(Plugin):
    """Makes the root table: one row an entity, which stays for ever.

    Example:
        >>> RootPlugin().produces()
        ('root',)
    """

    def run(self, ctx: Context) -> None:
        """Put the table into the context, under ``root``."""
        _refuse_reserved([*ctx["pk_columns"], *ctx["columns"]], ctx)
        refuse_unfit_columns(ctx["pk_columns"], ctx["columns"], f"{ctx.schemaname}.{ctx.tablename}")
        name = _table_name(ctx, "append_only_root")
        created = Column(
            CREATED, DateTime(timezone=True), nullable=False, server_default=func.now()
        )
        ctx["root"] = Table(name, ctx.metadata, *ctx["pk_columns"], created, schema=ctx.schemaname)
        keep_origin(ctx["root"], ctx.declared)


@produces("attributes")
@requires("root", "pk_columns", "columns")
class AttributesPlugin(Plugin):
    """Makes the attributes table: one row a version, which holds the user's columns.

    The current version of an entity is the one whose ``superseded_at`` is null; there is at most
    one, by a unique index. ``updated_at`` grows with each version of an entity, so that both
    together say what was current when.

    Example:
        >>> AttributesPlugin().requires()
        ('root', 'pk_columns', 'columns')
    """

    def run(self, ctx: Context) -> None:
        """Put the table into the context, under ``attributes``."""
        root: Table = ctx["root"]
        moment = DateTime(timezone=True)
        keys = [Column(key.name, key.type, nullable=False) for key in ctx["pk_columns"]]
        names = [key.name for key in keys]
        refuse_unknown_options(ctx.table_args, f"{ctx.schemaname}.{ctx.tablename}")
        options = {key: value for key, value in ctx.table_args.items() if key != "comment"}
        ctx["attributes"] = table = Table(
            _table_name(ctx, "append_only_attributes"),
            ctx.metadata,
            Column(VERSION, BigInteger, Identity(always=True), primary_key=True),
            *keys,
            Column(UPDATED, moment, nullable=False, server_default=func.now()),
            Column(SUPERSEDED, moment),
            *ctx["columns"],
            ForeignKeyConstraint(names, [root.columns[key.key] for key in ctx["pk_columns"]]),
            *ctx.items_except(Column, PGCraftIndex, PGCraftFK, PGCraftCheck),
            schema=ctx.schemaname,
            **options,
        )
        keep_origin(table, ctx.declared)
        _index(table, "current", *names, where=table.columns[SUPERSEDED].is_(None))
        _index(table, "version", *names, UPDATED)


def _index(table: Table, what: str, *columns: str, where: Any = None) -> None:
    """Add a unique index of our own, named apart from any that the user's items may get."""
    name = object_name(table.metadata, f"ux__%(table_name)s__{what}", table_name=table.name)
    chosen = [table.columns[column] for column in columns]
    Index(name, *chosen, unique=True, postgresql_where=where, info={HISTORY: what})


def _table_name(ctx: Context, template: str) -> str:
    name = object_name(ctx.metadata, template, table_name=ctx.tablename, schema=ctx.schemaname)
    taken = ctx.metadata.tables.get(f"{ctx.schemaname}.{name}")
    if taken is not None or name == ctx.tablename:
        origin = None if taken is None else origin_of(taken)
        place = f" at {origin[0]}, line {origin[1]}" if origin else ""
        raise PGCraftValidationError(
            f"The append-only dimension {ctx.schemaname}.{ctx.tablename} needs the table "
            f"{ctx.schemaname}.{name}, which is already defined{place}.",
            advice=f"Give one of the two another name, or set {template!r} in the MetaData's "
            "naming_convention.",
        )
    return name


def _refuse_reserved(columns: Sequence[Column[Any]], ctx: Context) -> None:
    for column in columns:
        for name in (column.name, column.key):
            if name in OURS:
                raise PGCraftValidationError(
                    f"The append-only dimension {ctx.schemaname}.{ctx.tablename} has a column "
                    f"{name!r}, a name that it keeps its history under.",
                    advice=f"Give it another name; {', '.join(OURS)} are the dimension's own, "
                    f"and {CREATED} and {UPDATED} are in its view already.",
                )
