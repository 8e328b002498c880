"""A commit to compare with: found by git and read without touching the working tree."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from pgcraft.errors import UsageError

# What git's own hooks set: it would lead to another repository or index than the project's.
_LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
)
# No hook of the repository runs, no lock is taken, and a sparse checkout hides nothing.
_QUIET = (
    "--no-optional-locks",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.sparseCheckout=false",
)


@dataclass(frozen=True, kw_only=True)
class Commit:
    """The commit that a review compares with.

    Attributes:
        ref: As it was asked for, such as ``origin/main``.
        sha: Its whole hash.
        repository: The repository's top directory.
        target: The commit that is checked out; None when the project's files differ from it.
    """

    ref: str
    sha: str
    repository: Path
    target: str | None


def find_commit(root: Path, ref: str, *, output: Path) -> Commit:
    """Find the commit that a git ref names.

    Args:
        root: The project's directory.
        ref: A branch, a tag, a hash, or whatever else ``git rev-parse`` knows.
        output: Where the review writes; files there make the project no other one.

    Returns:
        The commit.

    Raises:
        UsageError: When git is missing, the project is in no repository, or has no such ref.
    """
    inside = _git(root, "rev-parse", "--show-toplevel")
    if inside.returncode:
        raise UsageError(
            f"--base-ref {ref}: git finds no repository at {root}.",
            advice="Review a clone of the repository, or say --from and a revision.",
            detail=inside.stderr,
        )
    repository = Path(inside.stdout.rstrip("\n"))
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        raise _no_such_ref(root, ref)
    return Commit(
        ref=ref,
        sha=found.stdout.strip(),
        repository=repository,
        target=_checked_out(root, repository, output),
    )


def write_files(commit: Commit, directory: Path) -> None:
    """Write all files of a commit to a directory of our own.

    By an index of our own, and not by ``git archive``, which leaves out what the repository's
    attributes keep from its archives.

    Args:
        commit: The commit.
        directory: An existing, empty directory.

    Raises:
        UsageError: When git cannot read the commit, as in a partial clone without its server.
    """
    index = directory.with_name(f"{directory.name}.index")
    for arguments in (
        ("read-tree", commit.sha),
        ("checkout-index", "--all", f"--prefix={directory}{os.sep}"),
    ):
        done = _git(commit.repository, *arguments, GIT_INDEX_FILE=str(index))
        if done.returncode:
            raise UsageError(
                f"git could not read the files of {commit.ref}.",
                advice="See what it said; `git fsck` tells whether the clone is whole.",
                detail=done.stderr,
            )


def _checked_out(root: Path, repository: Path, output: Path) -> str | None:
    """The commit that the working tree is, when the project in it is as that has it."""
    paths = ["."]
    place = output.resolve()
    if repository.resolve() in place.parents:
        paths.append(f":(exclude,top,literal){place.relative_to(repository.resolve())}")
    status = _git(root, "status", "--porcelain", "--", *paths)
    head = _git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    clean = not (status.returncode or status.stdout or head.returncode)
    return head.stdout.strip() if clean else None


def _no_such_ref(root: Path, ref: str) -> UsageError:
    shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == "true"
    if shallow:
        return UsageError(
            f"--base-ref {ref}: this clone is shallow and does not have it.",
            advice="Fetch the whole history: `git fetch --unshallow`, or fetch-depth: 0 at "
            "actions/checkout.",
        )
    return UsageError(
        f"--base-ref {ref}: the repository has no such commit.",
        advice="`git branch --all` lists what there is; `git fetch` gets what is not here yet, "
        "whose name then is origin/NAME.",
    )


def _git(directory: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    try:
        return subprocess.run(
            ["git", *_QUIET, "-C", directory, *arguments],
            env=kept | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"} | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError(
            "--base-ref needs git, and there is no program of that name on PATH.",
            advice="Install git, or say --from and a revision.",
        ) from error
