"""Receive jobs, run them, answer: JSON, one line a message.

The parent sends ``{"job": NAME, ...}``. While a job runs the child may send ``{"ask": ...}`` and
gets one line back. It ends with ``{"done": ...}`` or with ``{"failed": ...}``.
"""

from __future__ import annotations

import importlib
import json
import socket
from typing import Any

from . import confinement, connections
from .failures import describe

# Each names a module here with a function ``run(job, ask)``. Modules are imported by need:
# Alembic is not there in every project.
JOBS = ("history", "replay", "draft", "compare")


def serve(descriptor: int) -> None:
    """Answer jobs until the other end closes.

    Args:
        descriptor: An inherited, connected stream socket.
    """
    with (
        socket.socket(fileno=descriptor) as channel,
        channel.makefile("rw", encoding="utf-8") as io,
    ):

        def send(message: dict[str, Any]) -> None:
            io.write(json.dumps(message) + "\n")
            io.flush()

        def ask(question: dict[str, Any]) -> Any:
            send({"ask": question})
            return json.loads(io.readline())

        confinement.die_with_parent()
        connections.redirect(connections.NOWHERE)
        _preload()
        for line in io:
            job = json.loads(line)
            try:
                send({"done": _run(job, ask)})
            # A user's module may raise anything, SystemExit included; all of it is the answer.
            except BaseException as error:
                send({"failed": describe(error, job["project"])})
                if isinstance(error, KeyboardInterrupt):
                    raise


def _preload() -> None:
    """Import what every job needs while the parent still does other things."""
    for name in ("sqlalchemy", "alembic.runtime.environment"):
        try:
            importlib.import_module(name)
        except ImportError:
            # The job that needs it says so, with the traceback.
            return


def _run(job: dict[str, Any], ask: Any) -> Any:
    if job["job"] not in JOBS:
        raise ValueError(f"unknown job {job['job']!r}")
    if job.get("cut_network"):
        confinement.cut_network()
    if "database" in job:
        connections.redirect(job["database"])
    module = importlib.import_module("." + job["job"], __package__)
    return module.run(job, ask)
