"""What a server says that it does not have. Its words are English on a scratch server."""

from __future__ import annotations

import re

# A notice of DROP ROLE IF EXISTS is no complaint.
_ROLE = re.compile(r'\brole "(.+)" does not exist(?!, skipping)')
_EXTENSION = re.compile(r'\bextension "([^"]+)" is not available')


def missing_role(said: str) -> str | None:
    """The role that a message misses; None when it is about something else."""
    found = _ROLE.search(said)
    return found[1] if found is not None else None


def missing_extension(said: str) -> str | None:
    """The extension that a message misses; None when it is about something else."""
    found = _EXTENSION.search(said)
    return found[1] if found is not None else None
