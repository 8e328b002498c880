"""Fixtures: databases to measure on, of each version at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from versions import AT_HAND

from pgcraft.postgres.server import scratch_server

KNOWN = Path(__file__).with_name("known.sql").read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=AT_HAND, ids=lambda programs: str(programs.major))
def measured_server(request):
    """A server with the database ``known``."""
    with scratch_server(request.param) as server:
        server.create_database("known")
        with server.connect("known") as connection:
            connection.execute(KNOWN.encode())
        yield server


@pytest.fixture
def connection(measured_server):
    """A copy of ``known``."""
    measured_server.create_database("copy", template="known")
    with measured_server.connect("copy") as connection:
        yield connection
    measured_server.drop_database("copy")
