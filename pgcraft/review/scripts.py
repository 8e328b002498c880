"""upgrade.sql and downgrade.sql: laid out, guarded, the same bytes on every run."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pgcraft.errors import UserCodeError
from pgcraft.project.answers import Failure, Statement

from .by_revision import by_revision
from .guard import guard_statement, named
from .heads import heads_before
from .parts import Parts, ScriptStatement
from .preamble import STOP, preamble
from .unfit import refuse_unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .baseline import Baseline
    from .options import Options
    from .plan import Plan

__all__ = ["RevisionScripts", "Script", "ScriptStatement", "Scripts", "write_scripts"]


@dataclass(frozen=True, kw_only=True)
class Script:
    """A script that psql applies.

    Attributes:
        name: Its file name.
        content: Its bytes.
        statements: Its statements in order.
        transactional: Whether all of it is in one transaction, so that a failure leaves nothing.
        own: Revisions that begin or end transactions in their own words.
    """

    name: str
    content: bytes
    statements: tuple[ScriptStatement, ...]
    transactional: bool
    own: tuple[str | None, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of the bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def stops_itself(self) -> bool:
        """Whether it tells psql to stop at an error; otherwise who runs it must."""
        return self.content.startswith(STOP.encode())


@dataclass(frozen=True, kw_only=True)
class RevisionScripts:
    """The scripts of one revision.

    Attributes:
        revision: The revision.
        upgrade: From the revisions before it.
        downgrade: Back; None when the range has no way back.
    """

    revision: str
    upgrade: Script
    downgrade: Script | None


@dataclass(frozen=True, kw_only=True)
class Scripts:
    """Both directions.

    Attributes:
        upgrade: From the base to the target.
        downgrade: Back; None when a revision of the range has no way back.
        no_way_back: Why there is none.
        revisions: The same revision by revision, in the order of the upgrade; none without
            Alembic.
    """

    upgrade: Script
    downgrade: Script | None
    no_way_back: Failure | None = None
    revisions: tuple[RevisionScripts, ...] = ()

    @property
    def all(self) -> tuple[Script, ...]:
        """Every file."""
        pairs = [(self.upgrade, self.downgrade)]
        pairs += [(one.upgrade, one.downgrade) for one in self.revisions]
        return tuple(script for pair in pairs for script in pair if script is not None)


def write_scripts(baseline: Baseline, plan: Plan, options: Options) -> Scripts | None:
    """Write the scripts.

    Args:
        baseline: The base.
        plan: The statements.
        options: What the scripts begin with.

    Returns:
        The scripts; None when there is nothing to do.

    Raises:
        UserCodeError: When a revision has what no script can have.
    """
    if not plan.draft.upgrade:
        return None
    base = frozenset(baseline.revisions)
    target = frozenset(plan.draft.target)
    known = {revision.id: revision.down for revision in baseline.history.revisions}
    drafted = {one: baseline.history.heads for one in plan.draft.target if one not in known}
    writer = _Writer(
        version_table=plan.version_table,
        parents=known | drafted,
        drafted=frozenset(drafted),
        uncommitted=plan.revision_name,
        has_history=plan.has_history,
        options=options,
    )
    upgrade, ups = writer.write("upgrade", plan.draft.upgrade, base, target)
    no_way_back = None
    downgrade: Script | None = None
    downs: dict[str, Script] = {}
    if isinstance(plan.draft.downgrade, Failure):
        no_way_back = plan.draft.downgrade
    else:
        downgrade, downs = writer.write("downgrade", plan.draft.downgrade, target, base)
    return Scripts(
        upgrade=upgrade,
        downgrade=downgrade,
        no_way_back=no_way_back,
        revisions=tuple(
            RevisionScripts(revision=name, upgrade=script, downgrade=downs.get(name))
            for name, script in ups.items()
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _Writer:
    version_table: str
    parents: Mapping[str, tuple[str, ...]]
    drafted: frozenset[str]
    uncommitted: str | None
    has_history: bool
    options: Options

    def write(
        self,
        direction: str,
        statements: tuple[Statement, ...],
        start: frozenset[str],
        end: frozenset[str],
    ) -> tuple[Script, dict[str, Script]]:
        """Write a direction, as a whole and by revision."""
        kept = [one for one in statements if self.has_history or not _is_bookkeeping(one)]
        refuse_unfit(kept, f"{direction}.sql")
        heads = [*heads_before(kept, start, self.parents, upgrade=direction == "upgrade")]
        whole = self._script(f"{direction}.sql", direction, kept, heads, end)
        if not self.has_history:
            return whole, {}
        portions = {}
        for one in by_revision(kept, heads, end):
            before = heads_before(
                one.statements, one.start, self.parents, upgrade=direction == "upgrade"
            )
            name = f"revisions/{quote(one.revision, safe='')}.{direction}.sql"
            portions[one.revision] = self._script(
                name, direction, one.statements, [*before], one.end, of=one.revision
            )
        return whole, portions

    def _script(  # a script is all of these
        self,
        name: str,
        direction: str,
        statements: list[Statement] | tuple[Statement, ...],
        heads: list[frozenset[str]],
        end: frozenset[str],
        *,
        of: str | None = None,
    ) -> Script:
        start = heads[0] if heads else end
        header = self._header(direction, start, end, of)
        parts = Parts(preamble(name, header, [one.text for one in statements], self.options))
        guarded = self.options.guard and self.has_history
        if guarded and not any(one.kind == "begin" for one in statements):
            # Nothing is in a transaction (transactional_ddl=False): one check, at the top.
            parts.add(guard_statement(name, start, end, self.version_table))
        for statement, expected in zip(statements, heads, strict=True):
            if statement.kind == "comment":
                parts.add_comment(statement.text)
            elif statement.kind == "begin":
                parts.begin()
                if guarded:
                    parts.add(guard_statement(name, expected, end, self.version_table))
            elif statement.kind == "commit":
                parts.commit()
            else:
                parts.add_statement(statement)
        _refuse_open(name, parts)
        return Script(
            name=name,
            content=parts.text().encode(),
            statements=tuple(parts.statements),
            transactional=[one.kind for one in statements].count("begin") == 1 and not parts.own,
            own=tuple(parts.own),
        )

    def _header(
        self, direction: str, start: frozenset[str], end: frozenset[str], of: str | None
    ) -> list[str]:
        if not self.has_history:
            what = (
                "from nothing to the models"
                if direction == "upgrade"
                else "from the models to nothing"
            )
            return [f"-- pgcraft: {direction} {what}."]
        lines = [f"-- pgcraft: {direction} from revision {named(start)} to {named(end)}."]
        if self.uncommitted is not None and (of is None or of in self.drafted):
            side = "to" if direction == "upgrade" else "from"
            lines.append(
                f"-- The revision that it goes {side} is not committed yet:"
                f" commit {self.uncommitted} first."
            )
        return lines


def _refuse_open(name: str, parts: Parts) -> None:
    if parts.in_transaction:
        who = ", ".join(one or "env.py" for one in parts.own)
        raise UserCodeError(
            f"{name} would end in an open transaction, which psql takes back: revision {who} "
            "begins one with words of its own.",
            advice="End it there, or leave transactions to Alembic: op.get_context()"
            ".autocommit_block() is for what must be outside of one.",
        )


def _is_bookkeeping(statement: Statement) -> bool:
    return statement.kind in {"version", "comment"}
