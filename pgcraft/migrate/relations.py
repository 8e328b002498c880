"""Tables that change where they are, but for their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.columns import set_options
from pgcraft.migrate.names import quoted_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import CatalogObject

_ROW_SECURITY = {
    "ENABLE": {"enabled", "enabled and forced"},
    "FORCE": {"enabled and forced", "forced but not enabled"},
}
_UNDO = {"ENABLE": "DISABLE", "FORCE": "NO FORCE"}


def alter_table(old: CatalogObject | None, new: CatalogObject) -> tuple[str, ...]:
    """Return the statements that change what a table has besides its columns.

    Args:
        old: The table as it is; None for a new one, whose CREATE TABLE has most of it.
        new: The table as it should be.
    """
    table = f"ALTER TABLE {new.key.identity}"
    actions: list[str] = []
    if old is not None:
        if old.detail("persistence") != new.detail("persistence"):
            actions.append(f"SET {(new.detail('persistence') or 'logged').upper()}")
        actions += set_options(old.detail("storage options"), new.detail("storage options"))
        if old.detail("tablespace") != new.detail("tablespace"):
            actions.append(f"SET TABLESPACE {new.detail('tablespace') or 'pg_default'}")
        if old.detail("access method") != new.detail("access method"):
            actions.append(f"SET ACCESS METHOD {new.detail('access method') or 'heap'}")
    actions += _row_security(old.detail("row security") if old else None, new)
    statements = [f"{table} {one}" for one in actions]
    if old is not None:
        statements += _parents(old, new)
    return tuple(statements)


def _row_security(old: str | None, table: CatalogObject) -> Iterator[str]:
    new = table.detail("row security")
    actions = [
        f"{word if new in states else _UNDO[word]} ROW LEVEL SECURITY"
        for word, states in _ROW_SECURITY.items()
        if (old in states) != (new in states)
    ]
    if actions:
        yield ", ".join(actions)


def replica_identity(table: CatalogObject) -> str:
    """Return ALTER TABLE … REPLICA IDENTITY."""
    identity = table.detail("replica identity") or "default"
    words = identity.upper()
    if identity.startswith("index "):
        index = identity.removeprefix("index ").removeprefix(f"{quoted_schema(table)}.")
        words = f"USING INDEX {index}"
    return f"ALTER TABLE {table.key.identity} REPLICA IDENTITY {words}"


def _parents(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    before, after = old.detail("partition of"), new.detail("partition of")
    bounds = old.detail("partition bound"), new.detail("partition bound")
    if before is not None and (before, bounds[0]) != (after, bounds[1]):
        yield f"ALTER TABLE {before} DETACH PARTITION {new.key.identity}"
    if after is not None and (before, bounds[0]) != (after, bounds[1]):
        yield f"ALTER TABLE {after} ATTACH PARTITION {new.key.identity} {bounds[1]}"
    if old.detail("of type") != new.detail("of type"):
        type_ = new.detail("of type")
        yield f"ALTER TABLE {new.key.identity} " + (f"OF {type_}" if type_ else "NOT OF")
