"""Functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.base import (
    DatabaseObject,
    check_names,
    dollar_quoted,
    literal,
    qualified,
    quoted,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
# Digits of a type, which the server does not keep of what a function returns.
_MODIFIER = re.compile(r"\s*\(\s*\d+\s*(?:,\s*-?\d+\s*)?\)")
_VOLATILITIES = {"VOLATILE": "v", "STABLE": "s", "IMMUTABLE": "i"}
_DEFAULT = re.compile(r"=|\bdefault\b", re.IGNORECASE)


@dataclass(frozen=True)
class Argument:
    """An argument of a function, in parts: only so may it have a default.

    Args:
        name: Its name.
        type: Its type as SQL.
        default: Its default as SQL; None for an argument that must be given.
        mode: ``IN``, ``OUT``, ``INOUT`` or ``VARIADIC``; empty for ``IN``.

    Example:
        >>> Argument("rate", "numeric", default="0.2").declaration
        'rate numeric DEFAULT 0.2'
        >>> Argument("rate", "numeric", default="0.2").signature
        'rate numeric'
    """

    name: str
    type: str
    default: str | None = None
    mode: str = ""

    @property
    def signature(self) -> str:
        """What DROP, GRANT and REVOKE take of it: all but the default."""
        return f"{self.mode} {quoted(self.name)} {self.type}".strip()

    @property
    def declaration(self) -> str:
        """What CREATE FUNCTION takes of it."""
        return self.signature + (f" DEFAULT {self.default}" if self.default is not None else "")


@dataclass(frozen=True)
class Function(DatabaseObject):
    """A function.

    It runs with a fixed search path, so that nobody who can create objects in a schema of the
    caller's path can slip another table or operator in; and PUBLIC, whom PostgreSQL lets execute
    every new function, may not, unless asked for. What the body uses is named with its schema.

    Args:
        name: The function's name.
        schema: Its schema.
        body: The body, without the dollar quotes.
        arguments: Its arguments: as SQL without a default, such as ``"amount numeric"``, or
            as ``Argument``. Functions of one name with other arguments are other functions.
        returns: What it returns, as SQL.
        language: The body's language.
        volatility: ``VOLATILE``, ``STABLE`` or ``IMMUTABLE``.
        security_definer: Whether it runs with the rights of its owner.
        search_path: Its search path as SQL; None to take the caller's.
        public_execute: Whether PUBLIC may execute it.

    Raises:
        PGCraftValidationError: An argument given as SQL has a default, or a name is missing or
            too long.

    Example:
        >>> rate = Argument("rate", "numeric", default="0.2")
        >>> body = "SELECT gross / (1 + rate)"
        >>> Function("net", "shop", body, ("gross numeric", rate), "numeric", "sql").identity
        'shop.net(gross numeric, rate numeric)'
    """

    name: str
    schema: str
    body: str
    arguments: tuple[str | Argument, ...] = ()
    returns: str = "trigger"
    language: str = "plpgsql"
    volatility: str = "VOLATILE"
    security_definer: bool = False
    search_path: str | None = "pg_catalog, pg_temp"
    public_execute: bool = False

    kind: ClassVar[str] = "function"
    rank: ClassVar[int] = 30
    replaceable: ClassVar[bool] = True

    def __post_init__(self) -> None:
        # A frozen value is finished here: one argument alone is an argument.
        given = (str, Argument)
        arguments = (self.arguments,) if isinstance(self.arguments, given) else self.arguments
        object.__setattr__(self, "arguments", tuple(arguments))
        names = [one.name for one in self.arguments if isinstance(one, Argument)]
        check_names(self.kind, self.name, self.schema, *names)
        for one in self.arguments:
            if isinstance(one, str) and _DEFAULT.search(_QUOTED.sub("", one)):
                raise PGCraftValidationError(
                    f"The function {self.schema}.{self.name} has the argument {one!r}, a text"
                    " with a default in it.",
                    advice='Write it in parts: Argument("name", "type", default="…").',
                )

    @property
    def schema_name(self) -> str:
        """The function's schema."""
        return self.schema

    @property
    def signature(self) -> str:
        """What names the function in DROP and GRANT: schema, name and arguments."""
        arguments = (one if isinstance(one, str) else one.signature for one in self.arguments)
        return f"{qualified(self.schema, self.name)}({', '.join(arguments)})"

    @property
    def identity(self) -> str:
        """Schema, name and arguments, so that overloads are different objects."""
        return self.signature

    @property
    def grantable(self) -> str:
        """The function in GRANT."""
        return f"FUNCTION {self.signature}"

    def create(self) -> Sequence[str]:
        """Return CREATE OR REPLACE FUNCTION, and who may execute it: PUBLIC or not."""
        arguments = (one if isinstance(one, str) else one.declaration for one in self.arguments)
        name = qualified(self.schema, self.name)
        parts = [
            f"CREATE OR REPLACE FUNCTION {name}({', '.join(arguments)})",
            f"RETURNS {self.returns}",
            f"LANGUAGE {self.language}",
            *([self.volatility] if self.volatility != "VOLATILE" else []),
            *(["SECURITY DEFINER"] if self.security_definer else []),
            *([f"SET search_path = {self.search_path}"] if self.search_path is not None else []),
            f"AS {dollar_quoted(self.body)}",
        ]
        if self.public_execute:
            # A function that is replaced keeps what was revoked.
            public = f"GRANT EXECUTE ON {self.grantable} TO PUBLIC"
        else:
            public = f"REVOKE ALL ON {self.grantable} FROM PUBLIC"
        return ("\n".join(parts), public)

    def drop(self) -> Sequence[str]:
        """Return DROP FUNCTION."""
        return (f"DROP FUNCTION IF EXISTS {self.signature}",)

    def exists(self) -> str:
        """Return the condition that the schema has a function of that name.

        Whatever its arguments: how the server writes them only the server knows, and the
        function is replaced where it is there.
        """
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_proc JOIN pg_catalog.pg_namespace n"
            f" ON n.oid = pronamespace WHERE nspname = {literal(self.schema)}"
            f" AND proname = {literal(self.name)})"
        )

    def unchanged(self) -> str:
        """Return the condition that the schema has this very function.

        Arguments and result are compared as texts: where they are written otherwise than the
        server writes them, ``int`` for ``integer``, it is false.
        """
        arguments = (one if isinstance(one, str) else one.declaration for one in self.arguments)
        returns = _MODIFIER.sub("", _folded(self.returns.strip()))
        path = "NULL" if self.search_path is None else f"ARRAY[{literal(self._setting())}]"
        public = (
            "(proacl IS NULL OR EXISTS (SELECT FROM pg_catalog.aclexplode(proacl)"
            " WHERE grantee = 0 AND privilege_type = 'EXECUTE'))"
        )
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace n"  # noqa: S608  # literals
            " ON n.oid = pronamespace JOIN pg_catalog.pg_language l ON l.oid = prolang"
            f" WHERE nspname = {literal(self.schema)} AND proname = {literal(self.name)}"
            f" AND prokind = 'f' AND prosrc = {literal(self.body)}"
            " AND pg_catalog.pg_get_function_arguments(f.oid) = "
            f"{literal(', '.join(map(_folded, arguments)))}"
            " AND pg_catalog.regexp_replace(pg_catalog.pg_get_function_result(f.oid),"
            f" '^SETOF ', 'setof ') = {literal(returns)}"
            f" AND lanname = {literal(self.language.lower())}"
            f" AND provolatile = {literal(_VOLATILITIES.get(self.volatility.upper(), '?'))}"
            f" AND prosecdef = {self.security_definer} AND NOT proisstrict AND NOT proleakproof"
            f" AND proconfig IS NOT DISTINCT FROM {path}::text[]"
            f" AND {public} = {self.public_execute})"
        )

    def _setting(self) -> str:
        return f"search_path={self.search_path}"


def _folded(sql: str) -> str:
    """Return SQL in small letters, as the server writes it, unless something in it is quoted."""
    if "'" in sql or '"' in sql:
        return sql
    argument, default, value = sql.partition(" DEFAULT ")
    return argument.lower() + default + value
