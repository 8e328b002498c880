"""Take each statement from Alembic as it is, before Alembic's script text spoils it.

In ``--sql`` mode Alembic replaces tabs (inside literals and function bodies too), doubles percent
signs under most drivers and turns ``:name`` into a driver's placeholder. So ``_exec``, through
which every statement goes, is replaced for the time of a rendering: the construct is compiled
here, for a dialect without a driver. ``static_output`` is left with BEGIN, COMMIT and comments.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from alembic.ddl.impl import DefaultImpl
from sqlalchemy import text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import CreateTable, DDLElement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .replay import StepTracker

Statement = dict[str, Any]


@contextlib.contextmanager
def recording(tracker: StepTracker) -> Iterator[list[Statement]]:
    """Collect what Alembic would write to a script.

    Args:
        tracker: Says which revision is running.

    Yields:
        A growing list of ``{"kind", "text", "revision"}``; ``kind`` is ``sql``, ``version``
        (Alembic's own bookkeeping), ``comment``, ``begin`` or ``commit``; texts have no
        semicolon of Alembic's.
    """
    statements: list[Statement] = []
    dialect = _driverless_dialect()
    original_exec, original_output = DefaultImpl._exec, DefaultImpl.static_output  # noqa: SLF001  # the one place through which all statements go

    def add(kind: str, sql: str) -> None:
        statements.append({"kind": kind, "text": sql, "revision": tracker.revision})

    def record_exec(impl: DefaultImpl, construct: Any, *arguments: Any, **options: Any) -> Any:
        if not impl.as_sql:
            return original_exec(impl, construct, *arguments, **options)
        if any(arguments[1:]) or options.get("multiparams") or options.get("params"):
            raise TypeError("SQL parameters not allowed with as_sql")
        if isinstance(construct, CreateTable) and not tracker.in_migration:
            # Alembic's own table stays, empty, when everything is downgraded.
            construct.if_not_exists = True
        add("sql" if tracker.in_migration else "version", _compiled(construct, dialect))
        return None

    def record_output(impl: DefaultImpl, output: str) -> None:
        if not impl.as_sql:
            original_output(impl, output)
            return
        if output.startswith("-- Running ") and tracker.step is not None:
            # The step's own words have the revision's message too.
            output = f"-- Running {' '.join(str(tracker.step).split())}"
        sql = output.strip().removesuffix(impl.command_terminator)
        kind = {"BEGIN": "begin", "COMMIT": "commit"}.get(sql)
        add(kind or ("comment" if sql.startswith("--") else "sql"), sql)

    DefaultImpl._exec, DefaultImpl.static_output = record_exec, record_output  # type: ignore[method-assign, assignment]  # noqa: SLF001  # as above
    try:
        yield statements
    finally:
        DefaultImpl._exec, DefaultImpl.static_output = original_exec, original_output  # type: ignore[method-assign, assignment]  # noqa: SLF001  # as above


def _compiled(construct: Any, dialect: PGDialect) -> str:
    if isinstance(construct, str):
        # No literal_binds: a ":word" in plain text is text, as it reads.
        return str(text(construct).compile(dialect=dialect)).strip()
    options = {} if isinstance(construct, DDLElement) else {"literal_binds": True}
    return str(construct.compile(dialect=dialect, compile_kwargs=options)).strip()


def _driverless_dialect() -> PGDialect:
    # "named" keeps % and :name as they are.
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's constructor has no annotations
    # Until it has connected, SQLAlchemy assumes a server that reads backslashes as escapes in
    # plain literals and doubles them; standard_conforming_strings has been on since 9.1.
    # Nobody reads what INSERT ... RETURNING would give.
    dialect.insert_returning = False
    dialect._backslash_escapes = False  # noqa: SLF001  # there is no public switch
    return dialect
