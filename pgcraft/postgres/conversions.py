"""How values of one type become values of another when a column changes its type."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg


def conversions(
    connection: psycopg.Connection[Any], pairs: Sequence[tuple[str, str]]
) -> list[str | None]:
    """Ask the server how it converts.

    Args:
        connection: A connection to a database that has the new types; an old one that it does
            not know is read as text.
        pairs: Old and new type, as ``format_type`` writes them.

    Returns:
        For each pair ``None`` when ALTER COLUMN ... TYPE needs no USING, else what to write
        behind the column there, such as ``::text::shop.status``.
    """
    if not pairs:
        return []
    query = (resources.files(__package__) / "conversions.sql").read_text(encoding="utf-8")
    old, new = [one for one, _ in pairs], [one for _, one in pairs]
    ways = [row[0] for row in connection.execute(query.encode(), (old, new)).fetchall()]
    return [
        None if way is None else f"::{type_}" if way == "cast" else f"::text::{type_}"
        for way, type_ in zip(ways, new, strict=True)
    ]
