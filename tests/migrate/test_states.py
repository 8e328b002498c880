"""Every change of a schema is planned in an order that works, in both directions."""

from __future__ import annotations

import pytest
from migrate.states import STATES


@pytest.mark.parametrize("name", STATES)
def test_state_reached_and_left(desk, name):
    """From the first to the second, back to the first, and to the second again."""
    pair = STATES[name]
    if desk.server.programs.major < pair.since:
        pytest.skip(f"needs PostgreSQL {pair.since}")
    first, second, moved = (desk.make(sql) for sql in (pair.first, pair.second, pair.first))
    for wanted, left in ((second, pair.left), (first, pair.left_back), (second, pair.left)):
        desk.migrate(moved, wanted)
        differences, dump = desk.left(moved, wanted)
        assert differences == list(left)
        assert dump == [] or left
