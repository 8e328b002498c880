"""What the user's code raised, as a sentence with the file to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.errors import PGCraftError, UsageError, UserCodeError
from pgcraft.postgres.lacking import missing_extension

if TYPE_CHECKING:
    from .answers import Failure
    from .configuration import Project

# Where a KeyError comes from os.environ, the last line of the traceback's source says so.
_ENVIRON = "os.environ"


def user_code_error(failure: Failure, project: Project, printed: str) -> PGCraftError:
    """Make the error that ends a review whose user code failed.

    Args:
        failure: What the child reported.
        project: Whose code it was.
        printed: What the code had printed.

    Returns:
        An error with the traceback, and the output if there was any, as its detail.
    """
    if failure.type == "ModelsReferenceError":
        return UsageError(
            f"--models {' '.join(project.models)}: {failure.message}.",
            advice="Say it as MODULE:ATTRIBUTE, such as shop.models:metadata, with the module as "
            f"it is imported from {project.root}.",
        )
    detail = failure.traceback
    if printed.strip():
        detail += f"\nIt had printed:\n{printed.strip()}\n"
    return UserCodeError(_what(failure), advice=_advice(failure, project), detail=detail)


def _what(failure: Failure) -> str:
    if failure.type in _OURS:
        return f"{failure.message[:1].upper()}{failure.message[1:]}."
    subject = "The project's code"
    if failure.revision is not None:
        subject = f"Revision {failure.revision}"
    elif failure.file is not None:
        subject = failure.file
    place = f" at {failure.file}, line {failure.line}" if failure.file is not None else ""
    message = failure.message.strip().splitlines()
    first = f": {message[0]}" if message else ""
    return f"{subject} failed{place} with {failure.type}{first}".rstrip(".") + "."


def _advice(failure: Failure, project: Project) -> str:
    if failure.type == "ModuleNotFoundError":
        return f"Install the project's requirements for {project.python}, which runs its code."
    if failure.type == "KeyError" and _ENVIRON in failure.traceback:
        return (
            f"Set the variable {failure.message}; any value will do for a database, since "
            "all connections go to the scratch server."
        )
    if failure.offline:
        return (
            "It was being written as SQL, in Alembic's --sql mode, where there is no database to "
            "look at: let it decide by context.is_offline_mode(), or begin behind it with --from."
        )
    extension = missing_extension(failure.message)
    if extension is not None:
        return (
            f"The scratch PostgreSQL has no {extension}. Install it for this PostgreSQL (Debian "
            "and Ubuntu call such packages postgresql-NN-…), or name one that has it with "
            "--postgres."
        )
    return _ADVICE_BY_TYPE.get(failure.type) or (
        "Correct it and run the review again; its traceback is above."
        if failure.file is not None
        else "The traceback above says where."
    )


# Raised by the child itself, with a whole sentence.
_OURS = {
    "EnvironmentSilentError",
    "ForeignDialectError",
    "OtherFilesError",
    "SeveralRunsError",
}

_ADVICE_BY_TYPE = {
    "NoSuchModuleError": "Set any postgresql:// URL where the project has its own, in alembic.ini "
    "perhaps; nothing connects to it.",
    "EnvironmentSilentError": "Let env.py call context.configure() and context.run_migrations() "
    "on every path.",
    "OtherFilesError": "Install the project's requirements without the project itself.",
    "SeveralRunsError": "Let env.py take one of them when it is told to, by a variable perhaps, "
    "and review each by itself.",
    "ForeignDialectError": "Configure the project for PostgreSQL.",
}
