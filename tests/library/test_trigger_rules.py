"""Triggers that are refused are those that the server refuses; the server is asked."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import Column, Integer, Table, create_engine, select, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects import Function, Grant, Policy, RowSecurity, Trigger, declare
from pgcraft.views import PGCraftMaterializedView, PGCraftView

EVENTS = (
    ("INSERT",),
    ("UPDATE",),
    ("DELETE",),
    ("TRUNCATE",),
    ("UPDATE OF x",),
    ('UPDATE OF X, "y Z"', "INSERT"),
    ("UPDATE OF z",),
    ('UPDATE OF "X"',),
    ("INSERT", "DELETE"),
    ("UPDATE", "TRUNCATE"),
    ("INSERT", "INSERT"),
    ("UPDATE", "UPDATE OF x"),
    (),
)
WHENS = (
    None,
    "NEW.x > 0",
    "OLD.x > 0",
    "OLD.* IS DISTINCT FROM NEW.*",
    "now() > '2001-01-01'",
    "'OLD.x' = 'NEW.x'",
    "old.f()",
)


@pytest.fixture
def relations(metadata, create, engine):
    """A table, a view, a materialized view, a function for triggers and one called ``old.f``."""
    table = Table(
        "t",
        metadata,
        Column("id", Integer),
        Column("x", Integer),
        Column("y Z", Integer),
        schema="s",
    )
    PGCraftView("v", "s", metadata, select(table))
    PGCraftMaterializedView("m", "s", metadata, select(table))
    declare(metadata, Function("f", "old", "SELECT true", (), "boolean", "sql"))
    function = Function("f", "s", "BEGIN RETURN NEW; END")
    declare(metadata, function)
    create(metadata)
    return function


@pytest.mark.parametrize("relation", ["t", "v", "m"])
def test_trigger_is_refused_where_the_server_refuses_it(relation, relations, metadata, engine):
    """Every timing with every level, events and condition, on each kind of relation."""
    outcomes = []
    with engine.begin() as connection:
        for number, (timing, level, events, when) in enumerate(
            product(("BEFORE", "AFTER", "INSTEAD OF"), ("ROW", "STATEMENT"), EVENTS, WHENS)
        ):
            condition = f" WHEN ({when})" if when else ""
            sql = (
                f"CREATE TRIGGER t{number} {timing} {' OR '.join(events)} ON s.{relation}"
                f" FOR EACH {level}{condition} EXECUTE FUNCTION s.f()"
            )
            try:
                with connection.begin_nested():
                    connection.execute(text(sql))
                server = True
            except DBAPIError:
                server = False
            try:
                trigger = Trigger(
                    name=f"t{number}",
                    schema="s",
                    relation=relation,
                    function=relations,
                    timing=timing,
                    level=level,
                    events=events,
                    when=when,
                )
                declare(metadata, trigger)
                ours = True
            except PGCraftValidationError:
                ours = False
            outcomes.append((sql, server, ours))
    # Only the server knows the columns of a view whose query is still to be made.
    of_views = ("UPDATE OF z ON s.v", 'UPDATE OF "X" ON s.v')
    told = [one for one in outcomes if not any(words in one[0] for words in of_views)]
    assert [one for one in told if one[1] != one[2]] == []
    assert any(one[1] for one in outcomes) == (relation != "m")


def test_trigger_on_a_table_defined_later_is_refused_by_create_all(metadata, engine):
    """Nobody can tell before."""
    function = Function("f", "s", "BEGIN RETURN NEW; END")
    late = Trigger(name="t", schema="s", relation="t", function=function, events="UPDATE OF prize")
    declare(metadata, function, late)
    Table("t", metadata, Column("price", Integer), schema="s")
    words = "for UPDATE OF prize, a column which does not exist. Did you mean 'price'?"
    with pytest.raises(PGCraftValidationError, match=words.replace("?", r"\?")):
        metadata.create_all(engine)


@pytest.mark.parametrize("kind", ["trigger", "policy", "row security", "grant"])
def test_object_on_a_relation_that_is_nowhere_is_answered_with_the_nearest(kind, metadata, engine):
    """The server says that it is not there, and the models know which are."""
    function = Function("f", "s", "BEGIN RETURN NEW; END")
    Table("orders", metadata, Column("id", Integer), schema="s")
    made = {
        "trigger": lambda: Trigger(name="t", schema="s", relation="ordrs", function=function),
        "policy": lambda: Policy(name="p", schema="s", table="ordrs", using="true"),
        "row security": lambda: RowSecurity("s", "ordrs"),
        "grant": lambda: Grant("SELECT", 'table "s".Ordrs', to="PUBLIC"),
    }[kind]()
    declare(metadata, function, made)
    words = rf"The {kind} .* is on s\.ordrs, which neither the models nor the database .* mean 's\.orders'\?"
    with pytest.raises(PGCraftValidationError, match=words):
        metadata.create_all(engine)


def test_trigger_on_a_table_outside_of_the_models_is_made(metadata, engine):
    """A relation need not be the models' own."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA s"))
        connection.execute(text("CREATE TABLE s.outside (id integer)"))
    function = Function("f", "s", "BEGIN NEW.id := 7; RETURN NEW; END")
    declare(
        metadata, function, Trigger(name="t", schema="s", relation="outside", function=function)
    )
    metadata.create_all(engine)
    with engine.begin() as connection:
        assert connection.scalar(text("INSERT INTO s.outside VALUES (1) RETURNING id")) == 7


def test_trigger_with_an_undeclared_function_raises_the_servers_error(metadata, engine):
    """The relation is there, so the models know no better."""
    Table("t", metadata, Column("id", Integer), schema="s")
    function = Function("nowhere", "s", "BEGIN RETURN NEW; END")
    declare(metadata, Trigger(name="t", schema="s", relation="t", function=function))
    with pytest.raises(ProgrammingError, match=r"s\.nowhere\(\) does not exist"):
        metadata.create_all(engine)


def test_trigger_on_a_table_of_the_default_schema_is_made(metadata, server, database):
    """A Table without a schema is in public, where the trigger says it is."""
    table = Table("t", metadata, Column("id", Integer))
    function = Function("f", "public", "BEGIN NEW.id := 7; RETURN NEW; END")
    trigger = Trigger(
        name="t", schema="public", relation="t", function=function, events=("insert",), level="row"
    )
    declare(metadata, function, trigger)
    engine = create_engine("postgresql+psycopg://", connect_args=server.conninfo(database))
    metadata.create_all(engine)
    with engine.begin() as connection:
        assert connection.scalar(table.insert().values(id=1).returning(table.c.id)) == 7
    engine.dispose()
