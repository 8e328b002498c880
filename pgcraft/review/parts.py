"""The parts of a script, one below the other, with the line that each begins on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .layout import lay_out, terminate
from .reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.project.answers import Statement

_BEGIN = {("BEGIN",), ("START", "TRANSACTION")}
_END = {"COMMIT", "END", "ABORT", "ROLLBACK", "PREPARE"}


@dataclass(frozen=True, kw_only=True)
class ScriptStatement:
    """A statement of a script, Alembic's bookkeeping included, guards and BEGIN left out.

    Attributes:
        index: Its place, from 0.
        sql: Its text as it stands in the script.
        line: The line of the script that it begins on, from 1.
        revision: The revision that it belongs to.
        transaction: The number of the script's transaction that it is in, from 0; None where
            the script has begun none.
    """

    index: int
    sql: str
    line: int
    revision: str | None
    transaction: int | None = None


class Parts:
    """Collects the script's parts and counts its lines.

    Args:
        header: The lines that it begins with.

    Attributes:
        statements: The statements so far.
        in_transaction: Whether a transaction is open, the revisions' own words included.
        own: Revisions that begin or end transactions in their own words.
    """

    def __init__(self, header: Iterable[str]) -> None:
        self._lines = [*header]
        self._after_comment = False
        self._transactions = 0
        self.in_transaction = False
        self.statements: list[ScriptStatement] = []
        self.own: list[str | None] = []

    def add(self, text: str) -> int:
        """Add a part behind a blank line, unless a comment belongs to it; return its line."""
        if self._lines and not self._after_comment:
            self._lines.append("")
        line = len(self._lines) + 1
        self._lines.extend(text.split("\n"))
        self._after_comment = False
        return line

    def add_comment(self, text: str) -> None:
        """Add a comment to what follows."""
        self.add(text)
        self._after_comment = True

    def begin(self) -> None:
        """Begin a transaction."""
        self.add("BEGIN;")
        self._entered()

    def commit(self) -> None:
        """End it."""
        self.add("COMMIT;")
        self.in_transaction = False

    def add_statement(self, statement: Statement) -> None:
        """Add a statement, laid out and with its semicolon."""
        sql = _terminated(lay_out(statement.text))
        line = self.add(sql)
        self.statements.append(
            ScriptStatement(
                index=len(self.statements),
                sql=sql,
                line=line,
                revision=statement.revision,
                transaction=self._transactions - 1 if self.in_transaction else None,
            )
        )
        self._follow(sql, statement.revision)

    def text(self) -> str:
        """The script."""
        return "\n".join(self._lines) + "\n"

    def _follow(self, sql: str, revision: str | None) -> None:
        """Follow the transactions of a revision's own."""
        for words in read(sql).statements:
            begins = words[:1] in _BEGIN or words[:2] in _BEGIN
            ends = words[0] in _END and not _stays_inside(words)
            if begins and not self.in_transaction:
                self._entered()
            elif ends:
                self.in_transaction = "CHAIN" in words and "NO" not in words
            if (begins or ends) and revision not in self.own:
                self.own.append(revision)

    def _entered(self) -> None:
        self.in_transaction = True
        self._transactions += 1


def _stays_inside(words: tuple[str, ...]) -> bool:
    """ROLLBACK TO a savepoint, or PREPARE of a statement."""
    return (words[0] == "ROLLBACK" and "TO" in words) or (
        words[0] == "PREPARE" and words[1:2] != ("TRANSACTION",)
    )


def _terminated(sql: str) -> str:
    ended = terminate(sql)
    # On a line of its own: a comment may be the last thing in a text that cannot be laid out.
    return f"{ended}\n;" if read(ended).rest else ended
