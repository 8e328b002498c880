"""Run the user's code in processes of its own, one for each job, and end them."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from pgcraft.errors import UserCodeError

from .answers import Failure
from .failures import user_code_error
from .variables import user_variables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .configuration import Project

CHILD = Path(__file__).parent / "child"
CHUNK = 1 << 16
# How much of the end of the code's output errors quote, in bytes.
QUOTED = 8192
# How often, in seconds, a silent process is asked whether it still lives.
TICK = 1.0

Answer = dict[str, Any]


class Child:
    """One process that can run jobs of the user's code.

    It is started at once, so that it imports SQLAlchemy and Alembic while the caller still does
    other things. Everything that it prints goes to a file, which errors quote.

    Args:
        project: Whose code to run.
        timeout: Seconds for each job.
        cut_network: Whether to take the network away from it, where the kernel allows it.
    """

    def __init__(self, project: Project, *, timeout: float, cut_network: bool = True) -> None:
        self._project = project
        self._timeout = timeout
        self._cut_network = cut_network
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed in close()
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [project.python, CHILD, str(theirs.fileno())],
                cwd=project.root,
                env=user_variables(os.environ),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                # A session of its own: the terminal's Ctrl-C is for us, who then end the group.
                start_new_session=True,
            )
        self._buffer = b""

    @property
    def has_history(self) -> bool:
        """Whether its project uses Alembic."""
        return self._project.has_history

    def run(
        self,
        job: str,
        *,
        answer: Callable[[Answer], Answer] | None = None,
        **fields: Any,
    ) -> Answer:
        """Run one job to its end.

        Args:
            job: Its name; see ``pgcraft/project/child/serve.py``.
            answer: Answers the questions that the job asks on its way.
            fields: What the job needs; JSON values.

        Returns:
            The job's answer.

        Raises:
            UserCodeError: When the user's code raised, ended the process, or took too long.
        """
        project = self._project
        self._send(
            {
                "job": job,
                "project": str(project.root),
                "ini": str(project.ini) if project.ini else None,
                "toml": str(project.toml) if project.toml else None,
                "models": list(project.models),
                "cut_network": self._cut_network,
                **fields,
            }
        )
        while True:
            message = self._receive()
            if "ask" in message and answer is not None:
                self._send(answer(message["ask"]))
            elif "failed" in message:
                raise user_code_error(Failure(**message["failed"]), project, self._printed())
            elif "done" in message:
                done: Answer = message["done"]
                return done
            else:
                raise UserCodeError(f"The project's process sent {message!r}, which is no answer.")

    def _send(self, message: Answer) -> None:
        try:
            self._channel.sendall(json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            self._ended()

    def _receive(self) -> Answer:
        deadline = time.monotonic() + self._timeout
        with selectors.DefaultSelector() as selector:
            selector.register(self._channel, selectors.EVENT_READ)
            chunk = self._buffer
            while b"\n" not in chunk:
                patience = min(deadline - time.monotonic(), TICK)
                ready = selector.select(max(patience, 0))
                if not ready and self._process.poll() is not None:
                    # Something that it forked holds the other end open.
                    self._ended()
                if not ready and patience < TICK:
                    raise UserCodeError(
                        f"The project's code did not end within {self._timeout:g} seconds.",
                        advice="Look for what it waits for, or raise --timeout.",
                        detail=self._printed(),
                    )
                if not ready:
                    continue
                chunk = self._channel.recv(CHUNK)
                if not chunk:
                    self._ended()
                self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: Answer = json.loads(line)
        return message

    def _ended(self) -> NoReturn:
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise UserCodeError(
            f"The project's code ended its own process ({how}).",
            advice="Models, env.py and migrations must not call sys.exit() or os._exit().",
            detail=self._printed(),
        )

    def _printed(self) -> str:
        size = self._output.seek(0, os.SEEK_END)
        self._output.seek(max(size - QUOTED, 0))
        return self._output.read().decode(errors="replace")

    def close(self) -> None:
        """End the process and all others of its group."""
        self._channel.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()


@contextlib.contextmanager
def user_code(
    project: Project, *, timeout: float, ahead: int = 2, cut_network: bool = True
) -> Iterator[UserCode]:
    """The user's code, ready to run; no process of it is left when the block ends.

    Args:
        project: Whose code to run.
        timeout: Seconds for each job.
        ahead: How many processes to start before they are asked for.
        cut_network: See :class:`Child`.

    Yields:
        What starts the processes.
    """
    code = UserCode(project, timeout=timeout, ahead=ahead, cut_network=cut_network)
    try:
        yield code
    finally:
        code.close()


class UserCode:
    """Starts processes of the user's code, some of them ahead; see :func:`user_code`."""

    def __init__(self, project: Project, *, timeout: float, ahead: int, cut_network: bool) -> None:
        self.project = project
        self._timeout = timeout
        self._cut_network = cut_network
        self._waiting = [self._start() for _ in range(ahead)]

    def _start(self) -> Child:
        return Child(self.project, timeout=self._timeout, cut_network=self._cut_network)

    @contextlib.contextmanager
    def process(self) -> Iterator[Child]:
        """A process for some jobs; it is gone, with its database sessions, when the block ends."""
        child = self._waiting.pop() if self._waiting else self._start()
        try:
            yield child
        finally:
            child.close()

    def close(self) -> None:
        """End the processes that were never asked for."""
        while self._waiting:
            self._waiting.pop().close()
