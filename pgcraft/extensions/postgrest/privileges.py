"""What the API's role must be granted."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, Table
from sqlalchemy.sql import visitors

from pgcraft.extensions.postgrest.security import acts_as_invoker, refuse_bypass, view_named
from pgcraft.extensions.postgrest.source import tables_of
from pgcraft.naming import MAX_LENGTH
from pgcraft.objects import Grant, Schema
from pgcraft.objects.base import qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import MetaData

    from pgcraft.extensions.postgrest.view import PostgRESTView

Wanted = defaultdict[str, dict[str, None]]
"""Privileges on one relation: each with the columns it is wanted for."""


def grants_of(views: Sequence[PostgRESTView], role: str) -> Iterator[Grant]:
    """Yield the grants for API views.

    On the views it is what they say. On the relations behind a view it is nothing, except where
    the view acts with the role's own rights: then the columns that it uses, so that the row
    policies of the tables decide.

    Args:
        views: The API views.
        role: The role to grant to.

    Raises:
        PGCraftValidationError: Row policies behind a view would not be obeyed.
    """
    behind: dict[Table, Wanted] = {}
    for view in views:
        if view.grants:
            privileges = tuple(grant.upper() for grant in view.grants)
            yield Grant(privileges, on=view.view, to=role)
        if view.invoker:
            refuse_bypass(view.view, view.metadata)
            _collect(view, behind)
    yield from _grants_behind(behind, role, {view.schema for view in views})


def _collect(view: PostgRESTView, behind: dict[Table, Wanted]) -> None:
    if view.grants != ("insert",):
        _collect_read(view.view.query, view.metadata, behind)
    table = view.source.table
    wanted = behind.setdefault(table, defaultdict(dict))
    written = dict.fromkeys(view.written.values())
    for op in view.writes:
        wanted[op.upper()].update({} if op == "delete" else written)
    if view.writes and "select" in view.grants:
        wanted["SELECT"].update(dict.fromkeys([*view.key_columns, *written]))


def _collect_read(query: Any, metadata: MetaData, behind: dict[Table, Wanted]) -> None:
    """Collect what reading a query needs: of views, also what they read with the same rights."""
    for table in tables_of(query):
        wanted = behind.setdefault(table, defaultdict(dict))
        used = [one for one in visitors.iterate(query) if isinstance(one, Column)]
        wanted["SELECT"].update({one.name: None for one in used if one.table is table})
        inner = view_named(table, metadata)
        if inner is not None and acts_as_invoker(inner):
            _collect_read(inner.query, metadata, behind)


def _grants_behind(
    behind: dict[Table, Wanted], role: str, usable: Iterable[str]
) -> Iterator[Grant]:
    schemas = {str(table.schema) for table in behind} - set(usable)
    yield from (Grant(("USAGE",), on=Schema(schema), to=role) for schema in sorted(schemas))
    for table in sorted(behind, key=lambda one: one.fullname):
        # One grant for each list of columns, as PostgreSQL keeps them by column.
        by_columns: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for privilege, columns in behind[table].items():
            by_columns[tuple(sorted(columns))].append(privilege)
        for names, privileges in sorted(by_columns.items()):
            on = f"TABLE {qualified(table.schema, table.name)}"
            yield Grant(tuple(sorted(privileges)), on=on, to=role, columns=names)
        if "INSERT" in behind[table]:
            for column in table.columns:
                if _is_serial(column):
                    yield Grant(("USAGE",), on=f"SEQUENCE {_sequence(column)}", to=role)


def _is_serial(column: Column[Any]) -> bool:
    return (
        column is column.table.autoincrement_column
        and isinstance(column.type, Integer)
        and column.identity is None
        and column.server_default is None
    )


def _sequence(column: Column[Any]) -> str:
    """Return the name that the server gives to the sequence of a serial column.

    The longer one of the table's and the column's name is cut until all fits, as in
    ``makeObjectName`` of PostgreSQL.
    """
    table, name = column.table.name.encode(), column.name.encode()
    while len(table) + len(name) + len("__seq") > MAX_LENGTH:
        if len(table) > len(name):
            table = table[:-1]
        else:
            name = name[:-1]
    parts = [part.decode(errors="ignore") for part in (table, name)]
    return qualified(column.table.schema, f"{'_'.join(parts)}_seq")
