"""The course of one ``create_all`` or ``drop_all``: before the tables, and after them.

The order of declaration never matters: what fails because something is missing is tried again
after the others (see ``execution.py``); functions that call each other are made at last, by
putting off the check of their bodies. What is there already is left as it is, as SQLAlchemy
does with tables; functions that differ are replaced, and privileges that are missing granted.
Objects that tables may need (roles, extensions, types, functions) are tried before them, and
once more after them if they need a table themselves.

Schemas of tables and objects are made where they are missing, and never dropped, since others
may have something in them; nor are roles, as they belong to the whole cluster. A mock engine
gets the statements in the order of ranks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import DDL, String, column, func, select, table
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from pgcraft.objects.base import AFTER_TABLES
from pgcraft.objects.execution import (
    NOT_THERE,
    STILL_NEEDED,
    has_savepoints,
    lacks_relation,
    missing,
    run_all,
    run_last,
    server_version,
    unchecked_bodies,
)
from pgcraft.objects.function import Function
from pgcraft.objects.relations import OBJECTS, absent_relation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import MetaData, Table
    from sqlalchemy.engine import Connection

    from pgcraft.objects.base import DatabaseObject
    from pgcraft.objects.execution import Step

# The first of two numbers that no other program is likely to lock; the second is a schema's.
_LOCK = 0x7067_6372

_CREATE_SCHEMA = re.compile(
    r"""create\s+schema\s+(?:if\s+not\s+exists\s+)?(?:"(?P<quoted>[^"]+)"|(?P<plain>[\w$]+))""",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Creation:
    """One ``create_all``.

    Attributes:
        metadata: The models.
        checkfirst: Whether what is there already is left as it is.
        late_tables: Tables that came to the models when SQLAlchemy had listed them already.
        waiting: What is left for after the tables.
    """

    metadata: MetaData
    checkfirst: Any
    late_tables: tuple[Table, ...]
    waiting: tuple[Step, ...] = ()


def begin(
    creation: Creation,
    objects: Sequence[DatabaseObject],
    connection: Connection,
    tables: Iterable[Table],
) -> Creation:
    """Make the schemas, and the objects that tables may need.

    Args:
        creation: What is asked for.
        objects: All declared objects.
        connection: Where they are made.
        tables: The tables that will be made.

    Returns:
        The same, with what waits for the tables.

    Raises:
        DBAPIError: The server refuses a statement.
    """
    _make_schemas(creation, objects, connection, tables)
    early = [one for one in objects if one.rank < AFTER_TABLES]
    steps = _steps(creation, early, connection)
    return replace(creation, waiting=tuple(run_all(steps, connection, waiting_on=NOT_THERE)))


def finish(
    creation: Creation,
    objects: Sequence[DatabaseObject],
    connection: Connection,
    *,
    partial: bool,
) -> None:
    """Make the objects that need tables, and what is left of the others.

    Args:
        creation: What ``begin`` returned.
        objects: All declared objects.
        connection: Where they are made.
        partial: Whether what cannot be made is left out.

    Raises:
        DBAPIError: The server refuses a statement.
        PGCraftValidationError: An object is on a relation that is nowhere.
    """
    late = [one for one in objects if one.rank >= AFTER_TABLES]
    steps = [*creation.waiting, *_steps(creation, late, connection)]
    waiting = run_all(steps, connection, waiting_on=NOT_THERE)
    if not partial:
        _run_waiting(_break_cycles(waiting, connection), creation.metadata, connection)


def drop_before_tables(objects: Sequence[DatabaseObject], connection: Connection) -> list[Step]:
    """Drop what no table needs; return what is left for after the tables."""
    steps = [(one, one.drop()) for one in reversed(objects)]
    early = [step for step in steps if step[0].rank < AFTER_TABLES]
    waiting = _drop([step for step in steps if step not in early], connection)
    # Only a server can tell which of these the tables still need.
    told = not isinstance(connection, MockConnection)
    return _drop([*waiting, *early], connection) if told else early


def drop_after_tables(steps: list[Step], connection: Connection) -> None:
    """Drop what is left.

    Raises:
        DBAPIError: Something that is not of the models needs it.
    """
    run_last(_drop(steps, connection), connection)


