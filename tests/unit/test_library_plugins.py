"""Plugins are ordered by their needs, and the factory's defaults yield to the user's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Text, UniqueConstraint, Uuid

from pgcraft import PGCraftCheck, PGCraftConfig, PGCraftExtension, PGCraftFK, PGCraftIndex
from pgcraft.dimension import dimensions
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory import PGCraftSimple
from pgcraft.factory.order import sort_plugins
from pgcraft.objects import declared_objects
from pgcraft.origin import origin_of
from pgcraft.plugin import Dynamic, Plugin, produces, requires
from pgcraft.plugins.pk import SerialPKPlugin, UUIDV4PKPlugin
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin


@produces(Dynamic("key"))
@requires(Dynamic("needs"))
class NodePlugin(Plugin):
    """Makes one key out of another."""

    def __init__(self, key, needs):
        self.key = key
        self.needs = needs

    def run(self, ctx):
        """Count up."""
        ctx[self.key] = ctx[self.needs] + 1


@produces("columns")
class ColumnPlugin(Plugin):
    """Adds a column."""

    def __init__(self, name):
        self.name = name

    def run(self, ctx):
        """Add it."""
        ctx["columns"] = [*ctx["columns"], Column(self.name, Text)]


@given(st.permutations(range(6)))
def test_plugins_in_any_order_run_after_what_they_require(order):
    """A chain of needs has one order."""
    plugins = [NodePlugin(str(number + 1), str(number)) for number in order]
    ordered = sort_plugins(plugins, given=["0"])
    assert [plugin.key for plugin in ordered] == ["1", "2", "3", "4", "5", "6"]


def test_independent_plugins_keep_their_order():
    """Ties are decided by the list, so that a run is the same every time."""
    plugins = [NodePlugin(key, "0") for key in "cab"]
    assert sort_plugins(plugins, given=["0"]) == plugins


def test_last_producer_of_a_key_wins():
    """All producers run, in the list's order, before anything that requires the key."""
    first, last, user = NodePlugin("k", "0"), NodePlugin("k", "0"), NodePlugin("x", "k")
    assert sort_plugins([user, first, last], given=["0"]) == [first, last, user]


def test_config_plugins_come_first_then_extensions_then_extra():
    """The order of added columns shows the order of the plugins."""

    class Notes(PGCraftExtension):
        def plugins(self):
            return [ColumnPlugin("of_extension")]

    config = PGCraftConfig(plugins=[ColumnPlugin("of_config")]).use(Notes())
    factory = PGCraftSimple(
        "t",
        "s",
        MetaData(),
        [Column("x", Text)],
        config=config,
        extra_plugins=[ColumnPlugin("extra")],
    )
    assert factory.table.c.keys() == ["id", "x", "of_config", "of_extension", "extra"]


def test_config_key_replaces_the_default_key():
    """A key for the whole project is one line in its configuration."""
    config = PGCraftConfig().register(UUIDV4PKPlugin())
    table = PGCraftSimple("t", "s", MetaData(), [], config=config).table
    assert isinstance(table.c.id.type, Uuid)


def test_dimension_of_the_same_plugins_is_made_twice_from_the_same_objects():
    """Plugin objects keep nothing of a run, so a factory's defaults serve all."""
    plugin = SerialPKPlugin("key")
    metadata = MetaData()
    a, b = (PGCraftSimple(name, "s", metadata, [], plugins=[plugin]).table for name in "ab")
    assert a.c.key is not b.c.key


def test_declarations_remember_their_line():
    """Reports point at the user's own file, also for items."""
    metadata = MetaData()
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("x", Integer),
            PGCraftIndex("ix", "{x}"),
            PGCraftCheck("{x} > 0", "ck"),
            PGCraftFK(references={"{x}": "t.id"}, name="fk"),
            UniqueConstraint("x"),
        ],
    ).table
    first = origin_of(table)[1]
    (index,) = table.indexes
    named = {one.name: one for one in [*table.constraints, index] if one.name}
    assert origin_of(table)[0] == __file__
    assert {name: origin_of(one) for name, one in named.items()} == {
        "ix": (__file__, first + 6),
        "ck": (__file__, first + 7),
        "fk": (__file__, first + 8),
    }


def test_failed_definition_leaves_nothing_behind():
    """In a notebook, the corrected cell is run again with the same MetaData."""
    metadata = MetaData()
    columns = [Column("x", Integer)]
    with pytest.raises(PGCraftValidationError, match="y"):
        PGCraftSimple(
            "t",
            "s",
            metadata,
            [*columns, PGCraftIndex("ix", "{y}")],
            extra_plugins=[TimestampsPlugin(), SoftDeletePlugin()],
        )
    assert not metadata.tables
    assert not declared_objects(metadata)
    assert not dimensions(metadata)
    fixed = PGCraftSimple("t", "s", metadata, [Column("x", Integer), PGCraftIndex("ix", "{x}")])
    assert [index.name for index in fixed.table.indexes] == ["ix"]


def test_plugin_without_run_says_so():
    """A plugin that does nothing is a mistake."""
    with pytest.raises(NotImplementedError, match=r"Plugin does not say what it does in run\(\)"):
        PGCraftSimple("t", "s", MetaData(), [], extra_plugins=[Plugin()])
