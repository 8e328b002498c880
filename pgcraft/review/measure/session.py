"""One session that runs a script's statements and sees what each does."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any

from psycopg import errors
from psycopg.pq import TransactionStatus

from .documented import documented
from .modes import ACCESS_SHARE, MODES, SHARE_UPDATE_EXCLUSIVE, strength
from .relations import Relations

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from .values import Evidence

_LOCKS, _TABLES = (
    (resources.files(__package__) / name).read_text(encoding="utf-8").encode()
    for name in ("locks.sql", "tables.sql")
)
_NO_TRANSACTION = (errors.ActiveSqlTransaction, errors.InvalidTransactionTermination)

# Their plans depend on the rows, and those of production are not here.
_QUERIES = {
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "COPY",
    "FETCH",
    "CREATE TABLE AS",
    "REFRESH MATERIALIZED VIEW",
}
_BLOCKS_OF_CODE = {"DO", "CALL"}
_FOR_DDL = MODES[strength(SHARE_UPDATE_EXCLUSIVE) :]
_RENAMES = re.compile(r"\b(RENAME|SCHEMA)\b", re.IGNORECASE)


@dataclass(kw_only=True)
class Seen:
    """What was seen of a statement.

    Attributes:
        locks: Relation and mode of each new lock.
        rewrites: Relations with another file.
        scans: Relations that were read whole.
        evidence: How it is known.
        milliseconds: How long the statement itself took.
    """

    locks: set[tuple[str, str]] = field(default_factory=set)
    rewrites: set[str] = field(default_factory=set)
    scans: set[str] = field(default_factory=set)
    evidence: Evidence = "measured"
    milliseconds: float = 0


class Session:
    """Runs statements and reads the catalog after each: two queries more for each of them.

    Args:
        connection: In autocommit mode, to the database that the script is run on; nothing else
            may use it meanwhile.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._relations = Relations(connection)
        self._held: dict[str, set[int]] = {}
        self._tables: set[int] = set()
        # Scans so far: a session keeps its counts beyond the transaction until it reports them.
        self._scans: dict[int, int] = {}

    def begin(self) -> None:
        """Begin a transaction of the script."""
        self._connection.execute(b"BEGIN")
        self._held = {mode: set() for mode in MODES}
        self._tables = set()
        if self._scans:
            self._scans = {oid: scans for oid, _, scans in self._state_of(self._scans)}

    def commit(self) -> None:
        """End it."""
        self._connection.execute(b"COMMIT")

    def run(self, sql: str, seen: Seen) -> None:
        """Run one statement and add what is seen of it.

        Args:
            sql: One statement.
            seen: What was seen of the same text before.

        Raises:
            psycopg.Error: It failed.
        """
        if self._in_transaction:
            self._observe(sql, seen)
            return
        self.begin()
        try:
            self._observe(sql, seen)
        except _NO_TRANSACTION:
            self._connection.execute(b"ROLLBACK")
            self._run_alone(sql, seen)
            return
        if self._in_transaction:
            self.commit()

    @property
    def _in_transaction(self) -> bool:
        return self._connection.info.transaction_status != TransactionStatus.IDLE

    def _execute(self, sql: str, seen: Seen) -> str:
        """Run a statement; return its command tag, without the number of rows."""
        started = time.perf_counter()
        cursor = self._connection.execute(sql.encode(), prepare=False)
        seen.milliseconds += (time.perf_counter() - started) * 1000
        return (cursor.statusmessage or "").rstrip(" 0123456789")

    def _observe(self, sql: str, seen: Seen) -> None:
        tag = self._execute(sql, seen)
        if not self._in_transaction:  # it was the COMMIT of the script's own text
            return
        new = self._new_locks()
        for mode, oids in new.items():
            names = self._relations.names(oids, partial(self._is_held, mode=mode))
            seen.locks.update((name, mode) for name in names)
        rewritten, scanned = self._changed_tables()
        if tag == "TRUNCATE TABLE":  # its new files are empty, and so is what it reads of them
            return
        if tag in _QUERIES:
            scanned = []
        elif tag in _BLOCKS_OF_CODE:
            for_ddl = {oid for mode in _FOR_DDL for oid in new.get(mode, ())}
            scanned = [oid for oid in scanned if oid in for_ddl]
        seen.rewrites.update(self._relations.names(rewritten, self._is_held))
        seen.scans.update(self._relations.names(scanned, self._is_held))
        if tag in _BLOCKS_OF_CODE or (tag.startswith("ALTER ") and _RENAMES.search(sql)):
            self._relations.refresh(self._connection)

    def _new_locks(self) -> dict[str, set[int]]:
        """The locks since the last time, by mode."""
        found = self._connection.execute(
            _LOCKS, {"newest": self._relations.newest}, prepare=False
        ).fetchall()
        new = {mode: set(oids) - self._held[mode] for mode, oids in found}
        for mode, oids in new.items():
            self._held[mode] |= oids
            self._tables.update(oid for oid in oids if self._relations.has_rows(oid))
        return new

    def _changed_tables(self) -> tuple[list[int], list[int]]:
        """The tables with another file, and those that were read whole, since the last time."""
        rewritten, scanned = [], []
        for oid, filenode, scans in self._state_of(self._tables):
            if filenode is not None and self._relations.replace_file(oid, filenode):
                rewritten.append(oid)
            if scans != self._scans.get(oid, 0):
                scanned.append(oid)
                self._scans[oid] = scans
        return rewritten, scanned

    def _state_of(self, tables: Iterable[int]) -> list[tuple[int, int | None, int]]:
        listed = list(tables)
        if not listed:
            return []
        return self._connection.execute(_TABLES, {"tables": listed}, prepare=False).fetchall()

    def _is_held(self, oid: int, mode: str = ACCESS_SHARE) -> bool:
        """Whether the transaction has a lock on a relation, of this mode or a stronger one."""
        return any(oid in self._held[one] for one in MODES[strength(mode) :])

    def _run_alone(self, sql: str, seen: Seen) -> None:
        """Run what PostgreSQL refuses inside of a transaction."""
        facts = documented(sql, self._relation)
        self._execute(sql, seen)
        self._relations.refresh(self._connection)
        if facts is None:
            seen.evidence = "none"
            return
        if seen.evidence == "measured":
            seen.evidence = "documented"
        seen.locks.update(facts.locks)
        seen.rewrites.update(facts.rewrites)
        seen.scans.update(facts.scans)

    def _relation(self, name: str) -> str | None:
        """The table that a name in a statement means; None for one that the script made."""
        row = self._connection.execute(
            b"SELECT pg_catalog.to_regclass(%s)::pg_catalog.oid", (name,), prepare=False
        ).fetchone()
        return self._relations.name_of(row[0]) if row and row[0] else None
