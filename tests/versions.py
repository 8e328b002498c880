"""The PostgreSQL versions that the tests run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.programs import Programs, find_programs

if TYPE_CHECKING:
    from collections.abc import Collection


def _at_hand() -> list[Programs]:
    """What pgcraft finds first; unless PATH chose it, the newest major too, where it is another."""
    first = find_programs()
    if first.origin == "PATH":
        return [first]
    try:
        newest = find_programs("18")
    except ServerUnavailableError:
        return [first]
    return [first] if first.major == newest.major else [first, newest]


AT_HAND = _at_hand()
"""The programs that the tests of the catalog run on, each in turn."""


def in_part(name: object, names: Collection[str], programs: Programs, *, of: int) -> bool:
    """Whether one of many cases is in the part that a version sees of them: another one for each."""
    return list(names).index(str(name)) % of == programs.major % of
