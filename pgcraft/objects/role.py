"""Roles: they belong to the whole cluster, so they are made if missing and never dropped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pgcraft.objects.base import (
    DatabaseObject,
    as_tuple,
    check_names,
    dollar_quoted,
    literal,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Role(DatabaseObject):
    """A role, without a password: passwords do not belong into SQL files.

    Args:
        name: The role's name.
        login: Whether one can connect as this role.
        inherit: Whether it has the privileges of the roles it is a member of.
        member_of: Names of roles that it is a member of, or one alone.

    Example:
        >>> Role("authenticator", login=True, inherit=False, member_of=("anon",)).create()[1]
        'GRANT anon TO authenticator'
    """

    name: str
    login: bool = False
    inherit: bool = True
    member_of: tuple[str, ...] | str = ()

    kind: ClassVar[str] = "role"
    rank: ClassVar[int] = 0
    replaceable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        # A frozen value is finished here: one name alone is a name.
        object.__setattr__(self, "member_of", as_tuple(self.member_of))
        check_names(self.kind, self.name, *self.member_of)

    @property
    def identity(self) -> str:
        """The role's name, quoted."""
        return quoted(self.name)

    def create(self) -> Sequence[str]:
        """Return a DO block that makes the role if it is missing, and its memberships."""
        options = ["LOGIN" if self.login else "NOLOGIN"]
        options += [] if self.inherit else ["NOINHERIT"]
        # Another database of the cluster may make it at the same moment.
        body = (
            f"\nBEGIN\n    IF NOT ({self.exists()}) THEN\n"
            f"        CREATE ROLE {self.identity} {' '.join(options)};\n    END IF;\n"
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;\nEND;\n"
        )
        members = [f"GRANT {quoted(group)} TO {self.identity}" for group in self.member_of]
        return (f"DO {dollar_quoted(body)}", *members)

    def drop(self) -> Sequence[str]:
        """Return nothing: other databases of the cluster may use the role."""
        return ()

    def exists(self) -> str:
        """Return the condition that the cluster has the role."""
        return f"EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {literal(self.name)})"

    def unchanged(self) -> str:
        """Return the condition that the cluster has the role, with its memberships.

        Its options are not looked at: a role that is there is left as it is.
        """
        members = [
            "EXISTS (SELECT FROM pg_catalog.pg_auth_members"
            f" WHERE member = pg_catalog.to_regrole({literal(self.identity)})"
            f" AND roleid = pg_catalog.to_regrole({literal(quoted(group))}))"
            for group in self.member_of
        ]
        return f"({' AND '.join([self.exists(), *members])})"


def grantee(role: str) -> str:
    """Return a role's name as SQL; ``PUBLIC``, which is no role's name, as it is.

    Example:
        >>> grantee("PUBLIC"), grantee("Sales Team")
        ('PUBLIC', '"Sales Team"')
    """
    return role if role == "PUBLIC" else quoted(role)
