"""Own a scratch PostgreSQL from birth to death, so that nothing is ever left behind.

Run by path in a process and session of its own, with the standard library only. It makes the
directory, fills it, starts the server, and obeys the lines ``restart`` and ``log`` on its standard
input. When that input ends, the parent has left, by whatever way: returned, raised, or was killed;
the kernel closes the pipe in each case. Then the server is ended and the directory removed.

The one argument is a JSON object, see :class:`Cluster`. Each answer is a JSON object on a line:
``sockets`` (the server's socket directory) with ``work`` (a directory for the caller's files),
``log``, or ``failed`` (a sentence) with ``log``.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds after which a server that neither starts nor ends is given up."""

PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Variables that the programs may need. The others may be secrets: users' SQL can read them."""

LAST = "complete"
"""What is packed after the data directory: a shortened tar file does not have it."""

# prctl(2)
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


class ClusterError(Exception):
    """The server could not be had; the message is a sentence."""


class Cluster:
    """A data directory and the server on it.

    Args:
        order: What to do: ``bindir``; ``parent``, where the directory is made; ``cache``, the tar
            file that keeps an initialised data directory, or null; ``uid``, who the server runs
            as, or null for the caller; ``initdb`` and ``postgres``, options of these programs.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order
        self.uid: int | None = order["uid"]
        self.cache = Path(order["cache"]) if order["cache"] else None
        self.directory = Path(tempfile.mkdtemp(prefix="pgcraft-", dir=order["parent"]))
        if self.uid is not None:
            # The server's user may pass, not look around: only the directories inside are its
            # own. The log is not, so that a link put in its place cannot make root read a secret.
            self.directory.chmod(0o711)
        self.data = self.directory / "data"
        # The caller's own files; they go with the rest.
        self.work = self.directory / "work"
        self.work.mkdir(mode=0o700)
        self.log = self.directory / "log"
        self.log.touch()
        self.server: subprocess.Popen[bytes] | None = None

    def create(self) -> Path:
        """Make the data directory, from the cache if that serves, and start the server on it."""
        if self.cache and restored(self.cache, self.directory):
            try:
                return self.start()
            except ClusterError:
                self.stop(signal.SIGQUIT)
        if self.data.exists():
            shutil.rmtree(self.data)
        self.initdb()
        if self.cache:
            keep(self.directory, self.cache)
        return self.start()

    def initdb(self) -> None:
        """Initialise the data directory."""
        self.data.mkdir()
        self.give(self.data)
        status = self.run("initdb", "-D", str(self.data), *self.order["initdb"]).wait()
        if status:
            raise ClusterError(f"initdb failed with exit status {status}.")

    def start(self) -> Path:
        """Start the server and wait until it takes connections; returns its socket directory."""
        sockets = self.directory / os.urandom(4).hex()
        sockets.mkdir()
        self.give(sockets)
        options = ("-D", str(self.data), "-k", str(sockets), *self.order["postgres"])
        self.server = self.run("postgres", *options)
        deadline = time.monotonic() + PATIENCE
        while not self.takes_connections(self.server.pid):
            if self.server.poll() is not None:
                raise ClusterError(
                    f"The server ended while it started, exit status {self.server.returncode}."
                )
            if time.monotonic() > deadline:
                raise ClusterError(f"The server did not start within {PATIENCE:.0f} seconds.")
            time.sleep(0.001)
        return sockets

    def takes_connections(self, pid: int) -> bool:
        """Whether the server's pid file says so; ``pg_ctl start`` waits for the same line."""
        try:
            lines = (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return lines[0] == str(pid) and lines[7:8] == ["ready   "]

    def restart(self) -> Path:
        """End the server in good order and start another one behind another socket directory."""
        if self.server is None or self.server.poll() is not None:
            raise ClusterError("The server has ended by itself.")
        self.stop(signal.SIGINT)
        return self.start()

    def stop(self, how: signal.Signals) -> None:
        """End the server and every process that came from it."""
        if self.server is not None:
            self.server.send_signal(how)
            try:
                self.server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
            self.server = None
        end_orphans()

    def run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs as the server's user."""
        account: dict[str, Any] = {"user": self.uid, "group": self.uid, "extra_groups": []}
        variables = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with self.log.open("ab") as log:
            try:
                return subprocess.Popen(
                    [Path(self.order["bindir"], program), *arguments],
                    cwd="/",
                    env=variables | {"LC_ALL": "C", "TZ": "UTC"},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=die_with_parent,  # noqa: PLW1509 - there are no threads here
                    **({} if self.uid is None else account),
                )
            except OSError as error:
                who = "" if self.uid is None else f" as uid {self.uid} (it refuses to be root)"
                raise ClusterError(f"{program} could not be run{who}: {error.strerror}.") from error

    def give(self, directory: Path) -> None:
        """Make the server's user the owner."""
        if self.uid is not None:
            os.chown(directory, self.uid, self.uid)

    def log_tail(self) -> str:
        """The end of what the programs wrote."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4096))
            return log.read().decode(errors="replace")


def restored(cache: Path, directory: Path) -> bool:
    """Unpack the kept data directory; false if there is none, it is damaged, or not ours."""
    try:
        status = cache.lstat()
    except OSError:
        return False
    ours = stat.S_ISREG(status.st_mode) and status.st_uid in (os.geteuid(), 0)
    if not ours or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return False
    # One file to read and no times to set: half the time of copying a directory with cp -R.
    # As root, tar gives the files the owner that they were packed with, the server's user.
    return tar("-xmf", cache, "-C", directory) and (directory / LAST).exists()


def keep(directory: Path, cache: Path) -> None:
    """Keep a data directory whose server never ran, whole or not at all."""
    new = cache.with_name(f".{cache.name}.{os.urandom(4).hex()}")
    (directory / LAST).touch()
    # Where nobody may write, the start goes on without.
    with contextlib.suppress(OSError):
        cache.parent.mkdir(parents=True, exist_ok=True)
        if tar("-cf", new, "-C", directory, "data", LAST):
            new.chmod(0o644)  # nothing in it is secret, and an image's cache is for all users
            new.replace(cache)
        new.unlink(missing_ok=True)


def tar(*arguments: str | Path) -> bool:
    """Run ``tar``; false if it failed or there is none."""
    try:
        done = subprocess.run(
            ["tar", *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0


def prctl(option: int, value: int) -> None:
    """Make a system call of Linux. Elsewhere the server of a killed watchdog goes on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Let the kernel end this process at once (an immediate shutdown) when the watchdog dies."""
    prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def end_orphans() -> None:
    """Kill what outlived the server: ``COPY … TO PROGRAM`` can start processes of its own.

    The kernel makes the watchdog the parent of such orphans (Linux; elsewhere there are none).
    """
    children = Path("/proc/thread-self/children")
    while children.exists():
        for pid in children.read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def answer(reply: dict[str, str]) -> None:
    """Tell the parent; if it has left in the meantime, BrokenPipeError ends the watchdog."""
    print(json.dumps(reply), flush=True)  # noqa: T201 - the answer's way


def serve(cluster: Cluster) -> None:
    """Create the cluster, then obey until the parent leaves."""
    command = b"create\n"
    while command:
        try:
            if command == b"create\n":
                reply = {"sockets": str(cluster.create()), "work": str(cluster.work)}
            elif command == b"restart\n":
                reply = {"sockets": str(cluster.restart()), "work": str(cluster.work)}
            else:
                reply = {"log": cluster.log_tail()}
        except (ClusterError, OSError) as error:
            reply = {"failed": str(error), "log": cluster.log_tail()}
        answer(reply)
        command = sys.stdin.buffer.readline()


def main() -> None:
    """Own one cluster for as long as standard input is open."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what Ctrl-C means
    os.umask(0o077)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        cluster = Cluster(json.loads(sys.argv[1]))
    except OSError as error:
        answer({"failed": f"Its directory could not be made: {error}.", "log": ""})
        return
    try:
        serve(cluster)
    except BrokenPipeError:
        # Python would flush the answer again at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        try:
            cluster.stop(signal.SIGQUIT)
        finally:
            shutil.rmtree(cluster.directory)


if __name__ == "__main__":
    main()
