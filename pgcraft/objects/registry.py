"""The declared objects of a MetaData, and how ``create_all`` and ``drop_all`` reach them.

The order of declaration never matters: what fails because something is missing is tried again
after the others (see ``execution.py``). What is there already is left as it is, as SQLAlchemy
does with tables; functions are replaced, and privileges granted again. Objects that tables may
need (roles, extensions, types, functions) are tried before them, and once more after them if
they need a table themselves.

With ``create_all(tables=[…])`` what can be made without the other tables is made, and the rest
left out; ``drop_all(tables=[…])`` drops those tables only, so the server refuses if a declared
view reads one of them. Roles are never dropped, as they belong to the whole cluster, nor schemas,
in which others may have something. A mock engine gets the statements in the order of ranks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import CreateSchema

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.base import AFTER_TABLES, DatabaseObject
from pgcraft.objects.execution import NOT_THERE, STILL_NEEDED, missing, run_all, run_last

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import MetaData
    from sqlalchemy.engine import Connection

    from pgcraft.objects.execution import Step

OBJECTS = "pgcraft_objects"
"""Key in ``MetaData.info`` of the declared objects: a dict from (kind, identity) to each."""


def declare(metadata: MetaData, *objects: DatabaseObject) -> None:
    """Make objects part of the models.

    Args:
        metadata: The MetaData that creates and drops them with its tables.
        objects: The objects, in any order. Declaring an equal one again changes nothing.

    Raises:
        PGCraftValidationError: Another object has that name.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.objects import Role
        >>> metadata = MetaData()
        >>> declare(metadata, Role("reporting"))
        >>> [one.name for one in declared_objects(metadata)]
        ['reporting']
    """
    known = metadata.info.setdefault(OBJECTS, {})
    for one in objects:
        key = (one.kind, one.identity)
        if key in known and known[key] != one:
            raise PGCraftValidationError(
                f"The {one.kind} {one.identity} is declared a second time, by another definition.",
                advice="Give one of the two another name or schema, or take one away.",
            )
        one.declared_in(metadata)
        known.setdefault(key, one)
    for name, handler in _HANDLERS.items():
        if not event.contains(metadata, name, handler):
            event.listen(metadata, name, handler)


def declared_objects(metadata: MetaData) -> list[DatabaseObject]:
    """Return the declared objects in the order in which they are made.

    Example:
        >>> from sqlalchemy import MetaData
        >>> declared_objects(MetaData())
        []
    """
    objects: Iterable[DatabaseObject] = metadata.info.get(OBJECTS, {}).values()
    return sorted(objects, key=lambda one: one.rank)


def find_declared(metadata: MetaData, kind: str, identity: str) -> DatabaseObject | None:
    """Return the declared object of a kind and name, if there is one.

    Example:
        >>> from sqlalchemy import MetaData
        >>> find_declared(MetaData(), "role", "reporting") is None
        True
    """
    found: DatabaseObject | None = metadata.info.get(OBJECTS, {}).get((kind, identity))
    return found


# What one create_all or drop_all has left for after the tables. Kept by connection, and not in
# the MetaData, which several threads may create from at once.
_WAITING: WeakKeyDictionary[Connection, list[Step]] = WeakKeyDictionary()


def _before_create(
    metadata: MetaData, connection: Connection, *, checkfirst: Any = True, **_: Any
) -> None:
    objects = declared_objects(metadata)
    for one in objects:
        one.declared_in(metadata)
    for schema in sorted({one.schema_name for one in objects if one.schema_name}):
        connection.execute(CreateSchema(schema, if_not_exists=True))
    early = [one for one in objects if one.rank < AFTER_TABLES]
    steps = _creating(early, connection, checkfirst)
    _WAITING[connection] = run_all(steps, connection, waiting_on=NOT_THERE)


def _after_create(
    metadata: MetaData,
    connection: Connection,
    *,
    checkfirst: Any = True,
    _ddl_runner: Any = None,
    **_: Any,
) -> None:
    late = [one for one in declared_objects(metadata) if one.rank >= AFTER_TABLES]
    steps = [*_WAITING.pop(connection, ()), *_creating(late, connection, checkfirst)]
    waiting = run_all(steps, connection, waiting_on=NOT_THERE)
    if not _some_tables(_ddl_runner):
        run_last(waiting, connection)


def _before_drop(
    metadata: MetaData, connection: Connection, *, _ddl_runner: Any = None, **_: Any
) -> None:
    if _some_tables(_ddl_runner):
        return
    steps = [(one, one.drop()) for one in reversed(declared_objects(metadata))]
    early = [step for step in steps if step[0].rank < AFTER_TABLES]
    waiting = _drop([step for step in steps if step not in early], connection)
    # Only a server can tell which of these the tables still need.
    told = not isinstance(connection, MockConnection)
    _WAITING[connection] = _drop([*waiting, *early], connection) if told else early


def _after_drop(metadata: MetaData, connection: Connection, **_: Any) -> None:  # noqa: ARG001  # SQLAlchemy passes it by position
    run_last(_drop(_WAITING.pop(connection, []), connection), connection)


_HANDLERS = {
    "before_create": _before_create,
    "after_create": _after_create,
    "before_drop": _before_drop,
    "after_drop": _after_drop,
}


def _creating(objects: list[DatabaseObject], connection: Connection, checkfirst: Any) -> list[Step]:
    wanted = missing(objects, connection) if checkfirst else objects
    return [(one, one.create()) for one in wanted]


def _drop(steps: list[Step], connection: Connection) -> list[Step]:
    """Drop what nothing needs any more; what is not there needs no dropping."""
    return run_all(steps, connection, waiting_on=STILL_NEEDED, done_on=NOT_THERE)


def _some_tables(runner: Any) -> bool:
    """Tell whether ``create_all`` or ``drop_all`` was asked for certain tables only."""
    return getattr(runner, "tables", None) is not None
