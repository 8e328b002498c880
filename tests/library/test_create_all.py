"""create_all and drop_all: configurations, schemas, several processes, several tenants."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest
from sqlalchemy import (
    DDL,
    Column,
    Integer,
    MetaData,
    Table,
    create_engine,
    create_mock_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy import insert as insert_into
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from pgcraft import (
    PGCraftConfig,
    PGCraftExtension,
    PGCraftFK,
    PGCraftIndex,
    PGCraftValidationError,
)
from pgcraft.dimension import DimensionRef, register_dimension
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTView
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
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
)
from pgcraft.objects.registry import check_declared
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.views import PGCraftMaterializedView, PGCraftView


def rights(engine, relation, role="anon"):
    """What a role may do with a relation."""
    sql = "SELECT string_agg(one, ' ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) one"
    with engine.connect() as connection:
        return connection.scalar(
            text(f"{sql} WHERE has_table_privilege(:role, :relation, one)"),
            {"role": role, "relation": relation},
        )


def api():
    """A configuration that gives API views their rights."""
    return PGCraftConfig(auto_discover=False).use(PostgRESTExtension())


class Everything(PGCraftExtension):
    """Declares what it can while the models are created."""

    def configure_metadata(self, metadata):
        """Define a dimension, which is on another, an object, and a view."""
        items = [Column("a", Integer), PGCraftFK(references={"{a}": "a.id"})]
        table = PGCraftSimple("late", "s", metadata, items).table
        later = [Column("b", Integer), PGCraftFK(references={"{b}": "last.id"})]
        PGCraftSimple("later", "s", metadata, later)
        PGCraftSimple("last", "s", metadata, [])
        declare(metadata, Role("late_role"), Grant("SELECT", on=table, to="late_role"))
        PGCraftView("v", "s", metadata, select(table))


@pytest.mark.parametrize("other", ["none", "before", "after"])
def test_configuration_of_a_factory_acts_at_the_first_create_all(other, engine, metadata):
    """Whether or not a factory without it was defined before."""
    if other == "before":
        PGCraftAppendOnly("b", "s", metadata, [])
    PostgRESTView(PGCraftSimple("a", "s", metadata, [], config=api()), grants=["select"])
    if other == "after":
        PGCraftAppendOnly("b", "s", metadata, [])
    metadata.create_all(engine)
    assert rights(engine, "api.a") == "SELECT"


@pytest.mark.parametrize("kind", [PGCraftSimple, PGCraftAppendOnly])
def test_extension_may_declare_anything_while_the_models_are_created(kind, engine, metadata):
    """Tables, which SQLAlchemy did not list, foreign keys between them, objects and views."""
    configuration = PGCraftConfig(auto_discover=False).use(Everything())
    kind("a", "s", metadata, [], config=configuration)
    for _ in range(2):
        metadata.create_all(engine)
        assert {"late", "later", "last"} < set(inspect(engine).get_table_names("s"))
    assert rights(engine, "s.late", "late_role") == "SELECT"
    assert len(inspect(engine).get_foreign_keys("late", "s")) == 1
    assert len(inspect(engine).get_foreign_keys("later", "s")) == 1
    metadata.drop_all(engine)
    assert inspect(engine).get_table_names("s") == []


def test_view_exposed_after_create_all_gets_its_rights_by_the_next(engine, metadata):
    """A configuration is asked again when there are more models."""
    configuration = api()
    PostgRESTView(PGCraftSimple("a", "s", metadata, [], config=configuration))
    metadata.create_all(engine)
    b = PGCraftSimple("b", "s", metadata, [], config=configuration)
    PostgRESTView(b, grants=["select"])
    metadata.create_all(engine)
    assert [rights(engine, f"api.{name}") for name in "ab"] == ["SELECT", "SELECT"]


def test_drop_all_of_another_process_takes_the_rights_away(engine):
    """What a configuration granted at create_all it revokes at drop_all."""
    for action in ("create_all", "drop_all"):
        metadata = MetaData()
        PostgRESTView(PGCraftSimple("a", "s", metadata, [], config=api()))
        getattr(metadata, action)(engine)
    with engine.connect() as connection:
        assert not connection.scalar(text("SELECT has_schema_privilege('anon', 'api', 'USAGE')"))


# Schemas


def test_schemas_of_all_models_are_made(engine, metadata):
    """Of tables, plain ones too, as of views and objects."""
    Table("plain", metadata, Column("id", Integer), schema="s1")
    table = PGCraftSimple("a", "My schema", metadata, []).table
    PGCraftView("v", "s2", metadata, select(table))
    EnumType("mood", "s3", metadata, ["ok"])
    metadata.create_all(engine)
    assert {"s1", "My schema", "s2", "s3"} <= set(inspect(engine).get_schema_names())


def test_schemas_of_tables_that_are_not_asked_for_are_not_made(engine, metadata):
    """create_all(tables=[…]) makes what these need."""
    a = PGCraftSimple("a", "s1", metadata, []).table
    PGCraftSimple("b", "s2", metadata, [])
    metadata.create_all(engine, tables=[a])
    assert "s1" in inspect(engine).get_schema_names()
    assert "s2" not in inspect(engine).get_schema_names()


@pytest.mark.parametrize("first", [True, False])
def test_event_that_makes_the_schema_itself_still_does(first, engine, metadata):
    """Without IF NOT EXISTS it would fail if the schema were there."""
    makes = CreateSchema("s")
    if first:
        event.listen(metadata, "before_create", makes)
    PGCraftSimple("a", "s", metadata, [])
    if not first:
        event.listen(metadata, "before_create", makes)
    metadata.create_all(engine)
    assert inspect(engine).get_table_names("s") == ["a"]


def test_schema_that_is_there_takes_no_right_to_make_schemas(engine, metadata, server, database):
    """CREATE SCHEMA IF NOT EXISTS asks for that right even where there is nothing to make."""
    with engine.begin() as connection:
        connection.execute(text("CREATE ROLE owner_of_s LOGIN"))
        connection.execute(text("CREATE SCHEMA s AUTHORIZATION owner_of_s"))
    PGCraftSimple("a", "s", metadata, [], extra_plugins=[SoftDeletePlugin()])
    with engine.connect() as connection:
        connection.execute(text("SET ROLE owner_of_s"))
        metadata.create_all(connection)
        connection.commit()
    assert inspect(engine).get_table_names("s") == ["a"]


@pytest.mark.parametrize(
    ("statement", "schema", "made"),
    [
        ("CREATE SCHEMA IF NOT EXISTS workshop", "shop", True),
        ("CREATE SCHEMA workshop; CREATE  schema shop", "shop", False),
        ('CREATE SCHEMA "My shop"', "My shop", False),
        ("CREATE SCHEMA Shop", "shop", False),
        ("COMMENT ON DATABASE postgres IS 'shop'", "shop", True),
    ],
)
def test_schema_that_an_event_of_the_models_makes_is_left_to_it(statement, schema, made, metadata):
    """It is told by its whole name, whichever of the events makes it."""
    event.listen(metadata, "before_create", DDL("COMMENT ON DATABASE postgres IS 'shop'"))
    event.listen(metadata, "before_create", DDL(statement))
    PGCraftSimple("a", schema, metadata, [])
    sent = []
    mock = create_mock_engine("postgresql+psycopg://", lambda one, *_: sent.append(one))
    metadata.create_all(mock, checkfirst=False)
    assert any(isinstance(one, CreateSchema) for one in sent) is made


# Several at once


@pytest.mark.parametrize("same", [True, False])
def test_create_all_waits_for_one_in_the_same_schema_alone(same, engine, server, database):
    """And does not lock where there is nothing to do."""

    def models(schema):
        metadata = MetaData()
        PGCraftAppendOnly("h", schema, metadata, [])
        return metadata

    impatient = {**server.conninfo(database), "options": "-c lock_timeout=50ms"}
    second = create_engine("postgresql+psycopg://", connect_args=impatient)
    with engine.begin() as connection:
        models("first").create_all(connection)
        with pytest.raises(DBAPIError, match="lock timeout") if same else nullcontext():
            models("first" if same else "second").create_all(second)
    metadata = models("first")
    with engine.begin() as connection:
        metadata.create_all(connection)
        held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        assert connection.scalar(held) == 0
        metadata.create_all(second)
    second.dispose()


def crowd(metadata):
    """Something of each kind, with functions that are always made again."""
    table = PGCraftSimple("a", "s", metadata, [Column("x", Integer)]).table
    PGCraftAppendOnly("h", "s", metadata, [Column("x", Integer)])
    PGCraftSimple("d", "s", metadata, [], extra_plugins=[SoftDeletePlugin()])
    PostgRESTView(table, grants=["select"])
    api().configure_metadata(metadata)
    declare(
        metadata,
        Function("twice", "s", "SELECT 2 * x", ("x integer",), "integer", "sql"),
        Function("open", "s", "SELECT 1", (), "integer", "sql", public_execute=True),
        Role("crowd_group"),
        Role("crowd_member", member_of=("crowd_group",)),
        Grant(("SELECT", "UPDATE"), on=table, to="crowd_group", columns=("x",)),
        Grant("EXECUTE", on="FUNCTION s.twice(integer)", to="crowd_group"),
        Grant("USAGE", on="SEQUENCE s.a_id_seq", to="PUBLIC"),
        RowSecurity("s", "d", force=True),
        Policy(name="p", schema="s", table="d", roles="crowd_group", using="true"),
    )


def test_several_processes_create_at_once(engine, server, database):
    """On an empty database one makes everything; on one that is up to date nobody fails."""
    metadata = MetaData()
    crowd(metadata)
    metadata.create_all(engine)
    arguments = server.conninfo(database)
    engines = [create_engine("postgresql+psycopg://", connect_args=arguments) for _ in range(4)]
    barrier = threading.Barrier(len(engines))
    failures = []

    def run(one):
        models = MetaData()
        crowd(models)
        try:
            for _ in range(5):
                barrier.wait()
                models.create_all(one)
        except (DBAPIError, threading.BrokenBarrierError) as error:
            failures.append(error)
            barrier.abort()

    threads = [threading.Thread(target=run, args=(one,)) for one in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in engines:
        one.dispose()
    assert failures == []


def test_create_all_of_what_is_there_sends_no_ddl(engine, metadata, statements):
    """Functions, roles and grants are compared first."""
    table = PGCraftSimple("a", "s", metadata, [Column("x", Integer)]).table
    PGCraftAppendOnly("h", "s", metadata, [Column("x", Integer)])
    PGCraftSimple("d", "s", metadata, [], extra_plugins=[SoftDeletePlugin()])
    PostgRESTView(table, grants=["select"])
    api().configure_metadata(metadata)
    declare(
        metadata,
        RowSecurity("s", "d", force=True),
        Role("caller"),
        Function(
            "net",
            "s",
            "SELECT gross / (1 + rate)",
            ("gross NUMERIC", Argument("rate", "numeric", default="0.2")),
            "numeric(10, 2)",
            "sql",
        ),
        Function("all_of", "s", "SELECT 1", (), "setof integer", "sql"),
        Function("at", "s", "SELECT now()", (), "timestamp with time zone", "sql"),
        Function("said", "s", "SELECT a", Argument("a", "text", "'It''s A'::text"), "text", "sql"),
        Grant("EXECUTE", on="FUNCTION s.net(gross numeric, rate numeric)", to="caller"),
        Grant("EXECUTE", on="FUNCTION s.said(text)", to="caller"),
        Grant("EXECUTE", on="FUNCTION s.at()", to="caller"),
    )
    metadata.create_all(engine)
    statements.clear()
    metadata.create_all(engine)
    assert {one.split()[0] for one in statements} == {"SELECT"}


CHANGES = {
    "body": {"body": "SELECT 2"},
    "return type": {"returns": "bigint"},
    "language": {"language": "plpgsql", "body": "BEGIN RETURN 1; END"},
    "volatility": {"volatility": "IMMUTABLE"},
    "rights": {"security_definer": True},
    "path": {"search_path": "s, pg_temp"},
    "no path": {"search_path": None},
    "execution": {"public_execute": True},
    "rows": {"returns": "setof integer"},
}
FUNCTION = {"name": "f", "schema": "s", "body": "SELECT 1", "returns": "integer", "language": "sql"}

# Of these CREATE OR REPLACE makes another function, or refuses.
_DROPPED = {"return type", "rows"}

SAYS = """
    SELECT pg_get_functiondef(oid), proacl IS NULL OR has_function_privilege('nobody', oid, 'EXECUTE')
    FROM pg_proc WHERE proname = 'f'
