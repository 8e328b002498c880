"""What differs between two snapshots, each difference in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from pgcraft.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot.values import CatalogObject, Key, Snapshot

# Kinds whose definition is made of their details, so that the details tell a change.
_TOLD_BY_DETAILS = frozenset(
    {
        "column",
        "default privileges",
        "domain",
        "enum",
        "extension",
        "foreign table",
        "grant",
        "publication",
        "sequence",
        "table",
    }
)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One object that two snapshots do not agree on.

    Attributes:
        action: What turns the first snapshot's object into the second's.
        key: The object.
        before: The object in the first snapshot; ``None`` when it is created.
        after: The object in the second snapshot; ``None`` when it is dropped.
        text: The difference in words, such as ``column inventory.products.price: type
            numeric(10,2) -> numeric(12,2)``.
    """

    action: Literal["create", "alter", "drop"]
    key: Key
    before: CatalogObject | None
    after: CatalogObject | None
    text: str


def compare(before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """List what turns one schema into another.

    Args:
        before: The schema that is there.
        after: The schema that is wanted.

    Returns:
        The differences, ordered by key; empty when the snapshots are equal.

    Raises:
        UsageError: The snapshots come from servers of different major versions.
    """
    if before.version != after.version:
        raise UsageError(
            f"A snapshot of PostgreSQL {before.version} cannot be compared with one of "
            f"PostgreSQL {after.version}, because the two write the same schema differently.",
            advice="Take both snapshots on servers of one major version.",
        )
    if before.objects == after.objects:
        return ()
    return tuple(_difference(key, old, new) for key, old, new in _pairs(before, after))


def _pairs(
    before: Snapshot, after: Snapshot
) -> Iterator[tuple[Key, CatalogObject | None, CatalogObject | None]]:
    """Walk along both, which are ordered by key, and stop where they are not equal."""
    left, right = iter(before), iter(after)
    old, new = next(left, None), next(right, None)
    while old is not None or new is not None:
        if new is None or (old is not None and old.key < new.key):
            assert old is not None  # noqa: S101  # one side is left
            yield old.key, old, None
            old = next(left, None)
        elif old is None or new.key < old.key:
            yield new.key, None, new
            new = next(right, None)
        else:
            if old != new:
                yield old.key, old, new
            old, new = next(left, None), next(right, None)


def _difference(key: Key, before: CatalogObject | None, after: CatalogObject | None) -> Difference:
    action: Literal["create", "alter", "drop"]
    if before is None and after is not None:
        action, words = "create", _created(after)
    elif after is None or before is None:
        action, words = "drop", "dropped"
    else:
        action, words = "alter", ", ".join(_changes(before, after))
    return Difference(action=action, key=key, before=before, after=after, text=f"{key}: {words}")


def _created(item: CatalogObject) -> str:
    """Say what is new, unless that is a statement that repeats the key or fills lines."""
    if item.definition.startswith("CREATE") or "\n" in item.definition:
        return "created"
    return f"created, {item.definition}"


def _changes(before: CatalogObject, after: CatalogObject) -> Iterator[str]:
    old, new = dict(before.details), dict(after.details)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name} {old.get(name, 'none')} -> {new.get(name, 'none')}"
    if before.definition != after.definition and after.key.kind not in _TOLD_BY_DETAILS:
        yield _changed_text(before.definition, after.definition)


def _changed_text(before: str, after: str) -> str:
    """Show both texts, or of longer ones the first line that differs."""
    if "\n" not in before + after:
        return f"{before} -> {after}"
    lines = zip_longest(before.splitlines(), after.splitlines(), fillvalue="nothing")
    number, (old, new) = next(
        (number, pair) for number, pair in enumerate(lines, start=1) if pair[0] != pair[1]
    )
    return f"line {number}, {old.strip()} -> {new.strip()}"
