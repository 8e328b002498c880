"""Nothing is left behind, however the process that wanted a server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="looks for processes in /proc"
)

PARENT = """
import multiprocessing, os, signal, sys, time
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.server import scratch_server

def wait_long():
    time.sleep(1000)

with scratch_server(find_programs()) as server:
    with server.connect("postgres") as connection:
        connection.execute("SELECT 1")
    if sys.argv[1] == "fork":
        child = multiprocessing.get_context("fork").Process(target=wait_long, daemon=False)
        child.start()
        print(child.pid, flush=True)
    print("started", flush=True)
    if sys.argv[1] == "return":
        sys.exit(0)
    if sys.argv[1] == "raise":
        raise LookupError("on purpose")
    signal.pause()
"""


@contextmanager
def start(how: str, directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that has a server, in a session of its own as a terminal's job would be."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, how],
        env=os.environ | {"TMPDIR": str(directory)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        try:
            yield parent
        finally:
            parent.kill()  # where a test failed; a process that has ended stays as it is


def processes(directory: Path) -> dict[int, str]:
    """The processes whose command line names the directory."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:  # it ended while we looked
                continue
            if str(directory) in command:
                found[int(entry.name)] = command
    return found


def wait_until_gone(directory: Path, *, files: bool = True) -> None:
    """Wait for processes (and files) to go; fail with their names after a generous time."""
    deadline = time.monotonic() + 30
    while left := (processes(directory), files and list(directory.iterdir())):
        if not any(left):
            return
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def started(parent: subprocess.Popen[str]) -> None:
    """Wait until the process has its server."""
    assert parent.stdout is not None
    assert parent.stdout.readline() == "started\n"


@pytest.mark.parametrize(("how", "returncode"), [("return", 0), ("raise", 1)])
def test_block_left_by_itself_leaves_nothing(how: str, returncode: int, scratch_tmp: Path):
    """When the block is left, all is gone before the process ends: no waiting here."""
    with start(how, scratch_tmp) as parent:
        _, errors = parent.communicate()
    assert parent.returncode == returncode, errors
    assert ("LookupError: on purpose" in errors) == (how == "raise")
    assert processes(scratch_tmp) == {}
    assert list(scratch_tmp.iterdir()) == []


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGHUP])
def test_signal_to_the_whole_job_leaves_nothing(sign: signal.Signals, scratch_tmp: Path):
    """A signal to the process group (Ctrl-C is one) ends the parent, then the server."""
    with start("wait", scratch_tmp) as parent:
        started(parent)
        assert len(processes(scratch_tmp)) >= 2  # the watchdog and the server
        os.killpg(parent.pid, sign)
        parent.wait()
    wait_until_gone(scratch_tmp)


def test_parent_killed_while_the_server_starts_leaves_nothing(scratch_tmp: Path):
    """The watchdog owns the directory from its first moment."""
    with start("wait", scratch_tmp) as parent:
        deadline = time.monotonic() + 30
        while not list(scratch_tmp.iterdir()):
            assert time.monotonic() < deadline
        parent.kill()
    wait_until_gone(scratch_tmp)


def test_forked_child_does_not_keep_the_server(scratch_tmp: Path):
    """A child that multiprocessing forked lives on; the server of its dead parent does not."""
    with start("fork", scratch_tmp) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        try:
            started(parent)
            parent.kill()
            wait_until_gone(scratch_tmp)
            os.kill(child, 0)  # it is still there
        finally:
            os.kill(child, signal.SIGKILL)


def test_watchdog_asked_to_end_leaves_nothing(scratch_tmp: Path):
    """SIGTERM, as a stopping container sends to all, ends server and directory in order."""
    with start("wait", scratch_tmp) as parent:
        started(parent)
        os.kill(watchdog(scratch_tmp), signal.SIGTERM)
        wait_until_gone(scratch_tmp)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_watchdog_killed_takes_its_server_along(scratch_tmp: Path):
    """Even then no process is left; the directory stays, for nobody is there to remove it."""
    with start("wait", scratch_tmp) as parent:
        started(parent)
        os.kill(watchdog(scratch_tmp), signal.SIGKILL)
        wait_until_gone(scratch_tmp, files=False)


def watchdog(directory: Path) -> int:
    """The watchdog's process id."""
    (pid,) = (pid for pid, command in processes(directory).items() if "watchdog.py" in command)
    return pid
