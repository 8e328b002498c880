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
from sqlalchemy.schema import CreateTable, DDLElement

from ...alembic.offline import EXACT
from ...dialect import driverless_dialect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.dialects.postgresql.base import PGDialect

    from .replay import StepTracker

Statement = dict[str, Any]


@contextlib.contextmanager
def recording(tracker: StepTracker, *, virtual_columns: bool) -> Iterator[list[Statement]]:
    """Collect what Alembic would write to a script.

    Args:
        tracker: Says which revision is running.
        virtual_columns: Whether the server has generated columns that are not stored; SQLAlchemy
            asks the dialect, which here is connected to none.

    Yields:
        A growing list of ``{"kind", "text", "revision"}``; ``kind`` is ``sql``, ``version``
        (Alembic's own bookkeeping), ``comment``, ``begin`` or ``commit``; texts have no
        semicolon of Alembic's.
    """
    recorder = _Recorder(tracker, virtual_columns=virtual_columns)
    replaced: dict[str, Callable[..., Any]] = {
        "_exec": recorder.exec,
        "static_output": recorder.output,
    }
    originals = {name: getattr(DefaultImpl, name) for name in replaced}

    def hooked(name: str) -> Callable[..., Any]:
        def method(impl: DefaultImpl, *arguments: Any, **options: Any) -> Any:
            if impl.as_sql:
                return replaced[name](*arguments, **options)
            return originals[name](impl, *arguments, **options)

        # An env.py with pgcraft's calls, which runs meanwhile, leaves it in its place.
        setattr(method, EXACT, True)
        return method

    try:
        for name in replaced:
            setattr(DefaultImpl, name, hooked(name))
        yield recorder.statements
    finally:
        for name, original in originals.items():
            setattr(DefaultImpl, name, original)


class _Recorder:
    """Takes the place of the two methods of Alembic's ``DefaultImpl``."""

    def __init__(self, tracker: StepTracker, *, virtual_columns: bool) -> None:
        self.statements: list[Statement] = []
        self._tracker = tracker
        self._dialect = driverless_dialect()
        # Nobody reads what INSERT ... RETURNING would give.
        self._dialect.insert_returning = False
        if hasattr(self._dialect, "supports_virtual_generated_columns"):
            self._dialect.supports_virtual_generated_columns = virtual_columns

    def exec(
        self,
        construct: Any,
        execution_options: Any = None,
        multiparams: Any = None,
        params: Any = None,
    ) -> None:
        """Take a statement; the arguments are those of ``DefaultImpl._exec``."""
        del execution_options
        if multiparams is not None or params:
            raise TypeError("SQL parameters not allowed with as_sql")
        in_migration = self._tracker.in_migration
        if isinstance(construct, CreateTable) and not in_migration:
            # Alembic's own table stays, empty, when everything is downgraded.
            construct.if_not_exists = True
        self._add("sql" if in_migration else "version", _compiled(construct, self._dialect))

    def output(self, text: str) -> None:
        """Take a line of the script that is no statement to compile."""
        if text.startswith("-- Running ") and self._tracker.step is not None:
            # The step's own words have the revision's message too.
            text = f"-- Running {' '.join(str(self._tracker.step).split())}"
        sql = text.strip().removesuffix(DefaultImpl.command_terminator)
        kind = {"BEGIN": "begin", "COMMIT": "commit"}.get(sql)
        self._add(kind or ("comment" if sql.startswith("--") else "sql"), sql)

    def _add(self, kind: str, sql: str) -> None:
        revision = self._tracker.revision
        self.statements.append({"kind": kind, "text": sql, "revision": revision})


def _compiled(construct: Any, dialect: PGDialect) -> str:
    if isinstance(construct, str):
        # No literal_binds: a ":word" in plain text is text, as it reads.
        return str(text(construct).compile(dialect=dialect)).strip()
    options = {} if isinstance(construct, DDLElement) else {"literal_binds": True}
    return str(construct.compile(dialect=dialect, compile_kwargs=options)).strip()
