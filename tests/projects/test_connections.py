"""Whatever way the user's code connects, it reaches the scratch server and no other."""

from __future__ import annotations

import socket
import threading

import psycopg
import pytest
from projects.small_project import revision, write_project

from pgcraft.errors import UserCodeError
from pgcraft.project.process import Child

HEAD = """\
from alembic import context

PORT = {port}
HOST = "127.0.0.1"
TARGET = dict(host=HOST, port=PORT, user="somebody", password="secret")


def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

"""

SYNC = """\
with engine.connect() as connection:
    run(connection)
"""

ASYNC = """\
import asyncio


async def main():
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
"""

WAYS = {
    "URL psycopg": """\
from sqlalchemy import create_engine
engine = create_engine(f"postgresql+psycopg://somebody:secret@{HOST}:{PORT}/production")
"""
    + SYNC,
    "URL psycopg2": """\
from sqlalchemy import create_engine
engine = create_engine(f"postgresql+psycopg2://somebody:secret@{HOST}:{PORT}/production")
"""
    + SYNC,
    "URL pg8000": """\
from sqlalchemy import create_engine
engine = create_engine(f"postgresql+pg8000://somebody:secret@{HOST}:{PORT}/production")
"""
    + SYNC,
    "URL psycopg async": """\
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(f"postgresql+psycopg://somebody:secret@{HOST}:{PORT}/production")
"""
    + ASYNC,
    "URL asyncpg": """\
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(f"postgresql+asyncpg://somebody:secret@{HOST}:{PORT}/production")
"""
    + ASYNC,
    "several hosts in the query": """\
from sqlalchemy import create_engine
engine = create_engine(
    f"postgresql+psycopg://somebody@/production?host={HOST}:{PORT}&host={HOST}:{PORT}"
)
"""
    + SYNC,
    "creator= psycopg": """\
import psycopg
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(**TARGET))
"""
    + SYNC,
    "creator= psycopg2": """\
from psycopg2 import connect
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg2://", creator=lambda: connect(**TARGET))
"""
    + SYNC,
    "creator= subclass": """\
import psycopg
from sqlalchemy import create_engine

class Own(psycopg.Connection):
    pass

engine = create_engine("postgresql+psycopg://", creator=lambda: Own.connect(**TARGET))
"""
    + SYNC,
    "async_creator= asyncpg": """\
import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

async def creator(*_arguments, **_options):
    return await asyncpg.connect(**TARGET)

engine = create_async_engine("postgresql+asyncpg://", async_creator=creator)
"""
    + ASYNC,
    "async_creator= psycopg": """\
import psycopg
from sqlalchemy.ext.asyncio import create_async_engine

async def creator(*_arguments, **_options):
    return await psycopg.AsyncConnection.connect(**TARGET)

engine = create_async_engine("postgresql+psycopg://", async_creator=creator)
"""
    + ASYNC,
    "asyncpg pool": """\
import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine

async def creator(*_arguments, **_options):
    pool = await asyncpg.create_pool(min_size=1, max_size=1, **TARGET)
    async with pool.acquire() as connection:
        name = await connection.fetchval("SELECT current_database()")
    await pool.close()
    return await asyncpg.connect(**TARGET | {"database": name})

engine = create_async_engine("postgresql+asyncpg://", async_creator=creator)
"""
    + ASYNC,
    "pool=": """\
import psycopg
from sqlalchemy import create_engine
from sqlalchemy.pool import QueuePool
engine = create_engine(
    "postgresql+psycopg://", pool=QueuePool(lambda: psycopg.connect(**TARGET))
)
"""
    + SYNC,
    "do_connect listener": """\
import psycopg
from sqlalchemy import create_engine, event
engine = create_engine(f"postgresql+psycopg://{HOST}:{PORT}/production")

@event.listens_for(engine, "do_connect")
def connect(dialect, record, cargs, cparams):
    return psycopg.connect(**TARGET)

"""
    + SYNC,
    "do_connect listener that changes parameters": """\
from sqlalchemy import create_engine, event
engine = create_engine("postgresql+psycopg2://elsewhere/production")

@event.listens_for(engine, "do_connect")
def connect(dialect, record, cargs, cparams):
    cparams.update(TARGET)

"""
    + SYNC,
    "raw psycopg": """\
import psycopg
with psycopg.connect(f"host={HOST} port={PORT} user=somebody", autocommit=True) as raw:
    raw.execute("CREATE TABLE made_raw ()")
    assert raw.autocommit
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://")
"""
    + SYNC,
    "raw psycopg2 with a cursor factory": """\
import psycopg2, psycopg2.extras
raw = psycopg2.connect(
    f"host={HOST} port={PORT} user=somebody", cursor_factory=psycopg2.extras.DictCursor
)
with raw, raw.cursor() as cursor:
    cursor.execute("CREATE TABLE made_raw ()")
    cursor.execute("SELECT 1 AS one")
    assert cursor.fetchone()["one"] == 1
raw.close()
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://")
"""
    + SYNC,
    "libpq variables that the project sets itself": """\
import os
import psycopg
os.environ["PGHOSTADDR"] = HOST
os.environ["PGSERVICE"] = "nowhere"
psycopg.connect("host=elsewhere").close()
import psycopg2
os.environ["PGHOSTADDR"] = HOST
psycopg2.connect("host=elsewhere").close()
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://")
"""
    + SYNC,
    "raw pg8000": """\
import pg8000.native
raw = pg8000.native.Connection("somebody", host=HOST, port=PORT, password="secret")
raw.run("CREATE TABLE made_raw ()")
raw.close()
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://")
"""
    + SYNC,
    "raw asyncpg with a record class": """\
import asyncio
import asyncpg

class Row(asyncpg.Record):
    pass

async def raw():
    connection = await asyncpg.connect(
        f"postgresql://somebody:secret@{HOST}:{PORT}/production", record_class=Row
    )
    await connection.execute("CREATE TABLE made_raw ()")
    assert isinstance(await connection.fetchrow("SELECT 1"), Row)
    await connection.close()

asyncio.run(raw())
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://")
"""
    + SYNC,
}

