"""What a script that stopped has left in the database."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .scripts import Script, ScriptStatement

# Where psql says that it is: the line on which the statement that failed ends.
_WHERE = re.compile(r"^psql:[^:\n]+:(\d+): (?:ERROR|FATAL):", re.MULTILINE)


def left_behind(script: Script, said: str) -> str:
    """Say what stays of a script that stopped.

    Args:
        script: The script.
        said: What psql said.

    Returns:
        A sentence.
    """
    if script.transactional:
        return "Nothing of it stays, since it is one transaction."
    where = _WHERE.search(said)
    if where is None:
        return "What its earlier transactions did stays."
    done = _committed(script, int(where[1]))
    if not done:
        return "Nothing of it stays: it had not committed anything."
    last = done[-1].line + done[-1].sql.count("\n")
    return f"What stands up to line {last} stays, since it is committed."


def _committed(script: Script, line: int) -> list[ScriptStatement]:
    begun = [one for one in script.statements if one.line <= line]
    if not begun:
        return []
    last = begun[-1]
    end = last.line + last.sql.count("\n")
    between = script.content.decode().split("\n")[end : line - 1]
    if end < line and (last.transaction is None or "COMMIT;" in between):
        return begun  # it stopped in what is no statement of a revision: a guard
    return [
        one
        for one in begun
        if one is not last and (one.transaction is None or one.transaction != last.transaction)
    ]
