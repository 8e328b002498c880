"""Columns of ``mapped_column()`` attributes; apart, since it imports the ORM."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Integer, MetaData
from sqlalchemy.orm import registry

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import MappedColumn

_KEY = "_pgcraft_key"


def mapped_columns(
    cls: type[Any], base: Any, mapped: Mapping[str, MappedColumn[Any]]
) -> dict[str, Column[Any]]:
    """Let SQLAlchemy make columns of attributes, with what their annotations say.

    It maps a class of these attributes alone, in a registry that nobody else sees.

    Args:
        cls: The class.
        base: The declarative base that it will be mapped by.
        mapped: Its ``mapped_column()`` attributes, those of its bases too.

    Returns:
        A column for each, which belongs to no table yet.

    Raises:
        PGCraftValidationError: One says what a class that is given its table cannot say.

    Example:
        >>> from sqlalchemy.orm import DeclarativeBase, mapped_column
        >>> class Base(DeclarativeBase):
        ...     pass
        >>> class User:
        ...     __tablename__ = "users"
        >>> mapped_columns(User, Base, {"age": mapped_column(Integer)})
        {'age': Column('age', Integer(), table=None)}
    """
    for name, value in mapped.items():
        if value.deferred is True or value.active_history is True:
            raise PGCraftValidationError(
                f"The attribute {name!r} of the class {cls.__name__!r} is a mapped_column() with "
                "deferred or active_history, which a class that is given its table cannot say "
                "there.",
                advice="Take it away, or query with sqlalchemy.orm.defer().",
            )
    annotations: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        annotations.update(inspect.get_annotations(owner))
    namespace = {
        "__tablename__": cls.__tablename__,
        "__module__": cls.__module__,
        "__annotations__": {name: one for name, one in annotations.items() if name in mapped},
        # SQLAlchemy maps no class without a key.
        _KEY: Column(Integer, primary_key=True),
        # An attribute of a base may serve several classes; there is no public way to copy it.
        **{name: value._copy() for name, value in mapped.items()},  # noqa: SLF001
    }
    types = base.registry.type_annotation_map
    scratch = registry(metadata=MetaData(), type_annotation_map=types)
    made: Any = scratch.mapped(type(cls.__name__, (), namespace))
    return {name: _copy(made.__mapper__.columns[name]) for name in mapped}


def _copy(column: Column[Any]) -> Column[Any]:
    """Copy a column of a table, with its foreign keys, which SQLAlchemy leaves to the table."""
    copied = column._copy()  # noqa: SLF001 - as above
    for key in column.foreign_keys:
        copied.append_foreign_key(key._copy())  # noqa: SLF001 - as above
    return copied
