"""``schema.diff``: both schemas as ``pg_dump`` prints them, side by side for ``diff``'s readers."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgcraft.postgres.dump import Dump


def schema_diff(base: Dump, upgraded: Dump) -> str:
    """Write a unified diff.

    Args:
        base: The base.
        upgraded: The base after ``upgrade.sql``.

    Returns:
        The diff as ``diff -u`` writes it, without times; empty for equal schemas.
    """
    before, after = (one.text.splitlines(keepends=True) for one in (base, upgraded))
    return "".join(unified_diff(before, after, "base.sql", "upgraded.sql"))
