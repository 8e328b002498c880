"""The errors that pgcraft raises on purpose.

Each is a sentence for a person: what happened, where, and what to do next. Each
kind carries the exit code that the command line ends with (see ``README.md``).
"""

from __future__ import annotations


class PGCraftError(Exception):
    """Base of all errors that pgcraft raises on purpose.

    Args:
        what: What happened and where, as a sentence.
        advice: What to do next, as a sentence; empty when there is nothing to add.
        detail: Text to show as it is below the sentence, such as a traceback of the
            user's code or the server's own log.
    """

    exit_code = 2

    def __init__(self, what: str, *, advice: str = "", detail: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.what} {self.advice}".strip()


class UsageError(PGCraftError):
    """The command line, the configuration or the project's layout is wrong."""

    exit_code = 2


class UserCodeError(PGCraftError):
    """The user's models, ``env.py`` or a migration failed; ``detail`` has its traceback."""

    exit_code = 3


class ServerUnavailableError(PGCraftError):
    """No scratch PostgreSQL server could be found, started or reached."""

    exit_code = 4


class PGCraftValidationError(PGCraftError):
    """A model declares something that cannot be: an unknown column, a name taken twice."""

    exit_code = 3
