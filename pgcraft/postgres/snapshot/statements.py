"""The statements that make and take away one object of a snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot.values import Key

# The words of DROP and COMMENT ON that are not the kind's own.
_WORDS = {
    "enum": "TYPE",
    "composite type": "TYPE",
    "range type": "TYPE",
    "base type": "TYPE",
    "foreign server": "SERVER",
}

# The words of GRANT that are not the kind's own.
_GRANT_WORDS = {
    **_WORDS,
    "view": "TABLE",
    "materialized view": "TABLE",
    "foreign table": "TABLE",
    "aggregate": "FUNCTION",
    "domain": "TYPE",
    "foreign server": "FOREIGN SERVER",
}

# Kinds that are named within a relation: DROP TRIGGER name ON relation.
_ON_RELATION = frozenset({"trigger", "policy", "rule"})

# Kinds whose definition is the clause after ADD.
_ADDED = frozenset({"column", "constraint"})


def create_statement(
    key: Key, parent: Key | None, definition: str, *, default: str | None = None
) -> str:
    """Return the statement that makes an object.

    Args:
        key: The object.
        parent: What it belongs to.
        definition: Its definition in the snapshot.
        default: A column's default: all that a view's column has of its own.

    Returns:
        The statement without its semicolon.
    """
    if key.kind not in _ADDED or parent is None:
        return definition
    if parent.kind == "view":
        return f"{_alter_view_column(key, parent)} SET DEFAULT {default}"
    what = f"CONSTRAINT {local_name(key, parent)} " if key.kind == "constraint" else "COLUMN "
    return f"ALTER {word(parent)} {parent.identity} ADD {what}{definition}"


def drop_statement(key: Key, parent: Key | None) -> str:
    """Return the statement that drops an object, without its semicolon."""
    if parent is not None and key.kind in _ON_RELATION:
        return f"DROP {word(key)} {local_name(key, parent)} ON {parent.identity}"
    if parent is not None and parent.kind == "view" and key.kind == "column":
        return f"{_alter_view_column(key, parent)} DROP DEFAULT"
    if parent is not None and key.kind in _ADDED:
        return f"ALTER {word(parent)} {parent.identity} DROP {word(key)} {local_name(key, parent)}"
    return f"DROP {word(key)} {called(key)}"


def comment_statement(key: Key, parent: Key | None, text: str | None) -> str:
    """Return the statement that comments on an object, or takes its comment away.

    Args:
        key: The object that the comment is on.
        parent: What that object belongs to.
        text: The comment; None for none.
    """
    name = called(key)
    if parent is not None and key.kind in {*_ON_RELATION, "constraint"}:
        domain = "DOMAIN " if parent.kind == "domain" else ""
        name = f"{local_name(key, parent)} ON {domain}{parent.identity}"
    return f"COMMENT ON {word(key)} {name} IS {_literal(text)}"


def grant_statements(
    key: Key,
    parent: Key | None,
    grantee: str,
    *,
    grantor: str | None,
    granted: str | None,
    grantable: str | None,
    revoked: str | None,
) -> str:
    """Return the statements that give privileges.

    Args:
        key: The object that they are on.
        parent: What that object belongs to.
        grantee: The role, quoted, or ``PUBLIC``.
        grantor: The role that gives them, quoted, when that is not the owner.
        granted: Privileges without, and
        grantable: with grant option, separated by commas.
        revoked: What the grantee would have by default and has not.

    Returns:
        The statements, separated by semicolons and line ends.
    """
    target, column = _grant_target(key, parent)
    return _by(
        grantor,
        *_grant(granted, column, f"ON {target} TO {grantee}"),
        *_grant(grantable, column, f"ON {target} TO {grantee} WITH GRANT OPTION"),
        *_revoke(revoked, column, f"ON {target} FROM {grantee}"),
    )


def revoke_statements(
    key: Key,
    parent: Key | None,
    grantee: str,
    *,
    grantor: str | None,
    granted: str | None,
    grantable: str | None,
    revoked: str | None,
) -> str:
    """Return the statements that undo :func:`grant_statements`."""
    target, column = _grant_target(key, parent)
    taken = ", ".join(one for one in (granted, grantable) if one)
    return _by(
        grantor,
        *_revoke(taken, column, f"ON {target} FROM {grantee}"),
        *_grant(revoked, column, f"ON {target} TO {grantee}"),
    )


def _by(grantor: str | None, *statements: str) -> str:
    """Join statements; a role other than the owner gives and takes for itself alone."""
    around = (f"SET ROLE {grantor}", "RESET ROLE") if grantor else ()
    return ";\n".join([*around[:1], *statements, *around[1:]])


def _grant_target(key: Key, parent: Key | None) -> tuple[str, str]:
    """Return the object that GRANT names, and what follows each privilege: a column's name."""
    if key.kind == "column" and parent is not None:
        return f"TABLE {parent.identity}", f" ({local_name(key, parent)})"
    return f"{_GRANT_WORDS.get(key.kind, key.kind.upper())} {key.identity}", ""


def _grant(privileges: str | None, column: str, rest: str) -> Iterator[str]:
    if privileges:
        yield f"GRANT {_each(privileges, column)} {rest}"


def _revoke(privileges: str | None, column: str, rest: str) -> Iterator[str]:
    if privileges:
        yield f"REVOKE {_each(privileges, column)} {rest}"


def _alter_view_column(key: Key, view: Key) -> str:
    return f"ALTER VIEW {view.identity} ALTER COLUMN {local_name(key, view)}"


def _each(privileges: str, column: str) -> str:
    return ", ".join(privilege + column for privilege in privileges.split(", "))


def called(key: Key) -> str:
    """What DROP, ALTER and COMMENT ON call an object: an aggregate of any arguments has a star."""
    if key.kind == "aggregate" and key.identity.endswith("()"):
        return f"{key.identity[:-2]}(*)"
    return key.identity


def word(key: Key) -> str:
    """The word for an object's kind in DROP, ALTER and COMMENT ON."""
    return _WORDS.get(key.kind, key.kind.upper())


def local_name(key: Key, parent: Key) -> str:
    """The object's own name, quoted, without what it belongs to."""
    return key.identity.removeprefix(f"{parent.identity}.")


def _literal(text: str | None) -> str:
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"
