"""What the roles of an API must be granted."""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Integer, Select, TableClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.columns import is_star, soft_deleted
from pgcraft.extensions.postgrest.security import acts_as_invoker, view_named
from pgcraft.extensions.postgrest.source import schema_of, tables_of
from pgcraft.naming import MAX_LENGTH
from pgcraft.objects import Grant, Schema
from pgcraft.objects.base import qualified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Column, MetaData, Table

    from pgcraft.extensions.postgrest.view import PostgRESTView

Wanted = defaultdict[str, dict[str, None]]
"""Privileges on one relation: each with the columns it is wanted for."""

Behind = defaultdict[tuple[str, str], Wanted]
"""What is wanted of each relation behind views, by schema and name."""


def grants_of(granted: Mapping[PostgRESTView, tuple[str, ...]], role: str) -> Iterator[Grant]:
    """Yield the grants for one role of an API.

    On the views it is what they say. On the relations behind a view it is nothing, except where
    the view acts with the role's own rights: then the columns that it uses, so that the row
    policies of the tables decide.

    Args:
        granted: The API views, each with what the role may do there.
        role: The role to grant to.

    Raises:
        PGCraftValidationError: The triggers of a view would read for one who may not.
    """
    behind: Behind = defaultdict(lambda: defaultdict(dict))
    sequences: dict[str, None] = {}
    for view, grants in granted.items():
        if not grants:
            continue
        yield Grant(tuple(grant.upper() for grant in grants), on=view.view, to=role)
        if view.invoker:
            _refuse_blind(view, grants, role)
            _collect(view, grants, behind)
            if "insert" in grants:
                sequences |= dict.fromkeys(_sequences(view.source.table))
    yield from _grants_behind(behind, role, {view.schema for view, one in granted.items() if one})
    yield from (Grant(("USAGE",), on=f"SEQUENCE {one}", to=role) for one in sequences)


def _refuse_blind(view: PostgRESTView, grants: tuple[str, ...], role: str) -> None:
    """Refuse one who may not read where the trigger reads the view for him."""
    reading = ("update", "delete") if view.watched else ("update",)
    for one in reading:
        if one in grants and "select" not in grants:
            raise PGCraftValidationError(
                f"The API view {view.label} has row security behind it, and grants {role} {one} "
                "without select: its trigger looks for the row in the view, with rights that "
                f"{role} does not have.",
                advice=f"Grant {role} select too, with a policy that shows no row if need be.",
            )


def _collect(view: PostgRESTView, grants: tuple[str, ...], behind: Behind) -> None:
    if grants != ("insert",):
        _collect_read(view.view.query, view.metadata, behind)
    wanted = behind[_place(view.source.table)]
    written = dict.fromkeys(view.written.values())
    writes = [grant for grant in grants if grant != "select"]
    for op in writes:
        wanted[op.upper()].update({} if op == "delete" else written)
    if writes and "select" in grants:
        wanted["SELECT"].update(dict.fromkeys([*view.key_columns, *written]))
    mark = soft_deleted(view.source.table)
    if "delete" in grants and mark is not None:
        wanted["SELECT"][mark] = None


def _collect_read(query: Any, metadata: MetaData, behind: Behind) -> None:
    """Collect what reading a query needs: of views, also what they read with the same rights."""
    parts = list(visitors.iterate(query))
    # A select of a table has the table itself, in place of its columns.
    listed = chain.from_iterable(one.selected_columns for one in parts if isinstance(one, Select))
    named = [one for one in (*parts, *listed) if isinstance(one, ColumnClause)]
    # Behind the columns of an alias are those of its table.
    for one in chain.from_iterable(column.base_columns for column in named):
        if isinstance(one, ColumnClause) and isinstance(one.table, TableClause):
            behind[_place(one.table)]["SELECT"][one.name] = None
    for select in parts:
        if isinstance(select, Select) and is_star(select):
            for table in tables_of(select):
                behind[_place(table)]["SELECT"].update({one.name: None for one in table.columns})
    for table in tables_of(query):
        wanted = behind[_place(table)]
        if not wanted["SELECT"]:
            # To count rows takes a right on one column, whichever it is.
            wanted["SELECT"].update({one.name: None for one in list(_keys_first(table))[:1]})
        inner = view_named(table, metadata)
        if inner is not None and acts_as_invoker(inner):
            _collect_read(inner.query, metadata, behind)


def _keys_first(table: TableClause) -> Iterable[ColumnClause[Any]]:
    return [*table.primary_key, *table.columns]


def _place(table: TableClause) -> tuple[str, str]:
    return schema_of(table), table.name


def _grants_behind(behind: Behind, role: str, usable: Iterable[str]) -> Iterator[Grant]:
    schemas = {schema for schema, _ in behind} - set(usable)
    yield from (Grant(("USAGE",), on=Schema(schema), to=role) for schema in sorted(schemas))
    for place in sorted(behind):
        # One grant for each list of columns, as PostgreSQL keeps them by column.
        by_columns: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for privilege, columns in behind[place].items():
            by_columns[tuple(sorted(columns))].append(privilege)
        for names, privileges in sorted(by_columns.items()):
            on = f"TABLE {qualified(*place)}"
            yield Grant(tuple(sorted(privileges)), on=on, to=role, columns=names)


def _sequences(table: Table) -> Iterator[str]:
    return (_sequence(column) for column in table.columns if _is_serial(column))


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
    return qualified(schema_of(column.table), f"{'_'.join(parts)}_seq")
