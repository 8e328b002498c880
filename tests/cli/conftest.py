"""A directory for the command's temporary files, short enough for a socket's path."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest


@pytest.fixture
def temporary():
    """Where the command may put temporary files; the server's user can get there."""
    directory = Path(tempfile.mkdtemp(prefix="pgc-", dir="/tmp"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)
