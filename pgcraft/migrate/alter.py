"""Objects that are changed where they are, so that nothing that uses them is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.columns import alter_columns, alter_table
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.privileges import alter_grant
from pgcraft.migrate.types import TYPES, alter_type

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import CatalogObject

ROUTINES = frozenset({"function", "procedure"})

# CREATE OR REPLACE for what is there, CREATE for what is not: nobody's object is overwritten.
_REPLACE = "CREATE OR REPLACE "

_FIRING = {None: "ENABLE", "no": "DISABLE", "replica": "ENABLE REPLICA", "always": "ENABLE ALWAYS"}


def creation(item: CatalogObject, *, owner: str) -> tuple[str, ...]:
    """Return the statements that make an object with all that it is, CREATE first.

    Args:
        item: The object.
        owner: The role that owns what nobody gave to another.
    """
    create = item.create
    if create.startswith(_REPLACE):
        create = f"CREATE {create.removeprefix(_REPLACE)}"
    owned = item.detail("owner") not in {None, owner}
    return (create, *_beyond_create(None, item), *([owner_statement(item)] if owned else ()))


def alteration(
    old: CatalogObject,
    new: CatalogObject,
    *,
    version: int,
    done: frozenset[str] = frozenset(),
    using: str | None = None,
) -> tuple[str, ...] | None:
    """Return the statements that change an object in place.

    Args:
        old: The object as it is.
        new: The object as it should be.
        version: The server's major version.
        done: Details that an operation of Alembic changes.
        using: What follows a column in USING, when the server does not convert by itself.

    Returns:
        The statements, none where PostgreSQL has no way to change it without losing data;
        ``None`` when the object must be dropped and made again.
    """
    beyond = _beyond_create(old, new)
    if _is_made_alike(old, new):
        return beyond
    if new.key.kind == "column":
        changed = alter_columns(old, new, version=version, done=done, using=using)
    elif new.key.kind in TYPES:
        changed = alter_type(old, new)
    else:
        change = _IN_PLACE.get(new.key.kind)
        changed = change(old, new) if change is not None else None
    return None if changed is None else (*changed, *beyond)


_BEYOND = frozenset({"clustered", "enabled", "owned by", "owner"})


def _is_made_alike(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether the same CREATE makes both."""
    same = dict(old.details).items() ^ dict(new.details).items()
    return old.definition == new.definition and all(name in _BEYOND for name, _ in same)


def _beyond_create(old: CatalogObject | None, new: CatalogObject) -> tuple[str, ...]:
    """What no CREATE of the kind says."""

    def was(name: str) -> str | None:
        return old.detail(name) if old is not None else None

    statements: list[str] = []
    if new.key.kind == "table" and old is None:
        statements += alter_table(None, new)
    if new.key.kind == "column" and old is None:
        statements += _column_beyond_add(new)
    fires = new.key.kind in {"trigger", "rule"}
    if fires and was("enabled") != new.detail("enabled") and new.parent is not None:
        action = f"{_FIRING[new.detail('enabled')]} {new.key.kind.upper()} {quoted_name(new)}"
        statements.append(f"ALTER TABLE {new.parent.identity} {action}")
    if was("clustered") != new.detail("clustered") and new.parent is not None:
        on = f"CLUSTER ON {quoted_name(new)}" if new.detail("clustered") else "SET WITHOUT CLUSTER"
        statements.append(f"ALTER TABLE {new.parent.identity} {on}")
    if old is not None and was("owner") != new.detail("owner"):
        statements.append(owner_statement(new))
    if old is not None and new.key.kind == "sequence" and was("owned by") != new.detail("owned by"):
        statements.append(owned_statement(new))
    return tuple(statements)


def _column_beyond_add(column: CatalogObject) -> tuple[str, ...]:
    kept = {"statistics target", "column options"}
    bare = replace(column, details=tuple(pair for pair in column.details if pair[0] not in kept))
    return alter_columns(bare, column, version=0) or ()


def owner_statement(item: CatalogObject) -> str:
    """Return ALTER … OWNER TO."""
    word = {"enum": "TYPE", "composite type": "TYPE", "range type": "TYPE"}.get(
        item.key.kind, item.key.kind.upper()
    )
    return f"ALTER {word} {item.key.identity} OWNER TO {item.detail('owner')}"


def owned_statement(sequence: CatalogObject) -> str:
    """Return ALTER SEQUENCE … OWNED BY."""
    return (
        f"ALTER SEQUENCE {sequence.key.identity} OWNED BY {sequence.detail('owned by') or 'NONE'}"
    )


def _replace_routine(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    same = all(old.detail(name) == new.detail(name) for name in ("arguments", "returns"))
    return (new.definition,) if same and old.key.kind == new.key.kind else None


def _replace_view(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """A view keeps its columns and may get more; options that go must be reset."""
    before, after = old.detail("columns") or "", new.detail("columns") or ""
    if before != after and not after.startswith(f"{before}, "):
        return None
    statement = f"{_REPLACE}{new.definition.removeprefix('CREATE ')}"
    return (statement,)


def _set_sequence(old: CatalogObject, new: CatalogObject) -> tuple[str, ...]:
    words = {
        "type": "AS {}",
        "start": "START WITH {}",
        "increment": "INCREMENT BY {}",
        "minimum": "MINVALUE {}",
        "maximum": "MAXVALUE {}",
        "cache": "CACHE {}",
    }
    options = [
        text.format(new.detail(name))
        for name, text in words.items()
        if old.detail(name) != new.detail(name)
    ]
    if old.detail("cycle") != new.detail("cycle"):
        options.append("CYCLE" if new.detail("cycle") else "NO CYCLE")
    statements = [f"ALTER SEQUENCE {new.key.identity} {' '.join(options)}"] if options else []
    if old.detail("persistence") != new.detail("persistence"):
        persistence = (new.detail("persistence") or "logged").upper()
        statements.append(f"ALTER SEQUENCE {new.key.identity} SET {persistence}")
    return tuple(statements)


def _change_constraint(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    if old.definition == f"{new.definition} NOT VALID" and new.parent is not None:
        word = new.parent.kind.upper()
        return (f"ALTER {word} {new.parent.identity} VALIDATE CONSTRAINT {quoted_name(new)}",)
    return None


def _comment(_: CatalogObject, new: CatalogObject) -> tuple[str, ...]:
    return (new.create,)


def _nothing(_: CatalogObject, __: CatalogObject) -> tuple[str, ...]:
    return ()


_IN_PLACE = {
    "comment": _comment,
    "constraint": _change_constraint,
    "extension": _nothing,
    "function": _replace_routine,
    "grant": alter_grant,
    "procedure": _replace_routine,
    "schema": _nothing,
    "sequence": _set_sequence,
    "table": alter_table,
    "view": _replace_view,
}
