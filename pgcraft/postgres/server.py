"""A scratch PostgreSQL server: started in a moment, private, and gone without a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import weakref
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.places import kept_cluster, temporary_directory
from pgcraft.postgres.settings import CONNECTION, INITDB_OPTIONS, PORT, SETTINGS, SUPERUSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.programs import Programs

UNPRIVILEGED_UID = 65534
"""Who the server is when we are root: PostgreSQL refuses to be root. No user is added."""

STRATEGY_SINCE = 15
"""The first major in which CREATE DATABASE has the option."""


def server_account() -> dict[str, Any]:
    """Arguments of :class:`subprocess.Popen` to be the user that the scratch server runs as.

    Returns:
        ``user``, ``group`` and ``extra_groups`` when we are root, else nothing.
    """
    if os.geteuid() != 0:
        return {}
    return {"user": UNPRIVILEGED_UID, "group": UNPRIVILEGED_UID, "extra_groups": []}


class Server:
    """A running scratch server, with one superuser and only a unix socket to reach it by.

    Attributes:
        programs: The programs that it runs.
        socket_directory: Where its socket is; another one after :meth:`restart`.
        work_directory: For the caller's files; it goes with the server.
        port: The port in the socket's name.
        user: The superuser.
    """

    def __init__(self, programs: Programs, watchdog: subprocess.Popen[bytes]) -> None:
        self.programs = programs
        self.port = PORT
        self.user = SUPERUSER
        # Both are pipes, see scratch_server.
        self._requests = cast("IO[bytes]", watchdog.stdin)
        self._answers = cast("IO[bytes]", watchdog.stdout)
        _LIFELINES.add(self._requests)
        self.socket_directory, self.work_directory = self._started()

    def conninfo(self, database: str) -> dict[str, str]:
        """The libpq keywords that reach ``database``: host, port, user, dbname."""
        return {
            "host": str(self.socket_directory),
            "port": str(self.port),
            "user": self.user,
            "dbname": database,
        }

    def connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect in autocommit mode; nothing in the caller's environment changes the session.

        Args:
            database: The database's name.

        Returns:
            An open connection, to be closed by the caller (it is a context manager).

        Raises:
            psycopg.OperationalError: The database does not exist or the server has ended.
        """
        conninfo = make_conninfo(**self.conninfo(database), **CONNECTION)
        connection = psycopg.connect(conninfo, autocommit=True)
        # libpq has no keywords for PGTZ and PGDATESTYLE.
        connection.execute("SET TimeZone TO 'UTC'; SET DateStyle TO 'ISO, MDY'")
        return connection

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database, empty or as a copy of another one.

        Sessions on the template are closed first: PostgreSQL would wait for them and then refuse.
        The copy also gets the template's own settings (``ALTER DATABASE … SET``).

        Args:
            name: The new database's name.
            template: The database to copy; None for an empty one.

        Raises:
            psycopg.errors.DuplicateDatabase: There is one of this name.
            ServerUnavailableError: The server has ended.
        """
        if template is not None:
            self.close_sessions(template)
        # Copying files took half to nine tenths of the time of the default, WAL_LOG, for 0 to
        # 1,000 tables. Before PostgreSQL 15 it was the only way and had no word.
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} {}").format(
            sql.Identifier(name),
            sql.Identifier(template or "template0"),
            sql.SQL("STRATEGY file_copy" if self.programs.major >= STRATEGY_SINCE else ""),
        )
        with self._maintenance() as connection:
            connection.execute(statement)
            if template is not None:
                connection.execute(
                    "INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)"
                    " SELECT new.oid, setrole, setconfig"
                    " FROM pg_db_role_setting JOIN pg_database old ON old.oid = setdatabase,"
                    " pg_database new WHERE old.datname = %s AND new.datname = %s",
                    (template, name),
                )

    def drop_database(self, name: str) -> None:
        """Drop a database, closing its sessions; none of that name is fine.

        Args:
            name: The database's name.

        Raises:
            ServerUnavailableError: The server has ended.
        """
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with self._maintenance() as connection:
            connection.execute(statement)

    def close_sessions(self, database: str) -> None:
        """End all sessions on ``database`` and wait until they are gone.

        Args:
            database: The database's name.

        Raises:
            ServerUnavailableError: The server has ended.
        """
        terminate = (
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid()"
        )
        with self._maintenance() as connection:
            # Again, for those that came while the first ones went; CREATE DATABASE tells of a
            # client that never gives up.
            for _ in range(100):
                if not connection.execute(terminate, (database,)).rowcount:
                    break

    def restart(self) -> None:
        """Replace the server process by a new one behind another socket directory.

        Databases stay. All processes that came from the old server are gone, as is its socket.

        Raises:
            ServerUnavailableError: The server has ended by itself or does not start again.
        """
        self.socket_directory, _ = self._started(b"restart\n")

    def _started(self, command: bytes = b"") -> tuple[Path, Path]:
        reply = self._ask(command)
        if "sockets" not in reply:
            raise ServerUnavailableError(
                f"The scratch PostgreSQL {self.programs.version} could not be started with the "
                f"programs in {self.programs.bindir}. {reply['failed']}",
                advice="See what the server wrote, or choose other programs with --postgres.",
                detail=reply["log"],
            )
        return Path(reply["sockets"]), Path(reply["work"])

    def _ask(self, command: bytes) -> dict[str, str]:
        """Send the watchdog a command and read its answer."""
        try:
            self._requests.write(command)
            line = self._answers.readline()
        except (OSError, ValueError):
            line = b""
        if not line:
            return {"failed": "The process that watches over it has ended.", "log": ""}
        reply: dict[str, str] = json.loads(line)
        return reply

    @contextmanager
    def _maintenance(self) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
        connection = None
        try:
            with self.connect("postgres") as connection:
                yield connection
        except psycopg.OperationalError as error:
            if connection is None or connection.broken:
                raise ServerUnavailableError(
                    f"The scratch PostgreSQL {self.programs.version} does not answer any more.",
                    advice="See what the server wrote last, and what ran before it ended.",
                    detail=self._ask(b"log\n")["log"],
                ) from error
            raise


@contextmanager
def scratch_server(programs: Programs, *, cache: bool = True) -> Iterator[Server]:
    """Start a server for the time of the ``with`` block.

    However the block ends, by an exception or by the death of this process, the server is ended
    and its directory removed.

    Args:
        programs: What to run, see :func:`pgcraft.postgres.programs.find_programs`.
        cache: Whether an initialised data directory may be taken from, and kept in, the user's
            cache directory; without it each start initialises anew.

    Yields:
        The server.

    Raises:
        ServerUnavailableError: The server cannot be started; ``detail`` has its log.
    """
    kept = kept_cluster(programs) if cache else None
    order = {
        "bindir": str(programs.bindir),
        "parent": str(temporary_directory()),
        "cache": str(kept) if kept else None,
        "uid": server_account().get("user"),
        "initdb": INITDB_OPTIONS,
        "postgres": [part for item in SETTINGS.items() for part in ("-c", "=".join(item))],
    }
    with subprocess.Popen(
        [sys.executable, "-I", "-S", Path(__file__).with_name("watchdog.py"), json.dumps(order)],
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # the terminal's Ctrl-C is for us, not for the watchdog
    ) as watchdog:
        # Leaving closes the watchdog's input, which ends it, and waits for that.
        yield Server(programs, watchdog)


_LIFELINES: weakref.WeakSet[IO[bytes]] = weakref.WeakSet()


def _let_go() -> None:
    """In a forked child: a copy of the pipe there would keep the watchdog waiting for its end."""
    for requests in _LIFELINES:
        requests.close()


os.register_at_fork(after_in_child=_let_go)
