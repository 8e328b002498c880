"""Job: compare the models of an earlier commit with a database, and write nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...alembic.operations import render_expressions_exactly
from .draft import autogenerate
from .environment import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class OtherFilesError(Exception):
    """The project's code was loaded from the working tree, and not from the commit's files."""


def run(job: dict[str, Any], ask: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Create the models and compare the job's database with them.

    Args:
        job: As of the job ``draft``; besides ``repository`` (the working tree's top directory)
            and ``copy`` (the same of the commit's files).
        ask: As of the job ``draft``; the answer to the plan is that there is nothing to do.

    Returns:
        Nothing that matters: the questions say it all.

    Raises:
        OtherFilesError: When an installed package leads back to the working tree.
    """
    repository, copy = Path(job["repository"]), Path(job["copy"])
    sys.path[:] = [_in_copy(entry, repository, copy) for entry in sys.path]

    def checked(question: dict[str, Any]) -> Any:
        # Before the answer is used: what was created is today's then.
        for file in _loaded_from(repository, copy):
            raise OtherFilesError(f"the project's code is loaded from {file}")
        return ask(question)

    render_expressions_exactly()
    config, script = load(job, more_versions=job["directory"])
    autogenerate(job, config, script, checked)
    return {}


def _in_copy(entry: str, repository: Path, copy: Path) -> str:
    """The place in the copy, of a directory that the copy has, such as an editable package's."""
    path = Path(entry).resolve()
    if not entry or not path.is_relative_to(repository):
        return entry
    counterpart = copy / path.relative_to(repository)
    return str(counterpart) if counterpart.is_dir() else entry


def _loaded_from(repository: Path, copy: Path) -> Iterator[str]:
    """Files of the working tree that are loaded and that the commit has, too."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        # Ours may well be of the repository that is reviewed: its examples.
        if file is None or name.partition(".")[0] in {"_pgcraft", "__main__"}:
            continue
        path = Path(file).resolve()
        if not path.is_relative_to(repository) or path.is_relative_to(copy):
            continue
        relative = path.relative_to(repository)
        if (copy / relative).is_file():
            yield str(relative)
