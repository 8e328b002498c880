"""Findings on what the scripts say, whatever it does."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from .finding import Finding
from .reading import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan
    from .scripts import Script, Scripts

_DEFINES = {"ALTER", "CREATE", "DROP", "REINDEX"}
_SPEAKS_ON = {"COMMENT", "GRANT", "REVOKE", "SECURITY"}


def find_in_scripts(plan: Plan, scripts: Scripts | None) -> Iterator[Finding]:
    """Judge the text of the scripts.

    Args:
        plan: What they are made of.
        scripts: The scripts; None when nothing changes.

    Yields:
        Findings.
    """
    if scripts is None:
        return
    if plan.revision_name is not None:
        yield Finding(
            rule="uncommitted",
            level="info",
            message=f"upgrade.sql ends at revision {', '.join(plan.draft.target)}, which is "
            "drafted and not committed: a database that it is applied to is then at a revision "
            "that nobody else has.",
            help=f"Commit {plan.revision_name} before upgrade.sql is applied anywhere that counts.",
            script="upgrade.sql",
            evidence="documented",
        )
    for script in (scripts.upgrade, scripts.downgrade):
        if script is not None:
            yield from _own_transactions(script)
            yield from _databases(script)


def _own_transactions(script: Script) -> Iterator[Finding]:
    for revision in script.own:
        yield Finding(
            rule="own-transaction",
            level="warning",
            message=f"Revision {revision} begins or ends transactions in {script.name} with words "
            "of its own. What comes before them stays when what follows fails, and no guard "
            "stands where they begin one.",
            help="Leave transactions to Alembic: op.get_context().autocommit_block() runs what "
            "must be outside of one.",
            script=script.name,
            evidence="documented",
        )


def _databases(script: Script) -> Iterator[Finding]:
    for statement in script.statements:
        for words in read(statement.sql).statements:
            name = _database(words)
            if name is not None:
                yield Finding(
                    rule="names-database",
                    level="warning",
                    message=f"Revision {statement.revision} names the database {name}, in line "
                    f"{statement.line} of {script.name}. The script is for a database of any name, "
                    "and was run on one of another.",
                    help="Let SQL find it: DO $$ BEGIN EXECUTE format('… DATABASE %I …', "
                    "current_database()); END $$.",
                    script=script.name,
                    evidence="documented",
                )


def _database(words: tuple[str, ...]) -> str | None:
    """The database that a statement names."""
    for before, word in pairwise(words):
        if word == "DATABASE" and (
            (words[0] in _DEFINES and before in _DEFINES)
            or (words[0] in _SPEAKS_ON and before == "ON")
            or (words[:2] == ("ALTER", "ROLE") and before == "IN")
        ):
            following = [one for one in words[words.index(word) + 1 :] if one not in _FILLING]
            return _as_named(following[0]) if following and following[0] else None
    return None


_FILLING = {"IF", "NOT", "EXISTS", "CONCURRENTLY"}


def _as_named(word: str) -> str:
    return word if word.startswith('"') else word.lower()
