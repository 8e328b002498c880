"""Labels that are added to enums, and used before the transaction ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pgcraft.migrate.order import Node
    from pgcraft.postgres.snapshot import Difference

_ADDED = re.compile(r"ALTER TYPE .* ADD VALUE (?P<label>E?'(?:[^']|'')*')")


def labels_first(nodes: Sequence[Node], changes: Iterable[Difference]) -> list[Node]:
    """Put new labels that other statements use before all, to be committed there.

    PostgreSQL lets nothing use a label in the transaction that adds it. Whether something does
    is read generously from the texts that the server deparsed: one commit too many is harmless.

    Args:
        nodes: The nodes in their order.
        changes: What differs.

    Returns:
        The nodes in their order, those first that must be committed.
    """
    adding = [node for node in nodes if any(map(_ADDED.match, node.statements))]
    if not adding:
        return list(nodes)
    begun = [one.after.definition for one in changes if one.after and one.key.kind != "enum"]
    texts = [*begun, *(sql for node in nodes if node not in adding for sql in node.statements)]
    for node in adding:
        found = [_ADDED.match(sql) for sql in node.statements]
        labels = [match["label"] for match in found if match is not None]
        names = [key.identity for key in node.begins]
        node.commit = any(
            any(label in text for label in labels)
            or (" USING " in text and any(f"::{name}" in text for name in names))
            for text in texts
        )
    return [*(one for one in nodes if one.commit), *(one for one in nodes if not one.commit)]
