"""A definition that failed, or was cleared, is run again in the same session, as in a notebook."""

from __future__ import annotations

import copy
import pickle

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.orm import DeclarativeBase

from pgcraft import (
    PGCraftAppendOnly,
    PGCraftConfig,
    PGCraftFK,
    PGCraftIndex,
    PGCraftSimple,
    PGCraftValidationError,
)
from pgcraft.declarative import register
from pgcraft.dimension import dimensions
from pgcraft.extensions.postgrest import PostgRESTExtension, PostgRESTPlugin, PostgRESTView
from pgcraft.objects import EnumType, Function, declare, declared_objects
from pgcraft.plugin import Plugin, requires
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin
from pgcraft.views import PGCraftView


@requires("table", "dimension")
class FailingPlugin(Plugin):
    """Fails when all else is made."""

    def __init__(self, error):
        self.error = error

    def run(self, ctx):
        """Fail."""
        raise self.error


@requires("view", "dimension")
class LatePlugin(FailingPlugin):
    """Fails when the view of an append-only dimension is there."""


ERRORS = [PGCraftValidationError("no"), RuntimeError("no"), KeyboardInterrupt()]


def definition(kind, metadata, *items, extra=(), **options):
    """A dimension with whatever its kind takes."""
    plugins = [*extra, PostgRESTPlugin()]
    if kind is PGCraftSimple:
        plugins += [TimestampsPlugin(), SoftDeletePlugin()]
    columns = [Column("x", Integer), Column("self_id", Integer), Column("x_id", Integer)]
    keys = [
        PGCraftFK(references={"{self_id}": "t.id"}),
        PGCraftFK(references={"{x_id}": "later.id"}),
        PGCraftFK(raw_references={"{x_id}": "outside.t.id"}),
    ]
    return kind("t", "s", metadata, [*columns, *keys, *items], extra_plugins=plugins, **options)


def state(metadata):
    """What a MetaData knows, as plain values."""
    foreign = {
        (table.fullname, key.target_fullname)
        for table in metadata.tables.values()
        for key in table.foreign_keys
    }
    info = metadata.info
    objects = [(one.kind, one.identity) for one in declared_objects(metadata)]
    waiting = {name: len(found) for name, found in info["pgcraft_waiting"].items()}
    names = {key: sorted(value) for key, value in info.items() if isinstance(value, dict)}
    return sorted(metadata.tables), foreign, objects, waiting, dimensions(metadata), names


@pytest.mark.parametrize("kind", [PGCraftSimple, PGCraftAppendOnly])
@pytest.mark.parametrize("error", ERRORS, ids=lambda one: type(one).__name__)
def test_failed_definition_leaves_nothing_behind(error, kind, engine, metadata):
    """Whatever failed; what others made is as it was, and the corrected definition works."""
    PGCraftSimple("first", "s", metadata, [], extra_plugins=[SoftDeletePlugin()])
    columns = [Column("t_id", Integer), Column("u_id", Integer)]
    forward = PGCraftFK(references={"{t_id}": "t.id"})
    waiting = PGCraftFK(references={"{u_id}": "later.id"})
    orders = PGCraftSimple("orders", "s", metadata, [*columns, forward, waiting]).table
    before = copy.deepcopy(state(metadata))
    failing = FailingPlugin if kind is PGCraftSimple else LatePlugin
    for _ in range(2):
        with pytest.raises(type(error)):
            definition(kind, metadata, extra=[failing(error)])
        assert state(metadata) == before
    table = definition(kind, metadata)
    PGCraftSimple("later", "s", metadata, [])
    target = metadata.tables["s.t" if kind is PGCraftSimple else "s.t_root"]
    assert {key.column.table for key in orders.foreign_keys} == {
        target,
        metadata.tables["s.later"],
    }
    with engine.begin() as connection:
        connection.execute(text("CREATE SCHEMA outside; CREATE TABLE outside.t (id int UNIQUE)"))
    metadata.create_all(engine)
    assert inspect(engine).get_view_names("api") == ["t"]
    assert table.table.name == "t"


def test_wrong_marker_with_plugins_is_corrected(metadata):
    """The trigger of TimestampsPlugin and the view of SoftDeletePlugin go with the table."""
    with pytest.raises(PGCraftValidationError, match="names the column 'y'"):
        definition(PGCraftSimple, metadata, PGCraftIndex("ix", "{y}"))
    assert declared_objects(metadata) == []
    definition(PGCraftSimple, metadata, PGCraftIndex("ix", "{x}"))


