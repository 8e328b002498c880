"""API views that cannot be: each is refused with what, where and what to do."""

from __future__ import annotations

import doctest
import importlib
import re

import pytest
from sqlalchemy import (
    Column,
    Enum,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    cast,
    column,
    exists,
    func,
    select,
    table,
    type_coerce,
    union,
)
from sqlalchemy.dialects.postgresql import ENUM

from pgcraft.config import PGCraftConfig
from pgcraft.declarative import register
from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTPlugin, PostgRESTView
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import Role, RowSecurity, declare, declared_objects
from pgcraft.views import PGCraftView

MODULES = ("columns", "extension", "granted", "plugin", "source", "view")


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
    "unknown grant for a role": (
        {"grants": {"anon": ["select"], "web_user": ["insrt"]}},
        "has the grant 'insrt' for web_user, which does not exist. Did you mean 'insert'?",
    ),
    "hidden key, to be written by one role": (
        {"grants": {"anon": ["select"], "boss": ["delete"]}, "exclude_columns": ["id"]},
        "The API view api.products grants delete, but hides the key column 'id'. Show it",
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
    "grants of another type": (
        {"grants": 3},
        "has 3 for its grants, which is no list. Give a list",
    ),
    "no grants": ({"grants": None}, "has None for its grants, which is no list."),
    "grant that is no text": ({"grants": [None]}, "has the grant None, which is no text."),
    "no grants for a role": (
        {"grants": {"anon": None}},
        "The API view api.products has None for its grants for anon, which is no list.",
    ),
    "role that is no text": (
        {"grants": {7: ["select"]}},
        "has grants for 7, which is no name of a role. Give a list, such as",
    ),
    "column that is no text": (
        {"columns": [1]},
        "The API view api.products names the column 1, which is no text. Give the names",
    ),
    "columns of another type": ({"columns": 1}, "names the column 1, which is no text."),
    "excluded column that is no text": (
        {"exclude_columns": ["id", None]},
        "names the column None, which is no text.",
    ),
    "no function": (
        {"query": select(func.now().label("n"))},
        "which is no function. Give a function of both: query=lambda q, t:",
    ),
    "function of one argument": (
        {"query": lambda q: q},
        (
            "The query of api.products cannot be called with a select and a table: too many "
            "positional arguments. Give a function of both"
        ),
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


@pytest.mark.parametrize(
    "case", [one for one in CASES if CASES[one][0].keys() <= {"grants", "columns"}]
)
def test_wrong_argument_of_the_plugin_is_explained(case):
    """The plugin and register(api=…) say the same as the view."""
    arguments, words = CASES[case]
    columns = [Column("price", Numeric), Column("name", Text)]
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):
        PGCraftSimple(
            "products",
            "inventory",
            MetaData(),
            columns,
            extra_plugins=[PostgRESTPlugin(**arguments)],
        )


def test_error_within_the_query_function_is_raised_as_it_is():
    """It is about the user's own code."""

    def query(q, t):
        return q.where(t.c.price > len(5))

    with pytest.raises(TypeError, match="has no len"):
        PostgRESTView(products(), query=query)


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
        ({"grants": {"anon": ["select"], "web_user": ["insert", "update"]}}, "api.users", 2),
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


SHOWING = {
    "an alias": lambda _, t: select(t.alias()),
    "a subquery": lambda _, t: select(select(t).subquery()),
    "a subquery of an alias": lambda _, t: select(select(t.alias()).subquery().alias()),
    "a common table expression": lambda _, t: select(select(t).cte()),
    "a subquery of a union": lambda _, t: select(select(t).union_all(select(t)).subquery()),
    "the column itself": lambda q, t: q.add_columns(t.c.price),
    "all": lambda _, t: select(t),
    "a cast": lambda q, t: q.add_columns(cast(t.c.price, Text)),
    "a cast to another type for Python": lambda q, t: q.add_columns(type_coerce(t.c.price, Text)),
    "a cast of an alias": lambda q, t: q.add_columns(cast(cast(t.alias().c.price, Text), Numeric)),
    "a cast within a subquery": lambda _, t: select(
        select(t.c.id, t.c.name, cast(t.alias().c.price, Text)).subquery()
    ),
}


@pytest.mark.parametrize("how", SHOWING)
@pytest.mark.parametrize("hide", [{"exclude_columns": ["price"]}, {"columns": ["id", "name"]}])
def test_hidden_column_stays_hidden_whatever_it_is_taken_from(how, hide):
    """What the query selects as a whole does not bring it back."""
    api = PostgRESTView(products(), query=SHOWING[how], **hide)
    assert api.table.columns.keys() == ["id", "name"]


@pytest.mark.parametrize(
    "query",
    [
        lambda q, t: q.add_columns(t.c.price.label("price")),
        lambda q, t: q.add_columns(t.alias().c.price.label("price")),
        lambda q, t: q.add_columns(cast(t.c.price, Text).label("price")),
        lambda q, t: q.add_columns(cast(t.c.price.label("price"), Text)),
        lambda _, t: select(t.c.id, t.c.name, (t.c.price * 2).label("price")),
    ],
)
def test_label_brings_a_hidden_column_back(query):
    """It is the user's own word."""
    api = PostgRESTView(products(), exclude_columns=["price"], query=query)
    assert api.table.columns.keys() == ["id", "name", "price"]


@pytest.mark.parametrize("combine", ["union_all", "except_", "intersect"])
def test_hidden_column_of_a_combined_select_is_refused(combine):
    """It cannot be taken out of one."""
    words = (
        "The API view api.products hides price, which its CompoundSelect shows. Build it from the "
        "select that the query function gets, which lacks the column."
    )
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):
        PostgRESTView(
            products(),
            exclude_columns=["price"],
            query=lambda _, t: getattr(select(t), combine)(select(t)),
        )
    with pytest.raises(PGCraftValidationError, match=r"api\.products hides price"):
        PostgRESTView(
            products(),
            columns=["id"],
            query=lambda _, t: getattr(select(cast(t.c.price, Text)), combine)(select(t.c.name)),
        )
    api = PostgRESTView(
        products(), exclude_columns=["price"], query=lambda q, _: getattr(q, combine)(q)
    )
    assert api.table.columns.keys() == ["id", "name"]


