"""Databases in a state, on each PostgreSQL at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from migrate.migrating import MANY, Desk
from migrate.states import STATES

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.programs import Programs, find_programs
from pgcraft.postgres.server import Server, scratch_server

if TYPE_CHECKING:
    from collections.abc import Iterator


def _all_programs() -> list[Programs]:
    """What pgcraft finds first, and the newest major that has another version."""
    found = [find_programs()]
    try:
        found.append(find_programs("18"))
    except ServerUnavailableError:
        return found
    return found[: 1 if found[0].major == found[1].major else 2]


PROGRAMS = _all_programs()
# Of the states that both versions know, how many the newer one sees; ``make fuzz`` shows it all.
PART = 6


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the newer version would only do again."""
    left_out = [item for item in items if _is_repeated(item)]
    if left_out and not MANY:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_repeated(item: pytest.Item) -> bool:
    values = getattr(item, "callspec", None)
    here = item.path.parent == Path(__file__).parent
    if not here or values is None or values.params.get("server") not in PROGRAMS[1:]:
        return False
    name = values.params.get("name")
    if name not in STATES:
        return item.path.name == "test_fuzz.py"
    known_before = STATES[name].since <= PROGRAMS[0].major
    return known_before and list(STATES).index(name) % PART > 0


@pytest.fixture(scope="session", params=PROGRAMS, ids=lambda programs: programs.version)
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
