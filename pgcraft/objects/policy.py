"""Row security: which rows of a table a role sees and may write.

A view runs with its owner's rights, so the policies that count are the owner's, and none at all
where the owner owns the table too. A ``PGCraftView`` over such a table is therefore made
``security_invoker``, which PostgreSQL 15 and later know: the policies of the one who asks are
obeyed.
https://www.postgresql.org/docs/current/ddl-rowsecurity.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.objects.base import (
    AFTER_TABLES,
    DatabaseObject,
    as_tuple,
    check_names,
    literal,
    qualified,
    quoted,
)
from pgcraft.objects.relations import find_declared, find_table
from pgcraft.objects.role import grantee

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData

_COMMANDS = ("ALL", "SELECT", "INSERT", "UPDATE", "DELETE")

# An INSERT has no row that was there before, the others write none.
# https://www.postgresql.org/docs/current/sql-createpolicy.html
_USELESS = {"INSERT": "using", "SELECT": "check", "DELETE": "check"}


@dataclass(frozen=True)
class RowSecurity(DatabaseObject):
    """Row security of a table, switched on: from then on only rows that a policy allows.

    Args:
        schema: The table's schema.
        table: The table.
        force: Whether its owner must obey the policies too.

    Example:
        >>> RowSecurity("shop", "orders").create()
        ('ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY',)
    """

    schema: str
    table: str
    force: bool = False

    kind: ClassVar[str] = "row security"
    rank: ClassVar[int] = AFTER_TABLES + 5

    def __post_init__(self) -> None:
        check_names(self.kind, self.schema, self.table)

    @property
    def schema_name(self) -> str:
        """The table's schema."""
        return self.schema

    @property
    def relation_name(self) -> tuple[str, str]:
        """The table that it is on."""
        return self.schema, self.table

    @property
    def identity(self) -> str:
        """The table."""
        return qualified(self.schema, self.table)

    def create(self) -> Sequence[str]:
        """Return ALTER TABLE … ENABLE, and FORCE if asked for."""
        force = [f"ALTER TABLE {self.identity} FORCE ROW LEVEL SECURITY"] if self.force else []
        return (f"ALTER TABLE {self.identity} ENABLE ROW LEVEL SECURITY", *force)

    def drop(self) -> Sequence[str]:
        """Return ALTER TABLE … DISABLE."""
        table = f"ALTER TABLE IF EXISTS {self.identity}"
        force = [f"{table} NO FORCE ROW LEVEL SECURITY"] if self.force else []
        return (*force, f"{table} DISABLE ROW LEVEL SECURITY")

    def exists(self) -> str:
        """Return the condition that the table has row security."""
        force = " AND relforcerowsecurity" if self.force else ""
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_class"
            f" WHERE oid = pg_catalog.to_regclass({literal(self.identity)})"
            f" AND relrowsecurity{force})"
        )


@dataclass(frozen=True, kw_only=True)
class Policy(DatabaseObject):
    """A policy: rows that roles may see or write. The table needs ``RowSecurity`` beside it.

    Args:
        name: The policy's name.
        schema: The table's schema.
        table: The table.
        command: ``ALL``, ``SELECT``, ``INSERT``, ``UPDATE`` or ``DELETE``.
        roles: Names of the roles that it is for, or one alone; ``PUBLIC`` for all.
        using: Condition as SQL on rows that are there: which are seen, updated, deleted.
        check: Condition as SQL on rows that are written; ``using`` if there is none.
        permissive: Whether it allows rows; else it takes away rows that others allow.

    Raises:
        PGCraftValidationError: There is no such command, or a condition it cannot have; or,
            once all models are loaded, its table has no row security.

    Example:
        >>> Policy(name="own", schema="shop", table="orders", using="owner = current_user").create()
        ('CREATE POLICY own ON shop.orders FOR ALL TO PUBLIC USING (owner = current_user)',)
    """

    name: str
    schema: str
    table: str
    command: str = "ALL"
    roles: tuple[str, ...] | str = ("PUBLIC",)
    using: str | None = None
    check: str | None = None
    permissive: bool = True

    kind: ClassVar[str] = "policy"
    rank: ClassVar[int] = AFTER_TABLES + 30

    def __post_init__(self) -> None:
        # A frozen value is finished here: one name alone is a name.
        object.__setattr__(self, "roles", as_tuple(self.roles))
        check_names(self.kind, self.name, self.schema, self.table, *self.roles)
        if self.command not in _COMMANDS:
            raise PGCraftValidationError(
                f"The policy {self.identity} is for {self.command!r}, which is no command.",
                advice=f"{did_you_mean(self.command.upper(), _COMMANDS)}"
                f"The commands are: {', '.join(_COMMANDS)}.",
            )
        wrong = _USELESS.get(self.command)
        if wrong and getattr(self, wrong) is not None:
            right = "check" if wrong == "using" else "using"
            raise PGCraftValidationError(
                f"The policy {self.identity} is for {self.command} and has {wrong}=.",
                advice=f"PostgreSQL takes {right}= there.",
            )

    @property
    def schema_name(self) -> str:
        """The table's schema."""
        return self.schema

    @property
    def relation_name(self) -> tuple[str, str]:
        """The table that it is on."""
        return self.schema, self.table

    @property
    def identity(self) -> str:
        """The policy's name and its table."""
        return f"{quoted(self.name)} ON {qualified(self.schema, self.table)}"

    def completed_in(self, metadata: MetaData) -> None:
        """Check that the table, if it is of the models, has row security.

        Raises:
            PGCraftValidationError: It has not, so that nothing would ask the policy.
        """
        place = qualified(self.schema, self.table)
        if find_table(metadata, self.schema, self.table) is None:
            return
        if find_declared(metadata, RowSecurity.kind, place) is None:
            raise PGCraftValidationError(
                f"The policy {self.identity} would not be obeyed, as {place} has no row security.",
                advice=f"Declare RowSecurity({self.schema!r}, {self.table!r}) beside it.",
            )

    def create(self) -> Sequence[str]:
        """Return CREATE POLICY."""
        parts = [
            f"CREATE POLICY {self.identity}",
            *([] if self.permissive else ["AS RESTRICTIVE"]),
            f"FOR {self.command}",
            f"TO {', '.join(map(grantee, self.roles))}",
            *([f"USING ({self.using})"] if self.using else []),
            *([f"WITH CHECK ({self.check})"] if self.check else []),
        ]
        return (" ".join(parts),)

    def drop(self) -> Sequence[str]:
        """Return DROP POLICY."""
        return (f"DROP POLICY IF EXISTS {self.identity}",)

    def exists(self) -> str:
        """Return the condition that the table has the policy."""
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_policies"
            f" WHERE schemaname = {literal(self.schema)} AND tablename = {literal(self.table)}"
            f" AND policyname = {literal(self.name)})"
        )