@pytest.mark.parametrize(
    ("hide", "left"),
    [({"columns": "name"}, ["name"]), ({"exclude_columns": "name"}, ["id", "price"])],
)
def test_text_for_columns_is_one_name(hide, left):
    """Its letters are no columns."""
    source = products()
    assert PostgRESTView(source, **hide).table.columns.keys() == left
    ctx = PGCraftSimple(
        "more",
        "inventory",
        MetaData(),
        [Column("price", Numeric), Column("name", Text)],
        extra_plugins=[PostgRESTPlugin(**hide)],
    ).ctx
    assert ctx["api_view"].table.columns.keys() == left


def test_table_without_schema_is_in_public():
    """So it cannot be exposed in public itself, and its label says so."""
    orders = Table("orders", MetaData(), Column("id", Integer, primary_key=True))
    with pytest.raises(
        PGCraftValidationError, match=r"public\.orders is in the schema 'public' of"
    ):
        PostgRESTView(orders, "public")


@pytest.mark.parametrize("type_", [Enum("a", "b", name="state"), ENUM("a", "b", name="state")])
@pytest.mark.parametrize(
    "query",
    [
        lambda _, t: select(t.c.n).where(t.c.s == "a"),
        lambda _, t: select(t.c.id, t.c.n).where(t.c.s == "a").group_by(t.c.id),
        lambda _, t: select(t.c.n).where(t.c.s == cast("a", t.c.s.type)),
    ],
)
def test_type_without_schema_in_a_trigger_is_refused(query, type_):
    """A temporary one of that name would be taken, and do what its owner wants."""
    items = [Column("n", Integer), Column("s", type_.copy())]
    source = PGCraftSimple("t", "inventory", MetaData(), items)
    words = "The triggers of the API view api.t name the type state, which has no schema"
    with pytest.raises(PGCraftValidationError, match=words):
        PostgRESTView(source, grants=["select", "insert"], query=query)


