"""A schema dump as the base: production as it is, and not as a history says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg import sql

from pgcraft.errors import ServerUnavailableError, UsageError
from pgcraft.postgres.lacking import missing_extension, missing_role
from pgcraft.postgres.psql import run_script
from pgcraft.postgres.roles import give_role

from .finding import Finding

if TYPE_CHECKING:
    from pathlib import Path

    from pgcraft.postgres.server import Server

# A random token around the dump, which psql learnt in 2025: older ones stop at the line.
_RESTRICT = re.compile(rb"^\\restrict (\w+)\r?$", re.MULTILINE)
# Settings at the dump's beginning: a newer pg_dump sets some that the server does not know.
_SETTING = re.compile(rb"^SET (\w+) = .*;\r?\n", re.MULTILINE)
_FIRST_STATEMENT = re.compile(rb"^(-- Name: |CREATE |ALTER |COMMENT |GRANT )", re.MULTILINE)
_CUSTOM = b"PGDMP"


def load_schema(server: Server, database: str, dump: Path, *, timeout: float) -> tuple[str, ...]:
    """Make a database what a dump says.

    Args:
        server: The scratch server.
        database: The name of an empty database.
        dump: A file of ``pg_dump --schema-only``, plain SQL.
        timeout: Seconds for psql.

    Returns:
        The roles that the dump names and the server got for it, without LOGIN.

    Raises:
        UsageError: When there is no such file, or psql stops in it.
        ServerUnavailableError: When the server lacks an extension of the dump.
    """
    script = server.work_directory / "base_schema.sql"
    script.write_bytes(_readable(server, dump))
    given: list[str] = []
    while True:
        applied = run_script(server, database, script, timeout=timeout)
        if applied.returncode == 0:
            return tuple(given)
        role = missing_role(applied.stderr)
        if role is None or role in given:
            raise _unfit(dump, applied.stderr.replace(script.name, dump.name))
        given.append(role)
        give_role(server, role)
        server.drop_database(database)
        server.create_database(database)


def _readable(server: Server, dump: Path) -> bytes:
    """The dump without what only its own time and server understand."""
    if not dump.is_file():
        raise UsageError(
            f"There is no file {dump}.",
            advice="--base-schema names a file that pg_dump --schema-only wrote.",
        )
    content = dump.read_bytes()
    if content.startswith(_CUSTOM):
        raise UsageError(
            f"{dump} is in pg_dump's own format.",
            advice="Write it as SQL: pg_dump --schema-only --format=plain, or pg_restore "
            "--schema-only --file=FILE of this one.",
        )
    with server.connect("postgres") as connection:
        known = {row[0].encode() for row in connection.execute("SELECT name FROM pg_settings")}
    token = _RESTRICT.search(content)
    if token is not None:
        lines = rb"^\\(un)?restrict " + token[1] + rb"\r?\n"
        content = re.sub(lines, b"", content, flags=re.MULTILINE)
    # A line that looks like a setting may be part of a function further down.
    first = _FIRST_STATEMENT.search(content)
    end = first.start() if first is not None else len(content)
    settings = _SETTING.sub(
        lambda found: found[0] if found[1].lower() in known else b"", content[:end]
    )
    return settings + content[end:]


def _unfit(dump: Path, said: str) -> UsageError | ServerUnavailableError:
    extension = missing_extension(said)
    if extension is not None:
        return ServerUnavailableError(
            f"The scratch PostgreSQL has no extension {extension}, which {dump} needs.",
            advice="Install it for this PostgreSQL, or name one that has it with --postgres.",
            detail=said,
        )
    return UsageError(
        f"The schema in {dump} cannot be loaded.",
        advice="It must be what pg_dump --schema-only writes, of this PostgreSQL's version or an "
        "older one; what psql said is above.",
        detail=said,
    )


def named_in_dump(role: str) -> Finding:
    """Say that the scratch server was given a role for a dump."""
    return Finding(
        rule="given-role",
        level="info",
        message=f"The schema dump names the role {role}, and does not make it. The scratch server "
        "was given one without LOGIN.",
        help="Nothing to do when production has it; a dump never holds roles.",
    )


def assumed_revision(revision: str | None) -> Finding:
    """Say that a dump did not tell its revision."""
    return Finding(
        rule="assumed-revision",
        level="info",
        message=f"The schema dump does not say at which revision it is. It is taken to be at "
        f"{revision or 'none'}, the newest one.",
        help="Where it is at an older one, say --from and that, or dump with the rows of Alembic's "
        "table: pg_dump --schema-only, then pg_dump --data-only --inserts --table=alembic_version.",
        evidence="catalog",
    )


def stamp(
    server: Server, database: str, table: tuple[str | None, str], heads: tuple[str, ...]
) -> None:
    """Write the heads that a dump does not tell, into a table as Alembic makes it.

    Args:
        server: The scratch server.
        database: The database.
        table: Schema (None: the default one) and name of the table.
        heads: What to write.
    """
    schema, name = sql.Identifier(table[0] or "public"), sql.Identifier(table[1])
    place = sql.SQL("{}.{}").format(schema, name)
    with server.connect(database) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(schema))
        connection.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (version_num varchar(32) NOT NULL,"
                " CONSTRAINT {} PRIMARY KEY (version_num))"
            ).format(place, sql.Identifier(f"{table[1]}_pkc"))
        )
        for head in heads:
            connection.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(place), (head,))
