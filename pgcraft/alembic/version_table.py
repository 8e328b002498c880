"""Alembic's own table in scripts that are written offline."""

from __future__ import annotations

import functools
from typing import Any

from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy.schema import CreateTable

_MARK = "_pgcraft_if_not_exists"


def create_version_table_if_missing() -> None:
    """Let ``alembic upgrade --sql`` create Alembic's table only where it is not there.

    ``alembic revision --autogenerate`` and ``alembic downgrade base`` leave the table empty, and a
    script from the beginning on would stop at it. Calling this again changes nothing.
    """
    original = PostgresqlImpl._exec  # noqa: SLF001  # where every statement of a script passes
    if hasattr(original, _MARK):
        return

    @functools.wraps(original)
    def execute(self: PostgresqlImpl, construct: Any, *arguments: Any, **options: Any) -> Any:
        if self.as_sql and isinstance(construct, CreateTable) and _is_version_table(construct):
            construct.if_not_exists = True
        return original(self, construct, *arguments, **options)

    setattr(execute, _MARK, True)
    PostgresqlImpl._exec = execute  # type: ignore[method-assign, assignment]  # noqa: SLF001  # as said


def _is_version_table(construct: CreateTable) -> bool:
    table = construct.element
    return [column.name for column in table.columns] == ["version_num"] and str(
        table.primary_key.name
    ) == f"{table.name}_pkc"
