"""PostgreSQL itself says that laid-out SQL does what the SQL did."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from pgcraft.review.layout import lay_out, split

# Ordered: each statement may need those above it.
SCRIPT = Path(__file__).with_suffix(".sql")


def schema_and_rows(server, database: str) -> str:
    """Everything in a database as pg_dump prints it, without its random lines."""
    connection = [f"--{key}={value}" for key, value in server.conninfo(database).items()]
    command = [server.programs.path("pg_dump"), "--inserts", "--no-owner", *connection]
    command = [str(part).replace("--user=", "--username=") for part in command]
    dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.sub(r"^\\(un)?restrict .*\n", "", dump, flags=re.MULTILINE)


def run(server, database: str, statements: list[str]) -> list[object]:
    """Run statements one by one and return the rows they return."""
    rows: list[object] = []
    with server.connect(database) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
            rows.append(cursor.fetchall() if cursor.description else None)
    return rows


def test_lay_out_script_does_what_the_script_did(server, database):
    """Both texts leave the same schema and rows in a database, and SELECT returns the same."""
    statements = split(SCRIPT.read_text(encoding="utf-8"))
    laid_out = [lay_out(statement) for statement in statements]
    assert laid_out != statements
    rows = run(server, database, statements)
    expected = schema_and_rows(server, database)
    server.drop_database(database)
    server.create_database(database)
    assert run(server, database, laid_out) == rows
    assert schema_and_rows(server, database) == expected


def test_lay_out_function_keeps_its_body_as_the_catalog_has_it(server, database):
    """Prosrc is the body byte for byte, with tabs, CRLF and trailing blanks."""
    body = "\r\n\tBEGIN  \r\n\t-- it's\r\n\tRETURN;\t\r\n\tEND"
    sql = f"create function f() returns void language plpgsql as $b${body}$b$"
    run(server, database, [lay_out(sql)])
    assert run(server, database, ["SELECT prosrc FROM pg_proc WHERE proname = 'f'"]) == [[(body,)]]
