"""What views and materialized views have in common: a query, and a name for its rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import CompileError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import NamedColumn, TextClause
from sqlalchemy.sql.selectable import SelectBase

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.base import (
    DatabaseObject,
    check_metadata,
    check_names,
    literal,
    qualified,
    rendered,
)
from pgcraft.objects.registry import declare
from pgcraft.objects.relations import find_declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Query = SelectBase | Callable[[], SelectBase]


# What pg_class.relkind calls each kind.
_LETTERS = {"view": "v", "materialized view": "m"}


class QueryRelation(DatabaseObject):
    """A relation whose rows are a query's.

    Attributes:
        name: Its name.
        schema: Its schema.
        metadata: The MetaData that it is declared in.
        comment: Its comment.
    """

    def __init__(
        self,
        name: str,
        schema: str | None,
        metadata: MetaData,
        query: Query,
        *,
        comment: str | None = None,
    ) -> None:
        check_metadata(self.kind, name, metadata)
        schema = schema or metadata.schema
        check_names(self.kind, name, schema)
        self.name = name
        self.schema = str(schema)
        self.comment = comment
        self._given = query
        self.metadata = metadata
        if not callable(query):
            self._check_columns()
        declare(metadata, self)

    @cached_property
    def query(self) -> SelectBase:
        """The query; a function that makes it is called when it is first needed."""
        made = self._given() if callable(self._given) else self._given
        if not isinstance(made, SelectBase):
            raise PGCraftValidationError(
                f"The {self.kind} {self.identity} has {made!r} for its query.",
                advice="Give it a select(), or a function that returns one.",
            )
        return made

    @cached_property
    def table(self) -> Table:
        """The relation as a table to select from, join and write to, if it can be written.

        It is in a MetaData of its own: tables of the models' MetaData are created as tables.
        """
        return self.make_table()

    def make_table(self) -> Table:
        """Return the table of ``table``, made anew."""
        self._check_columns()
        columns = [
            Column(str(one.name), one.type, key=str(one.key))
            for one in self.query.subquery().columns
        ]
        metadata = MetaData(naming_convention=self.metadata.naming_convention)
        # Whoever gets the table alone, such as an API view, finds the models by it.
        models = {"pgcraft_models": self.metadata}
        return Table(self.name, metadata, *columns, schema=self.schema, info=models)

    @property
    def schema_name(self) -> str:
        """The relation's schema."""
        return self.schema

    @property
    def identity(self) -> str:
        """Schema and name."""
        return qualified(self.schema, self.name)

    @property
    def grantable(self) -> str:
        """The relation in GRANT."""
        return f"TABLE {self.identity}"

    def create(self) -> Sequence[str]:
        """Return CREATE, and COMMENT ON if there is one."""
        self._check_columns()
        statement = f"CREATE {self.kind.upper()} {self.identity}{self._options()} AS\n"
        statement += f"{self._text()}{self._ending()}"
        comment = f"COMMENT ON {self.kind.upper()} {self.identity} IS {literal(self.comment or '')}"
        return (statement, *([comment] if self.comment else []))

    def drop(self) -> Sequence[str]:
        """Return DROP."""
        return (f"DROP {self.kind.upper()} IF EXISTS {self.identity}",)

    def exists(self) -> str:
        """Return the condition that the schema has a relation of that kind and name."""
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
            f" ON n.oid = c.relnamespace WHERE n.nspname = {literal(self.schema)}"
            f" AND c.relname = {literal(self.name)} AND c.relkind = {literal(_LETTERS[self.kind])})"
        )

    def declared_in(self, metadata: MetaData) -> None:
        """Check that no table and no other view of the models has the name.

        Raises:
            PGCraftValidationError: One has.
        """
        taken = "a table" if f"{self.schema}.{self.name}" in metadata.tables else None
        for kind in _LETTERS:
            if find_declared(metadata, kind, self.identity) not in {None, self}:
                taken = f"a {kind}"
        if taken:
            raise PGCraftValidationError(
                f"The {self.kind} {self.identity} has the name of {taken} of the models.",
                advice="Give one of the two another name or schema.",
            )

    def merged(self, other: DatabaseObject) -> DatabaseObject | None:
        """Give way to a view of the same name, if this one reads a table that was taken away.

        ``metadata.clear()`` and ``metadata.remove()`` take tables away, and no views.
        """
        gone = (
            one.metadata is self.metadata and self.metadata.tables.get(one.key) is not one
            for one in visitors.iterate(self.query)
            if isinstance(one, Table)
        )
        return other if any(gone) else None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.schema!r})"

    def _text(self) -> str:
        try:
            return rendered(self.query)
        except CompileError as error:
            raise PGCraftValidationError(
                f"The query of the {self.kind} {self.identity} cannot be written as SQL: {error}",
                advice="A view has no parameters: give values that SQLAlchemy writes as literals.",
            ) from error

    def _options(self) -> str:
        return ""

    def _ending(self) -> str:
        return ""

    def _check_columns(self) -> None:
        """Refuse columns without a name of their own, which the server would invent."""
        seen: set[str] = set()
        for name, column in _named_columns(self.query):
            if name is None:
                raise PGCraftValidationError(
                    f"The column {column} of the {self.kind} {self.identity} has no name.",
                    advice='Label it: .label("name").',
                )
            if name in seen:
                raise PGCraftValidationError(
                    f"The {self.kind} {self.identity} has two columns with the name {name!r}; the "
                    f"second is {column}.",
                    advice='Label it: .label("another_name").',
                )
            check_names("column", name)
            seen.add(name)


def _named_columns(query: SelectBase) -> Iterator[tuple[str | None, Any]]:
    """Yield the name of each column, None if it has none, and itself."""
    for one in getattr(query, "inner_columns", ()):
        if isinstance(one, TextClause):
            yield None, one
    named = [isinstance(one, NamedColumn) for one in query.selected_columns]
    for one, has_name in zip(query.selected_columns, named, strict=True):
        if has_name:
            yield (None if getattr(one, "is_literal", False) else one.name), one
    # Only now, as SQLAlchemy fails in its own words where a label is there twice.
    proxies: list[Any] = list(query.subquery().columns)
    for one, has_name, proxy in zip(query.selected_columns, named, proxies, strict=True):
        if not has_name:
            # A name that SQLAlchemy will invent is a template until then, of a class of its own.
            invented = type(proxy.name).__name__ == "_anonymous_label"
            yield (None if invented else proxy.name), one
