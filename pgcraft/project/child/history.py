"""Job: read the history, without a database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .environment import load

if TYPE_CHECKING:
    from collections.abc import Callable


def run(job: dict[str, Any], ask: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """List the revisions, oldest first, and the heads.

    Args:
        job: See :func:`.environment.load`.
        ask: Not used.
    """
    del ask
    _, script = load(job)
    revisions = [
        {
            "id": revision.revision,
            "down": list(revision._normalized_down_revisions),  # noqa: SLF001  # down_revision without the three shapes of its type
            "message": revision.doc,
            "path": revision.path,
        }
        for revision in script.walk_revisions()
    ]
    return {"revisions": revisions[::-1], "heads": sorted(script.get_heads())}
