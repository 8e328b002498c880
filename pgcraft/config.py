"""What a project decides once for all its models."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import event

from pgcraft.errors import PGCraftValidationError
from pgcraft.extension import PGCraftExtension
from pgcraft.markers import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import MetaData

    from pgcraft.plugin import Plugin

ENTRY_POINTS = "pgcraft.extensions"
_CONFIGURED = "pgcraft_configured"


class PGCraftConfig:
    """Plugins and extensions for every factory that is given this configuration.

    Args:
        plugins: Plugins that come before a factory's own.
        extensions: Extensions in use.
        auto_discover: Whether extensions that installed packages list in the entry point
            group ``pgcraft.extensions`` are in use too; those that are ``explicit`` never are.

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
        self.plugins = list(plugins)
        self.extensions = list(extensions)
        self.auto_discover = auto_discover

    def register(self, *plugins: Plugin) -> Self:
        """Add plugins for every factory.

        Returns:
            This configuration.
        """
        self.plugins.extend(plugins)
        return self

    def use(self, *extensions: PGCraftExtension) -> Self:
        """Put extensions in use.

        Returns:
            This configuration.
        """
        self.extensions.extend(extensions)
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
        of_extensions = [plugin for one in self.all_extensions() for plugin in one.plugins()]
        return [*self.plugins, *of_extensions]

    def configure_metadata(self, metadata: MetaData) -> None:
        """Let each extension declare what it adds to the models, once for a MetaData.

        Args:
            metadata: The MetaData with all models.
        """
        configured: list[PGCraftExtension] = metadata.info.setdefault(_CONFIGURED, [])
        for extension in self.all_extensions():
            if not any(extension is one for one in configured):
                configured.append(extension)
                extension.configure_metadata(metadata)

    def configure_at_create(self, metadata: MetaData) -> None:
        """Make ``create_all`` configure the MetaData, for projects that have no Alembic."""
        if not event.contains(metadata, "before_create", self._before_create):
            event.listen(metadata, "before_create", self._before_create)

    def _before_create(self, metadata: MetaData, *_: Any, **__: Any) -> None:
        self.configure_metadata(metadata)


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
