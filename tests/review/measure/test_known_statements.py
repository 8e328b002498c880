"""What is measured of a statement is what PostgreSQL's manual says of it."""

from __future__ import annotations

import pytest
from known_statements import CASES
from scripted import locks, script

from pgcraft.review.measure.run import measure_script


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sql)
def test_statement_does_what_is_known_of_it(case, connection):
    """Locks, rewrites and scans, on each version at hand."""
    first, last = case.majors
    if not first <= connection.info.server_version // 10_000 <= last:
        pytest.skip("true of another version")
    measurement = measure_script(connection, script((None if case.alone else 0, case.sql)))
    assert measurement.stop is None
    (facts,) = measurement.statements
    assert (locks(facts), ", ".join(facts.rewrites), ", ".join(facts.scans), facts.evidence) == (
        case.locks,
        case.rewrites,
        case.scans,
        case.evidence,
    )
