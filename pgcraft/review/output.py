"""The output directory: written completely or not at all, and nobody else's files touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pgcraft.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SUMS = "SHA256SUMS"
TIMINGS = "timings.json"
_REVISIONS = "revisions"
_OURS = re.compile(
    rf"(up|down)grade\.sql|review\.\w+|schema\.diff|[\w-]+_[\w-]*\.py"
    rf"|{_REVISIONS}/[\w.~%-]+\.(up|down)grade\.sql"
)


def check_output(directory: Path, project: Path) -> None:
    """Refuse an output directory that cannot be written, before any work is done.

    Args:
        directory: Where the files are to go; it need not exist yet.
        project: The project's directory, which a link must not lead out of.

    Raises:
        UsageError: When it is a file, a link out of the project, or not writable.
    """
    path = Path(os.path.abspath(directory))  # noqa: PTH100  # Path.resolve() would follow the link that is looked for
    real = path.resolve()
    project = project.resolve()
    if project in path.parents and project != real and project not in real.parents:
        raise UsageError(
            f"The output directory {directory} is a link that leads out of the project, to {real}.",
            advice="Remove the link, or name the place itself with --output.",
        )
    if path.exists() and not path.is_dir():
        raise UsageError(
            f"The output directory {directory} is a file.",
            advice="Remove it, or choose another place with --output.",
        )
    existing = next(parent for parent in (path, *path.parents) if parent.exists())
    _refuse_edited(path)
    _refuse_other_revisions(path)
    try:
        # The one sure way to know: permissions do not bind root, nor do they open a read-only disk.
        Path(tempfile.mkdtemp(prefix=".new-", dir=existing)).rmdir()
    except OSError as error:
        raise _cannot_write(directory, error) from error


def _refuse_edited(directory: Path) -> None:
    """A drafted revision that somebody worked on is not ours to replace."""
    for name, sha256 in _listed(directory):
        path = directory / name
        is_draft = path.suffix == ".py" and path.is_file()
        if is_draft and hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            raise UsageError(
                f"The drafted revision {path} was edited, and a review would replace it.",
                advice="Move it to the versions of the project, where it counts, or remove it.",
            )


def _listed(directory: Path) -> list[tuple[str, str]]:
    """Names and hashes of the last review's files, those alone that are in the directory."""
    sums = directory / SUMS
    if not sums.is_file():
        return []
    lines = sums.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = [(line[66:], line[:64]) for line in lines]
    # A SHA256SUMS may be somebody else's: only names that a review gives count.
    return [(name, sha) for name, sha in pairs if _OURS.fullmatch(name)]


def write_output(
    directory: Path,
    project: Path,
    files: Mapping[str, bytes],
    milliseconds: tuple[tuple[str, float], ...],
    statements: tuple[tuple[str, int, float], ...] = (),
) -> tuple[str, ...]:
    """Replace the files of the last review by those of this one.

    All are written beside first and then moved in one go, ``SHA256SUMS`` last; files that
    pgcraft did not write stay.

    Args:
        directory: Where to; made when it does not exist.
        project: The project's directory.
        files: Names and bytes.
        milliseconds: How long each stage took, for ``timings.json``.
        statements: Script, index and milliseconds of each statement, for the same file.

    Returns:
        The names of all files, sorted.

    Raises:
        UsageError: When the directory cannot be written.
    """
    check_output(directory, project)
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
    content = {**files, TIMINGS: _timings(milliseconds, statements), SUMS: sums.encode()}
    try:
        _refuse_other_revisions(directory)
        _refuse_directories(directory, content)
        directory.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".new-", dir=directory))
        try:
            for name, data in content.items():
                (staging / name).parent.mkdir(exist_ok=True)
                (staging / name).write_bytes(data)
            with _signals_held():
                _remove_previous(directory)
                for name in content:
                    (directory / name).parent.mkdir(exist_ok=True)
                    (staging / name).replace(directory / name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise _cannot_write(directory, error) from error
    return tuple(sorted(content))


def _timings(
    stages: tuple[tuple[str, float], ...], statements: tuple[tuple[str, int, float], ...]
) -> bytes:
    timings = {
        "stages": {name: round(ms, 1) for name, ms in stages},
        "statements": [
            {"script": script, "index": index, "milliseconds": round(ms, 1)}
            for script, index, ms in statements
        ],
    }
    return f"{json.dumps(timings, indent=2)}\n".encode()


def _refuse_directories(directory: Path, names: Iterable[str]) -> None:
    for name in names:
        if (directory / name).is_dir():
            raise UsageError(
                f"{directory / name} is a directory, where a file of the review goes.",
                advice="Remove it, or choose another place with --output.",
            )


def _refuse_other_revisions(directory: Path) -> None:
    """The one directory of a review's inside the output is a plain one: no link leads out of it."""
    path = directory / _REVISIONS
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise UsageError(
            f"{path} is a {'link' if path.is_symlink() else 'file'}, where a directory of the "
            "review goes.",
            advice="Remove it, or choose another place with --output.",
        )


def _cannot_write(directory: Path, error: OSError) -> UsageError:
    return UsageError(
        f"The output directory {directory} cannot be written: {error.strerror or error}.",
        advice="Change its permissions, or choose another place with --output.",
    )


def _remove_previous(directory: Path) -> None:
    listed = _listed(directory)
    # The sums go first: without them a directory is known to be incomplete.
    (directory / SUMS).unlink(missing_ok=True)
    for name, _ in listed:
        path = directory / name
        if path.is_file() and not path.is_symlink():
            path.unlink()
    if any(name.startswith(f"{_REVISIONS}/") for name, _ in listed):
        with contextlib.suppress(OSError):  # somebody else's files are in it, too
            (directory / _REVISIONS).rmdir()


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Let Ctrl-C and a cancelled job wait for the few milliseconds of the exchange."""
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
