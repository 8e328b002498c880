"""The order in which a factory's plugins run."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pgcraft.plugin import Context, Plugin


def sort_plugins(plugins: Sequence[Plugin], given: Iterable[str] = ()) -> list[Plugin]:
    """Order plugins so that each runs after those that make what it requires.

    Args:
        plugins: The plugins; where nothing else decides, their order is kept.
        given: Keys that are in the context from the start.

    Returns:
        The same plugins, ordered.

    Raises:
        PGCraftValidationError: Two plugins of one singleton group, a key that none makes, or
            plugins that need each other.

    Example:
        >>> from pgcraft.plugins.pk import SerialPKPlugin
        >>> from pgcraft.plugins.table import TablePlugin
        >>> sort_plugins([TablePlugin(), SerialPKPlugin()], given=["columns"])
        [SerialPKPlugin(), TablePlugin()]
    """
    _refuse_rivals(plugins)
    makers: dict[str, list[Plugin]] = {key: [] for key in given}
    for plugin in plugins:
        for key in plugin.produces():
            makers.setdefault(key, []).append(plugin)
    before = {plugin: _before(plugin, makers) for plugin in plugins}
    ordered: list[Plugin] = []
    waiting = list(plugins)
    while waiting:
        ready = next((one for one in waiting if before[one].isdisjoint(waiting)), None)
        if ready is None:
            raise _cycle(waiting[0], waiting, before)
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def run_plugins(plugins: Sequence[Plugin], ctx: Context) -> None:
    """Run plugins in the order of their needs.

    Raises:
        PGCraftValidationError: Their needs cannot be met, or a plugin did not make what it
            declares.
    """
    for plugin in _sorted(tuple(plugins), tuple(ctx.keys())):
        plugin.run(ctx)
        missing = [key for key in plugin.produces() if key not in ctx]
        if missing:
            raise PGCraftValidationError(
                f"{type(plugin).__name__} declares @produces({missing[0]!r}), "
                "but its run() put nothing there.",
                advice=f"Set ctx[{missing[0]!r}] in its run().",
            )


@lru_cache
def _sorted(plugins: tuple[Plugin, ...], given: tuple[str, ...]) -> tuple[Plugin, ...]:
    """Keep the order: most factories of a project run the very same plugin objects."""
    return tuple(sort_plugins(plugins, given))


def _refuse_rivals(plugins: Sequence[Plugin]) -> None:
    groups: dict[str, Plugin] = {}
    for plugin in plugins:
        group = plugin.singleton_group
        if group is None:
            continue
        rival = groups.setdefault(group, plugin)
        if rival is not plugin:
            raise PGCraftValidationError(
                f"{type(rival).__name__} and {type(plugin).__name__} both belong to the "
                f"singleton group {group!r}.",
                advice="Keep one of them.",
            )


def _before(plugin: Plugin, makers: Mapping[str, Sequence[Plugin]]) -> set[Plugin]:
    """Return the plugins that must run before this one."""
    for key in plugin.requires():
        if key not in makers:
            raise PGCraftValidationError(
                f"{type(plugin).__name__} requires {key!r}, which no plugin produces.",
                advice=f"Add a plugin that produces it; there are: {', '.join(makers)}.",
            )
    return {maker for key in plugin.requires() for maker in makers[key]}


def _cycle(
    start: Plugin, waiting: Sequence[Plugin], before: Mapping[Plugin, set[Plugin]]
) -> PGCraftValidationError:
    """Follow what each waits for until one comes again."""
    path = [start]
    while True:
        needed = next(one for one in waiting if one in before[path[-1]])
        path.append(needed)
        if needed in path[:-1]:
            break
    names = [type(one).__name__ for one in path[path.index(path[-1]) :]]
    return PGCraftValidationError(
        f"Plugins require each other in a cycle: {' requires '.join(names)}.",
        advice="Take one of these @requires away.",
    )
