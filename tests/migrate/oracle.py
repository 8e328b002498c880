"""What ``pg_dump`` sees: a second opinion that shares no code with the engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pgcraft.postgres.dump import dump_again, take_dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server

Dump = Counter[tuple[str, str]]
"""The entries of a dump, each with its heading: kind, name and owner. They have no order, for
that of independent ones means nothing."""


def dumped(server: Server, database: str, *, restored: bool = False) -> Dump:
    """The schema of a database as ``pg_dump`` sees it.

    Args:
        server: Where it is.
        database: Its name.
        restored: Dump it once more from a database into which the first dump was restored: the
            server deparses some text otherwise once it was deparsed and run.
    """
    dump = take_dump(server, database)
    if restored:
        dump = dump_again(server, dump, "pgcraft_restored")
    return Counter({(one.heading, one.text): count for one, count in dump.entries.items()})


def dump_differences(got: Dump, wanted: Dump) -> list[str]:
    """What one dump has and the other has not, in words."""
    return [*_marked("-", wanted - got), *_marked("+", got - wanted)]


def _marked(sign: str, entries: Dump) -> Iterator[str]:
    for heading, body in sorted(entries.elements()):
        yield f"{sign} {heading}\n{body}"
