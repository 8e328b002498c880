"""What ``pg_dump`` sees: a second opinion that shares no code with the engine."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from pgcraft.postgres.psql import dump_schema, run_script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server

Dump = Counter[tuple[str, str]]
"""The entries of a dump, each with its heading: kind, name and owner. They have no order, for
that of independent ones means nothing."""

_ENTRY = re.compile(r"^--\n-- (Name: .*)\n--\n", flags=re.MULTILINE)
# Said where they change, so they hang on the order of the tables.
_SESSION = re.compile(r"^SET default_\w+ = .*;\n", flags=re.MULTILINE)
# The order of columns is compared apart: one that was added again cannot go back to its place.
_COLUMNS = re.compile(
    r"^(CREATE (?:UNLOGGED |FOREIGN )?TABLE .* \(\n)(.*?)(^\))", re.MULTILINE | re.DOTALL
)


def dumped(server: Server, database: str, *, restored: bool = False) -> Dump:
    """The schema of a database as ``pg_dump`` sees it.

    Args:
        server: Where it is.
        database: Its name.
        restored: Dump it once more from a database into which the first dump was restored: the
            server deparses some text otherwise once it was deparsed and run.
    """
    text = dump_schema(server, database)
    if restored:
        text = _dumped_again(server, text)
    _, *parts = _ENTRY.split(text.partition("-- PostgreSQL database dump complete")[0])
    entries = zip(parts[::2], parts[1::2], strict=True)
    return Counter((heading, _settled(heading, body)) for heading, body in entries)


def _dumped_again(server: Server, dump: str) -> str:
    name = "pgcraft_restored"
    server.create_database(name)
    script = server.work_directory / "restored.sql"
    script.write_text(dump, encoding="utf-8")
    applied = run_script(server, name, script)
    assert applied.returncode == 0, applied.stderr
    again = dump_schema(server, name)
    server.drop_database(name)
    return again


def _settled(heading: str, body: str) -> str:
    text = _SESSION.sub("", body).rstrip("- \n")
    if "; Type: TABLE;" in heading or "; Type: FOREIGN TABLE;" in heading:
        return _COLUMNS.sub(_with_sorted_lines, text)
    if "ACL;" in heading:
        return "\n".join(sorted(text.splitlines()))
    return text


def _with_sorted_lines(table: re.Match[str]) -> str:
    start, lines, end = table.groups()
    return start + "\n".join(sorted(line.removesuffix(",") for line in lines.splitlines())) + end


def dump_differences(got: Dump, wanted: Dump) -> list[str]:
    """What one dump has and the other has not, in words."""
    return [*_marked("-", wanted - got), *_marked("+", got - wanted)]


def _marked(sign: str, entries: Dump) -> Iterator[str]:
    for heading, body in sorted(entries.elements()):
        yield f"{sign} {heading}\n{body}"
