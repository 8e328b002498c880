"""The command line: options in, sentences and exit codes out."""

from __future__ import annotations

from .main import main

__all__ = ["main"]
