"""Privileges."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Sequence as SequenceItem
from sqlalchemy import Table

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.objects.acl import has_privileges
from pgcraft.objects.base import (
    AFTER_TABLES,
    DatabaseObject,
    as_tuple,
    check_names,
    qualified,
    quoted,
)
from pgcraft.objects.relations import find_table
from pgcraft.objects.role import grantee

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData

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

_TABLE = re.compile(
    r'TABLE\s+(?:"(?P<schema_quoted>(?:[^"]|"")+)"|(?P<schema>[^\s".]+))'
    r'\.(?:"(?P<name_quoted>(?:[^"]|"")+)"|(?P<name>[^\s".]+))',
    re.IGNORECASE,
)


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


@dataclass(frozen=True, eq=False)
class Grant(DatabaseObject):
    """Privileges on one object for one role; granting again what is granted changes nothing.

    Args:
        privileges: Such as ``("SELECT", "INSERT")``, ``("ALL",)``, or one alone: ``"SELECT"``.
        on: A ``Table``, ``Sequence``, ``PGCraftView``, ``Function``, ``EnumType`` or ``Schema``,
            a factory, a registered class or a ``PostgRESTView``, or the object as SQL with its
            kind before it, such as ``"TABLE api.products"``.
        to: The role's name, or ``PUBLIC``.
        columns: Columns that the privileges are limited to, or one alone; none for the whole
            relation.

    Raises:
        PGCraftValidationError: Such an object has no such privilege, or there is no such object.

    Example:
        >>> Grant(("SELECT",), "TABLE api.products", to="anon", columns=("id", "Name")).create()
        ('GRANT SELECT (id, "Name") ON TABLE api.products TO anon',)
    """

    privileges: tuple[str, ...] | str
    on: Any
    to: str
    columns: tuple[str, ...] | str = ()

    kind: ClassVar[str] = "grant"
    rank: ClassVar[int] = AFTER_TABLES + 40
    replaceable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        # A frozen value is finished here: privileges may be given in small letters.
        privileges = tuple(str(one).upper() for one in as_tuple(self.privileges))
        object.__setattr__(self, "privileges", privileges)
        object.__setattr__(self, "columns", as_tuple(self.columns))
        object.__setattr__(self, "on", _grantable(self.on, self.to))
        check_names("grant", self.to, *self.columns)
        self._check_privileges()

    @property
    def schema_name(self) -> str | None:
        """The schema of the object, where the object says so."""
        if isinstance(self.on, (Table, SequenceItem)):
            return self.on.schema
        name: str | None = getattr(self.on, "schema_name", None)
        return name

    @property
    def relation_name(self) -> tuple[str, str] | None:
        """The table or view that it is on, where the object or its text says so."""
        if isinstance(self.on, Table):
            return self.on.schema or "public", self.on.name
        match = _TABLE.fullmatch(self.target)
        return None if match is None else _parts(match)

    @property
    def target(self) -> str:
        """The object as SQL, with its kind."""
        if isinstance(self.on, str):
            # As others name it: a grant on a Table and one on its name are on the same table.
            match = _TABLE.fullmatch(self.on)
            return f"TABLE {qualified(*_parts(match))}" if match else self.on
        if isinstance(self.on, (Table, SequenceItem)):
            kind = "TABLE" if isinstance(self.on, Table) else "SEQUENCE"
            return f"{kind} {qualified(self.on.schema, self.on.name)}"
        target: str = self.on.grantable
        return target

    @property
    def identity(self) -> str:
        """The object, the columns and the role."""
        return f"{self.target}{self._columns()} TO {grantee(self.to)}"

    def completed_in(self, metadata: MetaData) -> None:
        """Check that the table, if it is of the models, has the columns.

        Raises:
            PGCraftValidationError: It lacks one.
        """
        place = self.relation_name
        table = find_table(metadata, *place) if place and self.columns else None
        if table is None:
            return
        known = [one.name for one in table.columns]
        for name in self.columns:
            if name not in known:
                raise PGCraftValidationError(
                    f"The grant on {self.target} to {self.to} is limited to the column {name!r}, "
                    "which does not exist.",
                    advice=f"{did_you_mean(name, known)}The columns are: {', '.join(known)}.",
                )

    def create(self) -> Sequence[str]:
        """Return GRANT."""
        return (f"GRANT {self._listed()} ON {self.target} TO {grantee(self.to)}",)

    def drop(self) -> Sequence[str]:
        """Return REVOKE."""
        return (f"REVOKE {self._listed()} ON {self.target} FROM {grantee(self.to)}",)

    def exists(self) -> str:
        """Return the condition that the role has these privileges, where it can be told."""
        return self.unchanged()

    def unchanged(self) -> str:
        """Return the condition that the role has these privileges.

        It is false for ALL, which every version of the server reads otherwise, and for what is
        no relation, schema or routine.
        """
        if set(_ALL) & set(self.privileges):
            return "false"
        return has_privileges(self.target, self.to, self.privileges, as_tuple(self.columns))

    def merged(self, other: DatabaseObject) -> Grant | None:
        """Return one grant of the privileges of both."""
        assert isinstance(other, Grant)  # noqa: S101  # of one kind, as the caller says
        both = tuple(dict.fromkeys((*self.privileges, *other.privileges)))
        if set(_ALL) & set(both):
            both = ("ALL",)
        return replace(self, privileges=both)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grant):
            return NotImplemented
        return self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def _value(self) -> tuple[Any, ...]:
        return frozenset(self.privileges), self.identity

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
                    advice=f"{_meant(one, known)}The privileges are: {', '.join(known)}.",
                )


def _grantable(on: Any, to: str) -> Any:
    """Return what is meant: a factory's table, a registered class's, an API view's view."""
    for attribute in ("__table__", "view", "table"):
        if isinstance(on, (str, Table, SequenceItem)) or hasattr(on, "grantable"):
            return on
        on = getattr(on, attribute, on)
    if isinstance(on, (str, Table, SequenceItem)) or hasattr(on, "grantable"):
        return on
    raise PGCraftValidationError(
        f"A grant to {to} is on {on!r}, which no privileges can be granted on.",
        advice="Give a Table, a factory, a PGCraftView, a Function, a Schema or another object, or "
        'a text with its kind, such as "TABLE api.products".',
    )


def _parts(match: re.Match[str]) -> tuple[str, str]:
    """Return schema and name as the server reads them."""
    schema, name = (
        match[f"{part}_quoted"].replace('""', '"')
        if match[f"{part}_quoted"]
        else match[part].lower()
        for part in ("schema", "name")
    )
    return schema, name


def _meant(privilege: str, known: tuple[str, ...]) -> str:
    """Say what a privilege is for, or which one is spelled like it."""
    kinds = [kind for kind, privileges in _PRIVILEGES.items() if privilege in privileges]
    if not kinds:
        return did_you_mean(privilege, known)
    whole = "whole " if known == _ON_COLUMNS and kinds[0] == "TABLE" else ""
    return f"{privilege} is for a {whole}{kinds[0]}. "
