"""Declared objects as values: what they refuse, and what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    select,
    text,
)

from pgcraft.errors import PGCraftValidationError
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
from pgcraft.views import PGCraftMaterializedView, PGCraftView

MODULES = (
    "base",
    "enum",
    "extension",
    "function",
    "grant",
    "policy",
    "registry",
    "relations",
    "role",
    "trigger",
    "trigger_rules",
)
LONG = "ä" * 32


@pytest.fixture
def metadata():
    return MetaData()


@pytest.fixture
def stock(metadata):
    columns = [Column("id", Integer), Column("name", Text)]
    return Table("stock", metadata, *columns, schema="shop")


@pytest.mark.parametrize(
    "name",
    [
        *(f"pgcraft.objects.{one}" for one in MODULES),
        "pgcraft.views.view",
        "pgcraft.views.materialized",
    ],
)
def test_docstring_examples_give_what_they_say(name):
    """Each example of the objects and views prints what is written below it."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
    assert result.attempted > 0


def test_function_argument_with_default_leaves_it_out_of_the_signature():
    """DROP, GRANT and REVOKE do not take defaults, so the signature has none."""
    rate = Argument("order", "numeric", default="0.2", mode="IN")
    function = Function("net", "shop", "", ("gross numeric", rate))
    assert function.signature == 'shop.net(gross numeric, IN "order" numeric)'
    assert '"order" numeric DEFAULT 0.2' in function.create()[0]


@pytest.mark.parametrize("argument", ["a integer = 1", "a integer default 1", "a integer := 1"])
def test_function_argument_as_text_with_default_is_refused(argument):
    """A default in a text would make a DROP that the server does not take."""
    with pytest.raises(PGCraftValidationError, match=r"shop\.net has the argument .* Argument\("):
        Function("net", "shop", "", (argument,))


def test_function_argument_with_default_in_its_name_is_taken():
    """What stands between quotes is a name."""
    function = Function("net", "shop", "", ('"a default =" integer',))
    assert function.signature.endswith('("a default =" integer)')


def test_function_overloads_are_two_objects(metadata):
    """Functions of one name with other arguments live beside each other."""
    declare(metadata, *(Function("f", "s", "", (kind,)) for kind in ("integer", "text")))
    assert [one.identity for one in declared_objects(metadata)] == ["s.f(integer)", "s.f(text)"]


def test_declaring_an_equal_object_again_changes_nothing(metadata):
    """Two modules may declare the same role."""
    declare(metadata, Role("a"))
    declare(metadata, Role("a"))
    assert declared_objects(metadata) == [Role("a")]


def test_declaring_another_object_of_the_name_is_refused(metadata):
    """One of two definitions would be lost."""
    declare(metadata, Role("a"))
    with pytest.raises(PGCraftValidationError, match="role a is declared a second time"):
        declare(metadata, Role("a", login=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda _: Function(LONG, "s", ""),
        lambda _: Function("f", "s", "", (Argument(LONG, "text"),)),
        lambda _: Trigger(name=LONG, schema="s", relation="t", function=Function("f", "s", "")),
        lambda _: Role(LONG),
        lambda _: Extension(LONG),
        lambda _: Schema(LONG),
        lambda _: Grant(("SELECT",), "TABLE s.t", to=LONG),
        lambda _: Policy(name=LONG, schema="s", table="t"),
        lambda _: RowSecurity("s", LONG),
        lambda metadata: EnumType(LONG, "s", metadata, ["a"]),
        lambda metadata: EnumType("e", "s", metadata, [LONG]),
        lambda metadata: PGCraftView(LONG, "s", metadata, select(func.now().label("a"))),
        lambda metadata: PGCraftView("v", "s", metadata, select(func.now().label(LONG))),
        lambda metadata: PGCraftMaterializedView(LONG, "s", metadata, select),
    ],
)
def test_name_of_more_than_63_bytes_is_refused(make, metadata):
    """The server would cut it, and the model would never equal the database."""
    with pytest.raises(PGCraftValidationError, match="which has 64 bytes"):
        make(metadata)


@pytest.mark.parametrize("labels", [[], ["a", "a"]])
def test_enum_without_label_or_with_one_twice_is_refused(labels, metadata):
    """The server would refuse the second, and the first is of no use."""
    with pytest.raises(PGCraftValidationError, match="no label, or one of them twice"):
        EnumType("mood", "s", metadata, labels)


