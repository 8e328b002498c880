"""``python -m pgcraft``."""

from __future__ import annotations

from pgcraft.cli import main

main()
