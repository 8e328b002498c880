"""Roles that the models declare: made if they are missing, and never dropped.

Roles belong to the cluster, so no snapshot of a database has them.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from pgcraft.postgres.server import Server

Roles = dict[str, str]
"""What each role and membership is called, and what makes it, roles first."""


def take_roles(connection: psycopg.Connection[Any]) -> Roles:
    """The roles of a cluster that initdb did not make, and their memberships.

    Args:
        connection: A connection to any database of the cluster.

    Returns:
        By ``role …`` and ``membership of … in …`` the statement that makes it, a role only if it
        is missing and without its password.
    """
    return {row.name: row.make for row in _rows(connection)}


def give_role(server: Server, role: str) -> None:
    """Make a role, without LOGIN, that somebody else makes elsewhere.

    Args:
        server: The scratch server.
        role: Its name, not quoted.
    """
    with server.connect("postgres") as connection:
        connection.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))


@contextmanager
def roles_set_aside(server: Server, known: Roles) -> Iterator[None]:
    """Free the names of roles beside known ones, so that a script can make them itself.

    What other databases of the cluster have of such a role stays with it, under another name
    for the time of the block. Databases in which roles of the block are used must be gone at its
    end: then these roles are dropped, and those that were set aside get back their names.

    Args:
        server: The scratch server.
        known: The roles and memberships that stay.
    """
    with server.connect("postgres") as connection:
        before = _unknown(connection, known)
        for row in reversed(before):
            connection.execute(row.aside.encode())
    try:
        yield
    finally:
        with server.connect("postgres") as connection:
            for row in reversed(_unknown(connection, known)):
                connection.execute(row.drop.encode())
            for row in before:
                connection.execute(row.back.encode())


class _Row(NamedTuple):
    """A role or membership: what makes it, takes it out of the way, back, and away."""

    name: str
    make: str
    aside: str
    back: str
    drop: str


def _unknown(connection: psycopg.Connection[Any], known: Roles) -> list[_Row]:
    return [row for row in _rows(connection) if row.name not in known]


def _rows(connection: psycopg.Connection[Any]) -> list[_Row]:
    """All of them, roles first."""
    query = (resources.files(__package__) / "roles.sql").read_text(encoding="utf-8")
    rows = [_Row(*row) for row in connection.execute(query.encode())]
    return sorted(rows, key=lambda row: (not row.name.startswith("role "), row.name))
