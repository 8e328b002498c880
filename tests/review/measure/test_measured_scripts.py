"""Whole scripts: transactions, names that change, what the script makes, and how it ends."""

from __future__ import annotations

import re

import psycopg
import pytest
from scripted import locks, script

from pgcraft.review.measure.modes import MODES, blocks
from pgcraft.review.measure.run import MEASURED, measure, measure_script
from pgcraft.review.scripts import Scripts


def test_lock_is_told_of_the_statement_that_takes_it_first(connection):
    """A transaction holds its locks to the end; the next transaction takes them anew."""
    measurement = measure_script(
        connection,
        script(
            (0, "ALTER TABLE s.t ADD c integer"),
            (0, "ALTER TABLE s.t ALTER a SET NOT NULL"),
            (1, "ALTER TABLE s.t ADD d integer"),
        ),
    )
    assert [locks(one) for one in measurement.statements] == [
        "s.t AccessExclusive",
        "",
        "s.t AccessExclusive",
    ]
    assert [one.scans for one in measurement.statements] == [(), ("s.t",), ()]


def test_scans_of_earlier_transactions_are_not_counted_again(connection):
    """A session keeps its counts for a while after the transaction."""
    measurement = measure_script(
        connection,
        script(
            *(
                (number, f"ALTER TABLE s.t {what}")
                for number, what in enumerate(
                    ("ALTER a SET NOT NULL", "ALTER a SET DEFAULT 1", "ADD CHECK (a > 0)")
                )
            )
        ),
    )
    assert [one.scans for one in measurement.statements] == [("s.t",), (), ("s.t",)]


def test_each_rewrite_is_told_of_its_statement(connection):
    """Twice in one transaction, and not for what follows."""
    measurement = measure_script(
        connection,
        script(
            "ALTER TABLE s.t ALTER b TYPE bigint",
            "ALTER TABLE s.t ADD c integer",
            "ALTER TABLE s.t ALTER b TYPE numeric",
        ),
    )
    assert [one.rewrites for one in measurement.statements] == [("s.t",), (), ("s.t",)]


def test_what_the_script_makes_is_left_out(connection):
    """A new table, its index and its partition are nobody's yet; what they refer to is."""
    measurement = measure_script(
        connection,
        script(
            "CREATE TABLE s.fresh (id integer PRIMARY KEY, at date) ",
            "CREATE INDEX ON s.fresh (at)",
            "ALTER TABLE s.fresh ADD FOREIGN KEY (id) REFERENCES s.owners (id)",
            "ALTER TABLE s.fresh ALTER id TYPE bigint",
            (None, "CREATE INDEX CONCURRENTLY ON s.fresh (id, at)"),
        ),
    )
    assert measurement.stop is None
    made, index, key, retyped, concurrently = measurement.statements
    assert locks(made) == locks(index) == locks(concurrently) == ""
    assert "s.owners ShareRowExclusive" in locks(key)
    assert {lock.relation for lock in key.locks} == {"s.owners"}
    assert not retyped.rewrites
    assert concurrently.evidence == "documented"


def test_relation_goes_by_the_name_that_the_statement_finds(connection):
    """Renamed, moved, its schema renamed, and dropped in the end."""
    measurement = measure_script(
        connection,
        script(
            'ALTER TABLE s.plain RENAME TO "Plain.er"',
            "CREATE SCHEMA z",
            (1, 'ALTER TABLE s."Plain.er" SET SCHEMA z'),
            (1, "ALTER SCHEMA z RENAME TO y"),
            (2, 'ALTER TABLE y."Plain.er" ADD c integer'),
            (3, 'DROP TABLE y."Plain.er"'),
        ),
    )
    assert measurement.stop is None
    assert [locks(one) for one in measurement.statements] == [
        "s.plain AccessExclusive",
        "",
        's."Plain.er" AccessExclusive',
        "",
        'y."Plain.er" AccessExclusive',
        'y."Plain.er" AccessExclusive',
    ]