@pytest.mark.parametrize(
    ("on", "privilege", "columns", "words"),
    [
        ("TABLE s.t", "SELCT", (), "Did you mean 'SELECT'"),
        (
            "TABLE s.t",
            "EXECUTE",
            (),
            "there. EXECUTE is for a FUNCTION. The privileges are: SELECT",
        ),
        ("TABLE s.t", "USAGE", (), "there. USAGE is for a SEQUENCE. The privileges are: SELECT"),
        (
            "TABLE s.t",
            "DELETE",
            ("a",),
            "there. DELETE is for a whole TABLE. The privileges are: SELECT",
        ),
        ("TABLE s.t", "DELETE", ("a",), "The privileges are: SELECT, INSERT, UPDATE, REFERENCES"),
        ("SEQUENCE s.t", "INSERT", (), "The privileges are: USAGE, SELECT, UPDATE"),
        ("FUNCTION s.f()", "EXECUT", (), "Did you mean 'EXECUTE'"),
        ("SCHEMA s", "SELECT", (), "The privileges are: USAGE, CREATE"),
        ("ALL TABLES IN SCHEMA s", "USAGE", (), "The privileges are: SELECT"),
        (Schema("s"), "SAGE", (), "Did you mean 'USAGE'"),
        (Function("f", "s", ""), "SELECT", (), "The privileges are: EXECUTE"),
        ("SCHEMA s", "USAGE", ("a",), "Only a TABLE"),
        ("TABEL s.t", "SELECT", (), "Did you mean 'TABLE'"),
        ("s.t", "SELECT", (), "does not begin with a kind"),
    ],
)
def test_grant_of_unknown_privilege_is_refused(on, privilege, columns, words):
    """The error has the nearest right spelling for that kind of object."""
    with pytest.raises(PGCraftValidationError, match=words):
        Grant((privilege,), on, to="anon", columns=columns)


@pytest.mark.parametrize(
    ("on", "relation"),
    [
        ("TABLE s.t", ("s", "t")),
        ('table "S".T', ("S", "t")),
        ('TABLE s."a.b"', ("s", "a.b")),
        ('TABLE "q""q"."T x"', ('q"q', "T x")),
        ("TABLE t", None),
        ("SCHEMA s", None),
        (Schema("s"), None),
        (Function("f", "s", ""), None),
        (Table("t", MetaData()), ("public", "t")),
        (Table("T", MetaData(), schema="s"), ("s", "T")),
    ],
)
def test_grant_knows_its_relation_however_it_is_written(on, relation):
    """By it, a misspelled one is found among the models."""
    assert Grant("ALL", on, to="anon").relation_name == relation


def test_grant_of_no_privilege_is_refused():
    """GRANT needs one at least."""
    with pytest.raises(PGCraftValidationError, match="gives ''"):
        Grant((), "TABLE s.t", to="anon")


def test_grants_on_columns_and_on_the_table_are_two_objects(stock):
    """Both may be given to one role."""
    whole, part = (Grant(("SELECT",), stock, "anon", columns) for columns in ((), ("id",)))
    assert whole.identity == "TABLE shop.stock TO anon"
    assert part.identity == "TABLE shop.stock (id) TO anon"


