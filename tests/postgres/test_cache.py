"""The kept data directory."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import pgcraft
from pgcraft.postgres.places import VARIABLE, kept_cluster
from pgcraft.postgres.server import UNPRIVILEGED_UID, scratch_server, server_account

if TYPE_CHECKING:
    from pgcraft.postgres.programs import Programs


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programs: Programs) -> Path:
    """The file that keeps the data directory, in a cache of the test's own."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    file = kept_cluster(programs)
    assert file is not None
    return file


def identifier(programs: Programs, *, cache: bool = True) -> int:
    """Start a server; returns the number that initdb gave its cluster."""
    with scratch_server(programs, cache=cache) as server, server.connect("postgres") as connection:
        row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    assert row is not None
    number: int = row[0]
    return number


def test_second_start_unpacks_what_the_first_made(programs: Programs, cache: Path):
    """One initdb serves all later starts; nothing else is left in the cache."""
    assert identifier(programs) == identifier(programs)
    assert list(cache.parent.iterdir()) == [cache]


def test_cache_is_not_used_when_not_wanted(programs: Programs, cache: Path):
    """Without the cache each start initialises, and keeps nothing."""
    assert identifier(programs, cache=False) != identifier(programs, cache=False)
    assert not cache.exists()


@pytest.mark.parametrize(
    "damage", ["shortened", "emptied", "garbage", "directory", "open", "other"]
)
def test_damaged_cache_is_rebuilt(damage: str, programs: Programs, cache: Path):
    """What is cut off, not a tar file, writable by others or without a cluster is replaced."""
    first = identifier(programs)
    match damage:
        case "shortened":
            os.truncate(cache, cache.stat().st_size // 2)
        case "emptied":
            os.truncate(cache, 0)
        case "garbage":
            cache.write_bytes(b"garbage" * 1000)
        case "directory":
            cache.unlink()
            cache.mkdir()
        case "open":
            cache.chmod(0o666)
        case "other":
            # A cluster that unpacks well but does not start.
            (cache.parent / "data").mkdir()
            (cache.parent / "complete").touch()
            subprocess.run(
                ["tar", "-cf", cache, "-C", cache.parent, "data", "complete"], check=True
            )
    second = identifier(programs)
    assert second != first
    if damage != "directory":  # which cannot be replaced by a file, and is left alone
        assert identifier(programs) == second


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_cache_of_another_user_is_not_trusted(programs: Programs, cache: Path):
    """What an unprivileged user may have written is not unpacked by root."""
    first = identifier(programs)
    os.chown(cache, UNPRIVILEGED_UID, UNPRIVILEGED_UID)
    assert identifier(programs) != first
    assert cache.stat().st_uid == 0


def test_cache_that_cannot_be_written_is_done_without(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """A cache directory that cannot be made only costs the initdb."""
    (tmp_path / "file").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "cache"))
    assert identifier(programs) != identifier(programs)


def test_servers_started_at_once_share_the_cache(programs: Programs, cache: Path):
    """Several first starts at the same time do not disturb each other."""
    with ThreadPoolExecutor() as pool:
        numbers = list(pool.map(lambda _: identifier(programs), range(3)))
    assert identifier(programs) in numbers
    assert list(cache.parent.iterdir()) == [cache]


def test_cache_is_in_the_users_own_directory(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """XDG_CACHE_HOME comes before ~/.cache; another user's HOME, as under sudo, is not used."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    file = kept_cluster(programs)
    assert file is not None
    assert file.parent == tmp_path / ".cache" / "pgcraft"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    file = kept_cluster(programs)
    assert file is not None
    assert file.parent == tmp_path / "xdg" / "pgcraft"
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    assert kept_cluster(programs) is None


def test_caches_of_different_installations_are_apart(
    programs: Programs, cache: Path, tmp_path: Path
):
    """Each version, and each build of one version, has a file of its own."""
    (tmp_path / "postgres").symlink_to(programs.path("postgres"))
    elsewhere = replace(programs, bindir=tmp_path)
    newer = replace(programs, version="99.1")
    assert len({cache, kept_cluster(elsewhere), kept_cluster(newer)}) == 3


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

UNPRIVILEGED = """
import os, sys
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.places import kept_cluster
from pgcraft.postgres.server import scratch_server
for _ in range(2):
    with scratch_server(find_programs(sys.argv[1])) as server:
        with server.connect("postgres") as connection:
            query = "SELECT system_identifier FROM pg_control_system()"
            number = connection.execute(query).fetchone()[0]
        print(os.geteuid(), server.socket_directory.stat().st_uid, number)
"""


@needs_root
def test_unprivileged_user_has_server_and_cache_of_its_own(programs: Programs, scratch_tmp: Path):
    """Without root nothing is different: the server is the user's, and so is the cache."""
    first, second = start_twice_unprivileged(programs, scratch_tmp, {})
    assert first == second
    assert first[:2] == [str(UNPRIVILEGED_UID)] * 2
    (file,) = (scratch_tmp / "home" / ".cache" / "pgcraft").iterdir()
    assert file.stat().st_uid == UNPRIVILEGED_UID
    assert [entry.name for entry in scratch_tmp.iterdir()] == ["home"]


@needs_root
def test_cache_made_by_root_serves_other_users(
    programs: Programs, scratch_tmp: Path, monkeypatch: pytest.MonkeyPatch
):
    """An image's cache, which its user cannot write, is used and left as it is."""
    baked = scratch_tmp / "baked"
    baked.mkdir()
    monkeypatch.setenv(VARIABLE, str(baked))
    made = identifier(programs)
    first, second = start_twice_unprivileged(programs, scratch_tmp, {VARIABLE: str(baked)})
    assert first == second == [str(UNPRIVILEGED_UID), str(UNPRIVILEGED_UID), str(made)]
    assert len(list(baked.iterdir())) == 1
    assert list((scratch_tmp / "home").iterdir()) == []


def start_twice_unprivileged(
    programs: Programs, directory: Path, environment: dict[str, str]
) -> list[list[str]]:
    """Start two servers as an unprivileged user; returns user, owner and identifier of each."""
    (directory / "home").mkdir()
    os.chown(directory / "home", UNPRIVILEGED_UID, UNPRIVILEGED_UID)
    environment = environment | {
        "HOME": str(directory / "home"),
        "TMPDIR": str(directory),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(Path(pgcraft.__file__).parents[1]), *sys.path]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for python in (sys.executable, "/usr/bin/python3"):  # root's own may be closed to others
        try:
            subprocess.run(
                [python, "-c", "import psycopg"],
                env=environment,
                cwd="/",
                check=True,
                **server_account(),
            )
            break
        except (OSError, subprocess.CalledProcessError):
            continue
    else:
        pytest.skip("no Python with psycopg that an unprivileged user can run")
    done = subprocess.run(
        [python, "-c", UNPRIVILEGED, str(programs.bindir)],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **server_account(),
    )
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]
