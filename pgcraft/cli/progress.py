"""Say which stage is running: live on a terminal, in plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.review.stages import Progress


def progress_to(stream: TextIO, *, quiet: bool) -> Progress:
    """Choose how stages are announced.

    Args:
        stream: Where to; never standard output, which may carry JSON.
        quiet: Announce nothing.

    Returns:
        What the pipeline calls around each stage.
    """
    if quiet:
        return _silent
    return _Live(stream) if stream.isatty() else _Plain(stream)


@contextmanager
def _silent(_name: str) -> Iterator[None]:
    yield


class _Plain:
    """A line for each stage that has ended, with its time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        print(f"{name} … {time.perf_counter() - started:.1f} s", file=self._stream, flush=True)


class _Live:
    """A spinner with the stage's name and running time, then a line as above."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        started = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as live:
            live.add_task(name, total=None)
            yield
        seconds = time.perf_counter() - started
        self._console.print(f"[green]✓[/] {name} [dim]{seconds:.1f} s[/]")
