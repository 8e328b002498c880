"""Privileges as the catalogs tell them.

https://www.postgresql.org/docs/current/ddl-priv.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcraft.objects.base import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

# What the catalogs tell by name; to_regclass and its like fail where it is none.
_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_CATALOGUED = re.compile(
    rf"(TABLE|SEQUENCE) +((?:{_NAME}\.)?{_NAME})|(SCHEMA) +({_NAME})", re.IGNORECASE
)
_ROUTINE = re.compile(
    rf"(?:FUNCTION|PROCEDURE|ROUTINE) +({_NAME})\.({_NAME}) *\(([^'\"]*)\)", re.IGNORECASE
)
_ACLS = {
    "TABLE": ("pg_class", "relacl", "'r', relowner", "to_regclass"),
    "SEQUENCE": ("pg_class", "relacl", "'s', relowner", "to_regclass"),
    "SCHEMA": ("pg_namespace", "nspacl", "'n', nspowner", "to_regnamespace"),
}


def has_privileges(
    target: str, role: str, privileges: Sequence[str], columns: Sequence[str] = ()
) -> str:
    """Return the condition in SQL that a role was granted privileges, by itself.

    Args:
        target: The object as SQL, with its kind.
        role: The role's name, or ``PUBLIC``.
        privileges: The privileges, each by its name.
        columns: Columns that they are limited to.

    Returns:
        The condition; ``false`` for what is no relation, schema or routine, which is not looked
        up, and for what is not there.

    Example:
        >>> has_privileges("TYPE shop.mood", "anon", ["USAGE"])
        'false'
    """
    routine = _ROUTINE.fullmatch(target)
    if routine is not None:
        schema, routine_name, arguments = routine.groups()
        return _may_execute(schema, routine_name, arguments, role)
    match = _CATALOGUED.fullmatch(target)
    if match is None:
        return "false"
    kind, name = (part for part in match.groups() if part)
    catalog, acl, default, lookup = _ACLS[kind.upper()]
    source, acls = f"pg_catalog.{catalog} c", f"coalesce({acl}, pg_catalog.acldefault({default}))"
    which, what, items = "c.oid", "privilege_type", 1
    if columns:
        named = ", ".join(map(literal, columns))
        source = f"(SELECT * FROM pg_catalog.pg_attribute WHERE attname IN ({named})) c"  # noqa: S608  # names as literals
        acls, which, items = "attacl", "attrelid", len(set(columns))
        what = "(attnum, privilege_type)"
    # Several may have granted one privilege.
    return (
        f"(SELECT count(DISTINCT {what}) FROM {source}, LATERAL pg_catalog.aclexplode({acls})"  # noqa: S608  # names as literals
        f" WHERE {which} = pg_catalog.{lookup}({literal(name)}) AND grantee = {_grantee(role)}"
        f" AND privilege_type IN ({', '.join(map(literal, privileges))}))"
        f" = {items * len(set(privileges))}"
    )


def _may_execute(schema: str, name: str, arguments: str, role: str) -> str:
    """Return the condition for a routine; its arguments are as the server writes them, or false."""
    return (
        "EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n"
        " ON n.oid = pronamespace, LATERAL pg_catalog.aclexplode("
        "coalesce(proacl, pg_catalog.acldefault('f', proowner)))"
        f" WHERE nspname = {literal(_read(schema))} AND proname = {literal(_read(name))}"
        f" AND {literal(arguments.lower().strip())} IN"
        " (pg_catalog.pg_get_function_identity_arguments(p.oid),"
        " pg_catalog.oidvectortypes(proargtypes))"
        f" AND grantee = {_grantee(role)})"
    )


def _read(name: str) -> str:
    """Return an identifier as the server reads it."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


def _grantee(role: str) -> str:
    return "0" if role == "PUBLIC" else f"pg_catalog.to_regrole({literal(quoted(role))})"
