"""The examples in the library's docstrings run as they stand."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import pgcraft

# What the command line is made of has its examples in README.md.
REVIEWER = ("cli", "postgres", "project", "review", "__main__")


def _modules() -> list[str]:
    found = pkgutil.walk_packages(
        pgcraft.__path__, "pgcraft.", onerror=lambda name: pytest.fail(f"{name} is not importable")
    )
    names = [one.name for one in found]
    return ["pgcraft", *(name for name in names if name.split(".")[1] not in REVIEWER)]


PUBLIC = (
    "pgcraft.check.PGCraftCheck",
    "pgcraft.config.PGCraftConfig",
    "pgcraft.declarative.register",
    "pgcraft.dimension.DimensionRef",
    "pgcraft.dimension.register_dimension",
    "pgcraft.extension.PGCraftExtension",
    "pgcraft.factory.Factory",
    "pgcraft.extensions.postgrest.PostgRESTExtension",
    "pgcraft.extensions.postgrest.PostgRESTPlugin",
    "pgcraft.extensions.postgrest.PostgRESTView",
    "pgcraft.factory.PGCraftAppendOnly",
    "pgcraft.factory.PGCraftSimple",
    "pgcraft.factory.order.sort_plugins",
    "pgcraft.fk.PGCraftFK",
    "pgcraft.index.PGCraftIndex",
    "pgcraft.naming.object_name",
    "pgcraft.naming.pgcraft_build_naming_conventions",
    "pgcraft.objects.EnumType",
    "pgcraft.objects.Extension",
    "pgcraft.objects.Function",
    "pgcraft.objects.Grant",
    "pgcraft.objects.Policy",
    "pgcraft.objects.Role",
    "pgcraft.objects.RowSecurity",
    "pgcraft.objects.Schema",
    "pgcraft.objects.Trigger",
    "pgcraft.objects.declare",
    "pgcraft.objects.declared_objects",
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
    "pgcraft.plugins.protection.ProtectionPlugin",
    "pgcraft.plugins.soft_delete.SoftDeletePlugin",
    "pgcraft.plugins.timestamps.TimestampsPlugin",
    "pgcraft.reference.resolve_references",
    "pgcraft.views.PGCraftMaterializedView",
    "pgcraft.views.PGCraftView",
)


@pytest.mark.parametrize("name", _modules())
def test_docstring_examples_give_what_they_say(name):
    """Each example prints what is written below it."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_public_name_has_an_example(name):
    """Who reads the documentation of a public name finds how to use it."""
    module, _, attribute = name.rpartition(".")
    documentation = inspect.getdoc(getattr(importlib.import_module(module), attribute))
    assert ">>> " in documentation
