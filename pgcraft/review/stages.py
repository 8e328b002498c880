"""The stages of a run: announced to whoever watches, and timed."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Progress = Callable[[str], AbstractContextManager[None]]


class Stages:
    """Calls the progress around each stage and remembers how long it took.

    Args:
        progress: Called with a stage's name.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._milliseconds: list[tuple[str, float]] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Run the block as the stage called ``name``."""
        started = time.perf_counter()
        with self._progress(name):
            yield
        self._milliseconds.append((name, (time.perf_counter() - started) * 1000))

    @property
    def milliseconds(self) -> tuple[tuple[str, float], ...]:
        """The stages so far, in order, and how long each took."""
        return tuple(self._milliseconds)
