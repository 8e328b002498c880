"""A view of an API, in the manner of PostgREST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.columns import (
    api_select,
    plain_columns,
    watched_columns,
    writable_columns,
)
from pgcraft.extensions.postgrest.granted import all_of, known_grants
from pgcraft.extensions.postgrest.security import APIView, under_row_security
from pgcraft.extensions.postgrest.source import Source, schema_of, source_of
from pgcraft.extensions.postgrest.write_function import WriteFunction
from pgcraft.factory.order import run_plugins
from pgcraft.objects import declare
from pgcraft.origin import declared_at
from pgcraft.plugin import Context

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import MetaData, Table

    from pgcraft.extensions.postgrest.columns import Query
    from pgcraft.extensions.postgrest.granted import GrantsArgument
    from pgcraft.plugin import Plugin

EXPOSED = "pgcraft_postgrest"
"""Key in ``MetaData.info`` of the API views: a dict from qualified name to each."""


class PostgRESTView:
    """A view in the schema of an API, over a dimension, a table or another view.

    The view has the source's name and comment, and its columns have the comments of the columns
    behind them. The privileges are granted once a ``PostgRESTExtension`` is in use; until then
    the view and its triggers are there, for their owner alone.

    Args:
        source: A factory, a Table, a view or its table, a PostgRESTView, or a registered class.
        schema: The API's schema.
        grants: What may be done: ``select``, ``insert``, ``update``, ``delete``. A list is for
            the role of requests without a token, ``anon``; a dict has a list for each role, such
            as ``{"anon": ["select"], "web_user": ["select", "insert"]}``. The view has a trigger
            for each of the last three that anybody is granted, and no other.
        query: A function of the select of the source's columns, and of the source as a table,
            that returns the view's select: ``lambda q, t: q.where(t.c.active)``. What it adds to
            the source's own columns can be read only.
        plugins: Plugins that run when the view is there; its ``ctx["api_view"]`` is this object.
        columns: Names of the source's columns to show; all if not said.
        exclude_columns: Names of the source's columns to hide, instead of ``columns``.

    Attributes:
        grants: What is granted to anybody.
        granted: What is granted to each role.
        table: The view as a table, to select from and to write to.
        view: The view as a declared object, to grant on.

    Raises:
        PGCraftValidationError: A column or a grant is unknown, the name is exposed already, or
            the view cannot be written as the grants say.

    Example:
        >>> from sqlalchemy import Column, MetaData, Numeric, String
        >>> from pgcraft.factory import PGCraftSimple
        >>> metadata = MetaData()
        >>> products = PGCraftSimple(
        ...     "products",
        ...     "inventory",
        ...     metadata,
        ...     [Column("price", Numeric), Column("cost", Numeric)],
        ... )
        >>> api = PostgRESTView(
        ...     products,
        ...     grants=["select", "update"],
        ...     exclude_columns=["cost"],
        ...     query=lambda q, t: q.add_columns((t.c.price * 2).label("double")),
        ... )
        >>> api.table.fullname, api.table.columns.keys()
        ('api.products', ['id', 'price', 'double'])
    """

    def __init__(
        self,
        source: Any,
        schema: str = "api",
        grants: GrantsArgument = ("select",),
        query: Query | None = None,
        *,
        plugins: Iterable[Plugin] | None = None,
        columns: Iterable[str] | None = None,
        exclude_columns: Iterable[str] | None = None,
    ) -> None:
        self.source = _source(source)
        self.schema = schema
        self.name = self.source.name
        self.label = f"{schema}.{self.name}"
        self.granted = known_grants(grants, self.label)
        self.grants = all_of(self.granted)
        self._refuse_second()
        select_ = api_select(self.source, self.label, query, columns, exclude_columns)
        self.written = writable_columns(self.source, select_)
        plain = {
            column.name: name
            for name, column in reversed(list(plain_columns(self.source, select_)))
        }
        self.key_columns = {key: plain.get(key) for key in self.source.keys}
        self._refuse_unwritable()
        self.view = APIView(
            self.name,
            schema,
            self.metadata,
            select_,
            security_barrier=query is not None,
            comment=self.source.table.comment,
        )
        self.metadata.info.setdefault(EXPOSED, {})[self.label] = self
        for op in self.writes:
            function = WriteFunction(self, op)
            declare(self.metadata, function, function.trigger())
        _run(plugins, self)

    @property
    def table(self) -> Table:
        """The view as a table, to select from and to write to."""
        return self.view.table

    @property
    def metadata(self) -> MetaData:
        """The MetaData that the view is declared in: its source's."""
        return self.source.metadata

    @property
    def writes(self) -> tuple[str, ...]:
        """What the grants allow anybody besides reading."""
        return tuple(grant for grant in self.grants if grant != "select")

    @property
    def invoker(self) -> bool:
        """Whether the view and its triggers act with the rights of the one who asks."""
        return under_row_security(self.view, self.metadata)

    @property
    def watched(self) -> list[str]:
        """The source's columns, besides those written, that the view's conditions are about."""
        return watched_columns(
            self.source, self.view.query, self.written.values(), by_text=not self.invoker
        )

    def granted_to(self, role: str, *, default: str) -> tuple[str, ...]:
        """Return what a role may do.

        Args:
            role: The role.
            default: The role of requests without a token, for which grants in a list are.
        """
        return {one or default: listed for one, listed in self.granted.items()}.get(role, ())

    def as_source(self) -> Source:
        """Return the view as the source of another one."""
        keys = tuple(name for name in self.key_columns.values() if name is not None)
        whole = len(keys) == len(self.key_columns)
        return Source(
            name=self.name, table=self.table, metadata=self.metadata, keys=keys if whole else ()
        )

    def _refuse_second(self) -> None:
        if self.label in self.metadata.info.get(EXPOSED, {}):
            raise PGCraftValidationError(
                f"The name {self.label} is exposed twice.",
                advice="Give one of the two another schema, or take one away.",
            )
        if self.schema == schema_of(self.source.table):
            raise PGCraftValidationError(
                f"{self.source.label} is in the schema {self.schema!r} of the API itself.",
                advice="Put it into another schema, so that the API shows its view alone.",
            )

    def _refuse_unwritable(self) -> None:
        if not self.writes:
            return
        asked = " and ".join(self.writes)
        if not self.written:
            raise PGCraftValidationError(
                f"The API view {self.label} grants {asked}, but none of its columns is a plain "
                f"column of {self.source.label} that can be written.",
                advice="Start from the select that the query function gets, or grant select only.",
            )
        if not self.source.keys:
            raise PGCraftValidationError(
                f"The API view {self.label} grants {asked}, but the key of {self.source.label} is "
                "not known.",
                advice="Expose the table or factory behind it, or grant select only.",
            )
        hidden = [key for key, name in self.key_columns.items() if name is None]
        if hidden and {"update", "delete"} & set(self.writes):
            raise PGCraftValidationError(
                f"The API view {self.label} grants {asked}, but hides the key column "
                f"{hidden[0]!r}.",
                advice="Show it, as a row is found by it, or do not grant update and delete.",
            )


def _source(given: Any) -> Source:
    if isinstance(given, PostgRESTView):
        return given.as_source()
    source = source_of(given)
    exposed = source.metadata.info.get(EXPOSED, {}).get(source.label)
    return exposed.as_source() if isinstance(exposed, PostgRESTView) else source


def _run(plugins: Iterable[Plugin] | None, api: PostgRESTView) -> None:
    ctx = Context(
        tablename=api.name,
        schemaname=api.schema,
        metadata=api.metadata,
        schema_items=(),
        table_args={},
        declared=declared_at(),
    )
    ctx["api_view"] = api
    run_plugins(list(plugins or ()), ctx)
