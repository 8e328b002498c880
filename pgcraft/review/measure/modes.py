"""PostgreSQL's lock modes of relations, weakest first, and what each of them blocks.

https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
"""

from __future__ import annotations

ACCESS_SHARE = "AccessShareLock"
ROW_SHARE = "RowShareLock"
ROW_EXCLUSIVE = "RowExclusiveLock"
SHARE_UPDATE_EXCLUSIVE = "ShareUpdateExclusiveLock"
SHARE = "ShareLock"
SHARE_ROW_EXCLUSIVE = "ShareRowExclusiveLock"
EXCLUSIVE = "ExclusiveLock"
ACCESS_EXCLUSIVE = "AccessExclusiveLock"

_TAKEN_BY = {
    ACCESS_SHARE: "reads",
    ROW_SHARE: "row locks",
    ROW_EXCLUSIVE: "writes",
    SHARE_UPDATE_EXCLUSIVE: "vacuum",
    SHARE: "index builds",
    SHARE_ROW_EXCLUSIVE: "foreign keys and triggers",
    EXCLUSIVE: "concurrent refreshes",
    ACCESS_EXCLUSIVE: "other DDL",
}
"""The modes, weakest first, each with the best known of what takes it."""

MODES = tuple(_TAKEN_BY)

_WEAKEST_CONFLICT = {
    ACCESS_SHARE: ACCESS_EXCLUSIVE,
    ROW_SHARE: EXCLUSIVE,
    ROW_EXCLUSIVE: SHARE,
    SHARE_UPDATE_EXCLUSIVE: SHARE_UPDATE_EXCLUSIVE,
    SHARE: ROW_EXCLUSIVE,
    SHARE_ROW_EXCLUSIVE: ROW_EXCLUSIVE,
    EXCLUSIVE: ROW_SHARE,
    ACCESS_EXCLUSIVE: ACCESS_SHARE,
}


def strength(mode: str) -> int:
    """The place of a mode among the others: 0 is the weakest."""
    return MODES.index(mode)


def blocks(mode: str) -> tuple[str, ...]:
    """What waits while a lock is held.

    Args:
        mode: The mode, as ``pg_locks`` names it.

    Returns:
        In words, what takes a conflicting lock, the most common first.
    """
    conflicting = MODES[strength(_WEAKEST_CONFLICT[mode]) :]
    # SHARE is the one mode that lets one above its weakest conflict pass: itself.
    return tuple(_TAKEN_BY[one] for one in conflicting if (mode, one) != (SHARE, SHARE))
