"""A schema as ``pg_dump`` prints it: a second opinion that shares no code with the snapshots."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres.psql import dump_schema, run_script

if TYPE_CHECKING:
    from collections.abc import Callable

    from pgcraft.postgres.server import Server

_ENTRY = re.compile(r"^--\n-- (Name: .*)\n--\n", flags=re.MULTILINE)
_END = "--\n-- PostgreSQL database dump complete"
_HEADING = re.compile(r"Name: (?P<name>.*); Type: (?P<type>.*); Schema: (?P<schema>.*); Owner: .*")
# Said where they change, so they hang on the order of the tables.
_SESSION = re.compile(r"^SET default_\w+ = .*;\n", flags=re.MULTILINE)
# The order of columns is compared apart: one that was added again cannot go back to its place.
_COLUMNS = re.compile(
    r"^(CREATE (?:UNLOGGED |FOREIGN )?TABLE .* \(\n)(.*?)(^\))", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, kw_only=True, order=True)
class Entry:
    """One entry of a dump.

    Attributes:
        heading: ``Name: …; Type: …; Schema: …; Owner: …``.
        text: Its statements, without what only their order or place makes.
    """

    heading: str
    text: str

    @property
    def name(self) -> str:
        """What it is called, not quoted, with what it is on: ``orders orders_pkey``."""
        return self._part("name")

    @property
    def type(self) -> str:
        """What ``pg_dump`` calls its kind: such as ``FK CONSTRAINT``."""
        return self._part("type")

    @property
    def schema(self) -> str | None:
        """The schema; None for what lives outside of schemas."""
        schema = self._part("schema")
        return None if schema == "-" else schema

    def _part(self, part: str) -> str:
        found = _HEADING.fullmatch(self.heading)
        return found[part] if found is not None else ""


@dataclass(frozen=True, kw_only=True)
class Dump:
    """A dump.

    Attributes:
        text: The whole text, without its random lines.
    """

    text: str

    @cached_property
    def entries(self) -> Counter[Entry]:
        """What it holds, without an order: that of independent entries means nothing."""
        _, *parts = _ENTRY.split(self.text.partition(_END)[0])
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return Counter(Entry(heading=head, text=_settled(head, body)) for head, body in pairs)

    def without(self, left_out: Callable[[Entry], bool]) -> Dump:
        """Take entries out of the text."""
        body, end, rest = self.text.partition(_END)
        first, *parts = _ENTRY.split(body)
        kept = (
            f"--\n-- {head}\n--\n{text}"
            for head, text in zip(parts[::2], parts[1::2], strict=True)
            if not left_out(Entry(heading=head, text=text))
        )
        return Dump(text="".join([first, *kept, end, rest]))


def take_dump(server: Server, database: str) -> Dump:
    """Dump a database's schema.

    Args:
        server: Where it is.
        database: Its name.

    Raises:
        ServerUnavailableError: ``pg_dump`` failed.
    """
    return Dump(text=dump_schema(server, database))


def dump_again(server: Server, dump: Dump, database: str) -> Dump:
    """Restore a dump and dump that: some text is deparsed otherwise once it was deparsed and run.

    Args:
        server: Where to do so.
        dump: The dump.
        database: The name of a database that is made for it and dropped afterwards.

    Raises:
        ServerUnavailableError: It cannot be restored.
    """
    server.create_database(database)
    try:
        script = server.work_directory / f"{database}.sql"
        script.write_text(dump.text, encoding="utf-8")
        applied = run_script(server, database, script)
        if applied.returncode:
            raise ServerUnavailableError(
                "The dump of a scratch database could not be restored.",
                advice="See what psql said.",
                detail=applied.stderr,
            )
        return take_dump(server, database)
    finally:
        server.drop_database(database)


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
