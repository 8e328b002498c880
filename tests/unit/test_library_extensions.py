"""Extensions in use, and those that installed packages bring."""

from __future__ import annotations

import importlib
import re
import sys

import pytest
from sqlalchemy import MetaData, create_mock_engine

from pgcraft import PGCraftConfig, PGCraftExtension, PGCraftValidationError, config
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import Grant, Role, declare, declared_objects
from pgcraft.plugins.pk import UUIDV4PKPlugin

MODULE = """
from pgcraft import PGCraftExtension

class Noted(PGCraftExtension):
    pass

class Granted(PGCraftExtension):
    explicit = True

not_an_extension = dict
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package with entry points, as pip would leave it, for one test."""

    def write(entry_points):
        (tmp_path / "thirdparty.py").write_text(MODULE)
        info = tmp_path / "thirdparty-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thirdparty\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[pgcraft.extensions]\n{entry_points}\n")
        importlib.invalidate_caches()

    monkeypatch.syspath_prepend(tmp_path)
    config._discovered.cache_clear()
    yield write
    config._discovered.cache_clear()
    sys.modules.pop("thirdparty", None)


class Recorder(PGCraftExtension):
    """Counts how often it is asked."""

    def __init__(self, name, depends_on=()):
        self.name = name
        self.depends_on = depends_on
        self.configured = []

    def configure_metadata(self, metadata):
        """Remember the MetaData."""
        self.configured.append(metadata)


def names(configuration):
    """Names of the extensions in use."""
    return [extension.name for extension in configuration.all_extensions()]


def test_installed_extension_is_in_use_unless_it_is_explicit(install):
    """Installing a package never brings roles or grants."""
    install("noted = thirdparty:Noted\ngranted = thirdparty:Granted")
    assert names(PGCraftConfig()) == ["Noted"]
    assert names(PGCraftConfig(auto_discover=False)) == []
    from thirdparty import Granted, Noted

    mine = Noted()
    assert PGCraftConfig().use(Granted(), mine).all_extensions()[1] is mine
    assert names(PGCraftConfig().use(Granted())) == ["Granted", "Noted"]


@pytest.mark.parametrize(
    ("entry_point", "sentence"),
    [
        ("bad = thirdparty:Missing", r"extension 'bad' \(thirdparty:Missing\) could not be loaded"),
        ("bad = thirdparty:not_an_extension", "is no PGCraftExtension. Its entry point must name"),
    ],
)
def test_unfit_entry_point_is_named(install, entry_point, sentence):
    """The package at fault can be found."""
    install(entry_point)
    with pytest.raises(PGCraftValidationError, match=sentence):
        PGCraftConfig().all_extensions()


def test_extension_acts_after_those_it_depends_on():
    """The order of ``use`` decides nothing but ties."""
    configuration = PGCraftConfig().use(Recorder("c", ["a"]), Recorder("b"), Recorder("a"))
    assert names(configuration) == ["b", "a", "c"]


def test_metadata_is_configured_once_by_either_way():
    """pgcraft_configure_metadata and create_all together declare everything once."""
    recorder = Recorder("r")
    configuration = PGCraftConfig(auto_discover=False).use(recorder)
    metadata = MetaData()
    for name in "ab":
        PGCraftSimple(name, "s", metadata, [], config=configuration)
    assert recorder.configured == []
    statements = []
    engine = create_mock_engine("postgresql+psycopg://", lambda sql, *_: statements.append(sql))
    metadata.create_all(engine, checkfirst=False)
    configuration.configure_metadata(metadata)
    assert recorder.configured == [metadata]
    assert [type(one).__name__ for one in statements] == ["CreateSchema", *["CreateTable"] * 2]


