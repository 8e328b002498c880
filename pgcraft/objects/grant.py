"""Privileges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Sequence as SequenceItem
from sqlalchemy import Table

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.objects.base import AFTER_TABLES, DatabaseObject, check_names, qualified, quoted
from pgcraft.objects.role import grantee

if TYPE_CHECKING:
    from collections.abc import Sequence

_ON_COLUMNS = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
_EXECUTE = ("EXECUTE",)
_USAGE = ("USAGE",)

# https://www.postgresql.org/docs/current/ddl-priv.html
_PRIVILEGES: dict[str, tuple[str, ...]] = {
    "TABLE": (*_ON_COLUMNS, "DELETE", "TRUNCATE", "TRIGGER", "MAINTAIN"),
    "ALL TABLES IN SCHEMA": (*_ON_COLUMNS, "DELETE", "TRUNCATE", "TRIGGER", "MAINTAIN"),
    "SEQUENCE": ("USAGE", "SELECT", "UPDATE"),
    "ALL SEQUENCES IN SCHEMA": ("USAGE", "SELECT", "UPDATE"),
    "FUNCTION": _EXECUTE,
    "PROCEDURE": _EXECUTE,
    "ROUTINE": _EXECUTE,
    "ALL FUNCTIONS IN SCHEMA": _EXECUTE,
    "ALL PROCEDURES IN SCHEMA": _EXECUTE,
    "ALL ROUTINES IN SCHEMA": _EXECUTE,
    "SCHEMA": ("USAGE", "CREATE"),
    "DATABASE": ("CREATE", "CONNECT", "TEMPORARY", "TEMP"),
    "TYPE": _USAGE,
    "DOMAIN": _USAGE,
    "LANGUAGE": _USAGE,
    "FOREIGN DATA WRAPPER": _USAGE,
    "FOREIGN SERVER": _USAGE,
    "TABLESPACE": ("CREATE",),
    "LARGE OBJECT": ("SELECT", "UPDATE"),
    "PARAMETER": ("SET", "ALTER SYSTEM"),
}
_ALL = ("ALL", "ALL PRIVILEGES")


@dataclass(frozen=True)
class Schema:
    """A schema, to grant on. It is made if it is missing, and never dropped.

    Args:
        name: The schema's name.

    Example:
        >>> Grant(("USAGE",), Schema("api"), to="anon").create()
        ('GRANT USAGE ON SCHEMA api TO anon',)
    """

    name: str

    def __post_init__(self) -> None:
        check_names("schema", self.name)

    @property
    def schema_name(self) -> str:
        """The schema itself, which must be there before the grant."""
        return self.name

    @property
    def grantable(self) -> str:
        """The schema in GRANT."""
        return f"SCHEMA {quoted(self.name)}"


@dataclass(frozen=True)
class Grant(DatabaseObject):
    """Privileges on one object for one role; granting again what is granted changes nothing.

    Args:
        privileges: Such as ``("SELECT", "INSERT")``, ``("ALL",)``, or one alone: ``"SELECT"``.
        on: A ``Table``, ``Sequence``, ``PGCraftView``, ``Function``, ``EnumType`` or ``Schema``,
            or the object as SQL with its kind before it, such as ``"TABLE api.products"``.
        to: The role's name, or ``PUBLIC``.
        columns: Columns that the privileges are limited to; none for the whole relation.

    Raises:
        PGCraftValidationError: Such an object has no such privilege.

    Example:
        >>> Grant(("SELECT",), "TABLE api.products", to="anon", columns=("id", "Name")).create()
        ('GRANT SELECT (id, "Name") ON TABLE api.products TO anon',)
    """

    privileges: tuple[str, ...] | str
    on: Any
    to: str
    columns: tuple[str, ...] = ()

    kind: ClassVar[str] = "grant"
    rank: ClassVar[int] = AFTER_TABLES + 40
    replaceable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        check_names("grant", self.to, *self.columns)
        # A frozen value is finished here: privileges may be given in small letters.
        given = (self.privileges,) if isinstance(self.privileges, str) else self.privileges
        object.__setattr__(self, "privileges", tuple(one.upper() for one in given))
        self._check_privileges()

    @property
    def schema_name(self) -> str | None:
        """The schema of the object, where the object says so."""
        if isinstance(self.on, (Table, SequenceItem)):
            return self.on.schema
        name: str | None = getattr(self.on, "schema_name", None)
        return name

    @property
    def target(self) -> str:
        """The object as SQL, with its kind."""
        if isinstance(self.on, str):
            return self.on
        if isinstance(self.on, (Table, SequenceItem)):
            kind = "TABLE" if isinstance(self.on, Table) else "SEQUENCE"
            return f"{kind} {qualified(self.on.schema, self.on.name)}"
        target: str = self.on.grantable
        return target

    @property
    def identity(self) -> str:
        """The object, the columns and the role."""
        return f"{self.target}{self._columns()} TO {grantee(self.to)}"

    def create(self) -> Sequence[str]:
        """Return GRANT."""
        return (f"GRANT {self._listed()} ON {self.target} TO {grantee(self.to)}",)

    def drop(self) -> Sequence[str]:
        """Return REVOKE."""
        return (f"REVOKE {self._listed()} ON {self.target} FROM {grantee(self.to)}",)

    def exists(self) -> str:
        """Return a condition that is never true: there is no harm in granting again."""
        return "false"

    def _listed(self) -> str:
        return ", ".join(f"{one}{self._columns()}" for one in self.privileges)

    def _columns(self) -> str:
        return f" ({', '.join(map(quoted, self.columns))})" if self.columns else ""

    def _check_privileges(self) -> None:
        target = self.target
        # The longest first, as "ALL TABLES IN SCHEMA" and the like are several words.
        kinds = sorted(_PRIVILEGES, key=len, reverse=True)
        kind = next((one for one in kinds if target.upper().startswith(f"{one} ")), None)
        if kind is None:
            raise PGCraftValidationError(
                f"A grant to {self.to} is on {target!r}, which does not begin with a kind.",
                advice=f"{did_you_mean(target.split(' ')[0].upper(), _PRIVILEGES)}"
                f"The kinds are: {', '.join(_PRIVILEGES)}.",
            )
        if self.columns and kind != "TABLE":
            raise PGCraftValidationError(
                f"The grant on {target} to {self.to} is limited to columns.",
                advice="Only a TABLE, which may be a view too, has columns to grant on.",
            )
        known = _ON_COLUMNS if self.columns else _PRIVILEGES[kind]
        for one in self.privileges or ("",):
            if one not in (*known, *_ALL):
                raise PGCraftValidationError(
                    f"The grant on {target}{self._columns()} to {self.to} gives {one!r}, which"
                    " is no privilege there.",
                    advice=f"{did_you_mean(one, known)}The privileges are: {', '.join(known)}.",
                )
