"""The function behind a trigger of an API view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import BindParameter, Cast, Enum, Table, TableClause, literal_column, select
from sqlalchemy.dialects.postgresql.named_types import NamedType
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BooleanClauseList
from sqlalchemy.sql.operators import and_

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.columns import soft_deleted
from pgcraft.extensions.postgrest.source import InPublic, identity_of
from pgcraft.extensions.postgrest.writes import Writes
from pgcraft.naming import object_name
from pgcraft.objects import DatabaseObject, Function, Trigger
from pgcraft.objects.base import qualified, rendered
from pgcraft.plugins.plpgsql import field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select

    from pgcraft.extensions.postgrest.view import PostgRESTView


class WriteFunction(DatabaseObject):
    """The function behind one INSTEAD OF trigger; it is written when all models are known."""

    kind: ClassVar[str] = Function.kind
    rank: ClassVar[int] = Function.rank
    replaceable: ClassVar[bool] = True

    def __init__(self, owner: PostgRESTView, op: str) -> None:
        self.owner = owner
        self.op = op

    @property
    def function(self) -> Function:
        """The function as it is now known."""
        invoker = self.owner.invoker
        writes = writes_of(self.owner, invoker=invoker)
        bodies = {"insert": writes.insert, "update": writes.update, "delete": writes.delete}
        return Function(
            self._name("postgrest_function"),
            self.owner.schema,
            bodies[self.op](),
            security_definer=not invoker,
        )

    def trigger(self) -> Trigger:
        """Return the trigger that calls it."""
        return Trigger(
            name=self._name("postgrest_trigger"),
            schema=self.owner.schema,
            relation=self.owner.name,
            function=self.function,
            timing="INSTEAD OF",
            events=(self.op.upper(),),
        )

    @property
    def schema_name(self) -> str | None:
        """The schema of the API."""
        return self.owner.schema

    @property
    def identity(self) -> str:
        """Schema and name."""
        return self.function.identity

    def create(self) -> Sequence[str]:
        """Return CREATE FUNCTION."""
        return self.function.create()

    def drop(self) -> Sequence[str]:
        """Return DROP FUNCTION."""
        return self.function.drop()

    def exists(self) -> str:
        """Return the condition that the function is there."""
        return self.function.exists()

    def unchanged(self) -> str:
        """Return the condition that the function is as it is now known."""
        return self.function.unchanged()

    def _name(self, template: str) -> str:
        tokens = {"schema": self.owner.schema, "table_name": self.owner.name, "op": self.op}
        return object_name(self.owner.metadata, template, **tokens)


def writes_of(api: PostgRESTView, *, invoker: bool) -> Writes:
    """Say in SQL how the rows behind an API view are written.

    Args:
        api: The view.
        invoker: Whether that is done with the rights of the one who asks.
    """
    query: Any = api.view.query
    table = api.source.table
    names = [str(one.name) for one in query.selected_columns]
    same = [
        table.columns[_key_of(table, key)] == literal_column(variable)
        for key, variable in zip(api.key_columns, _held_key(api), strict=True)
    ]
    own = _own_conditions(query, table)
    condition: Select[Any] = select(literal_column("1")).select_from(table).where(*same, *own)
    reading = ["select" in one for one in api.granted.values() if "insert" in one]
    mark = soft_deleted(table)
    return Writes(
        view=qualified(api.schema, api.name),
        relation=identity_of(table),
        keys={
            field(key): None if name is None else field(name)
            for key, name in api.key_columns.items()
        },
        written={field(name): field(column) for name, column in api.written.items()},
        read_only=[field(name) for name in names if name not in api.written],
        watched=[field(name) for name in api.watched],
        mark=None if mark is None else field(mark),
        shown=_shown(api, query.where(*same)),
        joined=query.get_final_froms() != [table],
        grouped=bool(query._group_by_clauses),  # noqa: SLF001 - there is no public way to ask
        condition=_written(api, condition) if own else None,
        definer=not invoker,
        blind=invoker and "select" not in api.grants,
        divided=invoker and not all(reading),
    )


def _held_key(api: PostgRESTView) -> list[str]:
    """Return the variables that hold the key of the row that was written."""
    return [f"_pgcraft_key._pgcraft_{number}" for number in range(len(api.key_columns))]


def _shown(api: PostgRESTView, query: Select[Any]) -> str:
    """Return the query of the row that was written, as the view shows it.

    It asks the view where that has the key: the view's own query may use what is on the search
    path of the one who made the view, and not on the function's.
    """
    if None in api.key_columns.values():
        return _written(api, query)
    found = zip(api.key_columns.values(), _held_key(api), strict=True)
    same = " AND ".join(f"{field(str(name))} = {variable}" for name, variable in found)
    # All names are quoted.
    return f"SELECT * FROM {qualified(api.schema, api.name)} AS stored WHERE {same}"  # noqa: S608


def _written(api: PostgRESTView, query: Select[Any]) -> str:
    """Write a query into a function, where a name without a schema may be one of the caller's."""
    named: Any
    for one in visitors.iterate(query):
        kind: Any = getattr(one, "type", None)
        if isinstance(one, BindParameter | Cast) and isinstance(kind, Enum | NamedType):
            what, named = "type", kind
        elif isinstance(one, TableClause) and not isinstance(one, Table):
            what, named = "table", one
        else:
            continue
        if named.name and getattr(named, "schema", None) is None:
            raise PGCraftValidationError(
                f"The triggers of the API view {api.label} name the {what} {named.name}, which has "
                f"no schema: who asks could put another {what} in its place.",
                advice="Give it one: schema='public' if that is where it is.",
            )
    return rendered(InPublic(query))


def _key_of(table: Table, name: str) -> str:
    return next(column.key for column in table.columns if column.name == name)


def _own_conditions(query: Select[Any], table: Table) -> list[Any]:
    """Return the conditions of a WHERE that are about the table's own columns."""
    where = query.whereclause
    if where is None:
        return []
    parts: Iterable[Any] = (
        where.clauses
        if isinstance(where, BooleanClauseList) and where.operator is and_
        else [where]
    )
    return [part for part in parts if set(select(part).get_final_froms()) <= {table}]