def test_partitions_together_go_by_their_table(connection):
    """All of them is the table; one of them is itself, even beside the table."""
    measurement = measure_script(
        connection,
        script(
            (0, "ALTER TABLE s.parted ALTER id TYPE bigint"),
            (1, "ALTER TABLE s.p2 ADD CHECK (id > 0)"),
            (2, "DROP TABLE s.p2"),
        ),
    )
    whole, one, drop = measurement.statements
    assert (whole.rewrites, whole.scans) == (("s.parted",), ("s.parted",))
    assert {lock.relation for lock in whole.locks} == {"s.parted"}
    assert (locks(one), one.scans) == ("s.p2 AccessExclusive", ("s.p2",))
    assert locks(drop) == "s.p2 AccessExclusive; s.parted AccessExclusive"


def test_statements_of_one_text_count_together(connection):
    """Also outside of a transaction, where psql runs each by itself."""
    measurement = measure_script(
        connection,
        script(
            "ALTER TABLE s.t ADD c integer; -- and\nCREATE INDEX ON s.plain (b);",
            (None, "CREATE INDEX CONCURRENTLY ON s.t (b); CREATE INDEX CONCURRENTLY ON s.t (v);"),
            (None, "COMMENT ON TABLE s.t IS 'x'; VACUUM s.plain"),
        ),
    )
    assert measurement.stop is None
    first, second, third = measurement.statements
    assert locks(first) == "s.plain Share; s.t AccessExclusive"
    assert (locks(second), second.evidence) == ("s.t ShareUpdateExclusive", "documented")
    assert locks(third) == "s.plain ShareUpdateExclusive; s.t ShareUpdateExclusive"
    assert third.evidence == "documented"


def test_transactions_of_the_text_itself_are_followed(connection):
    """A COMMIT in a revision's SQL ends the transaction that pgcraft began."""
    measurement = measure_script(
        connection,
        script(
            "LOCK TABLE s.t; COMMIT; VACUUM s.plain; BEGIN; LOCK TABLE s.owners",
            "SELECT 1",
        ),
    )
    assert measurement.stop is None
    assert locks(measurement.statements[0]) == (
        "s.owners AccessExclusive; s.plain ShareUpdateExclusive; s.t AccessExclusive"
    )


def test_label_of_an_enum_is_used_after_its_commit(connection):
    """ADD VALUE outside of the transaction is measured and committed at once."""
    measurement = measure_script(
        connection,
        script(
            (None, "ALTER TYPE s.mood ADD VALUE 'good'"),
            (0, "INSERT INTO s.with_domain (m) VALUES ('good')"),
        ),
    )
    assert measurement.stop is None
    assert [one.evidence for one in measurement.statements] == ["measured", "measured"]


@pytest.mark.parametrize("outside", [True, False])
def test_statement_that_fails_ends_the_measurement(outside, connection):
    """It and what follows have no evidence; the line and the server's words are kept."""
    measurement = measure_script(
        connection,
        script(
            "ALTER TABLE s.t ADD c integer",
            (None if outside else 0, "ALTER TABLE s.nowhere ADD c integer"),
            "ALTER TABLE s.t ADD d integer",
        ),
    )
    assert measurement.stop is not None
    assert (measurement.stop.index, measurement.stop.line) == (1, 11)
    assert measurement.stop.message == 'relation "s.nowhere" does not exist'
    assert [one.evidence for one in measurement.statements] == ["measured", "none", "none"]
    assert [index for _, index, _ in measurement.milliseconds] == [0]


def test_commit_that_fails_ends_the_measurement(connection):
    """A deferred constraint is checked there; the statement before it is named."""
    measurement = measure_script(
        connection,
        script(
            "ALTER TABLE s.with_domain ADD FOREIGN KEY (id) REFERENCES s.owners (id)"
            " DEFERRABLE INITIALLY DEFERRED",
            "INSERT INTO s.with_domain (id) VALUES (5)",
        ),
    )
    assert measurement.stop is not None
    assert measurement.stop.index == 1
    assert "violates foreign key constraint" in measurement.stop.message


