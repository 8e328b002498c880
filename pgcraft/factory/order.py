"""The order in which a factory's plugins run."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pgcraft.plugin import Context, Plugin


def sort_plugins(plugins: Sequence[Plugin], given: Iterable[str] = ()) -> list[Plugin]:
    """Order plugins so that each runs after those that make what it requires.

    One that requires what it makes itself changes it: it runs after those that make it anew, and
    before those that only require it.

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
    # By their numbers: a plugin may be equal to another, and need not have a hash.
    before = _needs(plugins, list(given))
    ordered: list[int] = []
    waiting = list(range(len(plugins)))
    while waiting:
        ready = next((one for one in waiting if before[one].isdisjoint(waiting)), None)
        if ready is None:
            raise _cycle(plugins, waiting, before)
        waiting.remove(ready)
        ordered.append(ready)
    return [plugins[number] for number in ordered]


def run_plugins(plugins: Sequence[Plugin], ctx: Context) -> None:
    """Run plugins in the order of their needs.

    Raises:
        PGCraftValidationError: Their needs cannot be met, or a plugin did not make what it
            declares.
    """
    place = f"{ctx.schemaname}.{ctx.tablename}"
    for plugin in _sorted(plugins, tuple(ctx.keys()), place):
        plugin.run(ctx)
        missing = [key for key in plugin.produces() if key not in ctx]
        if missing:
            raise PGCraftValidationError(
                f"{type(plugin).__name__} of {place} declares @produces({missing[0]!r}), "
                "but its run() put nothing there.",
                advice=f"Set ctx[{missing[0]!r}] in its run().",
            )


def _sorted(plugins: Sequence[Plugin], given: tuple[str, ...], place: str) -> Sequence[Plugin]:
    try:
        if _have_hashes(plugins):
            return _sorted_before(tuple(plugins), given)
        return sort_plugins(plugins, given)
    except PGCraftValidationError as error:
        raise PGCraftValidationError(
            f"The plugins of {place} do not go together. {error.what}", advice=error.advice
        ) from error


def _have_hashes(plugins: Sequence[Plugin]) -> bool:
    """Tell whether all can be looked up; one that is a dataclass cannot."""
    try:
        hash(tuple(plugins))
    except TypeError:
        return False
    return True


@lru_cache
def _sorted_before(plugins: tuple[Plugin, ...], given: tuple[str, ...]) -> tuple[Plugin, ...]:
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


def _needs(plugins: Sequence[Plugin], given: Sequence[str]) -> list[set[int]]:
    """Return for each plugin the numbers of those that must run before it."""
    makers: dict[str, list[int]] = {key: [] for key in given}
    for number, plugin in enumerate(plugins):
        for key in plugin.produces():
            makers.setdefault(key, []).append(number)
    changers = {
        (number, key)
        for number, plugin in enumerate(plugins)
        for key in set(plugin.requires()) & set(plugin.produces())
    }
    needs: list[set[int]] = []
    for number, plugin in enumerate(plugins):
        needed: set[int] = set()
        for key in plugin.requires():
            found = makers.get(key, [])
            if (number, key) in changers:
                # Of several that change it, the first in the list is the first to do so.
                found = [one for one in found if one < number or (one, key) not in changers]
                found = [one for one in found if one != number]
            if not found and key not in given:
                raise _missing(plugin, key, makers)
            needed.update(found)
        needs.append(needed)
    return needs


def _missing(plugin: Plugin, key: str, known: Iterable[str]) -> PGCraftValidationError:
    others = [one for one in known if one != key]
    other = "other " if key in plugin.produces() else ""
    return PGCraftValidationError(
        f"{type(plugin).__name__} requires {key!r}, which no {other}plugin produces.",
        advice=f"{did_you_mean(key, others)}Add a plugin that produces it; there are: "
        f"{', '.join(others)}.",
    )


def _cycle(
    plugins: Sequence[Plugin], waiting: Sequence[int], before: Sequence[set[int]]
) -> PGCraftValidationError:
    """Follow what each waits for until one comes again."""
    path = [waiting[0]]
    while True:
        needed = next(one for one in waiting if one in before[path[-1]])
        path.append(needed)
        if needed in path[:-1]:
            break
    names = [type(plugins[one]).__name__ for one in path[path.index(path[-1]) :]]
    return PGCraftValidationError(
        f"Plugins require each other in a cycle: {' requires '.join(names)}.",
        advice="Take one of these @requires away.",
    )
