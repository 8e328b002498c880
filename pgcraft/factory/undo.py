"""What a factory that failed made is taken away again: a corrected one can then be run.

In a notebook, for instance, where the MetaData lives on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.dimension import DIMENSIONS, WAITING
from pgcraft.objects.relations import OBJECTS, OWN
from pgcraft.reference import release_references

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import MetaData


@dataclass(frozen=True, kw_only=True)
class Before:
    """A MetaData before a factory: sizes, as its dicts only grow, and copies of what is replaced.

    Attributes:
        tables: How many tables it had.
        sizes: How many entries each dict in its ``info`` had.
        objects: Its declared objects, by their key in ``info``.
        namesakes: The dimensions that had the name.
    """

    tables: int
    sizes: Mapping[str, int]
    objects: Mapping[str, Mapping[Any, Any]]
    namesakes: Mapping[Any, Any]


def remember(metadata: MetaData, name: str) -> Before:
    """Look at a MetaData, cheaply, since nearly all factories succeed.

    Args:
        metadata: The MetaData.
        name: The name of the dimension that will be made.
    """
    info = metadata.info
    return Before(
        tables=len(metadata.tables),
        sizes={key: len(value) for key, value in info.items() if isinstance(value, dict)},
        objects={key: dict(info[key]) for key in (OBJECTS, OWN) if key in info},
        namesakes=dict(info.get(DIMENSIONS, {}).get(name, ())),
    )


def undo(metadata: MetaData, before: Before, name: str) -> None:
    """Take away what came since; foreign keys of others that found their target wait again.

    Args:
        metadata: The MetaData.
        before: What ``remember`` returned.
        name: The name of the dimension.
    """
    made = list(metadata.tables.values())[before.tables :]
    for table in made:
        metadata.remove(table)
    info = metadata.info
    for key, value in list(info.items()):
        if isinstance(value, dict) and key != WAITING:
            for newer in list(value)[before.sizes.get(key, 0) :]:
                del value[newer]
            if not value and key not in before.sizes:
                del info[key]
    info.update(before.objects)
    if name in info.get(DIMENSIONS, {}):
        info[DIMENSIONS][name] = dict(before.namesakes)
    release_references(metadata, made)
