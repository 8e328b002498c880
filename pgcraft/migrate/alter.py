"""Objects that are changed where they are, so that nothing that uses them is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.columns import alter_columns, set_options
from pgcraft.migrate.constraints import change_constraint
from pgcraft.migrate.names import quoted_name, quoted_schema
from pgcraft.migrate.privileges import alter_grant
from pgcraft.migrate.relations import alter_table
from pgcraft.migrate.types import TYPES, alter_type
from pgcraft.postgres.snapshot.statements import called, word

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    if item.key.kind == "trigger" and item.detail("inherited") is not None:
        return (_firing_statement(item),)
    create = item.create
    if create.startswith(_REPLACE):
        create = f"CREATE {create.removeprefix(_REPLACE)}"
    return (create, *beyond_creation(item, owner=owner))


def beyond_creation(item: CatalogObject, *, owner: str) -> tuple[str, ...]:
    """Return the statements for what no CREATE of an object says."""
    owned = item.detail("owner") not in {None, owner}
    return (*_beyond_create(None, item), *([owner_statement(item)] if owned else ()))


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
# What the definition of some kinds tells, and of others not.
_BEYOND_INDEX = _BEYOND | {"statistics target"}
_BEYOND_CONSTRAINT = _BEYOND_INDEX | {"storage options", "tablespace"}
_BEYOND_OF = {
    "constraint": _BEYOND_CONSTRAINT,
    "index": _BEYOND_INDEX,
    "statistics": _BEYOND_INDEX,
}


def _is_made_alike(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether the same CREATE makes both."""
    same = dict(old.details).items() ^ dict(new.details).items()
    beyond = _BEYOND_OF.get(new.key.kind, _BEYOND)
    return old.definition == new.definition and all(name in beyond for name, _ in same)


def _beyond_create(old: CatalogObject | None, new: CatalogObject) -> tuple[str, ...]:
    """What no CREATE of the kind says."""

    def was(name: str) -> str | None:
        return old.detail(name) if old is not None else None

    statements: list[str] = []
    if new.key.kind == "table" and old is None:
        statements += alter_table(None, new)
    if new.key.kind == "column" and old is None:
        statements += _column_beyond_add(new)
    if was("enabled") != new.detail("enabled"):
        statements.append(_firing_statement(new))
    if new.key.kind in {"index", "constraint", "statistics"}:
        statements += _index_options(old, new)
    if was("clustered") != new.detail("clustered") and new.parent is not None:
        on = f"CLUSTER ON {quoted_name(new)}" if new.detail("clustered") else "SET WITHOUT CLUSTER"
        statements.append(f"ALTER TABLE {new.parent.identity} {on}")
    if old is not None and was("owner") != new.detail("owner"):
        statements.append(owner_statement(new))
    return tuple(statements)


def _firing_statement(item: CatalogObject) -> str:
    action = _FIRING[item.detail("enabled")]
    if item.parent is None:
        return f"ALTER EVENT TRIGGER {item.key.identity} {action}"
    word = item.key.kind.upper()
    return f"ALTER TABLE {item.parent.identity} {action} {word} {quoted_name(item)}"


def _index_options(old: CatalogObject | None, new: CatalogObject) -> Iterator[str]:
    """What CREATE INDEX, ADD CONSTRAINT and CREATE STATISTICS do not say."""

    def was(name: str) -> str | None:
        return old.detail(name) if old is not None else None

    target = "statistics target"
    if new.key.kind == "statistics":
        if was(target) != new.detail(target):
            yield f"ALTER STATISTICS {new.key.identity} SET STATISTICS {new.detail(target) or -1}"
        return
    index = f"ALTER INDEX {quoted_schema(new)}.{quoted_name(new)}"
    if new.key.kind == "constraint":
        options = set_options(was("storage options"), new.detail("storage options"))
        yield from (f"{index} {one}" for one in options)
        if was("tablespace") != new.detail("tablespace"):
            yield f"{index} SET TABLESPACE {new.detail('tablespace') or 'pg_default'}"
    before, after = (dict(_targets(text)) for text in (was(target), new.detail(target)))
    for column in sorted(before.keys() | after.keys(), key=int):
        if before.get(column) != after.get(column):
            yield f"{index} ALTER COLUMN {column} SET STATISTICS {after.get(column, '-1')}"


def _targets(text: str | None) -> Iterator[tuple[str, str]]:
    """Take ``column 1: 300, column 3: 5`` apart."""
    for one in text.split(", ") if text else ():
        column, _, target = one.removeprefix("column ").partition(": ")
        yield column, target


def _column_beyond_add(column: CatalogObject) -> tuple[str, ...]:
    kept = {"statistics target", "column options"}
    bare = replace(column, details=tuple(pair for pair in column.details if pair[0] not in kept))
    return alter_columns(bare, column, version=0) or ()


def owner_statement(item: CatalogObject) -> str:
    """Return ALTER … OWNER TO."""
    return f"ALTER {word(item.key)} {called(item.key)} OWNER TO {item.detail('owner')}"


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


def _comment(_: CatalogObject, new: CatalogObject) -> tuple[str, ...]:
    return (new.create,)


def _alter_extension(old: CatalogObject, new: CatalogObject) -> tuple[str, ...]:
    extension = f"ALTER EXTENSION {new.key.identity}"
    statements = []
    if old.detail("in schema") != new.detail("in schema"):
        statements.append(f"{extension} SET SCHEMA {new.detail('in schema')}")
    if old.detail("version") != new.detail("version"):
        statements.append(f"{extension} UPDATE TO '{new.detail('version')}'")
    return tuple(statements)


def _nothing(_: CatalogObject, __: CatalogObject) -> tuple[str, ...]:
    return ()


_IN_PLACE = {
    "comment": _comment,
    "constraint": change_constraint,
    "extension": _alter_extension,
    "function": _replace_routine,
    "grant": alter_grant,
    "procedure": _replace_routine,
    "schema": _nothing,
    "sequence": _set_sequence,
    "table": alter_table,
    "view": _replace_view,
}