def test_settings_of_the_script_do_not_disturb_the_reading(connection):
    """Another search path, another role, and DISCARD ALL."""
    measurement = measure_script(
        connection,
        script(
            "SET search_path TO s; CREATE FUNCTION s.format(text) RETURNS text LANGUAGE sql AS 'SELECT 1'",
            "CREATE TABLE s.pg_class (id integer); CREATE VIEW s.pg_locks AS SELECT 1 AS one",
            "ALTER TABLE t ADD c integer",
            "SET LOCAL ROLE measured_reader",
            (None, "DISCARD ALL"),
            (1, "ALTER TABLE s.t ADD d integer"),
        ),
    )
    assert measurement.stop is None
    assert [locks(one) for one in measurement.statements[2:]] == [
        "s.t AccessExclusive",
        "",
        "",
        "s.t AccessExclusive",
    ]


def test_mode_blocks_what_conflicts_with_it(measured_server, connection):
    """The words agree with the server: what is said to wait does, and nothing else."""
    taken_by = dict(zip(MODES, blocks("AccessExclusiveLock"), strict=True))

    def taken(session, mode: str) -> bool:
        words = re.sub(r"(?<!^)(?=[A-Z])", " ", mode.removesuffix("Lock"))
        session.execute("BEGIN")
        try:
            session.execute(f"LOCK TABLE s.t IN {words} MODE NOWAIT".encode())
        except psycopg.errors.LockNotAvailable:
            return False
        return True

    with measured_server.connect("copy") as other:
        for mode in MODES:
            assert taken(connection, mode)
            waiting = []
            for wanted in MODES:
                if not taken(other, wanted):
                    waiting.append(taken_by[wanted])
                other.execute("ROLLBACK")
            connection.execute("ROLLBACK")
            assert tuple(waiting) == blocks(mode)


def both(up: list[str], down: list[str]) -> Scripts:
    return Scripts(upgrade=script(*up), downgrade=script(*down, name="downgrade.sql"))


def test_downgrade_is_measured_after_the_upgrade(measured_server):
    """On the same copy, which is gone afterwards; what the upgrade made was there for it."""
    measurement = measure(
        measured_server,
        "known",
        both(["CREATE TABLE s.fresh (id integer)"], ["DROP TABLE s.fresh"]),
    )
    assert measurement.stop is None
    assert [(one.script, locks(one)) for one in measurement.statements] == [
        ("upgrade.sql", ""),
        ("downgrade.sql", "s.fresh AccessExclusive"),
    ]
    with measured_server.connect("postgres") as connection:
        databases = connection.execute("SELECT datname FROM pg_database").fetchall()
    assert (MEASURED,) not in databases


@pytest.mark.parametrize(
    "sql",
    [
        "COPY s.t FROM STDIN",
        "COPY s.t TO STDOUT",
        "\\echo this is for psql",
        "SELECT pg_terminate_backend(pg_backend_pid())",
    ],
)
def test_what_a_driver_cannot_run_ends_both_scripts(sql, measured_server):
    """Whatever state it leaves the connection in; nothing is said of the rest."""
    measurement = measure(measured_server, "known", both([sql, "SELECT 1"], ["SELECT 2"]))
    assert measurement.stop is not None
    assert measurement.stop.index == 0
    assert {one.evidence for one in measurement.statements} == {"none"}


@pytest.mark.parametrize("left_open", ["BEGIN; LOCK TABLE s.t", "SAVEPOINT a; LOCK TABLE s.t"])
def test_transaction_that_the_text_leaves_open_is_closed(left_open, measured_server):
    """The downgrade has a session of its own and does not wait for it."""
    measurement = measure(measured_server, "known", both([left_open], ["LOCK TABLE s.t"]))
    assert measurement.stop is None
    assert [locks(one) for one in measurement.statements] == ["s.t AccessExclusive"] * 2
