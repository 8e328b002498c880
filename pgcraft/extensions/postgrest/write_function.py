"""The function behind a trigger of an API view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import literal_column, select
from sqlalchemy.sql.elements import BooleanClauseList
from sqlalchemy.sql.operators import and_

from pgcraft.extensions.postgrest.writes import Writes
from pgcraft.naming import object_name
from pgcraft.objects import DatabaseObject, Function, Trigger
from pgcraft.objects.base import qualified, quoted, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Select, Table

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
        writes = writes_of(self.owner, blind=invoker and "select" not in self.owner.grants)
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

    def _name(self, template: str) -> str:
        tokens = {"schema": self.owner.schema, "table_name": self.owner.name, "op": self.op}
        return object_name(self.owner.metadata, template, **tokens)


def writes_of(api: PostgRESTView, *, blind: bool) -> Writes:
    """Say in SQL how the rows behind an API view are written.

    Args:
        api: The view.
        blind: Whether who writes may read nothing.
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
    return Writes(
        view=qualified(api.schema, api.name),
        relation=qualified(table.schema, table.name),
        keys={
            quoted(key): None if name is None else quoted(name)
            for key, name in api.key_columns.items()
        },
        written={quoted(name): quoted(column) for name, column in api.written.items()},
        read_only=[quoted(name) for name in names if name not in api.written],
        shown=_shown(api, query.where(*same)),
        grouped=bool(query._group_by_clauses),  # noqa: SLF001 - there is no public way to ask
        condition=rendered(condition) if own else None,
        blind=blind,
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
        return rendered(query)
    found = zip(api.key_columns.values(), _held_key(api), strict=True)
    same = " AND ".join(f"{quoted(str(name))} = {variable}" for name, variable in found)
    # All names are quoted.
    return f"SELECT * FROM {qualified(api.schema, api.name)} WHERE {same}"  # noqa: S608


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
