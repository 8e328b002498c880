"""Two databases of one server: what the history gave, and what the models create."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import sql
from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from pgcraft.alembic.create import create_with_schemas
from pgcraft.alembic.replay import replay_history
from pgcraft.postgres.extensions import copy_extensions
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.server import scratch_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Connection

    Session = psycopg.Connection[Any]
    Parameters = dict[str, Any]


@contextmanager
def side_by_side(
    context: MigrationContext, metadata: Sequence[MetaData]
) -> Iterator[tuple[Session, Session]]:
    """Connect to the database that was compared, and to one that has the models.

    Args:
        context: The running autogenerate.
        metadata: The models.

    Yields:
        Both connections, in autocommit mode. On a server that lets nobody create databases they
        are to a scratch server, where the history was replayed.
    """
    assert context.connection is not None  # noqa: S101  # autogenerate runs online
    with ExitStack() as stack:
        parameters = connection_parameters(context.connection)
        beside = _beside(context.connection, parameters, stack)
        if beside is not None:
            on_head, wanted = beside
        else:
            server = stack.enter_context(scratch_server(find_programs()))
            server.create_database("head")
            server.create_database("models")
            wanted = server.conninfo("models")
            replay_history(context, _engine_of(server.conninfo("head")))
            on_head = stack.enter_context(_session(server.conninfo("head")))
        on_models = stack.enter_context(_session(wanted))
        copy_extensions(on_head, on_models)
        create_with_schemas(_runner(wanted), metadata)
        yield on_head, on_models


def _beside(
    connection: Connection, parameters: Parameters, stack: ExitStack
) -> tuple[Session, Parameters] | None:
    """A session beside a connection, and a new database there; None where that is not to be had.

    A project may connect in a way that cannot be told from outside. Whoever answers must be the
    same server with the same database, or nothing is made there.
    """
    try:
        session = stack.enter_context(_session(parameters))
        if session.execute(_IDENTITY).fetchone() != _identity(connection):
            return None
        return session, stack.enter_context(_new_database(session, parameters))
    except (psycopg.OperationalError, psycopg.errors.InsufficientPrivilege):
        return None


_IDENTITY = (
    "SELECT extract(epoch FROM pg_postmaster_start_time())::text, oid::text"
    " FROM pg_catalog.pg_database WHERE datname = current_database()"
)


def _identity(connection: Connection) -> tuple[str, str]:
    row = connection.exec_driver_sql(_IDENTITY).one()
    return row[0], row[1]


def connection_parameters(connection: Connection) -> Parameters:
    """How to connect as another connection did, as libpq's keywords.

    Args:
        connection: A connection of any driver; of psycopg and psycopg2 the driver itself is
            asked, of others the engine's URL.
    """
    driver: Any = connection.connection.driver_connection
    info: Any = getattr(driver, "info", None)
    if hasattr(info, "get_parameters"):
        return {**info.get_parameters(), "password": info.password or None}
    if hasattr(info, "dsn_parameters"):
        return {**info.dsn_parameters, "password": info.password or None}
    _, named = connection.dialect.create_connect_args(connection.engine.url)
    parameters = {"dbname": named.get("database"), **named}
    known = ("host", "port", "user", "password", "dbname")
    return {name: parameters[name] for name in known if parameters.get(name) is not None}


def _session(parameters: Parameters) -> Session:
    return psycopg.connect(**parameters, autocommit=True)


@contextmanager
def _new_database(session: Session, parameters: Parameters) -> Iterator[Parameters]:
    """Make a database of a random name; it goes again, with the roles made meanwhile."""
    name = f"pgcraft_models_{secrets.token_hex(8)}"
    known = _roles(session)
    session.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield {**parameters, "dbname": name}
    finally:
        session.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in sorted(_roles(session) - known):
            session.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _roles(session: Session) -> set[str]:
    return {row[0] for row in session.execute("SELECT rolname FROM pg_catalog.pg_roles")}


def _engine_of(parameters: Parameters) -> Any:
    # The URL is for whoever reads it.
    url = URL.create("postgresql+psycopg", parameters.get("user"), database=parameters["dbname"])
    return create_engine(url, creator=lambda: psycopg.connect(**parameters), poolclass=NullPool)


def _runner(parameters: Parameters) -> Callable[[Callable[[Connection], None]], None]:
    def run(work: Callable[[Connection], None]) -> None:
        with _engine_of(parameters).begin() as connection:
            work(connection)

    return run