"""


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_function_that_differs_is_made_again(change, back, engine):
    """Whatever differs, also who may execute it."""
    versions = [FUNCTION, {**FUNCTION, **CHANGES[change]}]
    first, second = reversed(versions) if back else versions
    said = []
    for one, drops in ((first, False), (second, change in _DROPPED), (second, True)):
        metadata = MetaData()
        declare(metadata, Role("nobody"), Function(**one))
        if drops:
            metadata.drop_all(engine)
        metadata.create_all(engine)
        with engine.connect() as connection:
            said.append(tuple(connection.execute(text(SAYS)).one()))
    assert said[0] != said[1] == said[2]


@pytest.mark.parametrize(
    ("before", "after"), [("1", "2"), ("'a'::text", "'A'::text"), (None, "'a b'::text")]
)
def test_function_whose_default_differs_is_made_again(before, after, engine):
    """Letters count in a default."""
    found = []
    for default in (before, after):
        metadata = MetaData()
        kind = "integer" if after == "2" else "text"
        argument = Argument("a", kind, default)
        declare(metadata, Function("f", "s", "SELECT 1", argument, "integer", "sql"))
        metadata.create_all(engine)
        with engine.connect() as connection:
            says = "SELECT pg_get_function_arguments(oid) FROM pg_proc WHERE proname = 'f'"
            found.append(connection.scalar(text(says)))
    assert found == [Argument("a", kind, one).declaration for one in (before, after)]


@pytest.mark.parametrize(
    "on",
    [
        *("table", "sequence", "schema", "view", "columns", "PUBLIC", "text", "ALL", "type"),
        *("function", "function by types"),
    ],
)
def test_grant_that_was_taken_away_is_given_again(on, engine, metadata, statements):
    """And one that is there is not given again, where the catalog says so plainly."""
    table = PGCraftSimple("Some table", "My s", metadata, [Column("an x", Integer)]).table
    view = PGCraftView("v", "My s", metadata, select(table))
    enum = EnumType("mood", "My s", metadata, ["ok"])
    f = Function("F", "My s", "SELECT 1", "a text", "integer", "sql")
    found = {
        "table": Grant("SELECT", on=table, to="grantee"),
        "sequence": Grant("USAGE", on='SEQUENCE "My s"."Some table_id_seq"', to="grantee"),
        "schema": Grant(("USAGE", "CREATE"), on=Schema("My s"), to="grantee"),
        "view": Grant(("SELECT", "INSERT"), on=view, to="grantee"),
        "columns": Grant(("SELECT", "UPDATE"), on=table, to="grantee", columns="an x"),
        "PUBLIC": Grant("SELECT", on=table, to="PUBLIC"),
        "text": Grant("SELECT", on='TABLE "My s"."Some table"', to="grantee"),
        "ALL": Grant("ALL", on=table, to="grantee"),
        "type": Grant("USAGE", on=enum, to="grantee"),
        "function": Grant("EXECUTE", on=f, to="grantee"),
        "function by types": Grant("EXECUTE", on='FUNCTION "My s"."F"(text)', to="grantee"),
    }
    declare(metadata, f, Role("grantee"), found[on])
    metadata.create_all(engine)
    statements.clear()
    metadata.create_all(engine)
    assert any("GRANT" in one.split() for one in statements) == (on in {"ALL", "type"})
    with engine.begin() as connection:
        connection.exec_driver_sql(found[on].drop()[0])
        assert not connection.scalar(text(f"SELECT {found[on].unchanged()}"))
    metadata.create_all(engine)
    statements.clear()
    metadata.create_all(engine)
    assert any("GRANT" in one.split() for one in statements) == (on in {"ALL", "type"})


def test_privilege_that_two_roles_granted_counts_once(engine, metadata):
    """So that the one which is missing beside it is given."""
    table = PGCraftSimple("a", "s", metadata, [Column("x", Integer)]).table
    declare(metadata, Role("grantor"), Role("grantee"))
    metadata.create_all(engine)
    with engine.begin() as connection:
        for one in (
            "GRANT USAGE ON SCHEMA s TO grantor",
            "GRANT SELECT ON s.a TO grantor WITH GRANT OPTION",
            "GRANT SELECT ON s.a TO grantee",
            "SET ROLE grantor",
            "GRANT SELECT ON s.a TO grantee",
            "RESET ROLE",
        ):
            connection.execute(text(one))
        both = Grant(("SELECT", "INSERT"), on=table, to="grantee")
        assert connection.scalar(
            text(f"SELECT {Grant('SELECT', on=table, to='grantee').unchanged()}")
        )
        assert not connection.scalar(text(f"SELECT {both.unchanged()}"))


# Several tenants


DECLARED = {
    "function": lambda m: declare(m, Function("f", "s", "SELECT 1", (), "integer", "sql")),
    "view": lambda m: PGCraftView("v", "s", m, select(m.tables["s.a"])),
    "enum type": lambda m: EnumType("mood", "s", m, ["ok"]),
    "soft deletion": lambda m: PGCraftSimple("d", "s", m, [], extra_plugins=[SoftDeletePlugin()]),
    "history": lambda m: PGCraftAppendOnly("h", "s", m, []),
    "grant": lambda m: declare(m, Grant("SELECT", on=m.tables["s.a"], to="PUBLIC")),
    "extension": lambda m: declare(m, Extension("pg_trgm", schema="s")),
}


@pytest.mark.parametrize("action", ["create_all", "drop_all"])
@pytest.mark.parametrize("what", DECLARED)
def test_translated_schemas_are_refused_where_there_are_objects(what, action, engine, metadata):
    """Before anything is made, or another tenant's objects are dropped."""
    PGCraftSimple("a", "s", metadata, [Column("x", Integer)])
    DECLARED[what](metadata)
    metadata.create_all(engine)
    before = inspect(engine).get_table_names("s")
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA tenant"))
    translated = engine.execution_options(schema_translate_map={"s": "tenant"})
    with pytest.raises(PGCraftValidationError, match=r"schema_translate_map \{'s': 'tenant'\}"):
        getattr(metadata, action)(translated)
    assert inspect(engine).get_table_names("tenant") == []
    assert inspect(engine).get_table_names("s") == before