CREATE = {
    "0001_first": revision("0001", None, 'op.create_table("made", sa.Column("id", sa.Integer))')
}


class Listener:
    """A server on the loopback that counts who calls and says nothing."""

    def __init__(self):
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def listener():
    """A listening server that must see no connection."""
    listener = Listener()
    yield listener
    listener.close()


def replay(project, server, database, **options):
    """Replay the project's history; the network is left on, so that only the wrapping helps."""
    child = Child(project, timeout=60, cut_network=False, **options)
    try:
        child.run("replay", to=["heads"], database=server.conninfo(database))
    finally:
        child.close()


def tables(server, database):
    with server.connect(database) as connection:
        rows = connection.execute("SELECT relname FROM pg_class WHERE relname ~ '^made'")
        return {row[0] for row in rows}


def test_listener_called_directly_counts(listener):
    """The listener does see connections, so that the tests below can fail."""
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=listener.port, user="somebody")
    assert listener.calls >= 1


@pytest.mark.parametrize("way", WAYS)
def test_connection_opened_in_any_way_reaches_scratch_only(
    way, listener, server, database, tmp_path
):
    """The migration runs on the scratch database, and nobody called the other server."""
    env = HEAD.replace("{port}", str(listener.port)) + WAYS[way]
    replay(write_project(tmp_path, env=env, revisions=CREATE), server, database)
    assert listener.calls == 0
    expected = {"made", "made_raw"} if "made_raw" in env else {"made"}
    assert tables(server, database) == expected


def test_connection_before_any_job_goes_nowhere(listener, server, database, tmp_path):
    """A revision module that connects while it is read, before a database is named, fails."""
    text = f"import psycopg\npsycopg.connect(host='127.0.0.1', port={listener.port})\n"
    project = write_project(
        tmp_path, revisions={"0001_first": text + revision("0001", None, "pass")}
    )
    child = Child(project, timeout=60, cut_network=False)
    try:
        with pytest.raises(UserCodeError, match="OperationalError"):
            child.run("history")
    finally:
        child.close()
    assert listener.calls == 0


def test_connection_by_libpq_variables_goes_to_scratch(
    listener, server, database, tmp_path, monkeypatch
):
    """PGHOST and friends of the caller are replaced: programs that the project starts use them."""
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", str(listener.port))
    body = """
        import subprocess
        subprocess.run(["psql", "-Xqc", "CREATE TABLE made_by_psql ()"], check=True)
    """
    project = write_project(
        tmp_path,
        env=HEAD.replace("{port}", str(listener.port)) + WAYS["URL psycopg"],
        revisions={"0001_first": revision("0001", None, body)},
    )
    monkeypatch.setenv("PATH", f"{server.programs.bindir}:/usr/bin:/bin")
    replay(project, server, database)
    assert listener.calls == 0
    assert tables(server, database) == {"made_by_psql"}


def test_other_database_is_refused(server, database, tmp_path):
    """A project for another database ends with a sentence and the user's exit code."""
    env = HEAD + (
        'from sqlalchemy import create_engine\nengine = create_engine("sqlite://")\n' + SYNC
    )
    with pytest.raises(
        UserCodeError, match="connects to sqlite, and pgcraft reviews PostgreSQL only"
    ):
        replay(
            write_project(tmp_path, env=env.replace("{port}", "1"), revisions=CREATE),
            server,
            database,
        )


def test_network_is_gone_where_the_kernel_allows_it(server, database, tmp_path):
    """With the network cut even a plain socket finds nobody, and the scratch server is reached."""
    listener = Listener()
    code = f"""
import socket
try:
    socket.create_connection(("127.0.0.1", {listener.port}), timeout=5)
    REACHED = True
except OSError:
    REACHED = False
"""
    body = 'op.execute(f"CREATE TABLE made_{str(REACHED).lower()} ()")'
    text = revision("0001", None, body)
    project = write_project(tmp_path, revisions={"0001_first": code + text})
    child = Child(project, timeout=60)
    try:
        child.run("replay", to=["heads"], database=server.conninfo(database))
    finally:
        child.close()
        listener.close()
    made = tables(server, database)
    assert made == ({"made_false"} if can_unshare() else {"made_true"})
    assert listener.calls == (0 if can_unshare() else 1)


def can_unshare():
    """Whether this kernel lets us have a network namespace of our own."""
    import subprocess

    for flags in (["--net"], ["--user", "--net"]):
        if (
            subprocess.run(["unshare", *flags, "true"], capture_output=True, check=False).returncode
            == 0
        ):
            return True
    return False