def test_table_without_schema_in_a_trigger_is_refused_where_it_is_only_a_name():
    """One of the models is in public; of another nobody knows where it is."""
    words = "The triggers of the API view api.products name the table others, which has no schema"
    with pytest.raises(PGCraftValidationError, match=words):
        PostgRESTView(
            products(),
            grants=["select", "insert"],
            query=lambda _, t: select(t.c.name).where(
                exists().where(table("others", column("id")).c.id == t.c.id)
            ),
        )


@pytest.mark.parametrize("grants", [["delete"], {"web_user": ["select"], "anon": ["delete"]}])
def test_who_may_only_delete_is_refused_where_the_view_has_hidden_conditions(grants):
    """Under row security the trigger asks the view again, as the role."""
    metadata = MetaData()
    PostgRESTView(
        products(metadata),
        grants=grants,
        query=lambda q, t: q.where(t.c.price > 0),
        exclude_columns=["price"],
    )
    declare(metadata, RowSecurity("inventory", "products"))
    with pytest.raises(PGCraftValidationError, match="grants anon delete without select"):
        configured(metadata, roles=["web_user"])


def configured(metadata, **options):
    """Use the extension on a MetaData."""
    PGCraftConfig().use(PostgRESTExtension(**options)).configure_metadata(metadata)


def test_grant_to_a_role_that_no_request_runs_as_is_refused():
    """A spelling mistake would be a role that nobody can become."""
    metadata = MetaData()
    PostgRESTView(products(metadata), grants={"web_usr": ["select"]})
    words = (
        "The API view api.products grants to 'web_usr', which no request runs as. Did you mean "
        "'web_user'? The roles are: anon, web_user. Others are named by PostgRESTExtension(roles=…)."
    )
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):
        configured(metadata, roles=["web_user"])


def test_authenticator_declared_otherwise_is_refused():
    """The extension says which roles it may become."""
    metadata = MetaData()
    declare(metadata, Role("authenticator", member_of=("anon", "web_user")))
    words = r"which PostgRESTExtension declares itself\. Take .*PostgRESTExtension\(roles="
    with pytest.raises(PGCraftValidationError, match=words):
        configured(metadata)


@pytest.mark.parametrize(
    ("grants", "words"),
    [
        (
            {"anon": ["update"], "web_user": ["select", "update"]},
            "grants anon update without select: its trigger looks for the row in the view, with",
        ),
        (["insert", "update"], "grants anon update without select: its trigger looks for the row"),
        ({"web_user": ["update"]}, "grants web_user update without select"),
    ],
)
def test_who_may_write_but_not_read_is_refused_under_row_security(grants, words):
    """The trigger would read for him what he may not; without row security it is the owner's."""
    metadata = MetaData()
    PostgRESTView(products(metadata), grants=grants)
    declare(metadata, RowSecurity("inventory", "products"))
    with pytest.raises(PGCraftValidationError, match=re.escape(words)):
        configured(metadata, roles=["web_user"])
    metadata = MetaData()
    PostgRESTView(products(metadata), grants=grants)
    configured(metadata, roles=["web_user"])


@pytest.mark.parametrize("roles", ["web_user", ("web_user",), ("anon", "web_user"), ["web_user"]])
def test_role_without_token_is_always_one_of_the_roles(roles):
    """It may be named among the roles or not; one role may be a text."""
    assert PostgRESTExtension(roles=roles).roles == ("anon", "web_user")
