"""Run ``pgcraft`` as a user does: a process of its own, with a directory for temporary files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def environment(temporary: Path, **variables: str) -> dict[str, str]:
    """Variables of a user's shell; what is left in ``temporary`` afterwards was left behind."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PG", "COV_"))
    }
    # Short: a socket's path may have 107 bytes.
    return {**kept, "TMPDIR": str(temporary), "COLUMNS": "80", **variables}


def start(*arguments: str | Path, temporary: Path, cwd: Path | None = None, **options):
    """Start the command; its output is piped."""
    return subprocess.Popen(
        [sys.executable, "-m", "pgcraft", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env=environment(temporary, **options.pop("variables", {})),
        **options,
    )


def run(*arguments: str | Path, temporary: Path, cwd: Path | None = None, **options):
    """Run the command to its end."""
    with start(*arguments, temporary=temporary, cwd=cwd, **options) as process:
        out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def processes_of(temporary: Path) -> list[str]:
    """The command lines of processes that know of a temporary directory: servers, children."""
    needle = os.fsencode(temporary)
    found = []
    for directory in Path("/proc").iterdir():
        if not directory.name.isdigit() or int(directory.name) == os.getpid():
            continue
        try:
            text = (directory / "cmdline").read_bytes() + (directory / "environ").read_bytes()
        except OSError:
            continue  # it ended meanwhile
        if needle in text:
            found.append(text.split(b"\0\0")[0].decode(errors="replace"))
    return found
