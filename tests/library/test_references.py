"""Foreign keys to dimensions and tables, defined in any order, on a real server."""

from __future__ import annotations

import pickle
import re
import sys

import pytest
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, Text, inspect, text
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import CreateSchema

from pgcraft import DimensionRef, PGCraftFK, PGCraftValidationError, register_dimension
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugins.pk import UUIDV4PKPlugin
from pgcraft.reference import resolve_references


def foreign_keys(engine, table, schema="s"):
    """Name to (columns, referred table, referred columns) of a table's foreign keys."""
    return {
        key["name"]: (
            key["constrained_columns"],
            f"{key['referred_schema']}.{key['referred_table']}",
            key["referred_columns"],
        )
        for key in inspect(engine).get_foreign_keys(table, schema)
    }


def test_forward_and_self_references_are_attached_when_the_target_is_defined(
    engine, metadata, create, differences
):
    """Neither the order of definition nor a cycle matters."""
    a = PGCraftSimple(
        "a",
        "s",
        metadata,
        [
            Column("b_id", Integer),
            Column("parent", Integer),
            PGCraftFK(references={"{b_id}": "b.id"}, onupdate="CASCADE"),
            PGCraftFK(references={"{parent}": "s.a.id"}, ondelete="SET NULL"),
        ],
    ).table
    assert sorted(c.name for c in a.foreign_key_constraints) == ["fk__a__parent__a"]
    PGCraftSimple(
        "b", "s", metadata, [Column("a_id", Integer), PGCraftFK(references={"{a_id}": "a.id"})]
    )
    assert sorted(c.name for c in a.foreign_key_constraints) == [
        "fk__a__b_id__b",
        "fk__a__parent__a",
    ]
    create(metadata)
    assert foreign_keys(engine, "a") == {
        "fk__a__b_id__b": (["b_id"], "s.b", ["id"]),
        "fk__a__parent__a": (["parent"], "s.a", ["id"]),
    }
    assert foreign_keys(engine, "b") == {"fk__b__a_id__a": (["a_id"], "s.a", ["id"])}
    with pytest.warns(SAWarning, match="unresolvable cycles"):
        assert differences(metadata) == []


def test_composite_reference_keeps_its_order(engine, metadata, create, differences):
    """The pairs stay together in the order written, by key or name of the columns."""
    from sqlalchemy import UniqueConstraint

    PGCraftSimple(
        "t",
        "s",
        metadata,
        [Column("z", Integer), Column("a b", Integer, key="ab"), UniqueConstraint("ab", "z")],
    )
    PGCraftSimple(
        "u",
        "s",
        metadata,
        [
            Column("one", Integer),
            Column("two", Integer),
            PGCraftFK(references={"{two}": "t.a b", "{one}": "t.z"}),
        ],
    )
    create(metadata)
    assert foreign_keys(engine, "u") == {"fk__u__two_one__t": (["two", "one"], "s.t", ["a b", "z"])}
    assert differences(metadata) == []


def test_same_dimension_in_two_schemas_needs_the_schema(engine, metadata, create):
    """With the schema each is found; without it the reference is refused, whatever the order."""
    PGCraftSimple("d", "one", metadata, [])
    PGCraftSimple("d", "two", metadata, [])
    items = [Column("x", Integer), PGCraftFK(references={"{x}": "two.d.id"})]
    PGCraftSimple("ok", "s", metadata, items)
    create(metadata)
    assert foreign_keys(engine, "ok") == {"fk__ok__x__d": (["x"], "two.d", ["id"])}
    sentence = (
        r"references the dimension 'd', which exists in the schemas one, two\. Say .*'one.d.<col"
    )
    with pytest.raises(PGCraftValidationError, match=sentence):
        PGCraftSimple(
            "late", "s", metadata, [Column("x", Integer), PGCraftFK(references={"{x}": "d.id"})]
        )
    other = MetaData()
    PGCraftSimple(
        "early", "s", other, [Column("x", Integer), PGCraftFK(references={"{x}": "d.id"})]
    )
    PGCraftSimple("d", "one", other, [])
    with pytest.raises(PGCraftValidationError, match=sentence):
        PGCraftSimple("d", "two", other, [])


