"""PostgreSQL schemas in SQLAlchemy models, and migration SQL that a DBA can trust.

Example:
    >>> from sqlalchemy import Column, MetaData, String
    >>> from pgcraft import PGCraftIndex, PGCraftSimple, pgcraft_build_naming_conventions
    >>> metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
    >>> items = [Column("sku", String(32)), PGCraftIndex("ix_products_sku", "{sku}")]
    >>> products = PGCraftSimple("products", "inventory", metadata, items)
    >>> sorted(metadata.tables)
    ['inventory.products']
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgcraft.check import PGCraftCheck
    from pgcraft.config import PGCraftConfig
    from pgcraft.declarative import register
    from pgcraft.dimension import DimensionRef, register_dimension
    from pgcraft.errors import PGCraftValidationError
    from pgcraft.extension import PGCraftExtension
    from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
    from pgcraft.fk import PGCraftFK
    from pgcraft.index import PGCraftIndex
    from pgcraft.naming import pgcraft_build_naming_conventions
    from pgcraft.objects import (
        Argument,
        EnumType,
        Extension,
        Function,
        Grant,
        Policy,
        Role,
        RowSecurity,
        Schema,
        Trigger,
        declare,
        declared_objects,
    )
    from pgcraft.plugin import Plugin, produces, requires, singleton
    from pgcraft.views import PGCraftMaterializedView, PGCraftView

__all__ = [
    "Argument",
    "DimensionRef",
    "EnumType",
    "Extension",
    "Function",
    "Grant",
    "PGCraftAppendOnly",
    "PGCraftCheck",
    "PGCraftConfig",
    "PGCraftExtension",
    "PGCraftFK",
    "PGCraftIndex",
    "PGCraftMaterializedView",
    "PGCraftSimple",
    "PGCraftValidationError",
    "PGCraftView",
    "Plugin",
    "Policy",
    "Role",
    "RowSecurity",
    "Schema",
    "Trigger",
    "declare",
    "declared_objects",
    "pgcraft_build_naming_conventions",
    "produces",
    "register",
    "register_dimension",
    "requires",
    "singleton",
]

_MODULES = {
    "Argument": "objects",
    "DimensionRef": "dimension",
    "EnumType": "objects",
    "Extension": "objects",
    "Function": "objects",
    "Grant": "objects",
    "PGCraftAppendOnly": "factory",
    "PGCraftCheck": "check",
    "PGCraftConfig": "config",
    "PGCraftExtension": "extension",
    "PGCraftFK": "fk",
    "PGCraftIndex": "index",
    "PGCraftMaterializedView": "views",
    "PGCraftSimple": "factory",
    "PGCraftValidationError": "errors",
    "PGCraftView": "views",
    "Plugin": "plugin",
    "Policy": "objects",
    "Role": "objects",
    "RowSecurity": "objects",
    "Schema": "objects",
    "Trigger": "objects",
    "declare": "objects",
    "declared_objects": "objects",
    "pgcraft_build_naming_conventions": "naming",
    "produces": "plugin",
    "register": "declarative",
    "register_dimension": "dimension",
    "requires": "plugin",
    "singleton": "plugin",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: the command line needs none of them."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pgcraft' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pgcraft.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return all names, also those that are not imported yet."""
    return sorted({*globals(), *__all__})
