"""What a script begins with, before its first transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .options import Options

STOP = "\\set ON_ERROR_STOP on"


def preamble(
    script: str, header: Iterable[str], texts: Iterable[str], options: Options
) -> Iterator[str]:
    """The first lines of a script.

    Args:
        script: Its name.
        header: The comment that says what it does.
        texts: The statements that follow.
        options: Time limits, and whether a line of psql's own may stand there.

    Yields:
        Lines.
    """
    if options.psql:
        # psql goes on after an error and exits with 0 unless it is told to stop.
        yield STOP
    yield from header
    if not options.psql:
        yield "-- Whoever runs it must stop at the first error:"
        yield f"-- psql -v ON_ERROR_STOP=1 -f {script.rpartition('/')[2]}"
    settings = {
        # What psql assumes otherwise depends on where it runs.
        "client_encoding": None if all(map(str.isascii, texts)) else "UTF8",
        "lock_timeout": options.lock_timeout,
        "statement_timeout": options.statement_timeout,
    }
    said = [
        sql.SQL("SET {} = {};").format(sql.SQL(name), sql.Literal(value)).as_string(None)
        for name, value in settings.items()
        if value is not None
    ]
    if said:
        yield ""
        yield from said
