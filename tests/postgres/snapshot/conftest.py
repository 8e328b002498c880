"""A scratch server of each PostgreSQL at hand, with the roles that the cases grant to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from versions import AT_HAND

from pgcraft.postgres.server import Server, scratch_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import psycopg

ROLES = ("anon", "staff", '"Größe"')


@pytest.fixture(scope="session", params=AT_HAND, ids=lambda programs: programs.version)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A running scratch server of each version, with the roles of the cases."""
    with scratch_server(request.param) as running:
        with running.connect("postgres") as connection:
            for role in ROLES:
                connection.execute(f"CREATE ROLE {role}")
        yield running


@pytest.fixture(scope="session")
def rich_template(server: Server) -> str:
    """The name of a database with an object of every kind; nothing connects to it."""
    server.create_database("rich")
    with server.connect("rich") as connection:
        connection.execute(Path(__file__).with_name("rich.sql").read_text(encoding="utf-8"))
    return "rich"


@pytest.fixture
def database(server: Server, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Make a database and connect to it: ``database(sql, template=name)``."""
    made: list[psycopg.Connection[Any]] = []

    def make(statements: str = "", *, template: str | None = None) -> psycopg.Connection[Any]:
        name = f"snapshot_{len(made)}"
        server.create_database(name, template=template)
        made.append(server.connect(name))
        if statements:
            made[-1].execute(statements)
        return made[-1]

    yield make
    for number, connection in enumerate(made):
        connection.close()
        server.drop_database(f"snapshot_{number}")
