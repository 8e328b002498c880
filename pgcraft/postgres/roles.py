"""Roles that the models declare: made if they are missing, and never dropped.

Roles belong to the cluster, so no snapshot of a database has them.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


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
    return {name: make for name, make, _ in sorted(_rows(connection), key=_roles_first)}


def set_roles_aside(connection: psycopg.Connection[Any], known: Roles) -> None:
    """Take away what roles and memberships there are beside known ones, for a script to make.

    What other databases of the cluster have of such a role stays with it under another name.

    Args:
        connection: A connection to any database of a scratch cluster.
        known: Those that stay.
    """
    for name, _, undo in sorted(_rows(connection), key=_roles_first, reverse=True):
        if name not in known:
            connection.execute(undo.encode())


def _rows(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str]]:
    query = (resources.files(__package__) / "roles.sql").read_text(encoding="utf-8")
    return connection.execute(query.encode()).fetchall()


def _roles_first(row: tuple[str, str, str]) -> tuple[bool, str]:
    return not row[0].startswith("role "), row[0]
