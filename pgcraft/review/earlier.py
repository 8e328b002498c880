"""The history as it was at the commit that a change is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.errors import UsageError, UserCodeError
from pgcraft.project.answers import History, history_from
from pgcraft.project.configuration import project_in_copy
from pgcraft.project.process import user_code

from .git import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from pgcraft.postgres.server import Server
    from pgcraft.project.configuration import Project

    from .git import Commit
    from .options import Options


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What a commit had.

    Attributes:
        commit: The commit.
        history: Its revisions; none when the project had no Alembic there yet.
        project: The project in a copy of the commit's files; None when it was not there yet.
        directory: The copy's top directory.
    """

    commit: Commit
    history: History
    project: Project | None
    directory: Path


def read_earlier(server: Server, options: Options, commit: Commit) -> Earlier:
    """Read the history that the files of a commit make.

    Args:
        server: The scratch server; the files are in its directory and go with it.
        options: Whose project it is.
        commit: The commit.

    Returns:
        What it had.

    Raises:
        UsageError: When git cannot read the commit, or Alembic finds other revisions than the
            commit's.
        UserCodeError: When a revision of the commit cannot be read.
    """
    directory = server.work_directory / "earlier"
    directory.mkdir()
    write_files(commit, directory)
    project = project_in_copy(options.project, commit.repository, directory)
    history = History(revisions=(), heads=())
    if project is None or not project.has_history:
        return Earlier(commit=commit, history=history, project=project, directory=directory)
    with (
        user_code(project, timeout=options.timeout, ahead=0) as code,
        code.process() as child,
    ):
        try:
            answer = child.run("history")
        except UserCodeError as error:
            raise UserCodeError(
                f"The history at {commit.ref} cannot be read. {error.what}",
                advice="See that the files of that commit load here, or say --from and a "
                "revision instead.",
                detail=error.detail,
            ) from error
    history = history_from(answer)
    _refuse_others(history, commit, directory)
    return Earlier(commit=commit, history=history, project=project, directory=directory)


def _refuse_others(history: History, commit: Commit, directory: Path) -> None:
    """Refuse revisions of today: an installed package's place is the same at every commit."""
    place = directory.resolve()
    for revision in history.revisions:
        if place not in revision.path.resolve().parents:
            raise UsageError(
                f"The history at {commit.ref} cannot be told: Alembic finds revision "
                f"{revision.id} at {revision.path}, which is not a file of that commit.",
                advice="Let script_location be a path from the configuration, such as "
                "%(here)s/migrations, or say --from and a revision.",
            )


def earlier_heads(history: History, earlier: Earlier) -> tuple[str, ...]:
    """The heads of a commit, which the history of today must have too.

    Args:
        history: The history as it is.
        earlier: The commit.

    Returns:
        Its heads.

    Raises:
        UsageError: When today's history has several heads, or lacks one of the commit's.
    """
    known = {one.id for one in history.revisions}
    lost = [head for head in earlier.history.heads if head not in known]
    ref = earlier.commit.ref
    if lost:
        raise UsageError(
            f"The history at {ref} ends at {', '.join(lost)}, which the history of the working "
            "tree does not have.",
            advice=f"Merge or rebase onto {ref}; or compare with the commit that the branch "
            f"began at, which `git merge-base {ref} HEAD` prints. A revision that {ref} has "
            "must not be removed or get another identifier.",
        )
    if len(history.heads) > 1:
        raise UsageError(
            f"The history has {len(history.heads)} heads: {', '.join(history.heads)}.",
            advice="Join them with `alembic merge heads` and review again.",
        )
    return earlier.history.heads
