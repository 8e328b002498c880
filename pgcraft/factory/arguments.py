"""What a factory is given, before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Index, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.schema import Constraint, SchemaItem

from pgcraft.check import PGCraftCheck
from pgcraft.errors import PGCraftValidationError
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex
from pgcraft.naming import refuse_unusable
from pgcraft.origin import origin_of

_MARKED = frozenset({PGCraftIndex, PGCraftFK, PGCraftCheck})
_ITEMS = (SchemaItem, *_MARKED)


def refuse_misplaced(factory: str, tablename: Any, schemaname: Any, metadata: Any) -> None:
    """Refuse arguments that are in one another's place.

    Args:
        factory: The factory's name.
        tablename: The dimension's name.
        schemaname: Its schema; None for the MetaData's own.
        metadata: The MetaData.

    Raises:
        PGCraftValidationError: A name is no text or is missing, or there is no MetaData.

    Example:
        >>> refuse_misplaced("PGCraftSimple", "products", "inventory", MetaData())
    """
    order = f"The order is {factory}(tablename, schemaname, metadata, schema_items)."
    if not isinstance(metadata, MetaData):
        raise PGCraftValidationError(
            f"{factory} for {tablename!r} got {metadata!r} where the MetaData belongs.",
            advice=order,
        )
    for what, name in (("table name", tablename), ("schema", schemaname)):
        if name and not isinstance(name, str):
            raise PGCraftValidationError(
                f"{factory} got {name!r} as its {what}, no text.", advice=order
            )
    if not tablename:
        raise PGCraftValidationError(
            "A factory got no table name.", advice="Give it as tablename='products'."
        )
    if not (schemaname or metadata.schema):
        raise PGCraftValidationError(
            f"The factory for {tablename!r} got no schema.",
            advice="Give it as schemaname='inventory', or make the MetaData with a schema.",
        )


def listed_items(given: Any, dimension: str) -> tuple[Any, ...]:
    """Return the items as a tuple.

    Args:
        given: What was given as ``schema_items``.
        dimension: Schema and name of the dimension.

    Raises:
        PGCraftValidationError: It is no list of items, or one cannot be used.

    Example:
        >>> from sqlalchemy import Integer
        >>> listed_items([Column("price", Integer)], "shop.books")
        (Column('price', Integer(), table=None),)
    """
    if type(given) is not list and (
        isinstance(given, (*_ITEMS, str)) or not isinstance(given, Iterable)
    ):
        raise PGCraftValidationError(
            f"{dimension} got {given!r} as its schema_items, which is no list.",
            advice='Put the items into a list: [Column("name", String)]; [] if there are none.',
        )
    items = tuple(given)
    for item in items:
        if type(item) is Column:
            # Most items are; their names are looked at when all columns are there.
            if item.primary_key or item.table is not None:
                _refuse_primary_key(item, dimension)
                _refuse_attached(item, dimension)
            continue
        if type(item) in _MARKED:
            # What has markers is no part of a table yet.
            if item.name:
                refuse_unusable(item.name, dimension)
            continue
        if not isinstance(item, _ITEMS) or isinstance(item, Table):
            raise PGCraftValidationError(
                f"{dimension} has the item {item!r}, which cannot be part of a table.",
                advice="Items are columns, constraints, indexes, PGCraftIndex, PGCraftFK and "
                "PGCraftCheck.",
            )
        _refuse_primary_key(item, dimension)
        _refuse_attached(item, dimension)
        name = getattr(item, "name", None)
        if name:
            refuse_unusable(name, dimension)
    return items


def refuse_second(metadata: MetaData, key: str) -> None:
    """Refuse a dimension whose table is there already.

    Args:
        metadata: The MetaData.
        key: Schema and name.

    Raises:
        PGCraftValidationError: It is.

    Example:
        >>> refuse_second(MetaData(), "shop.books")
    """
    if key in metadata.tables:
        origin = origin_of(metadata.tables[key])
        place = f" at {origin[0]}, line {origin[1]}" if origin else ""
        raise PGCraftValidationError(
            f"The table {key} is already defined{place}.",
            advice="Give one of the two another name or schema.",
        )


def _refuse_primary_key(item: Any, dimension: str) -> None:
    if isinstance(item, PrimaryKeyConstraint):
        what = "a PrimaryKeyConstraint"
    elif isinstance(item, Column) and item.primary_key:
        what = f"the primary key column {item.name!r}"
    else:
        return
    raise PGCraftValidationError(
        f"The items of {dimension} have {what}, but the key comes from a plugin.",
        advice="Take it away to get a serial 'id', or choose the key with "
        "extra_plugins=[UUIDV4PKPlugin('name')] or another of pgcraft.plugins.pk.",
    )


def _refuse_attached(item: Any, dimension: str) -> None:
    """Refuse what belongs to another table: SQLAlchemy would move it, or say nothing."""
    if not isinstance(item, (Column, Constraint, Index)):
        return
    table = getattr(item, "parent", None) if isinstance(item, Constraint) else item.table
    if table is not None:
        kind = type(item)
        word = "column" if kind is Column else kind.__name__
        raise PGCraftValidationError(
            f"The {word} {item.name!r} given to {dimension} belongs to the table {table} already.",
            advice=f"Make a new {kind.__name__} for each table; a mixin makes it in a function, by "
            "declared_attr.",
        )
