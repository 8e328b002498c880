"""Names that are taken: tables, views, indexes and sequences share one namespace a schema.

https://www.postgresql.org/docs/current/catalog-pg-class.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.relations import OBJECTS, VIEWS, declared_views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import MetaData, Table

    Named = tuple[str | None, str, str, str]
    """Schema, name, kind, and the relation it is of, or its own name again."""

_BY_INDEX: dict[type[Any], str] = {
    PrimaryKeyConstraint: "primary key",
    UniqueConstraint: "unique constraint",
    ExcludeConstraint: "exclusion constraint",
}
"""Constraints that the server keeps by an index of the constraint's name."""


def refuse_shared_names(metadata: MetaData) -> None:
    """Refuse models in which two relations of a schema have one name.

    An index of one table cannot have the name of another table's, nor that of a table.

    Args:
        metadata: The MetaData with all models.

    Raises:
        PGCraftValidationError: Two have, or one has that of an enum type; both are named.

    Example:
        >>> from sqlalchemy import MetaData
        >>> refuse_shared_names(MetaData())
    """
    taken: dict[tuple[str | None, str], Named] = {}
    for one in (*_relations(metadata), *_indexes(metadata)):
        schema, name, kind, owner = one
        first = taken.setdefault((schema, name), one)
        if first is one:
            continue
        raise PGCraftValidationError(
            f"{_described(kind, name, owner, 'The')} has the name of "
            f"{_described(first[2], name, first[3], 'the')}: within a schema, PostgreSQL wants "
            "the names of tables, views, indexes and sequences to differ.",
            advice="Give one of the two another name, or none to an index or constraint: the "
            "naming convention finds one.",
        )
    _refuse_row_types(metadata, taken)


def _refuse_row_types(metadata: MetaData, taken: Mapping[tuple[str | None, str], Named]) -> None:
    """Refuse an enum type of a table's or view's name: its rows have a type of that name."""
    for one in metadata.info.get(OBJECTS, {}).values():
        relation = taken.get((one.schema, one.name)) if one.kind == "type" else None
        if relation is not None and relation[2] in {"table", *VIEWS}:
            raise PGCraftValidationError(
                f"The enum type {one.identity} has the name of the {relation[2]} {relation[3]}: "
                "PostgreSQL makes a type of that name for the rows.",
                advice="Give one of the two another name or schema.",
            )


def _relations(metadata: MetaData) -> Iterator[Named]:
    for table in metadata.tables.values():
        yield table.schema, table.name, "table", table.fullname
    for view in declared_views(metadata):
        yield view.schema, view.name, view.kind, f"{view.schema}.{view.name}"
    # There is no public way to list the sequences of a MetaData.
    for sequence in metadata._sequences.values():  # noqa: SLF001
        name = sequence.name
        yield sequence.schema, name, "sequence", ".".join(filter(None, (sequence.schema, name)))


def _indexes(metadata: MetaData) -> Iterator[Named]:
    for table in metadata.tables.values():
        # A name may still be a template that SQLAlchemy resolves later, which is no text.
        found = [(one.name, kind) for one, kind in _index_items(table) if isinstance(one.name, str)]
        yield from ((table.schema, name, kind, table.fullname) for name, kind in sorted(found))
    for view in declared_views(metadata):
        for index in getattr(view, "indexes", ()):
            if index.name:
                yield view.schema, index.name, "index", f"{view.schema}.{view.name}"


def _index_items(table: Table) -> Iterator[tuple[Any, str]]:
    yield from ((index, "index") for index in table.indexes)
    for constraint in table.constraints:
        kind = next((word for one, word in _BY_INDEX.items() if isinstance(constraint, one)), None)
        if kind:
            yield constraint, kind


def _described(kind: str, name: str, owner: str, article: str) -> str:
    if kind in {"index", *_BY_INDEX.values()}:
        return f"{article} {kind} {name!r} of {owner}"
    return f"{article} {kind} {owner}"
