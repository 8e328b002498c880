"""Where a scratch server's files are: the kept data directory, and the temporary one."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pgcraft.postgres.settings import INITDB_OPTIONS

if TYPE_CHECKING:
    from pgcraft.postgres.programs import Programs

VARIABLE = "PGCRAFT_POSTGRES_CACHE"
"""The environment variable that names the cache's directory, such as one made with an image."""

MEMORY = Path("/dev/shm")  # noqa: S108 - the server's directory there is as private as anywhere
"""Linux's file system in memory. On disk, making a database's 300 files takes 10 to 300 ms,
depending on what was deleted there in the last minutes (ext4 avoids fresh inodes); here 5."""

MEMORY_ROOM = 2 * 1024**3
"""Bytes that must be free there. Containers have 64 MB unless told otherwise, and use the disk."""

SOCKET_PATH_ROOM = 60
"""Longest temporary directory: a socket's whole path may have 107 bytes (103 on macOS)."""


def kept_cluster(programs: Programs) -> Path | None:
    """Where the initialised data directory for these programs is, or will be, kept.

    The directory is :data:`VARIABLE`'s if that is set (it may be read-only), else ``pgcraft`` in
    the user's own cache directory. One file serves all users: unpacking gives it an owner.

    Args:
        programs: The programs that initialise it and run on it.

    Returns:
        A path that may not exist yet; None if the user has no cache directory of its own.
    """
    root = os.environ.get(VARIABLE) or _own_cache()
    if root is None:
        return None
    # Two installations of one version may differ, in their ICU for one; so may a rebuilt one.
    binary = programs.path("postgres").stat()
    facts = (programs.bindir, binary.st_size, int(binary.st_mtime), *INITDB_OPTIONS)
    digest = hashlib.sha256("\n".join(map(str, facts)).encode()).hexdigest()
    return Path(root, f"postgres-{programs.version}-{digest[:12]}.tar").absolute()


def temporary_directory() -> Path:
    """Where the server's directory is made: ``TMPDIR``, or memory if there is plenty, or /tmp.

    Not a ``TMPDIR`` that is too long for sockets or that the server's user cannot reach.
    """
    directory = Path(tempfile.gettempdir()).absolute()
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        return MEMORY
    reached = os.geteuid() != 0 or all(
        path.stat().st_mode & stat.S_IXOTH for path in (directory, *directory.parents)
    )
    fits = len(os.fsencode(directory)) <= SOCKET_PATH_ROOM
    return directory if reached and fits else Path("/tmp")  # noqa: S108 - the way out


def _has_room(memory: Path) -> bool:
    if not os.access(memory, os.W_OK | os.X_OK):
        return False
    free = os.statvfs(memory)
    return free.f_bavail * free.f_frsize >= MEMORY_ROOM


def _own_cache() -> Path | None:
    """The user's cache directory, unless HOME is another user's, as it is under sudo."""
    home = os.environ.get("HOME")
    base = os.environ.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    if not base:
        return None
    existing = next(path for path in (Path(base), *Path(base).absolute().parents) if path.exists())
    return Path(base, "pgcraft") if existing.stat().st_uid == os.geteuid() else None
