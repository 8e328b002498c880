"""What can be exposed: a factory, a table, a view or a registered class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table
from sqlalchemy.sql import visitors

from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.base import Factory
from pgcraft.views import PGCraftView

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
        return f"{self.table.schema}.{self.table.name}"


def source_of(source: Any) -> Source:
    """Find the relation that is meant.

    Args:
        source: A factory, a ``sqlalchemy.Table``, a PGCraftView, a class with ``__table__``, or a
            Source.

    Raises:
        PGCraftValidationError: It is nothing of these.
    """
    if isinstance(source, Source):
        return source
    metadata: MetaData | None
    table: Any
    if isinstance(source, Factory):
        metadata, table = source.ctx.metadata, source.table
    elif isinstance(source, PGCraftView):
        metadata, table = source.metadata, source.table
    else:
        table = source if isinstance(source, Table) else getattr(source, "__table__", None)
        metadata = getattr(table, "metadata", None)
    if not isinstance(table, Table) or metadata is None:
        raise PGCraftValidationError(
            f"PostgRESTView got {source!r} as its source.",
            advice="Give a factory, a Table, a PGCraftView or a class that has been registered.",
        )
    keys = tuple(key.name for key in table.primary_key.columns)
    return Source(name=table.name, table=table, metadata=metadata, keys=keys)


def tables_of(query: Any) -> list[Table]:
    """Return the tables, and views described as tables, that a query reads."""
    found = [one for one in visitors.iterate(query) if isinstance(one, Table)]
    return list(dict.fromkeys(found))