def test_failed_dimension_of_a_name_in_two_schemas_leaves_the_other(metadata):
    """Short references mean the one that is there."""
    PGCraftSimple("t", "a", metadata, [])
    with pytest.raises(PGCraftValidationError, match="names the column 'y'"):
        PGCraftSimple("t", "b", metadata, [PGCraftIndex("ix", "{y}")])
    items = [Column("t_id", Integer), PGCraftFK(references={"{t_id}": "t.id"})]
    orders = PGCraftSimple("orders", "s", metadata, items).table
    assert [key.target_fullname for key in orders.foreign_keys] == ["a.t.id"]


def test_reference_of_a_failed_dimension_makes_no_name_ambiguous(metadata):
    """It is not there to mean two."""
    PGCraftSimple("t", "a", metadata, [])
    items = [Column("t_id", Integer), PGCraftFK(references={"{t_id}": "t.id"})]
    with pytest.raises(PGCraftValidationError, match="names the column 'y'"):
        PGCraftSimple("orders", "s", metadata, [*items, PGCraftIndex("ix", "{y}")])
    PGCraftSimple("t", "b", metadata, [])


def everything(metadata, config, column="x"):
    """Models of all kinds, with one column that may have another name."""
    EnumType("mood", "s", metadata, ["ok", column])
    items = [Column(column, Integer)]
    soft = PGCraftSimple(
        "t", "s", metadata, items, config=config, extra_plugins=[SoftDeletePlugin()]
    )
    PGCraftAppendOnly("h", "s", metadata, [Column(column, Integer)])
    PGCraftView("v", "s", metadata, select(soft.table))
    declare(metadata, Function("f", "s", f"SELECT '{column}'", (), "text", "sql"))
    PostgRESTView(soft)


def test_cleared_metadata_is_defined_anew(engine, metadata):
    """Also with other definitions; create_all then makes these, and still configures."""
    config = PGCraftConfig(auto_discover=False).use(PostgRESTExtension())
    for column in ("x", "x", "y"):
        everything(metadata, config, column)
        metadata.clear()
    everything(metadata, config, "y")
    metadata.create_all(engine)
    assert "y" in {one["name"] for one in inspect(engine).get_columns("t", "s")}
    with engine.connect() as connection:
        allowed = text("SELECT has_table_privilege('anon', 'api.t', 'SELECT')")
        assert connection.scalar(allowed)


def test_cleared_metadata_of_plain_tables_is_defined_anew(metadata):
    """Views over tables that no factory made."""
    for _ in range(2):
        table = Table("t", metadata, Column("x", Integer), schema="s")
        PGCraftView("v", "s", metadata, select(table))
        metadata.clear()


def test_objects_alone_are_not_forgotten(metadata):
    """A MetaData without tables was not cleared."""
    declare(metadata, Function("f", "s", "SELECT 1", (), "integer", "sql"))
    EnumType("mood", "s", metadata, ["ok"])
    PGCraftSimple("t", "s", metadata, [])
    assert len(declared_objects(metadata)) == 2


def test_pickled_tables_keep_their_foreign_keys(metadata):
    """Tables travel; SQLAlchemy pickles no ``info``, so declared objects do not."""
    items = [Column("t_id", Integer), PGCraftFK(references={"{t_id}": "t.id"})]
    PGCraftSimple("orders", "s", metadata, items)
    PGCraftSimple("t", "s", metadata, [])
    loaded = pickle.loads(pickle.dumps(_plain(metadata)))
    (key,) = loaded.tables["s.orders"].foreign_keys
    assert key.column.table is loaded.tables["s.t"]


def _plain(metadata):
    """The same tables in a MetaData whose convention can be pickled."""
    other = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(other)
    return other


def test_failed_class_is_registered_again():
    """With what is right."""

    class Base(DeclarativeBase):
        pass

    for name in ("y", "x"):
        namespace = {"__tablename__": "t", "x": Column(Integer)}
        cls = type("T", (), {**namespace, "ix": PGCraftIndex("ix", f"{{{name}}}")})
        if name == "y":
            with pytest.raises(PGCraftValidationError, match="names the column 'y'"):
                register(base=Base, schema="s")(cls)
        else:
            assert register(base=Base, schema="s")(cls).__table__.name == "t"
