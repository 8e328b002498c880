"""Which heads a database has, and which between the statements of a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pgcraft.postgres.server import Server
    from pgcraft.project.answers import Statement


def heads_before(
    statements: Iterable[Statement],
    start: frozenset[str],
    parents: Mapping[str, tuple[str, ...]],
    *,
    upgrade: bool,
) -> Iterator[frozenset[str]]:
    """Follow Alembic's bookkeeping through a script.

    Args:
        statements: The script's statements.
        start: The heads before the first one.
        parents: The revisions that each revision follows.
        upgrade: The direction.

    Yields:
        For each statement, the heads that the database has when it begins.
    """
    heads = start
    for statement in statements:
        yield heads
        revision = statement.revision
        if statement.kind == "version" and revision is not None and _moves(statement):
            moved = heads | {revision} if upgrade else (heads - {revision}) | {*parents[revision]}
            heads = moved - _ancestors(moved, parents)


def _ancestors(revisions: frozenset[str], parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    """What other revisions of a set imply: the version table does not list it."""
    found: set[str] = set()
    waiting = [parent for revision in revisions for parent in parents[revision]]
    while waiting:
        revision = waiting.pop()
        if revision not in found:
            found.add(revision)
            waiting.extend(parents[revision])
    return found


def _moves(statement: Statement) -> bool:
    """Whether a statement of Alembic's own moves a head, or only makes its table."""
    return statement.text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))


def heads_in(server: Server, database: str, table: tuple[str | None, str]) -> tuple[str, ...]:
    """The heads that Alembic's table in a database lists.

    Args:
        server: The scratch server.
        database: The database.
        table: Schema (None: the default one) and name of the table.

    Returns:
        Them; none when there is no such table.
    """
    name = sql.Identifier(table[0] or "public", table[1])
    with server.connect(database) as connection:
        there = connection.execute(
            "SELECT to_regclass(%s)", (name.as_string(connection),)
        ).fetchone()
        if there is None or there[0] is None:
            return ()
        rows = connection.execute(sql.SQL("SELECT version_num FROM {} ORDER BY 1").format(name))
        return tuple(row[0] for row in rows)
