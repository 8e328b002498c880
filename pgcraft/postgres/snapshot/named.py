"""What the catalog queries name, with its address."""

from __future__ import annotations

from typing import NamedTuple

from pgcraft.postgres.snapshot.values import Key

Address = tuple[int, int, int]
"""Where the catalog keeps an object: classid, objid, objsubid. Never part of a snapshot."""


class Named(NamedTuple):
    """What a kind's query says of one object.

    The definition is ``None`` for what another object tells in whole: that is no object of the
    snapshot, and named only because comments and grants may be on it.
    """

    address: Address
    key: Key
    schema: str | None
    parent: Key | None
    definition: str | None
    undo: str | None
    details: tuple[tuple[str, str], ...]
    column_name: str | None


def grant_key(item: Named, grantee: str, grantor: str | None) -> Key:
    """The key of what a role was granted on an object."""
    by = f" granted by {grantor}" if grantor else ""
    return Key(kind="grant", identity=f"on {item.key} to {grantee}{by}")


def owning(item: Named) -> Key | None:
    """What stands for it in a snapshot: another object where that tells it in whole."""
    return item.parent if item.definition is None else item.key
