"""Databases in a state, on each PostgreSQL at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from migrate.migrating import Desk

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


@pytest.fixture(scope="session", params=_all_programs(), ids=lambda programs: programs.version)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A running scratch server of each version."""
    with scratch_server(request.param) as running:
        yield running


@pytest.fixture(scope="session")
def desks(server: Server) -> Iterator[Desk]:
    return Desk(server)


@pytest.fixture
def desk(desks: Desk) -> Iterator[Desk]:
    """Makes databases, migrates and compares them; they are dropped after the test."""
    yield desks
    desks.clear()
