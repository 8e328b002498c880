"""Roles that the models declare: made if they are missing, and never dropped.

Roles belong to the cluster, so no snapshot of a database has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    import psycopg


@dataclass(frozen=True, kw_only=True, order=True)
class Role:
    """A role, or one membership.

    Attributes:
        create: The statement that makes it if it is missing.
    """

    create: str


def take_roles(connection: psycopg.Connection[Any]) -> frozenset[Role]:
    """The roles of a cluster that initdb did not make, without passwords, and memberships."""
    query = (resources.files(__package__) / "roles.sql").read_text(encoding="utf-8")
    return frozenset(Role(create=row[0]) for row in connection.execute(query.encode()))


def missing_roles(roles: Collection[Role]) -> list[list[str]]:
    """The operations that make roles: up and, since roles are never dropped, nothing down."""
    return [[role.create, ""] for role in sorted(roles)]
