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
        The condition; ``false`` for what is neither a relation nor a schema, which is not looked
        up, and for what is not there.

    Example:
        >>> has_privileges("FUNCTION shop.f()", "anon", ["EXECUTE"])
        'false'
    """
    match = _CATALOGUED.fullmatch(target)
    if match is None:
        return "false"
    kind, name = (part for part in match.groups() if part)
    catalog, acl, default, lookup = _ACLS[kind.upper()]
    source, acls = f"pg_catalog.{catalog} c", f"coalesce({acl}, pg_catalog.acldefault({default}))"
    which, items = "c.oid", 1
    if columns:
        named = ", ".join(map(literal, columns))
        source = f"(SELECT * FROM pg_catalog.pg_attribute WHERE attname IN ({named})) c"  # noqa: S608  # names as literals
        acls, which, items = "attacl", "attrelid", len(set(columns))
    grantee = "0" if role == "PUBLIC" else f"pg_catalog.to_regrole({literal(quoted(role))})"
    return (
        f"(SELECT count(*) FROM {source}, LATERAL pg_catalog.aclexplode({acls})"  # noqa: S608  # names as literals
        f" WHERE {which} = pg_catalog.{lookup}({literal(name)}) AND grantee = {grantee}"
        f" AND privilege_type IN ({', '.join(map(literal, privileges))}))"
        f" = {items * len(set(privileges))}"
    )
