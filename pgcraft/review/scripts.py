"""upgrade.sql and downgrade.sql: laid out, guarded, the same bytes on every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.project.answers import Failure, Statement

from .guard import guard_statement, named
from .heads import heads_before
from .layout import lay_out, terminate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .baseline import Baseline
    from .plan import Plan


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


@dataclass(frozen=True, kw_only=True)
class Script:
    """A script that psql applies.

    Attributes:
        name: Its file name.
        content: Its bytes.
        statements: Its statements in order.
        transactional: Whether all of it is in one transaction, so that a failure leaves nothing.
    """

    name: str
    content: bytes
    statements: tuple[ScriptStatement, ...]
    transactional: bool

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """Both directions.

    Attributes:
        upgrade: From the base to the target.
        downgrade: Back; None when a revision of the range has no way back.
        no_way_back: Why there is none.
    """

    upgrade: Script
    downgrade: Script | None
    no_way_back: Failure | None = None


def write_scripts(baseline: Baseline, plan: Plan, *, guard: bool) -> Scripts | None:
    """Write both scripts.

    Args:
        baseline: The base.
        plan: The statements.
        guard: Whether each transaction checks the database's revision first.

    Returns:
        The scripts; None when there is nothing to do.
    """
    if not plan.draft.upgrade:
        return None
    base = frozenset(baseline.revisions)
    target = frozenset(plan.draft.target)
    writer = _Writer(
        version_table=plan.version_table,
        parents=_parents(baseline, plan),
        uncommitted=plan.revision_name,
        guard=guard and plan.has_history,
        has_history=plan.has_history,
    )
    upgrade = writer.write("upgrade", plan.draft.upgrade, base, target)
    if isinstance(plan.draft.downgrade, Failure):
        return Scripts(upgrade=upgrade, downgrade=None, no_way_back=plan.draft.downgrade)
    downgrade = writer.write("downgrade", plan.draft.downgrade, target, base)
    return Scripts(upgrade=upgrade, downgrade=downgrade)


def _parents(baseline: Baseline, plan: Plan) -> dict[str, tuple[str, ...]]:
    known = {revision.id: revision.down for revision in baseline.history.revisions}
    drafted = {
        target: baseline.history.heads for target in plan.draft.target if target not in known
    }
    return known | drafted


@dataclass(frozen=True, kw_only=True)
class _Writer:
    version_table: str
    parents: Mapping[str, tuple[str, ...]]
    uncommitted: str | None
    guard: bool
    has_history: bool

    def write(
        self,
        direction: str,
        statements: tuple[Statement, ...],
        start: frozenset[str],
        end: frozenset[str],
    ) -> Script:
        kept = [one for one in statements if self.has_history or not _is_bookkeeping(one)]
        parts = _Parts(self._header(direction, start, end))
        if self.guard and not any(one.kind == "begin" for one in kept):
            # Nothing is in a transaction (transactional_ddl=False): one check, at the top.
            parts.add(guard_statement(direction, start, end, self.version_table))
        heads = heads_before(kept, start, self.parents, upgrade=direction == "upgrade")
        for statement, expected in zip(kept, heads, strict=True):
            if statement.kind == "comment":
                parts.add_comment(statement.text)
            elif statement.kind in {"begin", "commit"}:
                parts.add_edge(statement)
                if statement.kind == "begin" and self.guard:
                    parts.add(guard_statement(direction, expected, end, self.version_table))
            else:
                parts.add_statement(statement)
        return Script(
            name=f"{direction}.sql",
            content=parts.text().encode(),
            statements=tuple(parts.statements),
            transactional=[one.kind for one in kept].count("begin") == 1,
        )

    def _header(self, direction: str, start: frozenset[str], end: frozenset[str]) -> str:
        if not self.has_history:
            what = (
                "from nothing to the models"
                if direction == "upgrade"
                else "from the models to nothing"
            )
            return f"-- pgcraft: {direction} {what}."
        lines = [f"-- pgcraft: {direction} from revision {named(start)} to {named(end)}."]
        if self.uncommitted is not None:
            side = "to" if direction == "upgrade" else "from"
            lines.append(
                f"-- The revision that it goes {side} is not committed yet:"
                f" commit {self.uncommitted} first."
            )
        return "\n".join(lines)


class _Parts:
    """Collects the script's parts and counts its lines."""

    def __init__(self, header: str) -> None:
        # psql goes on after an error and exits with 0 unless it is told to stop.
        self._lines = ["\\set ON_ERROR_STOP on", *header.split("\n")]
        self._after_comment = False
        self._transactions = 0
        self._in_transaction = False
        self.statements: list[ScriptStatement] = []

    def add(self, text: str) -> int:
        """Add a part behind a blank line, unless a comment belongs to it; return its line."""
        if not self._after_comment:
            self._lines.append("")
        line = len(self._lines) + 1
        self._lines.extend(text.split("\n"))
        self._after_comment = False
        return line

    def add_comment(self, text: str) -> None:
        self.add(text)
        self._after_comment = True

    def add_edge(self, statement: Statement) -> None:
        """Add the BEGIN or COMMIT of a transaction."""
        self.add(f"{statement.text};")
        self._in_transaction = statement.kind == "begin"
        self._transactions += self._in_transaction

    def add_statement(self, statement: Statement) -> None:
        sql = terminate(lay_out(statement.text))
        line = self.add(sql)
        self.statements.append(
            ScriptStatement(
                index=len(self.statements),
                sql=sql,
                line=line,
                revision=statement.revision,
                transaction=self._transactions - 1 if self._in_transaction else None,
            )
        )

    def text(self) -> str:
        return "\n".join(self._lines) + "\n"


def _is_bookkeeping(statement: Statement) -> bool:
    return statement.kind in {"version", "comment"}
