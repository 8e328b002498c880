"""Databases in a state, on each PostgreSQL at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from migrate.migrating import MANY, Desk
from migrate.states import STATES
from versions import AT_HAND, in_part

from pgcraft.postgres.server import Server, scratch_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.programs import Programs

# A column depends on what its expression calls even after DROP EXPRESSION; it cannot be told its
# type again then ("found unexpected dependency"), and DROP FUNCTION takes it along.
NOT_ON_14 = {
    "function that goes from under a default, a check and a generated column",
    "function that goes from under a generated column that a view, an index and a check read",
}
"""States that PostgreSQL 14 has no way to."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a version would only do again."""
    sample = config.getoption("sample")
    left_out = {item for item in items if _is_repeated(item, sample=sample)}
    if left_out and not MANY:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        name, programs = _case(item)
        if programs is not None and programs.major == 14 and name in NOT_ON_14:
            reason = "DROP FUNCTION takes along a column that was computed with it"
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def _case(item: pytest.Item) -> tuple[str | None, Programs | None]:
    """The state and the version that an item is about, of those in this directory."""
    values = getattr(item, "callspec", None)
    if item.path.parent != Path(__file__).parent or values is None:
        return None, None
    return values.params.get("name"), values.params.get("server")


def _is_repeated(item: pytest.Item, *, sample: bool) -> bool:
    name, programs = _case(item)
    if programs is None or not (sample or programs in AT_HAND[1:]):
        return False
    if name not in STATES:
        return item.path.name == "test_fuzz.py"
    # What the oldest version does not know, each that does is to do.
    oldest = 14 if sample else AT_HAND[0].major
    return STATES[name].since <= oldest and not in_part(name, STATES, programs, of=6)


@pytest.fixture(scope="session", params=AT_HAND, ids=lambda programs: programs.version)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A running scratch server of each version."""
    with scratch_server(request.param) as running:
        yield running


@pytest.fixture(scope="session")
def desks(server: Server) -> Desk:
    return Desk(server)


@pytest.fixture
def desk(desks: Desk) -> Iterator[Desk]:
    """Makes databases, migrates and compares them; they are dropped after the test."""
    yield desks
    desks.clear()
