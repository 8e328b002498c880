"""Roles that the models declare: made if they are missing, and never dropped.

Roles belong to the cluster, so no snapshot of a database has them.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg


def take_roles(connection: psycopg.Connection[Any]) -> frozenset[str]:
    """What makes the roles of a cluster that initdb did not make, and their memberships.

    Args:
        connection: A connection to any database of the cluster.

    Returns:
        Statements that make each if it is missing, without passwords.
    """
    query = (resources.files(__package__) / "roles.sql").read_text(encoding="utf-8")
    return frozenset(row[0] for row in connection.execute(query.encode()))
