"""Where a project keeps its history and its models."""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pgcraft.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project to review.

    Attributes:
        root: Its directory; the user's code runs there.
        ini: Its ``alembic.ini``, or None.
        toml: A ``pyproject.toml`` with a ``[tool.alembic]`` table, or None.
        models: ``MODULE[:ATTRIBUTE]`` of each MetaData, for a project without Alembic.
        python: The interpreter of the user's environment.
    """

    root: Path
    ini: Path | None = None
    toml: Path | None = None
    models: tuple[str, ...] = ()
    python: Path = Path(sys.executable)

    @property
    def has_history(self) -> bool:
        """Whether the project uses Alembic."""
        return self.ini is not None or self.toml is not None


def find_project(
    root: Path, *, config: Path | None = None, models: tuple[str, ...] = ()
) -> Project:
    """Find out what kind of project a directory holds.

    Args:
        root: The directory.
        config: An Alembic configuration to use instead of the one found.
        models: ``MODULE[:ATTRIBUTE]`` entries, needed when there is no Alembic configuration.

    Returns:
        The project.

    Raises:
        UsageError: When the directory does not exist, or there is neither an Alembic
            configuration nor ``models``.
    """
    if not root.is_dir():
        raise UsageError(
            f"{root} is not a directory.", advice="Name the directory that holds alembic.ini."
        )
    root = root.resolve()
    if config is not None:
        _refuse_models(models)
        return _configured(root, config)
    ini, toml = root / "alembic.ini", root / "pyproject.toml"
    found_ini = ini if ini.is_file() else None
    found_toml = toml if toml.is_file() and _alembic_table(toml) is not None else None
    if found_ini is None and found_toml is None and not models:
        raise UsageError(
            f"{root} has no alembic.ini and no [tool.alembic] in pyproject.toml.",
            advice="Name the project's directory, say --config FILE, or for models without "
            "Alembic say --models MODULE:METADATA.",
        )
    if found_ini is not None or found_toml is not None:
        _refuse_models(models)
    return Project(root=root, ini=found_ini, toml=found_toml, models=models)


def project_in_copy(project: Project, original: Path, copy: Path) -> Project | None:
    """The same project in a copy of the repository, as it was at another time.

    Args:
        project: The project as it is now.
        original: The repository's top directory, which holds the project.
        copy: The copy's top directory.

    Returns:
        The project; None when it was not there yet, or had no Alembic configuration.

    Raises:
        UsageError: When the Alembic configuration is not in the repository.
    """
    original = original.resolve()
    root = copy / project.root.relative_to(original)
    if not project.has_history:
        return replace(project, root=root) if root.is_dir() else None
    for file in (project.ini, project.toml):
        if file is None:
            continue
        if original not in file.parents:
            raise UsageError(
                f"The Alembic configuration {file} is not in the repository {original}.",
                advice="Without it, what the history was at another commit cannot be known.",
            )
        place = copy / file.relative_to(original)
        if place.is_file() and (place.suffix != ".toml" or _alembic_table(place) is not None):
            return replace(
                project,
                root=root,
                ini=place if file == project.ini else None,
                toml=place if file == project.toml else None,
            )
    try:
        return find_project(root)
    except UsageError:
        return None


def _refuse_models(models: tuple[str, ...]) -> None:
    if models:
        raise UsageError(
            f"--models {' '.join(models)} is for projects without Alembic, and this one has it.",
            advice="Leave it out: env.py's target_metadata is what is compared.",
        )


def _configured(root: Path, config: Path) -> Project:
    if not config.is_file():
        raise UsageError(
            f"The Alembic configuration {config} does not exist.", advice="Check --config."
        )
    config = config.resolve()
    if config.suffix != ".toml":
        return Project(root=root, ini=config)
    if _alembic_table(config) is None:
        raise UsageError(f"{config} has no [tool.alembic] table.", advice="Check --config.")
    return Project(root=root, toml=config)


def _alembic_table(path: Path) -> dict[str, Any] | None:
    table: dict[str, Any] | None = read_toml(path).get("tool", {}).get("alembic")
    return table


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        UsageError: When it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} is not valid TOML: {error}.", advice="Correct the file."
        ) from error
