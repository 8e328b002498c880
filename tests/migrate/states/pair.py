"""A pair of schemas."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """Two states of the schema ``s`` and what is around it.

    Attributes:
        first: The statements that give the first one.
        second: Those that give the second one.
        since: The first major version that knows them.
        left: What PostgreSQL has no way to change without losing rows: the differences that
            are left in the second, in words.
        left_back: The same in the first, on the way back.
    """

    first: str
    second: str
    since: int = 14
    left: tuple[str, ...] = ()
    left_back: tuple[str, ...] = ()
