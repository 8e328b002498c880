"""What can be exposed: a factory, a table, a view or a registered class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, TableClause
from sqlalchemy.sql import visitors

from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.base import Factory
from pgcraft.objects.base import qualified
from pgcraft.plugins.append_only_view import MODELS
from pgcraft.views import PGCraftMaterializedView, PGCraftView

if TYPE_CHECKING:
    from sqlalchemy import MetaData


@dataclass(frozen=True, kw_only=True)
class Source:
    """The relation behind an API view.

    Attributes:
        name: The name that the API view takes over.
        table: What is read and written: a table, or a view described as one.
        metadata: Where the API view is declared.
        keys: Names of the key columns; none if they are not known.
    """

    name: str
    table: Table
    metadata: MetaData
    keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """Schema and name, for messages."""
        return f"{schema_of(self.table)}.{self.table.name}"


def source_of(source: Any) -> Source:
    """Find the relation that is meant.

    Args:
        source: A factory, a ``sqlalchemy.Table``, a view or its table, a class with
            ``__table__``, or a Source.

    Raises:
        PGCraftValidationError: It is nothing of these.
    """
    if isinstance(source, Source):
        return source
    metadata: MetaData | None
    table: Any
    if isinstance(source, Factory):
        metadata, table = source.ctx.metadata, source.table
    elif isinstance(source, PGCraftView | PGCraftMaterializedView):
        metadata, table = source.metadata, source.table
    else:
        table = source if isinstance(source, Table) else getattr(source, "__table__", None)
        models = table.info.get(MODELS) if isinstance(table, Table) else None
        metadata = models or getattr(table, "metadata", None)
    if not isinstance(table, Table) or metadata is None:
        raise PGCraftValidationError(
            f"PostgRESTView got {source!r} as its source.",
            advice="Give a factory, a Table, a view or a class that has been registered.",
        )
    keys = tuple(key.name for key in table.primary_key.columns)
    return Source(name=table.name, table=table, metadata=metadata, keys=keys)


def schema_of(table: TableClause) -> str:
    """Return a table's schema; one without is taken to be in ``public``.

    Example:
        >>> from sqlalchemy import table
        >>> schema_of(table("orders")), schema_of(table("orders", schema="shop"))
        ('public', 'shop')
    """
    return str(getattr(table, "schema", None) or "public")


def identity_of(table: TableClause) -> str:
    """Return a table's schema and name as SQL.

    Example:
        >>> from sqlalchemy import table
        >>> identity_of(table("Orders"))
        'public."Orders"'
    """
    return qualified(schema_of(table), table.name)


def tables_of(query: Any) -> list[TableClause]:
    """Return the tables, and views described as tables, that a query reads.

    Those are found that SQLAlchemy knows to be tables; what a text names is not.
    """
    found = [one for one in visitors.iterate(query) if isinstance(one, TableClause)]
    return list({identity_of(one): one for one in reversed(found)}.values())[::-1]


@dataclass(frozen=True)
class InPublic:
    r"""A query whose tables without a schema are those of ``public``, for ``rendered``.

    A name without a schema is another table for each search path, and in the function of a
    trigger the one that its caller has made for himself.

    Example:
        >>> from sqlalchemy import Column, MetaData, Table, select
        >>> from pgcraft.objects.base import rendered
        >>> rendered(InPublic(select(Table("orders", MetaData(), Column("price")))))
        'SELECT public.orders.price\nFROM public.orders'
    """

    query: Any

    def compile(self, **options: Any) -> Any:
        """Compile the query, with ``public`` for each missing schema."""
        # SQLAlchemy translates no schema with a bracket in its name, so only if need be.
        if any(isinstance(one, Table) and not one.schema for one in visitors.iterate(self.query)):
            options |= {"schema_translate_map": {None: "public"}, "render_schema_translate": True}
        return self.query.compile(**options)
