"""Scripts that ``alembic upgrade --sql`` writes, exactly as the revisions say."""

from __future__ import annotations

import functools
from typing import Any

from alembic.ddl.impl import DefaultImpl
from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import text
from sqlalchemy.schema import CreateTable, DDLElement

EXACT = "_pgcraft_exact"
"""The mark of a way to write scripts that is exact already."""


def write_scripts_exactly() -> None:
    """Let ``--sql`` write what runs online, and create Alembic's own table only if missing.

    Alembic writes four spaces for a tab, inside literals and function bodies too. And
    ``alembic revision --autogenerate`` or ``alembic downgrade base`` leave its table empty, so
    that a script from the beginning on would stop at it. Calling this again changes nothing.
    """
    original = DefaultImpl._exec  # noqa: SLF001  # where every statement of a script passes
    if hasattr(original, EXACT):
        return

    @functools.wraps(original)
    def execute(self: DefaultImpl, construct: Any, *arguments: Any, **options: Any) -> Any:
        if (
            not self.as_sql
            or not isinstance(self, PostgresqlImpl)
            or any(_values(*arguments, **options))
        ):
            return original(self, construct, *arguments, **options)
        if isinstance(construct, CreateTable) and _is_version_table(construct):
            construct.if_not_exists = True
        self.static_output(_compiled(self, construct) + self.command_terminator)
        return None

    setattr(execute, EXACT, True)
    DefaultImpl._exec = execute  # type: ignore[method-assign]  # noqa: SLF001  # as said


def _values(
    execution_options: Any = None, multiparams: Any = None, params: Any = None
) -> tuple[Any, ...]:
    """The parameters of a statement, which no script can have: Alembic says so."""
    del execution_options
    return multiparams, params


def _compiled(impl: DefaultImpl, construct: Any) -> str:
    statement = text(construct) if isinstance(construct, str) else construct
    literal = impl.literal_binds and not isinstance(statement, DDLElement)
    options = {"literal_binds": True} if literal else {}
    return str(statement.compile(dialect=impl.dialect, compile_kwargs=options)).strip()


def _is_version_table(construct: CreateTable) -> bool:
    table = construct.element
    return [column.name for column in table.columns] == ["version_num"] and str(
        table.primary_key.name
    ) == f"{table.name}_pkc"
