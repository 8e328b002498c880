"""The examples in the library's docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import inspect

import pytest

MODULES = (
    "pgcraft",
    "pgcraft.check",
    "pgcraft.config",
    "pgcraft.declarative",
    "pgcraft.dimension",
    "pgcraft.extension",
    "pgcraft.factory.base",
    "pgcraft.factory.order",
    "pgcraft.factory.simple",
    "pgcraft.fk",
    "pgcraft.index",
    "pgcraft.markers",
    "pgcraft.naming",
    "pgcraft.origin",
    "pgcraft.plugin",
    "pgcraft.plugins.checks",
    "pgcraft.plugins.dimension",
    "pgcraft.plugins.foreign_keys",
    "pgcraft.plugins.indexes",
    "pgcraft.plugins.pk",
    "pgcraft.plugins.table",
    "pgcraft.reference",
)

PUBLIC = (
    "pgcraft.check.PGCraftCheck",
    "pgcraft.config.PGCraftConfig",
    "pgcraft.declarative.register",
    "pgcraft.dimension.DimensionRef",
    "pgcraft.dimension.register_dimension",
    "pgcraft.extension.PGCraftExtension",
    "pgcraft.factory.Factory",
    "pgcraft.factory.PGCraftSimple",
    "pgcraft.factory.order.sort_plugins",
    "pgcraft.fk.PGCraftFK",
    "pgcraft.index.PGCraftIndex",
    "pgcraft.naming.object_name",
    "pgcraft.naming.pgcraft_build_naming_conventions",
    "pgcraft.origin.origin_of",
    "pgcraft.plugin.Context",
    "pgcraft.plugin.Dynamic",
    "pgcraft.plugin.Plugin",
    "pgcraft.plugin.produces",
    "pgcraft.plugin.requires",
    "pgcraft.plugin.singleton",
    "pgcraft.plugins.pk.IdentityPKPlugin",
    "pgcraft.plugins.pk.SerialPKPlugin",
    "pgcraft.plugins.pk.UUIDV4PKPlugin",
    "pgcraft.plugins.pk.UUIDV7PKPlugin",
    "pgcraft.reference.resolve_references",
)


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_give_what_they_say(name):
    """Each example prints what is written below it."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_has_an_example(name):
    """Who reads the documentation of a public name finds how to use it."""
    module, _, attribute = name.rpartition(".")
    documentation = inspect.getdoc(getattr(importlib.import_module(module), attribute))
    assert ">>> " in documentation
