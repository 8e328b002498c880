"""Server defaults that the server cannot compare."""

from __future__ import annotations

import functools
from typing import Any

from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy.exc import DBAPIError

_MARK = "_pgcraft_careful"


def compare_defaults_carefully() -> None:
    """Let Alembic set anew what the server cannot compare, instead of failing.

    Alembic asks the server whether two defaults are equal, and there is no ``=`` for json, nor
    for values of two types. Calling this again changes nothing.
    """
    original: Any = PostgresqlImpl.compare_server_default
    if hasattr(original, _MARK):
        return

    @functools.wraps(original)
    def compare(self: PostgresqlImpl, *arguments: Any, **options: Any) -> bool:
        if self.connection is None:
            return bool(original(self, *arguments, **options))
        try:
            with self.connection.begin_nested():
                return bool(original(self, *arguments, **options))
        except DBAPIError:
            return True

    setattr(compare, _MARK, True)
    # A callable for compare_server_default would get identity columns too, and Alembic fails on
    # them before it is called.
    PostgresqlImpl.compare_server_default = compare  # type: ignore[method-assign]  # as said
