"""What PostgreSQL's manual says of statements that run in no transaction.

Their locks are gone when they return, so they are told by their words and not by looking:
https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY and
the pages of the other commands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.review.layout.lexer import UnreadableError, tokenize

from .modes import ACCESS_EXCLUSIVE, SHARE, SHARE_UPDATE_EXCLUSIVE

if TYPE_CHECKING:
    from collections.abc import Callable

# The words are reserved: no name that is not quoted.
_PART = (
    r'(?:(?:U&)?"(?:[^"]|"")+"'
    r'|(?!(?:FULL|FREEZE|VERBOSE|ANALYZE|ANALYSE|CONCURRENTLY)\b)[^\s"(),.;]+)'
)
_NAME = rf"{_PART}(?: \. {_PART})*"
_OPTIONS = r"(?:\( [^()]* \) )?"


@dataclass(frozen=True, kw_only=True)
class Documented:
    """What is documented of a statement, with the names of its relations.

    Attributes:
        locks: Relation and mode of each lock.
        rewrites: Relations that are written anew.
        scans: Relations that are read whole.
    """

    locks: frozenset[tuple[str, str]] = frozenset()
    rewrites: frozenset[str] = frozenset()
    scans: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class _Form:
    """A command: its words, and for the names in it what happens to them."""

    words: str
    mode: str | None = None
    partition_mode: str | None = None
    rewrites: bool = False
    scans: bool = False


_FORMS = (
    _Form(
        words=rf"CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:IF NOT EXISTS )?(?:{_PART} )?"
        rf"ON (?:ONLY )?(?P<tables>{_NAME})(?: .*)?",
        mode=SHARE_UPDATE_EXCLUSIVE,
        scans=True,
    ),
    _Form(
        words=rf"DROP INDEX CONCURRENTLY (?:IF EXISTS )?(?P<tables>{_NAME})"
        r"(?: CASCADE| RESTRICT)?",
        mode=SHARE_UPDATE_EXCLUSIVE,
    ),
    _Form(
        words=rf"REINDEX (?:{_OPTIONS}(?:INDEX|TABLE) CONCURRENTLY|"
        rf"\( [^()]*\bCONCURRENTLY(?! (?:OFF|FALSE|0)\b)[^()]* \) (?:INDEX|TABLE)) "
        rf"(?P<tables>{_NAME})",
        mode=SHARE_UPDATE_EXCLUSIVE,
        scans=True,
    ),
    _Form(
        # Of a partitioned table or index, one partition after the other.
        words=rf"REINDEX {_OPTIONS}(?:INDEX|TABLE) (?P<tables>{_NAME})",
        mode=SHARE,
        scans=True,
    ),
    _Form(
        words=rf"VACUUM (?:\( (?:[^()]*, )?FULL(?! (?:OFF|FALSE|0)\b)[^()]* \) |FULL "
        rf"(?:FREEZE )?(?:VERBOSE )?(?:ANALYZE )?)(?P<tables>{_NAME}(?: \( [^()]* \))?"
        rf"(?: , {_NAME}(?: \( [^()]* \))?)*)",
        mode=ACCESS_EXCLUSIVE,
        rewrites=True,
        scans=True,
    ),
    _Form(
        words=rf"VACUUM {_OPTIONS}(?:FREEZE )?(?:VERBOSE )?(?:ANALYZE )?"
        rf"(?P<tables>{_NAME}(?: \( [^()]* \))?(?: , {_NAME}(?: \( [^()]* \))?)*)",
        mode=SHARE_UPDATE_EXCLUSIVE,
        scans=True,
    ),
    _Form(
        words=rf"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(?P<tables>{_NAME}) "
        rf"DETACH PARTITION (?P<partition>{_NAME}) CONCURRENTLY",
        mode=SHARE_UPDATE_EXCLUSIVE,
        partition_mode=ACCESS_EXCLUSIVE,
    ),
    _Form(
        words=rf"CLUSTER {_OPTIONS}(?:VERBOSE )?(?P<tables>{_NAME})(?: USING {_PART})?",
        mode=ACCESS_EXCLUSIVE,
        rewrites=True,
        scans=True,
    ),
    # They touch no relation of the database.
    _Form(words=r"(?:CREATE|ALTER|DROP) (?:DATABASE|TABLESPACE|SUBSCRIPTION|SYSTEM) .*"),
)


def documented(sql: str, resolve: Callable[[str], str | None]) -> Documented | None:
    """Tell what a statement does by its words.

    Args:
        sql: One statement.
        resolve: Gives the full name of the table that a name means, or of the table that an
            index of this name is on; None for what need not be told of.

    Returns:
        What is documented; None for a statement of another form.
    """
    try:
        text = " ".join(token.text for token in tokenize(sql) if token.text not in {"", ";"})
    except UnreadableError:
        return None
    for form in _FORMS:
        found = re.fullmatch(form.words, text, re.IGNORECASE | re.DOTALL)
        if found:
            return _facts(form, found.groupdict(), resolve)
    return None


def _facts(
    form: _Form, names: dict[str, str | None], resolve: Callable[[str], str | None]
) -> Documented:
    listed = re.sub(r" \( [^()]* \)", "", names.get("tables") or "")
    tables = {table for one in re.findall(_NAME, listed) if (table := resolve(one))}
    locks = {(table, form.mode) for table in tables if form.mode}
    partition = names.get("partition")
    if partition and form.partition_mode and (table := resolve(partition)):
        locks.add((table, form.partition_mode))
    return Documented(
        locks=frozenset(locks),
        rewrites=frozenset(tables if form.rewrites else ()),
        scans=frozenset(tables if form.scans else ()),
    )
