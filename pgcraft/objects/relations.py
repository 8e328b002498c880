"""The relations of the models, by name: what a trigger or policy may be on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.objects.base import qualified

if TYPE_CHECKING:
    from sqlalchemy import MetaData, Table

    from pgcraft.objects.base import DatabaseObject

OBJECTS = "pgcraft_objects"
"""Key in ``MetaData.info`` of the declared objects: a dict from (kind, identity) to each."""

OWN = "pgcraft_own_objects"
"""Key in ``MetaData.info`` of the same without what extensions of a configuration add."""

VIEWS = ("view", "materialized view")
"""Kinds of declared objects that are relations."""


def find_declared(metadata: MetaData, kind: str, identity: str) -> Any:
    """Return the declared object of a kind and name, or None.

    Example:
        >>> from sqlalchemy import MetaData
        >>> find_declared(MetaData(), "role", "reporting") is None
        True
    """
    return metadata.info.get(OBJECTS, {}).get((kind, identity))


def find_table(metadata: MetaData, schema: str, name: str) -> Table | None:
    """Return the table of a name, or None; one without a schema is taken to be in ``public``.

    Example:
        >>> from sqlalchemy import Column, MetaData, Table
        >>> metadata = MetaData()
        >>> find_table(metadata, "public", "stock") is Table("stock", metadata, Column("id"))
        False
        >>> find_table(metadata, "public", "stock").name
        'stock'
    """
    table = metadata.tables.get(f"{schema}.{name}")
    if table is None and schema == "public":
        table = metadata.tables.get(name)
    return table


def find_view(metadata: MetaData, schema: str, name: str) -> DatabaseObject | None:
    """Return the declared view of a name, materialized or not, or None."""
    found = (find_declared(metadata, kind, qualified(schema, name)) for kind in VIEWS)
    return next((one for one in found if one is not None), None)


def declared_views(metadata: MetaData) -> list[Any]:
    """Return the declared views, materialized ones too, in the order of declaration."""
    return [one for one in metadata.info.get(OBJECTS, {}).values() if one.kind in VIEWS]


def relation_names(metadata: MetaData) -> list[str]:
    """Return the names of all tables and views of the models, each with its schema.

    Example:
        >>> from sqlalchemy import MetaData, Table
        >>> metadata = MetaData()
        >>> relation_names(Table("stock", metadata, schema="shop").metadata)
        ['shop.stock']
    """
    tables = [f"{one.schema or 'public'}.{one.name}" for one in metadata.tables.values()]
    return sorted([*tables, *(f"{one.schema}.{one.name}" for one in declared_views(metadata))])


def absent_relation(one: DatabaseObject, metadata: MetaData) -> PGCraftValidationError | None:
    """Return the error for an object on a relation that the models do not have.

    Only for when the database has none either: a relation need not be the models' own.

    Args:
        one: The object.
        metadata: The models.

    Returns:
        The error; None if the object is on no relation, or on one of the models.
    """
    if one.relation_name is None:
        return None
    schema, name = one.relation_name
    if find_table(metadata, schema, name) is not None or find_view(metadata, schema, name):
        return None
    known = relation_names(metadata)
    there = f"The relations are: {', '.join(known)}." if known else "The models have none."
    return PGCraftValidationError(
        f"The {one.kind} {one.identity} is on {schema}.{name}, which neither the models nor the "
        "database have.",
        advice=f"{did_you_mean(f'{schema}.{name}', known)}{there}",
    )
