"""Objects made and dropped in an order that the server itself finds.

Each is tried in a savepoint; what fails because something is not there yet (or, when dropping,
is still needed) is tried again after the others, until nothing moves. So a view may be declared
before the view that it reads, and no text is parsed to find that out.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from sqlalchemy import DDL, func, literal_column, select
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from sqlalchemy.engine import Connection

    from pgcraft.objects.base import DatabaseObject

    Step = tuple[DatabaseObject, Sequence[str]]

# https://www.postgresql.org/docs/current/errcodes-appendix.html
NOT_THERE = frozenset({"42P01", "42703", "42883", "42704", "3F000"})
"""undefined table, column (``row.name`` may be a call), function, object; invalid schema name."""

STILL_NEEDED = frozenset({"2BP01"})
"""dependent objects still exist."""

_NO_TRANSACTION = "25P01"
_CHECK = "check_function_bodies"
_UNDEFINED_TABLE = "42P01"


def missing(objects: Sequence[DatabaseObject], connection: Connection) -> list[Step]:
    """Return what is to be made: as with tables, what is there is left as it is.

    What may be made again without harm, such as a function, is made again if it differs; what
    must not be left as it is, such as a view that is above row security, is amended.
    """
    if not objects:
        return []
    version = server_version(connection)
    amendments = [(one, one.amendment(version)) for one in objects]
    amended = [(one, *found) for one, found in amendments if found is not None]
    asked = [one.unchanged() if one.replaceable else one.exists() for one in objects]
    asked += [condition for _, condition, _ in amended]
    # literal_column, unlike text(), takes colons as they are; one query for all of them.
    found: Any = connection.scalar(select(literal_column(f"ARRAY[{', '.join(asked)}]")))
    made = [one for one, there in zip(objects, found, strict=False) if not there]
    answers = zip(amended, found[len(objects) :], strict=True)
    return [
        *((one, one.create_on(version)) for one in made),
        *((one, statements) for (one, _, statements), fits in answers if not fits),
    ]


def server_version(connection: Connection) -> tuple[int, ...] | None:
    """Return the server's version; None where nobody is connected to one."""
    version: tuple[int, ...] | None = getattr(connection.dialect, "server_version_info", None)
    return version


def run_all(
    steps: Sequence[Step],
    connection: Connection,
    *,
    waiting_on: Collection[str],
    done_on: Collection[str] = (),
) -> list[Step]:
    """Run the statements of objects over and over while some succeed.

    Args:
        steps: Objects, each with its statements.
        connection: Where they are run.
        waiting_on: SQLSTATEs with which a step is tried again after the others.
        done_on: SQLSTATEs with which a step has nothing to do.

    Returns:
        The steps that still wait.

    Raises:
        DBAPIError: A step fails for another reason; a note names its object.
    """
    if isinstance(connection, MockConnection):
        for step in steps:
            _execute(step, connection)
        return []
    waiting = list(steps)
    savepoints = bool(steps) and has_savepoints(connection)
    while waiting:
        left = []
        for step in waiting:
            try:
                with connection.begin_nested() if savepoints else nullcontext():
                    _execute(step, connection)
            except DBAPIError as error:
                if _sqlstate(error) in waiting_on:
                    left.append(step)
                elif _sqlstate(error) not in done_on:
                    raise
        if len(left) == len(waiting):
            return left
        # Backwards, as what was declared against its needs is then done in this one pass.
        waiting = left[::-1]
    return []


def run_last(steps: Iterable[Step], connection: Connection) -> None:
    """Run steps that nothing is left to wait for, so that the server's own error is raised.

    Raises:
        DBAPIError: A step fails; a note names its object.
    """
    for step in steps:
        _execute(step, connection)


@contextmanager
def unchecked_bodies(connection: Connection) -> Iterator[None]:
    """Have the server take the bodies of functions as they are, until the block ends.

    https://www.postgresql.org/docs/current/runtime-config-client.html
    """
    before = connection.scalar(select(func.current_setting(_CHECK)))
    local = has_savepoints(connection)
    connection.execute(select(func.set_config(_CHECK, "off", local)))
    try:
        yield
    finally:
        connection.execute(select(func.set_config(_CHECK, before, local)))


def lacks_relation(error: DBAPIError) -> bool:
    """Tell whether the server raised the error since a table or view is not there."""
    return _sqlstate(error) == _UNDEFINED_TABLE


def _execute(step: Step, connection: Connection) -> None:
    one, statements = step
    for statement in statements:
        # DDL undoes the doubling, and doubles again for the drivers that want it.
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
        try:
            connection.execute(ddl)
        except DBAPIError as error:
            error.add_note(f"pgcraft was at the {one.kind} {one.identity} of the models.")
            raise


def has_savepoints(connection: Connection) -> bool:
    """Ask the server: there are none outside of a transaction, as with AUTOCOMMIT.

    Raises:
        DBAPIError: The server fails otherwise.
    """
    try:
        with connection.begin_nested():
            return True
    except DBAPIError as error:
        if _sqlstate(error) == _NO_TRANSACTION:
            return False
        raise


def _sqlstate(error: DBAPIError) -> str | None:
    """Return the error's code, whatever the driver calls it."""
    original: Any = error.orig
    for attribute in ("sqlstate", "pgcode"):
        if getattr(original, attribute, None):
            return str(getattr(original, attribute))
    # pg8000 has the fields of the server's message instead.
    details = original.args[0] if original is not None and original.args else None
    return str(details.get("C")) if isinstance(details, dict) else None
