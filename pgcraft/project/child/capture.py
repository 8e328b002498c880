"""Take statements from a revision while it runs, where Alembic cannot write it as a script.

A revision that looks at the database cannot be rendered offline. It is run on a copy of the base
instead, and what it sends there is written down, parameters as literals. What only reads is left
out: the server says so, since it runs in a read-only transaction.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .replay import StepTracker

Statement = dict[str, Any]

# What may only read; the rest writes. set_config() reads, and changes the session all the same.
_MAY_READ = re.compile(r"\s*\(*\s*(select|with|show|values|table|explain)\b", re.IGNORECASE)
_SETS = re.compile(r"\bset_config\b", re.IGNORECASE)


class UnwritableParametersError(Exception):
    """A driver that cannot say how it would write a statement's parameters."""


@contextlib.contextmanager
def captured(
    tracker: StepTracker, revisions: Collection[str]
) -> Iterator[dict[str, list[Statement]]]:
    """Collect what some revisions execute.

    Args:
        tracker: Says which revision is running.
        revisions: Those that count.

    Yields:
        Their statements, growing, by revision; as :func:`.statements.recording` yields them.
    """
    statements: dict[str, list[Statement]] = {one: [] for one in revisions}

    def add(kind: str, text: str) -> None:
        revision = tracker.revision
        if tracker.in_migration and revision in statements:
            statements[revision].append({"kind": kind, "text": text, "revision": revision})

    def before(
        connection: Any, _cursor: Any, statement: str, parameters: Any, _: Any, many: bool
    ) -> None:
        if not tracker.in_migration or tracker.revision not in statements:
            return
        # Many rows in one statement are "many" too, with one set of parameters.
        for one in parameters if many and isinstance(parameters, list) else [parameters]:
            if not _only_reads(connection, statement, one):
                add("sql", _written_out(connection, statement, one).strip().rstrip(";"))

    blocks = MigrationContext.autocommit_block

    @contextlib.contextmanager
    def autocommit_block(context: MigrationContext) -> Iterator[None]:
        transactional = context.impl.transactional_ddl
        if transactional:
            add("commit", "COMMIT")
        with blocks(context):
            yield
        if transactional:
            add("begin", "BEGIN")

    event.listen(Engine, "before_cursor_execute", before)
    setattr(MigrationContext, "autocommit_block", autocommit_block)  # noqa: B010  # for this time
    try:
        yield statements
    finally:
        setattr(MigrationContext, "autocommit_block", blocks)  # noqa: B010  # as it was
        event.remove(Engine, "before_cursor_execute", before)


def _only_reads(connection: Any, statement: str, parameters: Any) -> bool:
    """Whether the server runs it in a read-only transaction, whose effects are taken back."""
    if not _MAY_READ.match(statement) or _SETS.search(statement):
        return False
    cursor = connection.connection.cursor()
    begin, read_only, back = (
        ("BEGIN", "SET TRANSACTION READ ONLY", "ROLLBACK")
        if connection.get_isolation_level() == "AUTOCOMMIT"
        else (
            "SAVEPOINT pgcraft_reads",
            "SET LOCAL transaction_read_only = on",
            "ROLLBACK TO SAVEPOINT pgcraft_reads",
        )
    )
    cursor.execute(begin)
    try:
        cursor.execute(read_only)
        cursor.execute(statement, parameters)
    except Exception:  # noqa: BLE001  # each driver has its own; the statement itself raises it again
        return False
    else:
        return True
    finally:
        cursor.execute(back)
        cursor.close()


def _written_out(connection: Any, statement: str, parameters: Any) -> str:
    """The statement as the driver sends it, with its parameters as literals."""
    driver = connection.connection.driver_connection
    module = type(driver).__module__.partition(".")[0]
    if module == "psycopg":
        import psycopg

        asynchronous = isinstance(driver, psycopg.AsyncConnection)
        kind = psycopg.AsyncClientCursor if asynchronous else psycopg.ClientCursor
        return kind(driver).mogrify(statement, parameters)
    if module == "psycopg2":
        with driver.cursor() as cursor:
            return str(cursor.mogrify(statement, parameters).decode())
    if parameters:
        raise UnwritableParametersError(
            f"the revision looks at the database and sends parameters with {module}, which cannot "
            "say how they read in a script: let it run with psycopg or psycopg2"
        )
    # Without a driver's help the signs that its paramstyle doubles are still doubled.
    doubled = connection.dialect.paramstyle in {"format", "pyformat"}
    return statement.replace("%%", "%") if doubled else statement
