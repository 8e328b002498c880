"""Wall time and peak memory of a command."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a command costs.

    Attributes:
        seconds: Wall time.
        megabytes: The largest process's peak resident memory, children included one by one.
    """

    seconds: float
    megabytes: float


def cost_of(command: Sequence[str | Path], cwd: Path) -> Cost:
    """Run a command and measure it.

    Args:
        command: The program and its arguments.
        cwd: Where to run it.

    Returns:
        Its cost.

    Raises:
        subprocess.CalledProcessError: When it fails.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, stderr=errors)
    return Cost(seconds=seconds, megabytes=usage.ru_maxrss / 1024)


def median_of(costs: Iterable[Cost]) -> Cost:
    """The median of the times and of the memories."""
    measured = list(costs)
    return Cost(
        seconds=median(cost.seconds for cost in measured),
        megabytes=median(cost.megabytes for cost in measured),
    )
