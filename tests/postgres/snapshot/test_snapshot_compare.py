"""What ``compare`` says of changes, one case a change."""

from __future__ import annotations

import pytest
from snapshot_cases import CASES, Case

from pgcraft.errors import UsageError
from pgcraft.postgres.snapshot import Snapshot, compare, take_snapshot


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_change_is_told_in_words(case: Case, server, database):
    """A change gives exactly the differences that its case lists."""
    if server.programs.major < case.since:
        pytest.skip(f"a feature of PostgreSQL {case.since}")
    connection = database(case.before)
    before = take_snapshot(connection)
    connection.execute(case.change)
    after = take_snapshot(connection)

    assert tuple(difference.text for difference in compare(before, after)) == case.texts
    assert (before == after) is (not case.texts)
    assert (before.fingerprint == after.fingerprint) is (not case.texts)


def test_differences_backwards_have_the_same_keys(database):
    """The way back touches the same objects, with the actions turned round."""
    connection = database("CREATE TABLE t (id integer); CREATE VIEW v AS SELECT 1 AS a")
    before = take_snapshot(connection)
    connection.execute("DROP VIEW v; ALTER TABLE t ALTER id TYPE bigint, ADD note text")
    after = take_snapshot(connection)

    there, back = compare(before, after), compare(after, before)
    turned = {"create": "drop", "drop": "create", "alter": "alter"}
    assert [(d.key, turned[d.action]) for d in there] == [(d.key, d.action) for d in back]
    assert [(d.before, d.after) for d in there] == [(d.after, d.before) for d in back]
    assert [d.action for d in there] == ["alter", "create", "drop"]


def test_snapshots_of_two_majors_are_refused():
    """Majors deparse differently, so that comparing them is an error that says so."""
    with pytest.raises(UsageError, match=r"PostgreSQL 15 cannot be compared .* PostgreSQL 18"):
        compare(Snapshot(version=15, objects=()), Snapshot(version=18, objects=()))
