"""Rows for the base, so that migrations of data have something to work on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.errors import UsageError
from pgcraft.postgres.psql import run_script
from pgcraft.postgres.snapshot import compare, take_snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Snapshot


def plant(server: Server, database: str, schema: Snapshot, seed: Path) -> None:
    """Put the rows of a file into the base.

    Args:
        server: The scratch server.
        database: The base.
        schema: Its schema.
        seed: A script for psql that inserts or copies rows.

    Raises:
        UsageError: When there is no such file, psql stops in it, or it changes the schema.
    """
    if not seed.is_file():
        raise UsageError(f"There is no file {seed}.", advice="--seed names a script of rows.")
    applied = run_script(server, database, seed)
    if applied.returncode != 0:
        raise UsageError(
            f"The rows of {seed} do not fit the base.",
            advice="Correct it; what psql said is above.",
            detail=applied.stderr,
        )
    with server.connect(database) as connection:
        changed = compare(schema, take_snapshot(connection))
    if changed:
        raise UsageError(
            f"{seed} changes the schema: {changed[0].text}.",
            advice="A seed may hold rows only; the schema is the history's.",
        )
