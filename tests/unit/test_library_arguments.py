"""What is given in the wrong place is answered with a sentence, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    insert,
    select,
    update,
)

from pgcraft import (
    PGCraftAppendOnly,
    PGCraftCheck,
    PGCraftFK,
    PGCraftIndex,
    PGCraftSimple,
    PGCraftValidationError,
    pgcraft_build_naming_conventions,
)
from pgcraft.declarative import register
from pgcraft.extensions.postgrest import PostgRESTView
from pgcraft.objects import (
    EnumType,
    Function,
    Grant,
    Policy,
    Role,
    Schema,
    Trigger,
    declare,
    declared_objects,
)
from pgcraft.plugin import Plugin, produces, requires
from pgcraft.plugins.pk import UUIDV4PKPlugin
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.views import PGCraftMaterializedView, PGCraftView


def simple(*items, metadata=None, name="t", **options):
    """Define s.t with a column x."""
    given = [Column("x", Integer), *items]
    return PGCraftSimple(name, "s", MetaData() if metadata is None else metadata, given, **options)


def conventional(template, value):
    """A MetaData with a template of the user's own."""
    return MetaData(naming_convention={**pgcraft_build_naming_conventions(), template: value})


def registered(metadata=None, **namespace):
    """Register a class that has these attributes."""
    cls = type("T", (), {"__tablename__": "t", "x": Column(Integer), **namespace})
    return register(metadata=MetaData() if metadata is None else metadata, schema="s")(cls)


def shared(item):
    """Give one item to two factories."""
    metadata = MetaData()
    simple(item, metadata=metadata)
    simple(item, metadata=metadata, name="other")


def kept(index):
    """A materialized view with an index."""
    metadata = MetaData()
    PGCraftMaterializedView("m", "s", metadata, select(simple(metadata=metadata)), indexes=[index])


def swapped_keys():
    """Two columns, each with the other's name as its key."""
    return [Column("a", Integer, key="b"), Column("b", Integer, key="a")]


X = Column("x", Integer)

