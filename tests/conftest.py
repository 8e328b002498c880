"""Fixtures that all tests may use: one scratch PostgreSQL for the session, a database a test."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from pgcraft.postgres.programs import Programs, find_programs
from pgcraft.postgres.server import Server, scratch_server

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.register_assert_rewrite("projects.reviewing")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--sample``: what ``make test-versions`` runs on each version."""
    parser.addoption(
        "--sample",
        action="store_true",
        help="of schemas' changes and reviews a part, another one on each PostgreSQL version",
    )


_numbers = itertools.count(1)

# No example fails for being slow: these machines are shared.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def programs() -> Programs:
    """The PostgreSQL programs of this machine."""
    return find_programs()


@pytest.fixture(scope="session")
def server(programs: Programs) -> Iterator[Server]:
    """A scratch server that all tests share."""
    with scratch_server(programs) as running:
        yield running


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The name of an empty database, dropped after the test."""
    name = f"test_{next(_numbers)}"
    server.create_database(name)
    yield name
    server.drop_database(name)