def test_reference_follows_the_registered_table(engine, metadata, create):
    """A factory says which table others reference; the dimension's own name is not that table."""
    Table("c_root", metadata, Column("id", Integer, primary_key=True), schema="s")
    register_dimension(metadata, "s", "c", DimensionRef("s", "c_root"))
    PGCraftSimple(
        "o", "s", metadata, [Column("c_id", Integer), PGCraftFK(references={"{c_id}": "c.id"})]
    )
    create(metadata)
    assert foreign_keys(engine, "o") == {"fk__o__c_id__c_root": (["c_id"], "s.c_root", ["id"])}


def test_raw_reference_to_an_unknown_table_is_created_and_converges(
    engine, metadata, create, differences
):
    """The table is outside: not created, not compared, but referenced."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA outside"))
        connection.execute(
            text("CREATE TABLE outside.organizations (id int, part int, PRIMARY KEY (id, part))")
        )
    PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("org", Integer),
            Column("part", Integer),
            PGCraftFK(
                raw_references={
                    "{org}": "outside.organizations.id",
                    "{part}": "outside.organizations.part",
                },
                name="fk_org",
                ondelete="CASCADE",
            ),
        ],
    )
    assert [table.fullname for table in metadata.sorted_tables] == ["s.t"]
    expected = {"fk_org": (["org", "part"], "outside.organizations", ["id", "part"])}

    def only_ours(name, kind, parents):
        return kind != "schema" or name == "s"

    with engine.begin() as connection:
        connection.execute(CreateSchema("s"))
        options = {"include_schemas": True, "include_name": only_ours}
        context = MigrationContext.configure(connection, opts=options)
        script = produce_migrations(context, metadata)
        code = render_python_code(script.upgrade_ops)
        assert "info=" not in code
        assert "['outside.organizations.id', 'outside.organizations.part']" in code
        names = {"op": Operations(context), "sa": __import__("sqlalchemy")}
        exec("\n".join(line.strip() for line in _statements(code)), names)
    assert foreign_keys(engine, "t") == expected
    assert differences(metadata, include_name=only_ours) == []
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    assert foreign_keys(engine, "t") == expected


def test_raw_reference_added_later_is_one_operation(engine, metadata, create, differences):
    """On an existing table Alembic finds the constraint alone."""
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA s"))
        connection.execute(
            text("CREATE TABLE s.t (id serial CONSTRAINT pk__t__id PRIMARY KEY, o int)")
        )
        connection.execute(text("CREATE SCHEMA outside"))
        connection.execute(text("CREATE TABLE outside.o (id int PRIMARY KEY)"))
    items = [Column("o", Integer), PGCraftFK(raw_references={"{o}": "outside.o.id"})]
    PGCraftSimple("t", "s", metadata, items)
    (operation,) = differences(
        metadata, include_name=lambda name, kind, _: kind != "schema" or name == "s"
    )
    assert operation[0] == "add_fk"
    assert operation[1].name == "fk__t__o__o"


def test_raw_reference_turns_to_a_table_that_is_defined_later(
    engine, metadata, create, differences
):
    """Then creation is ordered, and the constraint is there once."""
    t = PGCraftSimple(
        "a_first",
        "s",
        metadata,
        [Column("o", Integer), PGCraftFK(raw_references={"{o}": "s.z_last.key"})],
    ).table
    (before,) = t.foreign_key_constraints
    z_last = Table("z_last", metadata, Column("key", Integer, primary_key=True), schema="s")
    (after,) = t.foreign_key_constraints
    assert before is not after
    assert after.referred_table is z_last
    assert len(t.c.o.foreign_keys) == len(t.foreign_keys) == 1
    assert [table.name for table in metadata.sorted_tables] == ["z_last", "a_first"]
    create(metadata)
    assert foreign_keys(engine, "a_first") == {
        "fk__a_first__o__z_last": (["o"], "s.z_last", ["key"])
    }
    assert differences(metadata) == []


@pytest.mark.parametrize("later", [True, False])
def test_raw_reference_to_public_finds_a_table_without_schema(metadata, later):
    """A plain Table of the user's has no schema and is created in ``public``."""

    def plain():
        return Table("users", metadata, Column("id", Integer, primary_key=True))

    users = None if later else plain()
    t = PGCraftSimple(
        "t",
        "s",
        metadata,
        [Column("u", Integer), PGCraftFK(raw_references={"{u}": "public.users.id"})],
    ).table
    users = users if users is not None else plain()
    (constraint,) = t.foreign_key_constraints
    assert constraint.referred_table is users