MISTAKES = {
    "items that are one column": (
        lambda: PGCraftSimple("t", "s", MetaData(), X),
        "s.t got Column('x', Integer(), table=None) as its schema_items, which is no list. Put",
    ),
    "items that are None": (lambda: PGCraftSimple("t", "s", MetaData(), None), "got None as its"),
    "items that are a text": (lambda: PGCraftSimple("t", "s", MetaData(), "price"), "got 'price'"),
    "item that is a text": (lambda: simple("price"), "s.t has the item 'price', which cannot be"),
    "item that is a class": (lambda: simple(Integer), "which cannot be part of a table. Items are"),
    "item that is a table": (lambda: simple(Table("o", MetaData())), "which cannot be part of a"),
    "no MetaData": (
        lambda: PGCraftSimple("t", "s", None, []),
        "PGCraftSimple for 't' got None where the MetaData belongs. The order is PGCraftSimple(",
    ),
    "swapped arguments": (
        lambda: PGCraftAppendOnly("t", MetaData(), "s", []),
        "PGCraftAppendOnly for 't' got 's' where the MetaData belongs",
    ),
    "name that is no text": (lambda: PGCraftSimple(5, "s", MetaData(), []), "got 5 as its table"),
    "schema that is no text": (lambda: PGCraftSimple("t", 5, MetaData()), "got 5 as its schema"),
    "class of a plugin": (
        lambda: simple(extra_plugins=[UUIDV4PKPlugin]),
        "extra_plugins of PGCraftSimple for s.t got the class UUIDV4PKPlugin. Give it what",
    ),
    "one plugin alone": (
        lambda: simple(plugins=UUIDV4PKPlugin()),
        "plugins of PGCraftSimple for s.t got one plugin alone. Put it into a list.",
    ),
    "unknown table argument": (
        lambda: simple(table_args={"engine": "InnoDB"}),
        "The table arguments of s.t are {'engine': 'InnoDB'}, which SQLAlchemy does not take",
    ),
    "unknown table argument of a class": (
        lambda: registered(__table_args__={"postgresql_spam": 1}),
        "{'postgresql_spam': 1}, which SQLAlchemy does not take",
    ),
    "unknown table argument of a history": (
        lambda: PGCraftAppendOnly("t", "s", MetaData(), [], table_args={"engine": 1}),
        "The table arguments of s.t are {'engine': 1}",
    ),
    "register without parentheses": (
        lambda: register(type("T", (), {"__tablename__": "t"})),
        "register was given 'T' and does not know where its table belongs. Write @register(base",
    ),
    "shared constraint": (
        lambda: shared(UniqueConstraint("x", name="u")),
        "The UniqueConstraint 'u' given to s.other belongs to the table s.t already. Make a new",
    ),
    "shared check": (lambda: shared(CheckConstraint("x > 0", name="c")), "The CheckConstraint 'c'"),
    "shared index": (lambda: shared(Index("ix", "x")), "The Index 'ix' given to s.other belongs"),
    # Text
    "empty marker": (
        lambda: simple(PGCraftCheck("{} > 0")),
        "PGCraftCheck(expression='{} > 0', name='') has a brace that marks no column. Write a",
    ),
    "open marker": (lambda: PGCraftCheck("{price > 0"), "has a brace that marks no column"),
    "closed marker": (lambda: PGCraftCheck("price} > 0"), "has a brace that marks no column"),
    "marker in a marker": (lambda: PGCraftCheck("{{x}} > 0"), "has a brace that marks no column"),
    "empty check": (lambda: PGCraftCheck(" "), "has an empty text. Write SQL there"),
    "check that is no text": (lambda: PGCraftCheck(X > 0), "has a condition that is no text"),
    "empty expression": (lambda: PGCraftIndex("ix", ""), "has an empty text"),
    "open marker of an index": (lambda: PGCraftIndex("ix", "lower({x)"), "a brace that marks no"),
    "open marker of a predicate": (
        lambda: PGCraftIndex("ix", "{x}", postgresql_where="{x > 0"),
        "has a brace that marks no column",
    ),
    "key of one and name of another": (
        lambda: PGCraftSimple("t", "s", MetaData(), [*swapped_keys(), PGCraftCheck("{a} > 0")]),
        "marks 'a', which is the key of the column 'b' and the name of the column with the key 'b'",
    ),
    # Indexes and foreign keys
    "option of an index": (
        lambda: simple(PGCraftIndex("ix", "{x}", where="{x} > 0")),
        "PGCraftIndex('ix', '{x}', where='{x} > 0') on s.t has an option that SQLAlchemy does not",
    ),
    "option of an index, meant": (
        lambda: simple(PGCraftIndex("ix", "{x}", where="{x} > 0")),
        "Did you mean 'postgresql_where'? The options are: postgresql_where, postgresql_using",
    ),
    "misspelled option of an index": (
        lambda: simple(PGCraftIndex("ix", "{x}", postgresql_usin="gin")),
        "Did you mean 'postgresql_using'?",
    ),
    "operator class of an unknown column": (
        lambda: simple(PGCraftIndex("ix", "{x}", postgresql_ops={"nn": "int4_ops"})),
        "on s.t has in postgresql_ops 'nn', which it does not index. Name an expression of the",
    ),
    "operator class of another column": (
        lambda: simple(
            Column("y", Integer), PGCraftIndex("ix", "{x}", postgresql_ops={"{y}": "int4_ops"})
        ),
        "has in postgresql_ops 'y', which it does not index",
    ),
    "name of an index that is none": (lambda: PGCraftIndex(5, "{x}"), "PGCraftIndex got 5 as its"),
    "foreign key of a list": (
        lambda: PGCraftFK(["{x}", "t.id"]),
        "PGCraftFK got references=['{x}', 't.id'], which is no dict. Write PGCraftFK(references={",
    ),
    "foreign key of a text": (lambda: PGCraftFK("t.id"), "got references='t.id', which is no dict"),
    "foreign key to None": (
        lambda: PGCraftFK({"{x}": None}),
        "PGCraftFK got references={'{x}': None}, in which '{x}': None is no pair of texts",
    ),
    "raw foreign key to a column": (
        lambda: PGCraftFK(raw_references={"{x}": X}),
        "in which '{x}': Column('x', Integer(), table=None) is no pair of texts",
    ),
    "name of an index of a view with a zero byte": (
        lambda: kept(PGCraftIndex("a\0b", "{x}")),
        r"The name 'a\x00b' in the indexes of s.m has a zero byte",
    ),
    # Names
    "template with an unknown token": (
        lambda: PGCraftAppendOnly("t", "s", conventional("append_only_root", "%(table)s_root")),
        (
            "The template 'append_only_root' of the naming convention is '%(table)s_root', which "
            "cannot be filled in: KeyError: 'table'. It may use: %(table_name)s, %(schema)s."
        ),
    ),
    "template with a stray percent": (
        lambda: PGCraftAppendOnly("t", "s", conventional("append_only_root", "%(table_name)s_%")),
        "which cannot be filled in: ValueError",
    ),
    # Objects
    "declared text": (lambda: declare(MetaData(), "x"), "declare() got 'x', which is no object of"),
    "declared class": (lambda: declare(MetaData(), Role), "which is no object of the database"),
    "declared nowhere": (
        lambda: declare(Role("r")),
        "declare() got Role(name='r', login=False, inherit=True, member_of=()) where the MetaData",
    ),
    "function that is a text": (
        lambda: Trigger(name="t", schema="s", relation="t", function="f"),
        "The trigger t ON s.t has the function 'f', which is no Function. Give it a Function",
    ),
    "grant on a number": (
        lambda: Grant("SELECT", on=5, to="r"),
        "A grant to r is on 5, which no privileges can be granted on. Give a Table, a factory",
    ),
    "grant on a class": (lambda: Grant("SELECT", on=int, to="r"), "which no privileges can be"),
    "privilege that is None": (
        lambda: Grant([None], on=Schema("s"), to="r"),
        "gives 'NONE', which is no privilege there",
    ),
    "labels that are a text": (
        lambda: EnumType("e", "s", MetaData(), "ab"),
        "The enum type s.e got the text 'ab' as its labels. Give a list of them: ['ab', …].",
    ),
    "enum type without MetaData": (
        lambda: EnumType("e", "s", ["a"], MetaData()),
        "The enum type 'e' got ['a'] where the MetaData belongs",
    ),
    "view without MetaData": (
        lambda: PGCraftView("v", "s", select(X), MetaData()),
        "The view 'v' got <sqlalchemy.sql.selectable.Select object",
    ),
    "role that is a number": (lambda: Role(5), "uses the name 5, which is no text"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistake_is_answered_with_a_sentence(mistake):
    """At once, naming what was given and what to write instead."""
    make, sentence = MISTAKES[mistake]
    with pytest.raises(PGCraftValidationError) as raised:
        make()
    assert sentence in str(raised.value)


@pytest.mark.parametrize(
    "sql",
    [
        "{x} <> '{}'",
        "{x} ~ 'a{2}'",
        "{x} = '{'",
        "{x} = $${$$",
        "{x} = $a${}$a$",
        '{x} = "a{b"',
        "{x}",
    ],
)
def test_brace_within_quotes_is_left_as_it_is(sql):
    """Arrays, JSON and patterns have braces."""
    assert simple(PGCraftCheck(sql, "c")).table.constraints
    assert PGCraftIndex("ix", "{x}", postgresql_where=sql).attach(simple().table)


ORDERED = {
    "{x} + 1 DESC": "(x + 1) DESC",
    "{x} + 1 desc nulls last": "(x + 1) desc nulls last",
    "{x} * 2 NULLS FIRST": "(x * 2) NULLS FIRST",
    "abs({x}) DESC": "abs(x) DESC",
    "({x} + 1) DESC": "(x + 1) DESC",
    "{x} || ' DESC'": "(x || ' DESC')",
    "{x} + 1": "(x + 1)",
}


@pytest.mark.parametrize("given", ORDERED)
def test_order_of_an_expression_is_outside_of_its_parentheses(given):
    """Where CREATE INDEX has it."""
    index = PGCraftIndex("ix", given).attach(simple().table)
    assert [str(one) for one in index.expressions] == [ORDERED[given]]


# Taken as what is meant


def only(metadata, kind):
    """The declared object of a kind."""
    (found,) = [one for one in declared_objects(metadata) if one.kind == kind]
    return found


def test_text_where_several_names_may_be_is_one_name():
    """And not its letters."""
    policy = Policy(name="p", schema="s", table="t", roles="anon")
    assert policy.roles == ("anon",)
    grant = Grant("select", on="TABLE s.t", to="anon", columns="price")
    assert grant.create() == ("GRANT SELECT (price) ON TABLE s.t TO anon",)
    assert Role("r", member_of="anon").create()[1] == "GRANT anon TO r"
    assert Function("f", "s", "SELECT 1", "x integer", "integer", "sql").arguments == ("x integer",)
    assert {policy, grant, Role("r", member_of=["anon"])} == {
        Policy(name="p", schema="s", table="t", roles=["anon"]),
        Grant(["SELECT"], on="TABLE s.t", to="anon", columns=["price"]),
        Role("r", member_of=("anon",)),
    }


def test_privileges_are_granted_on_all_that_stands_for_a_relation():
    """A factory, a registered class, an API view."""
    metadata = MetaData()
    factory = PGCraftSimple("a", "s", metadata, [])
    history = PGCraftAppendOnly("h", "s", metadata, [])
    cls = registered(metadata)
    api = PostgRESTView(factory)
    targets = [Grant("SELECT", on=one, to="r").target for one in (factory, history, cls, api)]
    assert targets == ["TABLE s.a", "TABLE s.h", "TABLE s.t", "TABLE api.a"]


def test_factory_stands_for_its_table_in_statements():
    """select(products), as with a mapped class."""
    factory = simple()
    assert str(select(factory)) == str(select(factory.table))
    assert str(insert(factory)) == str(insert(factory.table))
    assert str(update(factory).values(x=1)) == str(update(factory.table).values(x=1))


SAME = [
    ("TABLE s.t", lambda m: simple(metadata=m).table),
    ("TABLE s.t", lambda m: simple(metadata=m)),
    ('TABLE "s"."t"', lambda m: simple(metadata=m).table),
    ("TABLE  S.T", lambda m: simple(metadata=m).table),
    ("SCHEMA s", lambda _: Schema("s")),
]


@pytest.mark.parametrize(("text", "make"), SAME)
def test_grants_on_one_object_are_equal_however_it_is_named(text, make):
    """By its text, or by the object."""
    metadata = MetaData()
    privilege = "USAGE" if text.startswith("SCHEMA") else "SELECT"
    on = make(metadata)
    first, second = Grant(privilege, on=on, to="r"), Grant(privilege, on=text, to="r")
    assert first == second
    declare(metadata, first, second)
    assert only(metadata, "grant") == first


def test_grants_on_one_object_to_one_role_become_one():
    """As they do on the server; ALL is all."""
    metadata = MetaData()
    declare(metadata, Grant("SELECT", on="TABLE s.t", to="r"))
    declare(metadata, Grant(("INSERT", "SELECT"), on="TABLE s.t", to="r"))
    declare(metadata, Grant("SELECT", on="TABLE s.t", to="other", columns="a"))
    grants = [one.create()[0] for one in declared_objects(metadata)]
    assert grants == [
        "GRANT SELECT, INSERT ON TABLE s.t TO r",
        "GRANT SELECT (a) ON TABLE s.t TO other",
    ]
    declare(metadata, Grant("ALL", on="TABLE s.t", to="r"))
    assert declared_objects(metadata)[0].create() == ("GRANT ALL ON TABLE s.t TO r",)


def test_factory_says_what_its_plugins_made():
    """By names of their own, and by the keys of its context."""
    history = PGCraftAppendOnly("h", "s", MetaData(), [])
    assert history.history is history.ctx["attributes"]
    soft = PGCraftSimple("t", "s", MetaData(), [], extra_plugins=[SoftDeletePlugin()])
    assert soft.live is soft.ctx["live"].table
    assert list(soft.ctx) == list(soft.ctx.keys())
    with pytest.raises(PGCraftValidationError, match=r"s\.t has no view of its live rows\. Say "):
        simple().live  # noqa: B018 - it is the reading that fails


# Plugins


@produces("columns")
@requires("columns")
class ChangingPlugin(Plugin):
    """Changes the columns that are there."""

    def __init__(self, name):
        self.name = name

    def run(self, ctx):
        """Add one, named after the last."""
        last = ctx["columns"][-1].name
        ctx["columns"] = [*ctx["columns"], Column(f"{last}_{self.name}", String)]


@produces("columns")
class AddingPlugin(Plugin):
    """Adds a column."""

    def run(self, ctx):
        """Add it."""
        ctx["columns"] = [*ctx["columns"], Column("added", String)]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (2, 0, 1)])
