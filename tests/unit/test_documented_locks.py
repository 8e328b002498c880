"""Statements that run in no transaction are told by their words, however they are written."""

from __future__ import annotations

import pytest

from pgcraft.review.measure.documented import documented

ONLINE, WHOLE = "ShareUpdateExclusiveLock", "AccessExclusiveLock"


@pytest.mark.parametrize(
    ("sql", "locks", "rewrites"),
    [
        ("CREATE INDEX CONCURRENTLY ON t (a)", {("t", ONLINE)}, set()),
        (
            (
                '-- why\ncreate unique index concurrently if not exists "on t" /* x */ on only\n'
                '"S p"."t.t" using gin (a, (b || \' ON u \')) where a = 1;'
            ),
            {('"S p" . "t.t"', ONLINE)},
            set(),
        ),
        ("DROP INDEX CONCURRENTLY IF EXISTS s.ix CASCADE", {("s . ix", ONLINE)}, set()),
        ("REINDEX TABLE CONCURRENTLY t", {("t", ONLINE)}, set()),
        ("REINDEX (CONCURRENTLY, VERBOSE) INDEX ix", {("ix", ONLINE)}, set()),
        ("REINDEX (CONCURRENTLY off) TABLE t", {("t", "ShareLock")}, set()),
        ("VACUUM (ANALYZE) t (a, b), u", {("t", ONLINE), ("u", ONLINE)}, set()),
        ("VACUUM FREEZE VERBOSE ANALYZE t", {("t", ONLINE)}, set()),
        ("VACUUM FULL t, s.u", {("t", WHOLE), ("s . u", WHOLE)}, {"t", "s . u"}),
        ("VACUUM (VERBOSE, FULL true) t", {("t", WHOLE)}, {"t"}),
        ("VACUUM (FULL false) t", {("t", ONLINE)}, set()),
        ("CLUSTER t USING ix", {("t", WHOLE)}, {"t"}),
        (
            "ALTER TABLE ONLY p DETACH PARTITION s.p1 CONCURRENTLY",
            {("p", ONLINE), ("s . p1", WHOLE)},
            set(),
        ),
        ("CREATE DATABASE other", set(), set()),
        ("ALTER SYSTEM SET work_mem = '1MB'", set(), set()),
    ],
)
def test_statement_is_known_by_its_words(sql, locks, rewrites):
    """Comments, quotes, options and the case of words make no difference."""
    found = documented(sql, lambda name: name)
    assert found is not None
    assert (found.locks, found.rewrites) == (locks, rewrites)


@pytest.mark.parametrize(
    "sql",
    [
        "VACUUM",
        "VACUUM FULL",
        "VACUUM FREEZE VERBOSE",
        "CLUSTER VERBOSE",
        "REINDEX SCHEMA s",
        "CLUSTER",
        "CALL p()",
        "SELECT 'open",
    ],
)
def test_other_statements_are_not_known(sql):
    """Nothing is made up for what touches everything, or for code."""
    assert documented(sql, lambda name: name) is None
