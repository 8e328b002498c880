"""What a project decides once for all its models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Self

from pgcraft.errors import PGCraftValidationError
from pgcraft.extension import PGCraftExtension
from pgcraft.markers import did_you_mean
from pgcraft.objects.registry import configure_at_create, forget_if_cleared, united
from pgcraft.objects.relations import OBJECTS, OWN
from pgcraft.plugin import Plugin

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from pgcraft.objects.base import DatabaseObject

ENTRY_POINTS = "pgcraft.extensions"
_CONFIGURED = "pgcraft_configured"
_CONFIGURED_MODELS = "pgcraft_configured_models"


class PGCraftConfig:
    """Plugins and extensions for every factory that is given this configuration.

    Args:
        plugins: Plugins that come before a factory's own.
        extensions: Extensions in use.
        auto_discover: Whether extensions that installed packages list in the entry point
            group ``pgcraft.extensions`` are in use too; those that are ``explicit`` never are.

    Raises:
        PGCraftValidationError: What is given is no plugin or no extension, but for example the
            class of one.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.factory import PGCraftSimple
        >>> from pgcraft.plugins.pk import UUIDV4PKPlugin
        >>> config = PGCraftConfig().register(UUIDV4PKPlugin())
        >>> books = PGCraftSimple("books", "shop", MetaData(), [], config=config)
        >>> books.table.c.id.type
        Uuid()
    """

    def __init__(
        self,
        plugins: Iterable[Plugin] = (),
        extensions: Iterable[PGCraftExtension] = (),
        auto_discover: bool = True,
    ) -> None:
        self.plugins = listed(Plugin, "PGCraftConfig(plugins=…)", plugins)
        self.extensions = listed(PGCraftExtension, "PGCraftConfig(extensions=…)", extensions)
        self.auto_discover = auto_discover

    def register(self, *plugins: Plugin) -> Self:
        """Add plugins for every factory.

        Returns:
            This configuration.
        """
        self.plugins.extend(listed(Plugin, "PGCraftConfig.register()", plugins))
        return self

    def use(self, *extensions: PGCraftExtension) -> Self:
        """Put extensions in use.

        Returns:
            This configuration.
        """
        self.extensions.extend(listed(PGCraftExtension, "PGCraftConfig.use()", extensions))
        return self

    def all_extensions(self) -> list[PGCraftExtension]:
        """Return the extensions in use, then those discovered; what one depends on is before it.

        Raises:
            PGCraftValidationError: One is in use twice, misses another or finds it unfit, or
                some depend on each other.
        """
        in_use = list(self.extensions)
        if self.auto_discover:
            names = {extension.name for extension in in_use}
            in_use += [one for one in _discovered() if one.name not in names]
        _refuse_misfits(in_use)
        ordered: list[PGCraftExtension] = []
        while len(ordered) < len(in_use):
            there = {one.name for one in ordered}
            waiting = [one for one in in_use if one not in ordered]
            ready = [one for one in waiting if there.issuperset(one.depends_on)]
            if not ready:
                raise PGCraftValidationError(
                    f"Extensions depend on each other: {', '.join(one.name for one in waiting)}.",
                    advice="Take one of these names out of depends_on.",
                )
            ordered.append(ready[0])
        return ordered

    def all_plugins(self) -> list[Plugin]:
        """Return the plugins of the configuration, then those of its extensions."""
        of_extensions = [
            plugin
            for one in self.all_extensions()
            for plugin in listed(Plugin, f"{type(one).__name__}.plugins()", one.plugins())
        ]
        return [*self.plugins, *of_extensions]

    def configure_metadata(self, metadata: MetaData) -> None:
        """Let each extension declare what it adds to the models.

        When there are more models than before, each is asked again, and what it declared then
        gives way to what it declares now; but not one that made tables, which it can do once.

        Args:
            metadata: The MetaData with all models.
        """
        forget_if_cleared(metadata)
        configured: list[_Configured] = metadata.info.setdefault(_CONFIGURED, [])
        outdated = metadata.info.get(_CONFIGURED_MODELS) != _models(metadata)
        for extension in self.all_extensions():
            former = next((one for one in configured if one.extension is extension), None)
            if former is None:
                configured.append(_configured(extension, metadata))
            elif outdated and not former.made_tables:
                others = [one for one in configured if one is not former]
                again = _configured_again(former, others, metadata)
                configured[configured.index(former)] = again
        metadata.info[_CONFIGURED_MODELS] = _models(metadata)

    def configure_at_create(self, metadata: MetaData) -> None:
        """Make ``create_all`` configure the MetaData, for projects that have no Alembic."""
        configure_at_create(metadata, self)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Configured:
    """What an extension did to a MetaData.

    Attributes:
        extension: The extension.
        declared: The objects that it declared, by their keys.
        made_tables: Whether it made tables.
    """

    extension: PGCraftExtension
    declared: Mapping[Any, DatabaseObject]
    made_tables: bool


def _configured(extension: PGCraftExtension, metadata: MetaData) -> _Configured:
    tables, own = set(metadata.tables), metadata.info.get(OWN, {})
    metadata.info[OWN] = {}
    try:
        extension.configure_metadata(metadata)
        return _Configured(
            extension=extension,
            declared=metadata.info.get(OWN, {}),
            made_tables=not tables.issuperset(metadata.tables),
        )
    finally:
        metadata.info[OWN] = own


def _configured_again(
    former: _Configured, others: Iterable[_Configured], metadata: MetaData
) -> _Configured:
    """Take away what an extension declared, and let it declare what it would now.

    What the models or other extensions declared of it too stays theirs.
    """
    before = metadata.info.get(OBJECTS, {})
    layers = [metadata.info.get(OWN, {}), *(one.declared for one in others)]
    kept = {key: one for key, one in before.items() if key not in former.declared}
    for key in former.declared:
        theirs = [layer[key] for layer in layers if key in layer]
        if theirs:
            kept[key] = reduce(united, theirs)
    metadata.info[OBJECTS] = kept
    try:
        return _configured(former.extension, metadata)
    except Exception:
        metadata.info[OBJECTS] = before
        raise


def _models(metadata: MetaData) -> frozenset[Any]:
    return frozenset((*metadata.tables, *metadata.info.get(OBJECTS, {})))


_NOUNS = {Plugin: "plugin", PGCraftExtension: "extension"}
_ADDED = {
    Plugin: "Add plugins with PGCraftConfig().register(…).",
    PGCraftExtension: "Put extensions in use with PGCraftConfig().use(…).",
}


def listed(kind: type[Any], where: str, given: Any) -> list[Any]:
    """Return plugins or extensions as a list.

    Args:
        kind: Which of the two they are to be.
        where: Who got them, for the error.
        given: What was given.

    Raises:
        PGCraftValidationError: It is no list of them.

    Example:
        >>> from pgcraft.plugins.pk import SerialPKPlugin
        >>> listed(Plugin, "plugins=…", [SerialPKPlugin()])
        [SerialPKPlugin()]
    """
    alone = not isinstance(given, Iterable)
    items = [given] if alone else list(given)
    for one in items:
        if isinstance(one, type) and issubclass(one, (Plugin, PGCraftExtension)):
            raise PGCraftValidationError(
                f"{where} got the class {one.__name__}.",
                advice=f"Give it what the class makes: {one.__name__}().",
            )
        if not isinstance(one, kind):
            meant = [advice for other, advice in _ADDED.items() if isinstance(one, other)]
            noun = _NOUNS[kind]
            raise PGCraftValidationError(
                f"{where} got {one!r}, which is no {noun}.",
                advice=meant[0] if meant else f"Give it objects of the class {kind.__name__}.",
            )
    if alone:
        raise PGCraftValidationError(
            f"{where} got one {_NOUNS[kind]} alone.", advice=f"Put it into a list. {_ADDED[kind]}"
        )
    return items


@cache
def _discovered() -> tuple[PGCraftExtension, ...]:
    """Make the extensions that installed packages list, in the order of their names."""
    found = sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name)
    made = [_load(point) for point in found]
    return tuple(one for one in made if not one.explicit)


def _load(point: EntryPoint) -> PGCraftExtension:
    try:
        extension = point.load()()
    except Exception as error:
        raise PGCraftValidationError(
            f"The extension {point.name!r} ({point.value}) could not be loaded: {error}.",
            advice="Repair or uninstall its package, or say PGCraftConfig(auto_discover=False).",
        ) from error
    if not isinstance(extension, PGCraftExtension):
        raise PGCraftValidationError(
            f"The extension {point.name!r} ({point.value}) is no PGCraftExtension.",
            advice="Its entry point must name a subclass of PGCraftExtension.",
        )
    return extension


def _refuse_misfits(extensions: list[PGCraftExtension]) -> None:
    names = [extension.name for extension in extensions]
    for extension in extensions:
        if names.count(extension.name) > 1:
            raise PGCraftValidationError(
                f"The extension {extension.name!r} is in use twice.", advice="Use it once."
            )
        for needed in extension.depends_on:
            if needed not in names:
                raise PGCraftValidationError(
                    f"The extension {extension.name!r} depends on {needed!r}, which is not in use.",
                    advice=f"{did_you_mean(needed, names)}Add it with config.use(…).",
                )
        extension.validate(names)