def test_translated_schemas_are_made_where_there_are_tables_alone(engine, metadata):
    """SQLAlchemy translates these itself."""
    table = PGCraftSimple("a", "s", metadata, [Column("x", Integer)]).table
    translated = engine.execution_options(schema_translate_map={"s": "tenant"})
    metadata.create_all(translated)
    with translated.begin() as connection:
        connection.execute(insert_into(table).values(x=1))
    assert inspect(engine).get_table_names("tenant") == ["a"]
    assert "s" not in inspect(engine).get_schema_names()


# What is found when all models are loaded


def policy(metadata):
    """A policy on s.a."""
    declare(metadata, Policy(name="p", schema="s", table="a", using="true"))


def kept_view(metadata):
    """A materialized view whose query comes late, and an index on what it has not."""
    PGCraftMaterializedView(
        "m",
        "s",
        metadata,
        lambda: select(metadata.tables["s.a"]),
        indexes=[PGCraftIndex("ix", "{idd}")],
    )


INCOMPLETE = {
    "policy": (
        policy,
        r"policy p ON s\.a would not be obeyed, as s\.a has no row security\. Declare RowSecurity",
    ),
    "index of a materialized view": (kept_view, r"'idd', which does not exist\. Did you mean 'id'"),
    "reference": (
        lambda m: PGCraftSimple(
            "b", "s", m, [Column("x", Integer), PGCraftFK(references={"{x}": "nowhere.id"})]
        ),
        "references the dimension 'nowhere'",
    ),
    "grant on columns": (
        lambda m: declare(m, Grant("SELECT", on="TABLE s.a", to="PUBLIC", columns=("id", "idd"))),
        r"s\.a to PUBLIC is limited to the column 'idd', which does not exist\. Did you mean 'id'",
    ),
    "trigger": (
        lambda m: (
            declare(
                m,
                Trigger(
                    name="t",
                    schema="s",
                    relation="v",
                    function=Function("f", "s", "BEGIN RETURN NEW; END"),
                    timing="AFTER",
                ),
            )
            or PGCraftView("v", "s", m, select(m.tables["s.a"]))
        ),
        r"is AFTER and for each ROW, but s\.v is a view",
    ),
}


@pytest.mark.parametrize("way", ["check_declared", "create_all"])
@pytest.mark.parametrize("what", INCOMPLETE)
def test_models_that_do_not_go_together_are_refused(what, way, engine, metadata):
    """By one function for Alembic, and by create_all before it makes anything."""
    declares, sentence = INCOMPLETE[what]
    PGCraftSimple("a", "s", metadata, [])
    declares(metadata)
    check = check_declared if way == "check_declared" else lambda one: one.create_all(engine)
    with pytest.raises(PGCraftValidationError, match=sentence):
        check(metadata)
    assert "s" not in inspect(engine).get_schema_names()


def test_policy_on_a_table_outside_of_the_models_is_made(engine, metadata):
    """Who has the table knows of its row security."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA s; CREATE TABLE s.a (x integer)"))
    register_dimension(metadata, "s", "a", DimensionRef("s", "a"))
    policy(metadata)
    metadata.create_all(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_policy")) == 1