def test_raw_reference_to_a_dimension_works(engine, metadata, create, differences):
    """It is a table like any other."""
    PGCraftSimple("d", "s", metadata, [], extra_plugins=[UUIDV4PKPlugin()])
    from sqlalchemy import Uuid

    PGCraftSimple(
        "t", "s", metadata, [Column("d", Uuid), PGCraftFK(raw_references={"{d}": "s.d.id"})]
    )
    create(metadata)
    assert foreign_keys(engine, "t") == {"fk__t__d__d": (["d"], "s.d", ["id"])}
    assert differences(metadata) == []


def test_names_with_dots_and_quotes_are_referenced(engine, metadata, create, differences):
    """A part in double quotes may have dots; whatever is generated is quoted."""
    PGCraftSimple("d.1", 'S "x"', metadata, [])
    PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("a", Integer),
            PGCraftFK(references={"{a}": '"d.1".id'}),
            PGCraftFK(
                raw_references={"{a}": '"S ""x""."d.1".id'.replace('x"".', 'x""".')}, name="raw"
            ),
        ],
    )
    create(metadata)
    assert foreign_keys(engine, "t")["fk__t__a__d.1"] == (["a"], 'S "x".d.1', ["id"])
    assert foreign_keys(engine, "t")["raw"] == (["a"], 'S "x".d.1', ["id"])


def test_unknown_dimension_is_refused_before_anything_is_created(engine, metadata):
    """create_all and resolve_references raise, naming the item and the nearest dimension."""
    PGCraftSimple("customers", "s", metadata, [])
    line = sys._getframe().f_lineno + 1
    fk = PGCraftFK(references={"{a}": "custmers.id"})
    PGCraftSimple("t", "s", metadata, [Column("a", Integer), fk])
    sentence = (
        r"PGCraftFK\(references={'{a}': 'custmers.id'}\) on s\.t "
        rf"\({re.escape(__file__)}, line {line}\) references the dimension "
        r"'custmers', which does not exist\. Did you mean 'customers'\? "
        r"The dimensions are: customers, t\."
    )
    with pytest.raises(PGCraftValidationError, match=sentence):
        resolve_references(metadata)
    with engine.begin() as connection:
        connection.execute(CreateSchema("s"))
        with pytest.raises(PGCraftValidationError, match=sentence):
            metadata.create_all(connection)
        assert inspect(connection).get_table_names("s") == []


def test_unknown_column_of_the_target_is_refused(metadata):
    """Known targets are checked at once, also those of raw references."""
    PGCraftSimple("d", "s", metadata, [Column("code", Integer, unique=True)])
    for number, fk in enumerate(
        [
            PGCraftFK(references={"{a}": "d.cod"}),
            PGCraftFK(raw_references={"{a}": "s.d.cod"}),
        ]
    ):
        with pytest.raises(PGCraftValidationError, match=r"column 'cod'.*Did you mean 'code'\?"):
            PGCraftSimple(f"t{number}", "s", metadata, [Column("a", Integer), fk])


