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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the newer version would only do again."""
    left_out = [item for item in items if _is_repeated(item)]
    if left_out and not MANY:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_repeated(item: pytest.Item) -> bool:
    values = getattr(item, "callspec", None)
    here = item.path.parent == Path(__file__).parent
    if not here or values is None or values.params.get("server") not in AT_HAND[1:]:
        return False
    name = values.params.get("name")
    if name not in STATES:
        return item.path.name == "test_fuzz.py"
    known_before = STATES[name].since <= AT_HAND[0].major
    return known_before and not in_part(name, STATES, values.params["server"])


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