class Granting(PGCraftExtension):
    """Gives a right, as long as it is told to."""

    name = "granting"

    def __init__(self, privilege):
        self.privilege = privilege

    def configure_metadata(self, metadata):
        """Grant it on s.a."""
        if self.privilege:
            declare(metadata, Grant(self.privilege, on="TABLE s.a", to="reader"))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("before", "after", "privileges"),
    [
        ("SELECT", "SELECT", {"SELECT", "INSERT"}),
        ("SELECT", "DELETE", {"DELETE", "INSERT"}),
        ("SELECT", None, {"INSERT"}),
        ("INSERT", None, {"INSERT"}),
    ],
)
def test_own_grant_beside_one_of_an_extension_stays_when_that_is_asked_again(
    before, after, privileges, first
):
    """Only what the extension gave gives way, whichever of them came first."""
    metadata = MetaData()
    extensions = [Granting(before), Recorder("other")]
    extensions[1].configure_metadata = lambda one: declare(one, Role("reader"))
    configuration = PGCraftConfig(extensions=extensions, auto_discover=False)
    PGCraftSimple("a", "s", metadata, [])
    own = Grant("INSERT", on="TABLE s.a", to="reader")
    if first:
        declare(metadata, own)
    configuration.configure_metadata(metadata)
    declare(metadata, own)
    extensions[0].privilege = after
    for name in "bc":
        PGCraftSimple(name, "s", metadata, [])
        configuration.configure_metadata(metadata)
    role, grant = declared_objects(metadata)
    assert role == Role("reader")
    assert set(grant.privileges) == privileges


@pytest.mark.parametrize("gone", ["a", "b"])
def test_right_that_two_extensions_give_stays_while_one_gives_it(gone):
    """Each is asked again by itself."""
    metadata = MetaData()
    given = {"a": Granting("SELECT"), "b": Granting("SELECT")}
    for name, one in given.items():
        one.name = name
    configuration = PGCraftConfig(extensions=given.values(), auto_discover=False)
    configuration.configure_metadata(metadata)
    given[gone].privilege = None
    PGCraftSimple("a", "s", metadata, [])
    configuration.configure_metadata(metadata)
    assert [one.privileges for one in declared_objects(metadata)] == [("SELECT",)]


class Keys(PGCraftExtension):
    """An extension without arguments."""


UUID = UUIDV4PKPlugin


@pytest.mark.parametrize(
    ("configure", "sentence"),
    [
        (lambda: PGCraftConfig().use(Keys), "PGCraftConfig.use() got the class Keys. Give"),
        (lambda: PGCraftConfig(extensions=[Keys]), "(extensions=…) got the class Keys. Give"),
        (
            lambda: PGCraftConfig().register(UUID),
            "register() got the class UUIDV4PKPlugin. Give it what the class makes: UUIDV4PKPlugin()",
        ),
        (lambda: PGCraftConfig([UUID]), "(plugins=…) got the class UUIDV4PKPlugin."),
        (
            lambda: PGCraftConfig().use(UUID()),
            "got UUIDV4PKPlugin(), which is no extension. Add plugins with PGCraftConfig().reg",
        ),
        (
            lambda: PGCraftConfig(Keys()),
            "(plugins=…) got Keys(), which is no plugin. Put extensions in use with PGCraftConfig().use(",
        ),
        (lambda: PGCraftConfig().register(Keys()), "got Keys(), which is no plugin. Put ext"),
        (
            lambda: PGCraftConfig(UUID()),
            "PGCraftConfig(plugins=…) got one plugin alone. Put it into a list.",
        ),
        (lambda: PGCraftConfig(extensions=Keys()), "got one extension alone. Put it into a list"),
        (
            lambda: PGCraftConfig().register([UUID()]),
            "got [UUIDV4PKPlugin()], which is no plugin. Give it objects of the class Plugin.",
        ),
        (lambda: PGCraftConfig().use("postgrest"), "got 'postgrest', which is no extension."),
    ],
)
def test_what_is_no_plugin_or_extension_is_refused(configure, sentence):
    """At once, where it is given, and with what to write instead."""
    with pytest.raises(PGCraftValidationError, match=re.escape(sentence)):
        configure()


def test_plugins_of_an_extension_that_are_none_are_refused():
    """The class of the extension is named."""

    class Wrong(PGCraftExtension):
        def plugins(self):
            return [UUIDV4PKPlugin]

    with pytest.raises(PGCraftValidationError, match=r"Wrong\.plugins\(\) got the class UUIDV4"):
        PGCraftConfig().use(Wrong()).all_plugins()