def test_foreign_key_value_compares_hashes_and_pickles():
    """Order counts, since it is the order of a composite key."""
    one = PGCraftFK({"{a}": "d.x", "{b}": "d.y"}, name="n")
    two = PGCraftFK({"{b}": "d.y", "{a}": "d.x"}, name="n")
    assert one != two
    assert one == pickle.loads(pickle.dumps(one))
    assert len({one, two, pickle.loads(pickle.dumps(two))}) == 2
    assert eval(repr(one), {"PGCraftFK": PGCraftFK}) == one
    with pytest.raises(TypeError):
        one.references["{c}"] = "d.z"


def test_reference_to_a_table_in_another_metadata_is_copied_with_the_table(metadata):
    """``Table.to_metadata`` keeps the constraint's target by name."""
    t = PGCraftSimple("d", "s", metadata, []).table
    u = PGCraftSimple("u", "s", metadata, [Column("d", Integer), PGCraftFK({"{d}": "d.id"})]).table
    other = MetaData()
    copies = {table.name: table.to_metadata(other) for table in (t, u)}
    (constraint,) = copies["u"].foreign_key_constraints
    assert isinstance(constraint, ForeignKeyConstraint)
    assert constraint.referred_table is copies["d"]


def _statements(code):
    """The op.… calls of rendered code, each on one line."""
    return (
        " ".join(line.split("#")[0] for line in code.splitlines())
        .replace(" op.", "\nop.")
        .split("\n")
    )


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", ["orgs", "organisations"])
def test_reference_to_a_registered_table_outside_of_the_models(
    first, name, engine, metadata, create, differences
):
    """The registry says which table it is; the models need not have it."""
    items = [Column("org_id", Integer), PGCraftFK(references={"{org_id}": "orgs.id"})]
    if first:
        register_dimension(metadata, "ext", "orgs", DimensionRef("ext", name))
    PGCraftSimple("users", "s", metadata, items)
    if not first:
        register_dimension(metadata, "ext", "orgs", DimensionRef("ext", name))
    with engine.begin() as connection:
        connection.execute(CreateSchema("ext"))
        connection.execute(text(f"CREATE TABLE ext.{name} (id integer PRIMARY KEY)"))
    create(metadata)
    (key,) = foreign_keys(engine, "users").values()
    assert key == (["org_id"], f"ext.{name}", ["id"])


@pytest.mark.parametrize("name", ["orgs", "organisations"])
def test_reference_to_a_registered_table_turns_to_it_when_it_is_defined(name, metadata):
    """Once, under whichever name it waited."""
    register_dimension(metadata, "ext", "orgs", DimensionRef("ext", name))
    items = [Column("org_id", Integer), PGCraftFK(references={"{org_id}": "orgs.id"})]
    users = PGCraftSimple("users", "s", metadata, items).table
    orgs = Table(name, metadata, Column("id", Integer, primary_key=True), schema="ext")
    register_dimension(metadata, "ext", "orgs", DimensionRef("ext", name))
    assert [key.column for key in users.foreign_keys] == [orgs.c.id]
    assert len(users.foreign_key_constraints) == 1


@pytest.mark.parametrize("first", [True, False])
def test_reference_to_a_column_of_versions_says_that_only_the_key_can_be_referenced(
    first, metadata
):
    """The column is there, but in a table that has a row for each version."""
    items = [Column("sku", Text), PGCraftFK(references={"{sku}": "products.sku"})]
    define = [
        lambda: PGCraftAppendOnly("products", "s", metadata, [Column("sku", Text, unique=True)]),
        lambda: PGCraftSimple("orders", "s", metadata, items),
    ]
    sentence = (
        r"references the column 'sku' of the dimension 'products', of which only the key can be "
        r"referenced, in s\.products_root: its other columns .* The key is: id\."
    )
    with pytest.raises(PGCraftValidationError, match=sentence):  # noqa: PT012 - either may raise
        for one in define if first else reversed(define):
            one()