@pytest.mark.parametrize(
    ("command", "condition", "words"),
    [
        ("SELCT", "using", "Did you mean 'SELECT'"),
        ("INSERT", "using", "PostgreSQL takes check= there"),
        ("SELECT", "check", "PostgreSQL takes using= there"),
        ("DELETE", "check", "PostgreSQL takes using= there"),
    ],
)
def test_policy_that_the_server_would_refuse_is_refused(command, condition, words):
    """The error says what the command can have."""
    with pytest.raises(PGCraftValidationError, match=words):
        Policy(name="p", schema="s", table="t", command=command, **{condition: "true"})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"timing": "BEFOR"}, "the timing 'BEFOR', .* Did you mean 'BEFORE'.* AFTER, INSTEAD OF"),
        ({"timing": "INSTEAD"}, "Did you mean 'INSTEAD OF'"),
        ({"level": "STATEMNT"}, "the level 'STATEMNT', .* Did you mean 'STATEMENT'"),
        ({"events": ("INSRT",)}, "the event 'INSRT', .* Did you mean 'INSERT'"),
        ({"events": "UPDATE OF"}, "the event 'UPDATE OF'.* Did you mean 'UPDATE OF column'"),
        ({"events": "UPDATE OF a,,b"}, "the event 'UPDATE OF a,,b', which PostgreSQL does not"),
        ({"events": ()}, "the event '', which PostgreSQL does not know. The events are: INSERT"),
        ({"events": ("UPDATE", "UPDATE OF a")}, "has the event UPDATE twice. Say it once"),
        ({"timing": "INSTEAD OF", "level": "STATEMENT"}, "each STATEMENT. INSTEAD OF is for each"),
        ({"events": "TRUNCATE"}, r'TRUNCATE and for each ROW. Say level="STATEMENT"'),
        ({"when": "OLD.a > 1"}, "is for INSERT, and its when= reads OLD. INSERT has no OLD row"),
        ({"function": Function("f", "s", "", ("a text",))}, r"calls s.f\(a text\), which has arg"),
        ({"function": Function("f", "s", "", (), "text")}, r"calls s.f\(\), which returns text"),
    ],
)
def test_trigger_that_the_server_would_refuse_is_refused(arguments, words):
    """The error says which trigger, what is wrong, and the nearest right spelling."""
    given = {"name": "t", "schema": "s", "relation": "r", "function": Function("f", "s", "")}
    with pytest.raises(PGCraftValidationError, match=rf"The trigger t ON s\.r .*{words}"):
        Trigger(**{**given, **arguments})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda t: select(func.lower(t.c.name)), "column lower.* has no name.*label"),
        (lambda t: select(t.c.id + 1), "has no name"),
        (lambda t: select(literal_column("1")), "has no name"),
        (lambda t: select(t.c.id, text("now()")), "has no name"),
        (
            lambda t: select(t.c.id, t.alias().c.id),
            r"two columns with the name 'id'; the second is Anonymous alias of stock\.id",
        ),
        (
            lambda t: select(t.c.id, t.c.name.label("id")),
            "two columns with the name 'id'; the second is",
        ),
        (
            lambda t: select(t.c.id, cast(t.c.id, Text)),
            "two columns with the name 'id'; the second is CAST",
        ),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_view_column_without_name_of_its_own_is_refused(make, words, late, metadata, stock):
    """The error says which column, and to label it; a late query is checked when it is made."""
    if late:
        view = PGCraftView("v", "shop", metadata, lambda: make(stock))
        with pytest.raises(PGCraftValidationError, match=words):
            view.create()
    else:
        with pytest.raises(PGCraftValidationError, match=words):
            PGCraftView("v", "shop", metadata, make(stock))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (bindparam("limit"), "parameter 'limit' has no value"),
        (literal(object(), ARRAY(JSON)), "cannot be written as SQL"),
    ],
)
def test_view_with_a_value_that_cannot_be_written_is_refused(value, words, metadata, stock):
    """SQLAlchemy would write NULL for a parameter without a value."""
    view = PGCraftView("v", "shop", metadata, select(stock.c.id).where(stock.c.id == value))
    with pytest.raises(PGCraftValidationError, match=words):
        view.create()


@pytest.mark.parametrize(("name", "schema"), [("", "s"), ("v", None), ("v", "")])
def test_view_without_name_or_schema_is_refused(name, schema, metadata, stock):
    """There is no place to create it in."""
    with pytest.raises(PGCraftValidationError, match="empty name, or one without a schema"):
        PGCraftView(name, schema, metadata, select(stock))


def test_view_takes_the_schema_of_its_metadata(stock):
    """As tables do."""
    assert PGCraftView("v", None, MetaData(schema="mine"), select(stock)).identity == "mine.v"


def test_view_with_the_name_of_a_table_is_refused(metadata, stock):
    """A schema has one relation of a name."""
    with pytest.raises(PGCraftValidationError, match="has the name of a table of the models"):
        PGCraftView("stock", "shop", metadata, select(stock))


@pytest.mark.parametrize("kind", [PGCraftView, PGCraftMaterializedView])
def test_view_with_the_name_of_another_view_is_refused(kind, metadata, stock):
    """Whichever kind the other one is of."""
    PGCraftView("v", "shop", metadata, select(stock))
    with pytest.raises(PGCraftValidationError, match=r"shop\.v"):
        kind("v", "shop", metadata, select(stock))


def test_view_table_is_outside_of_the_models_metadata(metadata, stock):
    """Else create_all and Alembic would make a table of it."""
    view = PGCraftView("v", "shop", metadata, select(stock))
    assert view.table.c.keys() == ["id", "name"]
    assert isinstance(view.table.c.id.type, Integer)
    assert list(metadata.tables) == ["shop.stock"]
    assert not view.table.primary_key.columns


def test_enum_is_shared_by_copies_of_its_columns(metadata):
    """A mixin's columns are copied, and the type stays one."""
    mood = EnumType("mood", "s", metadata, ["ok"])
    table = Table("t", metadata, Column("mood", mood))
    copied = table.to_metadata(MetaData())
    assert copied.c.mood.type is mood