def _make_schemas(
    creation: Creation,
    objects: Sequence[DatabaseObject],
    connection: Connection,
    tables: Iterable[Table],
) -> None:
    """Make the schemas that are missing: asking first, as it takes a right to ask for more."""
    names = {one.schema_name for one in objects}
    names |= {connection.schema_for_object(one) for one in tables}
    wanted = sorted(name for name in names if name and not _is_made(name, creation.metadata))
    missing_ones = _missing_schemas(wanted, connection)
    if missing_ones and creation.checkfirst and _lock(creation.metadata, connection):
        missing_ones = _missing_schemas(wanted, connection)
    for name in missing_ones:
        connection.execute(CreateSchema(name, if_not_exists=True))


def _missing_schemas(names: Sequence[str], connection: Connection) -> list[str]:
    if isinstance(connection, MockConnection):
        return list(names)
    catalog = table("pg_namespace", column("nspname", String), schema="pg_catalog")
    found = connection.scalars(select(catalog.c.nspname).where(catalog.c.nspname.in_(names)))
    there = set(found)
    return [name for name in names if name not in there]


def _is_made(schema: str, metadata: MetaData) -> bool:
    """Tell whether the models' own events make a schema, which fails where it is there."""
    made: set[str] = set()
    for listener in metadata.dispatch.before_create:
        if isinstance(listener, CreateSchema):
            made.add(listener.element)
        if isinstance(listener, DDL):
            found = _CREATE_SCHEMA.finditer(listener.statement)
            made |= {one["quoted"] or one["plain"].lower() for one in found}
    return schema in made


def _steps(
    creation: Creation, objects: Sequence[DatabaseObject], connection: Connection
) -> list[Step]:
    """Return what is to be made; one process at a time makes it, and others find it made."""
    if not creation.checkfirst:
        version = server_version(connection)
        return [(one, one.create_on(version)) for one in objects]
    steps = missing(objects, connection)
    locked = steps and _lock(creation.metadata, connection)
    return missing(objects, connection) if locked else steps


def _lock(metadata: MetaData, connection: Connection) -> bool:
    """Keep others from creating in the same schemas, until the transaction ends.

    All schemas of the models are locked at once, and in one order everywhere, so that nobody
    waits for one who waits. Without a transaction there is no lock.
    """
    if isinstance(connection, MockConnection):
        return False
    if not has_savepoints(connection):
        return False
    # A schema as a signed number of four bytes.
    for number in sorted({crc32(one.encode()) - 2**31 for one in _places(metadata)}):
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK, number)))
    return True


def _places(metadata: MetaData) -> Iterator[str]:
    """Yield the schemas of the models, and the names of objects that are in none."""
    yield from (one.schema or "public" for one in metadata.tables.values())
    for one in metadata.info.get(OBJECTS, {}).values():
        on = one.relation_name
        yield one.schema_name or (on[0] if on else f"{one.kind} {one.identity}")


def _break_cycles(waiting: list[Step], connection: Connection) -> list[Step]:
    """Make functions that call each other; return what still waits, those functions included.

    They are made again with their bodies checked, so that one which needs what is nowhere ends
    in the server's error.
    """
    functions = [step for step in waiting if step[0].kind == Function.kind]
    if not functions:
        return waiting
    others = [step for step in waiting if step not in functions]
    with unchecked_bodies(connection):
        run_all(functions, connection, waiting_on=NOT_THERE)
    return [*functions, *run_all(others, connection, waiting_on=NOT_THERE)]


def _run_waiting(waiting: list[Step], metadata: MetaData, connection: Connection) -> None:
    """Raise the server's error, or what the models know better about it."""
    for step in waiting:
        try:
            run_last([step], connection)
        except DBAPIError as error:
            better = absent_relation(step[0], metadata) if lacks_relation(error) else None
            if better is None:
                raise
            raise better from error


def _drop(steps: list[Step], connection: Connection) -> list[Step]:
    """Drop what nothing needs any more; what is not there needs no dropping."""
    return run_all(steps, connection, waiting_on=STILL_NEEDED, done_on=NOT_THERE)