def test_plugin_that_changes_what_others_make_runs_after_them(order):
    """Several do so in the order of the list, before whatever only reads it."""
    plugins = [ChangingPlugin("a"), ChangingPlugin("b"), AddingPlugin()]
    factory = simple(extra_plugins=[plugins[number] for number in order])
    assert factory.table.columns.keys() == ["id", "x", "added", "added_a", "added_a_b"]


@produces("notes")
@requires("notes")
class LonelyPlugin(Plugin):
    """Changes what nobody makes."""


@requires("tabel")
class MisspeltPlugin(Plugin):
    """Requires a key that is spelt otherwise."""


@pytest.mark.parametrize(
    ("plugin", "sentence"),
    [
        (
            LonelyPlugin(),
            "s.t do not go together. LonelyPlugin requires 'notes', which no other plugin produces",
        ),
        (MisspeltPlugin(), "requires 'tabel', which no plugin produces. Did you mean 'table'?"),
    ],
)
def test_plugin_whose_needs_are_not_met_is_named_with_the_dimension(plugin, sentence):
    """And with the nearest key."""
    with pytest.raises(PGCraftValidationError) as raised:
        simple(extra_plugins=[plugin])
    assert sentence in str(raised.value)


def test_plugin_may_be_a_dataclass():
    """Such a one has no hash, and is equal to others."""

    @produces("columns")
    @dataclass
    class Noted(Plugin):
        name: str
        group: str = "g"

        def run(self, ctx):
            ctx["columns"] = [*ctx["columns"], Column(f"{self.name}{len(ctx['columns'])}", String)]

    factory = simple(extra_plugins=[Noted("a"), Noted("a"), Noted("b")])
    assert factory.table.columns.keys() == ["id", "x", "a1", "a2", "b3"]
