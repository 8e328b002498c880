"""Turn what the user's code raised into an answer that a person can use."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

# Of an object without a repr of its own; another one in every run.
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")

# Library frames that are shown below the project's own last one.
_SHOWN = 2


class ForeignDialectError(Exception):
    """A project connects to, or is configured for, a database that is not PostgreSQL."""


class ModelsReferenceError(Exception):
    """``--models`` names nothing that carries a MetaData."""


def describe(error: BaseException, project: str) -> dict[str, Any]:
    """Describe an error by the user's own frames.

    Args:
        error: What was raised.
        project: The project's directory; the frames of other files are left out.

    Returns:
        ``type``, ``module``, ``message``, ``traceback`` (text) and, when they are known,
        ``file`` (relative to the project) and ``line`` of the innermost frame of the project,
        the ``revision`` that was running, and ``offline`` when it was being written as SQL.
    """
    root = Path(project).resolve()
    report = traceback.TracebackException.from_exception(error)
    place = _place(error, report, root)
    # A database error brings the server's own words; the driver's frames add nothing.
    _prune(report, root, says_itself=hasattr(error, "orig"))
    answer: dict[str, Any] = {
        "type": type(error).__name__,
        "module": type(error).__module__,
        "message": _ADDRESS.sub("0x…", str(error)),
        "traceback": _ADDRESS.sub("0x…", "".join(report.format())),
    }
    if place is not None:
        answer["file"] = str(place[0].relative_to(root))
        answer["line"] = place[1]
    for name in ("revision", "offline"):
        value = getattr(error, f"pgcraft_{name}", None)
        if value is not None:
            answer[name] = value
    return answer


def _place(
    error: BaseException, report: traceback.TracebackException, root: Path
) -> tuple[Path, int] | None:
    if isinstance(error, SyntaxError) and error.filename and _within(error.filename, root):
        return Path(error.filename).resolve(), error.lineno or 0
    own = [frame for frame in report.stack if _within(frame.filename, root)]
    return (Path(own[-1].filename).resolve(), own[-1].lineno or 0) if own else None


def _prune(report: traceback.TracebackException, root: Path, *, says_itself: bool) -> None:
    """Leave the project's frames and the last ones, and those earlier errors that have any."""
    frames = list(report.stack)
    own = [index for index, frame in enumerate(frames) if _within(frame.filename, root)]
    if own:
        below = [] if says_itself else frames[own[-1] + 1 :][-_SHOWN:]
        kept = [*(frames[index] for index in own), *below]
        report.stack = traceback.StackSummary.from_list(kept)
    for name in ("__cause__", "__context__"):
        earlier = getattr(report, name)
        if earlier is None:
            continue
        if any(_within(frame.filename, root) for frame in earlier.stack):
            _prune(earlier, root, says_itself=says_itself)
        else:
            setattr(report, name, None)


def _within(filename: str, root: Path) -> bool:
    # Generated code has names such as "<string>".
    if not Path(filename).is_absolute():
        return False
    path = Path(filename).resolve()
    # An environment inside the project, as .venv, is not the project's own code.
    return root in path.parents and "site-packages" not in path.parts
