"""API views that cannot be: each is refused with what, where and what to do."""

from __future__ import annotations

import doctest
import importlib
import re

import pytest
from sqlalchemy import Column, Integer, MetaData, Numeric, Text, func, select, union

from pgcraft.config import PGCraftConfig
from pgcraft.declarative import register
from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTPlugin, PostgRESTView
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import declared_objects
from pgcraft.views import PGCraftView

MODULES = ("columns", "extension", "plugin", "view")


@pytest.mark.parametrize("module", MODULES)
def test_docstring_examples_give_what_they_say(module):
    """Each example prints what is written below it."""
    found = doctest.testmod(importlib.import_module(f"pgcraft.extensions.postgrest.{module}"))
    assert found.failed == 0


@pytest.mark.parametrize("public", [PostgRESTExtension, PostgRESTPlugin, PostgRESTView])
def test_public_name_has_an_example(public):
    """Who reads the documentation of a public name finds how to use it."""
    assert ">>> " in public.__doc__


def products(metadata=None):
    """A dimension to expose."""
    columns = [Column("price", Numeric), Column("name", Text)]
    return PGCraftSimple("products", "inventory", metadata or MetaData(), columns)


CASES = {
    "both lists": (
        {"columns": ["id"], "exclude_columns": ["name"]},
        "The API view api.products got both columns and exclude_columns.",
    ),
    "unknown column": (
        {"columns": ["prize"]},
        (
            "The API view api.products names the column 'prize', which inventory.products does not "
            "have. Did you mean 'price'? The columns are: id, price, name."
        ),
    ),
    "unknown excluded column": (
        {"exclude_columns": ["nmae"]},
        "names the column 'nmae', which inventory.products does not have. Did you mean 'name'?",
    ),
    "nothing left": ({"columns": []}, "The API view api.products has no column left."),
    "unknown grant": (
        {"grants": ["selct"]},
        (
            "The API view api.products has the grant 'selct', which does not exist. Did you mean "
            "'select'? The grants are: select, insert, update, delete."
        ),
    ),
    "hidden key": (
        {"grants": ["select", "update"], "exclude_columns": ["id"]},
        "The API view api.products grants update, but hides the key column 'id'. Show it",
    ),
    "nothing to write": (
        {"grants": ["insert"], "query": lambda _, t: select(func.sum(t.c.price).label("sum"))},
        (
            "The API view api.products grants insert, but none of its columns is a plain column of "
            "inventory.products that can be written."
        ),
    ),
    "a union": (
        {"grants": ["insert"], "query": lambda q, _: union(q, q)},
        "none of its columns is a plain column of inventory.products",
    ),
    "no select": (
        {"query": lambda *_: "SELECT 1"},
        "The query of api.products returned 'SELECT 1', which is no select.",
    ),
    "no label": (
        {"query": lambda q, t: q.add_columns(t.c.price * 2)},
        "of the view api.products has no name. Label it",
    ),
    "own schema": (
        {"schema": "inventory"},
        "inventory.products is in the schema 'inventory' of the API itself.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_wrong_argument_is_explained(case):
    """The sentence names the view, the argument and what is right."""
    arguments, words = CASES[case]
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):
        PostgRESTView(products(), **arguments)


def test_same_name_exposed_twice_is_refused():
    """One schema has one view of a name; another schema may have it too."""
    source = products()
    PostgRESTView(source)
    with pytest.raises(PGCraftValidationError, match=r"The name api\.products is exposed twice"):
        PostgRESTView(source)
    assert PostgRESTView(source, schema="v2").table.fullname == "v2.products"


def test_source_of_another_kind_is_refused():
    """What is no relation cannot be exposed."""
    with pytest.raises(PGCraftValidationError, match="got 'products' as its source"):
        PostgRESTView("products")


def test_plain_view_without_key_cannot_be_written():
    """No key, no row to find."""
    metadata = MetaData()
    view = PGCraftView("cheap", "inventory", metadata, select(products(metadata).table))
    with pytest.raises(PGCraftValidationError, match=r"the key of inventory\.cheap is not known"):
        PostgRESTView(view, grants=["select", "update"])


@pytest.mark.parametrize(
    ("api", "words"),
    [
        ({"grant": ["select"]}, "has the key 'grant'. Did you mean 'grants'?"),
        (7, "register(api=…) for the class 'Users' got 7."),
        (["selekt"], "The API view api.users has the grant 'selekt'"),
    ],
)
def test_wrong_api_argument_of_register_is_explained(api, words):
    """The sentence names the class."""
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):

        @register(metadata=MetaData(), schema="s", api=api)
        class Users:
            __tablename__ = "users"
            age = Column(Integer)


@pytest.mark.parametrize(
    ("api", "name", "count"),
    [
        (True, "api.users", 0),
        ("web", "web.users", 0),
        (["select", "insert"], "api.users", 1),
        ({"schema": "web", "grants": ["insert"], "columns": ["age"]}, "web.users", 1),
    ],
)
def test_api_argument_of_register(api, name, count):
    """True, a schema, a list of grants, or arguments."""
    metadata = MetaData()

    @register(metadata=metadata, schema="s", api=api)
    class Users:
        __tablename__ = "users"
        age = Column(Integer)

    objects = declared_objects(metadata)
    assert [one.identity for one in objects if one.kind == "view"] == [name]
    assert len([one for one in objects if one.kind == "trigger"]) == count


def test_extension_never_acts_by_discovery():
    """It touches roles and grants, so it must be asked for."""
    assert PostgRESTExtension.explicit
    metadata = MetaData()
    PostgRESTView(products(metadata))
    PGCraftConfig().configure_metadata(metadata)
    assert {one.kind for one in declared_objects(metadata)} == {"view"}
