"""Fixtures for tests of the server itself."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def scratch_tmp() -> Iterator[Path]:
    """A short temporary directory that other users can pass, unlike pytest's own."""
    directory = Path(tempfile.mkdtemp(prefix="t-", dir="/tmp"))
    directory.chmod(0o1777)
    yield directory
    shutil.rmtree(directory)
