"""However a run is ended, in whatever stage: no process, no temporary file, no half-written output."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from cli.command import processes_of, start
from projects.small_project import NO_MODELS, revision, write_project

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60.0

# Code that says where it is by making a file, and then does not end.
HANG = "import pathlib, time\npathlib.Path({mark!r}).touch()\ntime.sleep(600)\n"
SQL_HANG = "COPY (SELECT) TO PROGRAM 'touch {mark}'; SELECT pg_sleep(600)"
NOTHING = revision("0001", None, "pass")


def reading_the_history(root: Path, mark: str) -> list[str]:
    write_project(root, revisions={"0001_first": HANG.format(mark=mark) + NOTHING})
    return []


def replaying_in_python(root: Path, mark: str) -> list[str]:
    body = HANG.format(mark=mark)
    write_project(root, revisions={"0001_first": revision("0001", None, body)})
    return []


def replaying_in_the_server(root: Path, mark: str) -> list[str]:
    body = f'op.execute("{SQL_HANG.format(mark=mark)}")'
    write_project(root, revisions={"0001_first": revision("0001", None, body)})
    return []


def creating_the_models(root: Path, mark: str) -> list[str]:
    models = f"""
        from sqlalchemy import DDL, MetaData, event

        metadata = MetaData()
        event.listen(metadata, "after_create", DDL("{SQL_HANG.format(mark=mark)}"))
    """
    write_project(root, models=models, revisions={"0001_first": NOTHING})
    return []


def rendering_the_scripts(root: Path, mark: str) -> list[str]:
    body = "if op.get_context().as_sql:\n" + "".join(
        f"    {line}\n" for line in HANG.format(mark=mark).splitlines()
    )
    write_project(root, revisions={"0001_first": revision("0001", None, body)})
    return ["--from", "base"]


def proving_with_psql(root: Path, mark: str) -> list[str]:
    body = f'if op.get_context().as_sql:\n    op.execute("{SQL_HANG.format(mark=mark)}")'
    write_project(root, revisions={"0001_first": revision("0001", None, body)})
    return ["--from", "base"]


def importing_the_models(root: Path, mark: str) -> list[str]:
    write_project(root, models=HANG.format(mark=mark) + NO_MODELS)
    return []


STAGES = [
    reading_the_history,
    replaying_in_python,
    replaying_in_the_server,
    creating_the_models,
    rendering_the_scripts,
    proving_with_psql,
    importing_the_models,
]


@pytest.fixture
def mark(temporary):
    """A file that the hanging code makes; the server's user may make it too."""
    directory = temporary / "marks"
    directory.mkdir()
    directory.chmod(0o777)
    return directory / "reached"


def reach(process, mark: Path) -> None:
    """Wait until the hanging code runs."""
    reach_any(process, mark.parent, mark.name)


def reach_any(process, directory: Path, pattern: str) -> None:
    """Wait until a file of such a name is there."""
    deadline = time.monotonic() + PATIENCE
    while not any(directory.glob(pattern)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def all_gone(root: Path, temporary: Path, mark: Path) -> None:
    """Wait until nothing is left; a watchdog may still be at work after a SIGKILL."""
    deadline = time.monotonic() + PATIENCE
    while processes_of(temporary) or set(temporary.iterdir()) != {mark.parent}:
        assert time.monotonic() < deadline, (processes_of(temporary), list(temporary.iterdir()))
        time.sleep(0.01)
    assert not (root / "pgcraft-out").exists()


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.__name__)
def test_ctrl_c_leaves_nothing(stage, tmp_path, temporary, mark):
    """Ctrl-C ends with a word and the shell's code for it."""
    arguments = stage(tmp_path, str(mark))
    with start("review", tmp_path, *arguments, temporary=temporary) as process:
        reach(process, mark)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert out == ""
    assert err.endswith("Stopped. No file was written.\n")
    assert "Traceback" not in err
    all_gone(tmp_path, temporary, mark)


@pytest.mark.parametrize("where", ["pgcraft-*", "pgcraft-*/data/PG_VERSION"])
def test_ctrl_c_while_the_server_starts_leaves_nothing(where, tmp_path, temporary, mark):
    """The first thing that is made, and the middle of initdb."""
    write_project(tmp_path)
    with start("review", tmp_path, "--no-cache", temporary=temporary) as process:
        reach_any(process, temporary, where)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    all_gone(tmp_path, temporary, mark)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -9)], ids=["SIGTERM", "SIGKILL"]
)
@pytest.mark.parametrize(
    "stage",
    [replaying_in_python, replaying_in_the_server, proving_with_psql],
    ids=lambda stage: stage.__name__,
)
def test_killed_run_leaves_nothing(stage, number, code, tmp_path, temporary, mark):
    """SIGTERM and even SIGKILL leave no server, no child and no file behind."""
    arguments = stage(tmp_path, str(mark))
    with start("review", tmp_path, *arguments, temporary=temporary) as process:
        reach(process, mark)
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == code
    all_gone(tmp_path, temporary, mark)


def test_ctrl_c_of_a_terminal_reaches_the_whole_group(tmp_path, temporary, mark):
    """A terminal sends SIGINT to every process in the foreground, psql among them."""
    arguments = proving_with_psql(tmp_path, str(mark))
    with start("review", tmp_path, *arguments, temporary=temporary, process_group=0) as process:
        reach(process, mark)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    all_gone(tmp_path, temporary, mark)
