"""The plan: one ordered list of Alembic's operations and of SQL for all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.migrate.changes import is_retyped
from pgcraft.migrate.decided import decide
from pgcraft.migrate.graph import Graph
from pgcraft.migrate.labels import labels_first
from pgcraft.migrate.nodes import build_nodes
from pgcraft.migrate.order import ordered
from pgcraft.migrate.renames import find_renames
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pgcraft.migrate.claims import Claim, Described
    from pgcraft.migrate.order import Node
    from pgcraft.postgres.snapshot import Difference, Snapshot


_VIEWS = frozenset({"materialized view", "view"})


@dataclass(frozen=True, kw_only=True)
class SqlStep:
    """A statement of ours.

    Attributes:
        sql: The statement.
        commit: Whether it must be committed before the next step, which uses the label that
            it adds to an enum.
    """

    sql: str
    commit: bool = False


@dataclass(frozen=True, kw_only=True)
class OperationStep:
    """One of Alembic's operations.

    Attributes:
        index: Its number in what Alembic drafted.
        names: What its constraints, or its index, are called, not quoted; None for one that
            its CREATE TABLE must not make, such as a foreign key to a table that is made later.
    """

    index: int
    names: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Statements in order.

    Attributes:
        steps: Alembic's operations, those that change nothing left out, and SQL between them.
        blocked: Objects that nobody told to go and that need something that goes, with it.
        carried: Objects that are not wanted, and that go and come back because of others.
        remade: Views and materialized views that go and come back.
    """

    steps: tuple[SqlStep | OperationStep, ...]
    blocked: tuple[tuple[Key, Key], ...] = ()
    carried: frozenset[Key] = frozenset()
    remade: tuple[Key, ...] = ()


def plan_migration(
    differences: Iterable[Difference],
    before: Snapshot,
    after: Snapshot,
    *,
    owner: str,
    operations: Sequence[Described] = (),
    using: Mapping[Key, str] | None = None,
) -> Migration:
    """Plan what turns one schema into another.

    Args:
        differences: Those of the two schemas that count.
        before: The schema as it is.
        after: The schema that is wanted.
        owner: The role that owns what nobody gave to another, quoted.
        operations: What Alembic drafted. It is used where a difference needs it.
        using: For columns whose values the server does not convert by itself, what follows
            the column in USING, such as ``::text::shop.status``.

    Returns:
        The plan.
    """
    differences, kept = tuple(differences), set[Key]()
    old, new = Graph(before), Graph(after)
    while True:
        renames = find_renames(differences, old, new, unless=kept)
        changes = decide(
            renames.differences,
            renames.old,
            new,
            owner=owner,
            operations=operations,
            using=using or {},
        )
        # What must be made again all the same comes with its new name.
        needless = changes.ends.intersection(renames.pairs.values())
        if not needless:
            break
        kept |= needless
    nodes = ordered(build_nodes(changes), changes.old, changes.new)
    nodes = labels_first(nodes, changes.differences.values())
    ending = changes.ending
    return Migration(
        steps=(
            *(SqlStep(sql=sql) for sql in renames.statements),
            *_steps(nodes, changes.claims, renames.old.snapshot, after),
        ),
        blocked=tuple(sorted(ending.blocked)),
        carried=frozenset(key for key in ending.remade if key not in after),
        remade=tuple(sorted(key for key in ending.remade if key.kind in _VIEWS)),
    )


def retyped_columns(differences: Iterable[Difference]) -> dict[Key, tuple[str, str]]:
    """The columns that get another type: the old and the new one."""
    return {
        one.key: (one.before.detail("type") or "", one.after.detail("type") or "")
        for one in differences
        if one.before is not None and one.after is not None and is_retyped(one)
    }


def _steps(
    nodes: Iterable[Node], claims: Mapping[int, Claim], before: Snapshot, after: Snapshot
) -> Iterator[SqlStep | OperationStep]:
    for node in nodes:
        if node.operation is not None:
            names = claims[node.operation].names(before, after)
            yield OperationStep(index=node.operation, names=names)
        else:
            yield from (SqlStep(sql=sql, commit=node.commit) for sql in node.statements)
