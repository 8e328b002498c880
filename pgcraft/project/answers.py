"""What the child hands back, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

StatementKind = Literal["sql", "version", "comment", "begin", "commit"]


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A revision of the history.

    Attributes:
        id: Its identifier.
        down: The identifiers of the revisions that it follows; none for a first one.
        message: Its message.
        path: Its file.
    """

    id: str
    down: tuple[str, ...]
    message: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class History:
    """The revisions of a project, oldest first, and its heads."""

    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement that Alembic would write to a script.

    Attributes:
        kind: ``version`` is Alembic's own bookkeeping, ``sql`` what the revision does.
        text: Without the semicolon that Alembic adds.
        revision: The revision that it belongs to, or None between revisions.
    """

    kind: StatementKind
    text: str
    revision: str | None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What the user's code raised.

    Attributes:
        type: The exception's class name.
        module: The module of that class.
        message: Its text.
        traceback: From the first frame of the project on.
        file: The innermost file of the project that took part, relative to it.
        line: The line in it.
        revision: The revision that was running.
        offline: Whether it was running in Alembic's ``--sql`` mode, without a database.
    """

    type: str
    module: str
    message: str
    traceback: str
    file: str | None = None
    line: int | None = None
    revision: str | None = None
    offline: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What autogenerate found and the statements of the range.

    Attributes:
        revision_file: The drafted revision, or None when the models equal the history.
        target: The heads after the upgrade.
        version_table: Schema (None: the default one) and name of Alembic's table.
        upgrade: The statements of the upgrade.
        downgrade: Those of the downgrade, or why there are none.
        filtered: Whether the project's own filters take objects out of the comparison.
        captured: Revisions that look at the database: what they do was taken from a run.
    """

    revision_file: Path | None
    target: tuple[str, ...]
    version_table: tuple[str | None, str]
    upgrade: tuple[Statement, ...]
    downgrade: tuple[Statement, ...] | Failure
    filtered: bool = False
    captured: tuple[str, ...] = ()


def history_from(answer: dict[str, Any]) -> History:
    """Read the answer of the job ``history``."""
    return History(
        revisions=tuple(
            Revision(
                id=one["id"],
                down=tuple(one["down"]),
                message=one["message"] or "",
                path=Path(one["path"]),
            )
            for one in answer["revisions"]
        ),
        heads=tuple(answer["heads"]),
    )


def draft_from(answer: dict[str, Any]) -> Draft:
    """Read the answer of the job ``draft``."""
    downgrade = answer["downgrade"]
    return Draft(
        revision_file=Path(answer["revision"]) if answer["revision"] else None,
        target=tuple(answer["target"]),
        version_table=(answer["version_table"][0], answer["version_table"][1]),
        upgrade=_statements(answer["upgrade"]),
        downgrade=Failure(**downgrade["failed"])
        if isinstance(downgrade, dict)
        else _statements(downgrade),
        filtered=answer["filtered"],
        captured=tuple(answer["captured"]),
    )


def _statements(items: list[dict[str, Any]]) -> tuple[Statement, ...]:
    return tuple(Statement(**item) for item in items)
