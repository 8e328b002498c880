"""PostgreSQL schemas in SQLAlchemy models, and migration SQL that a DBA can trust.

Example:
    >>> from sqlalchemy import Column, MetaData, String
    >>> from pgcraft import PGCraftIndex, pgcraft_build_naming_conventions
    >>> from pgcraft.factory import PGCraftSimple
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
    from pgcraft.dimension import DimensionRef, register_dimension
    from pgcraft.errors import PGCraftValidationError
    from pgcraft.extension import PGCraftExtension
    from pgcraft.fk import PGCraftFK
    from pgcraft.index import PGCraftIndex
    from pgcraft.naming import pgcraft_build_naming_conventions

__all__ = [
    "DimensionRef",
    "PGCraftCheck",
    "PGCraftConfig",
    "PGCraftExtension",
    "PGCraftFK",
    "PGCraftIndex",
    "PGCraftValidationError",
    "pgcraft_build_naming_conventions",
    "register_dimension",
]

_MODULES = {
    "DimensionRef": "dimension",
    "PGCraftCheck": "check",
    "PGCraftConfig": "config",
    "PGCraftExtension": "extension",
    "PGCraftFK": "fk",
    "PGCraftIndex": "index",
    "PGCraftValidationError": "errors",
    "pgcraft_build_naming_conventions": "naming",
    "register_dimension": "dimension",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: the command line needs none of them."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pgcraft' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"pgcraft.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
