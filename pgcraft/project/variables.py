"""The environment variables that the user's code gets: the user's own, without secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

# A project's settings often insist on a variable being there; its value is nobody's business.
PLACEHOLDER = "hidden-by-pgcraft"

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|PRIVATE|COOKIE|API_?KEY|ACCESS_?KEY|_KEY$|_AUTH",
    re.IGNORECASE,
)
# ACCESS_TOKEN_EXPIRE_MINUTES=30: too little to be a secret, and settings want a number there.
_NO_SECRET = re.compile(r"\d{0,4}|true|false|yes|no|on|off", re.IGNORECASE)
# CI's own variables, with its tokens and command files, and libpq's, which lead to a server.
_REMOVED_NAME = re.compile(r"^(INPUT_|ACTIONS_|GITHUB_|RUNNER_|CI_JOB_|PG[A-Z]+$)|^SSH_AUTH_SOCK$")


def user_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Choose what the user's code may see.

    CI's and libpq's variables are removed. A variable named like a secret keeps its name and
    loses its value. The user and password of a URL are taken out, and a PostgreSQL URL points
    nowhere: the connections are redirected anyway.

    Args:
        variables: The variables of this process.

    Returns:
        The variables for the child.
    """
    chosen = {
        name: _harmless(name, value)
        for name, value in variables.items()
        if not _REMOVED_NAME.search(name)
    }
    # Sets and messages in the same order on every run; text in UTF-8 whatever the locale is.
    return {**chosen, "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _harmless(name: str, value: str) -> str:
    if "://" in value:
        return _without_credentials(name, value)
    is_secret = _SECRET_NAME.search(name) and not _NO_SECRET.fullmatch(value)
    return PLACEHOLDER if is_secret else value


def _without_credentials(name: str, value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        return PLACEHOLDER
    if parts.scheme.startswith("postgres"):
        return f"{parts.scheme}://scratch@localhost/scratch"
    if "@" in parts.netloc:
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return PLACEHOLDER if _SECRET_NAME.search(name) else value
