"""The statements of a range, revision by revision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from pgcraft.project.answers import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Heads = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Portion:
    """What one revision does.

    Attributes:
        revision: The revision.
        statements: Its statements in the same transactions as in the whole, each begun and
            ended here.
        start: The heads of a database that it can be applied to.
        end: Those that it leads to.
    """

    revision: str
    statements: tuple[Statement, ...]
    start: Heads
    end: Heads


def by_revision(
    statements: Sequence[Statement], heads: Iterable[Heads], end: Heads
) -> list[Portion]:
    """Take a range apart.

    Args:
        statements: The statements of a direction.
        heads: The heads before each of them.
        end: Those after the last one.

    Returns:
        The revisions, in the order in which they are applied.
    """
    placed = [*_placed(statements, heads)]
    portions = [(name, [*group]) for name, group in groupby(placed, key=lambda one: one[0])]
    starts = [group[0][2] for _, group in portions]
    return [
        Portion(
            revision=name,
            statements=tuple(_in_transactions([(one, is_open) for _, one, _, is_open in group])),
            start=start,
            end=after,
        )
        for (name, group), start, after in zip(portions, starts, [*starts[1:], end], strict=True)
    ]


def _placed(
    statements: Sequence[Statement], heads: Iterable[Heads]
) -> Iterable[tuple[str, Statement, Heads, bool]]:
    """The statements with their revision, heads, and whether they are in a transaction."""
    following: str | None = None
    owners: list[str | None] = []
    for one in reversed(statements):  # what stands between revisions belongs to the next one
        following = (
            one.revision if one.kind not in {"begin", "commit"} and one.revision else (following)
        )
        owners.append(following)
    last: str | None = None
    is_open = False
    for one, owner, before in zip(statements, reversed(owners), heads, strict=True):
        if one.kind in {"begin", "commit"}:
            is_open = one.kind == "begin"
        if one.kind == "commit" and last is not None:
            yield last, one, before, is_open
        elif one.kind not in {"begin", "commit"} and (place := owner or last) is not None:
            last = place
            yield place, one, before, is_open


def _in_transactions(statements: Iterable[tuple[Statement, bool]]) -> Iterable[Statement]:
    """Begin a transaction where the first statement in it is, and end it with the revision."""
    begun = False
    for one, is_open in statements:
        if one.kind == "commit":
            if begun:
                yield one
            begun = False
            continue
        if is_open and not begun:
            yield Statement(kind="begin", text="BEGIN", revision=one.revision)
            begun = True
        yield one
    if begun:
        yield Statement(kind="commit", text="COMMIT", revision=None)
