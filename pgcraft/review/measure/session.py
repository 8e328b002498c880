"""One session that runs a script's statements and sees what each does."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from importlib import resources
from typing import TYPE_CHECKING, Any

from psycopg import errors
from psycopg.pq import TransactionStatus

from .documented import documented
from .modes import ROW_EXCLUSIVE, strength
from .relations import Relations

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from .values import Evidence

_HELD = (resources.files(__package__) / "held.sql").read_text(encoding="utf-8").encode()
_SCANS = (
    b"SELECT o, pg_catalog.pg_stat_get_xact_numscans(o)"
    b" FROM pg_catalog.unnest(%s::pg_catalog.oid[]) o"
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
    """Runs statements and reads the catalog after each: one query more for each of them.

    Args:
        connection: In autocommit mode, to the database that the script is run on; nothing else
            may use it meanwhile.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._relations = Relations(connection)
        self._held: dict[int, frozenset[str]] = {}
        # Scans so far: a session keeps its counts beyond the transaction until it reports them.
        self._scans: dict[int, int] = {}

    def begin(self) -> None:
        """Begin a transaction of the script."""
        self._connection.execute(b"BEGIN")
        self._held = {}
        if self._scans:
            counted = self._connection.execute(_SCANS, (list(self._scans),), prepare=False)
            self._scans = {oid: scans for oid, scans in counted if scans}

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
        rows = self._connection.execute(
            _HELD, {"newest": self._relations.newest}, prepare=False
        ).fetchall()
        known = [row for row in rows if self._relations.get(row[0])]
        before, self._held = self._held, {row[0]: frozenset(row[1]) for row in known}
        new = {oid: modes - before.get(oid, frozenset()) for oid, modes in self._held.items()}
        if tag != "TRUNCATE TABLE":  # its new files are empty, and so is what it reads of them
            seen.rewrites.update(self._named(row[0] for row in known if self._is_rewritten(row)))
            seen.scans.update(self._named(self._scanned(known, new, tag)))
        seen.locks.update(self._new_locks(new))
        self._remember(known, tag)

    def _is_rewritten(self, row: tuple[Any, ...]) -> bool:
        oid, _, filenode, _, _ = row
        relation = self._relations.get(oid)
        return (
            relation is not None and relation.has_rows and filenode not in {None, relation.filenode}
        )

    def _is_scanned(self, row: tuple[Any, ...]) -> bool:
        oid, _, _, scans, _ = row
        relation = self._relations.get(oid)
        return relation is not None and relation.has_rows and scans > self._scans.get(oid, 0)

    def _scanned(
        self, rows: list[tuple[Any, ...]], new: dict[int, frozenset[str]], tag: str
    ) -> list[int]:
        if tag in _QUERIES:
            return []
        scanned = [row[0] for row in rows if self._is_scanned(row)]
        if tag in _BLOCKS_OF_CODE:
            return [oid for oid in scanned if any(map(_is_for_ddl, new[oid]))]
        return scanned

    def _new_locks(self, new: dict[int, frozenset[str]]) -> Iterable[tuple[str, str]]:
        for mode in sorted({mode for modes in new.values() for mode in modes}):
            taken = [oid for oid, modes in new.items() if mode in modes]
            holders = [oid for oid, modes in self._held.items() if _is_as_strong(modes, mode)]
            for name in self._relations.names(taken, holders):
                yield name, mode

    def _named(self, oids: Iterable[int]) -> list[str]:
        return self._relations.names(oids, self._held)

    def _remember(self, rows: list[tuple[Any, ...]], tag: str) -> None:
        for oid, _, filenode, scans, name in rows:
            self._relations.update(oid, name, filenode)
            if scans:
                self._scans[oid] = scans
        if tag in {"ALTER SCHEMA", *_BLOCKS_OF_CODE}:  # renames relations without a lock on them
            self._relations.refresh(self._connection)

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
        table = self._relations.table_of(row[0]) if row and row[0] else None
        relation = self._relations.get(table) if table is not None else None
        return relation.name if relation else None


def _is_as_strong(modes: Iterable[str], mode: str) -> bool:
    return max(map(strength, modes)) >= strength(mode)


def _is_for_ddl(mode: str) -> bool:
    return strength(mode) > strength(ROW_EXCLUSIVE)
