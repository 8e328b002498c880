"""The plan: one ordered list of Alembic's operations and of SQL for all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration
from pgcraft.migrate.changes import Changes, is_retyped, loses
from pgcraft.migrate.claimed import claimed, take_out_cycles
from pgcraft.migrate.cycles import checks_that_lead_back, cyclic_foreign_keys, tables_of
from pgcraft.migrate.domains import domains_made_anew
from pgcraft.migrate.ending import find_ending
from pgcraft.migrate.graph import Graph
from pgcraft.migrate.labels import labels_first
from pgcraft.migrate.nodes import build_nodes
from pgcraft.migrate.order import ordered
from pgcraft.migrate.possible import possible
from pgcraft.migrate.privileges import suspended_defaults
from pgcraft.migrate.renames import find_renames
from pgcraft.migrate.rewritten import without_rewrites
from pgcraft.migrate.told import told_differences
from pgcraft.migrate.types import retype_attributes
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
    while True:
        renames = find_renames(differences, before, after, unless=kept)
        changes = _decided(
            renames.differences,
            Graph(renames.before),
            Graph(after),
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
            *_steps(nodes, changes.claims, renames.before, after),
        ),
        blocked=tuple(sorted(ending.blocked)),
        carried=frozenset(key for key in ending.remade if key not in after),
        remade=tuple(sorted(key for key in ending.remade if key.kind in _VIEWS)),
    )


def _decided(
    differences: Iterable[Difference],
    old: Graph,
    new: Graph,
    *,
    owner: str,
    operations: Sequence[Described],
    using: Mapping[Key, str],
) -> Changes:
    changes = told_differences(differences, old, new)
    claims = without_rewrites(claimed(operations, old, new, changes, using), changes)
    take_out_cycles(claims, new)
    in_place, remade = _alterations(old, changes, claims, operations, using)
    ending = find_ending(
        old,
        new,
        dropped=[key for key, one in changes.items() if one.action == "drop"],
        remade=[*remade, *suspended_defaults(changes.values(), old, new, owner=owner)],
        retyped=[key for key, one in changes.items() if is_retyped(one) or loses(one)],
        in_place=in_place,
    )
    claims = _that_alter_none_of(ending.recast | ending.remade, claims)
    if claims != (others := _that_alter_none_of(ending.released, claims)):
        # The default goes before such a column changes, and comes back with the change.
        claims = others
        in_place, _ = _alterations(old, changes, claims, operations, using)
    going = tables_of([ending.gone])
    return Changes(
        old=old,
        new=new,
        owner=owner,
        differences=changes,
        claims=claims,
        created=possible(old, new, {key for key, one in changes.items() if one.action == "create"}),
        in_place=in_place,
        ending=ending,
        loose=cyclic_foreign_keys(old, going) | checks_that_lead_back(old, going),
    )


def retyped_columns(differences: Iterable[Difference]) -> dict[Key, tuple[str, str]]:
    """The columns that get another type: the old and the new one."""
    return {
        one.key: (one.before.detail("type") or "", one.after.detail("type") or "")
        for one in differences
        if one.before is not None and one.after is not None and is_retyped(one)
    }


def _that_alter_none_of(keys: set[Key], claims: Mapping[int, Claim]) -> dict[int, Claim]:
    return {number: one for number, one in claims.items() if keys.isdisjoint(one.before & one.after)}


def _alterations(
    old: Graph,
    changes: Mapping[Key, Difference],
    claims: Mapping[int, Claim],
    operations: Sequence[Described],
    using: Mapping[Key, str],
) -> tuple[dict[Key, tuple[str, ...]], list[Key]]:
    """What is changed in place, and what is dropped and made again."""
    ended = {key for one in claims.values() for key in one.before - one.after}
    done: dict[Key, set[str]] = {}
    for number, one in claims.items():
        for key in one.before & one.after:
            done.setdefault(key, set()).update(operations[number].changes)
    in_place: dict[Key, tuple[str, ...]] = {}
    remade: list[Key] = []
    for key, change in changes.items():
        if change.before is None or change.after is None:
            continue
        if key in done and key.kind != "column":
            continue
        statements = None
        if key not in ended:
            statements = alteration(
                change.before,
                change.after,
                version=old.snapshot.version,
                done=frozenset(done.get(key, ())),
                using=using.get(key),
            )
        if statements is None and _has_typed_tables(key, old):
            statements = retype_attributes(change.before, change.after)
        if statements is None:
            remade.append(key)
        else:
            in_place[key] = statements
    anew = domains_made_anew(changes.values(), old)
    return {key: in_place[key] for key in in_place if key not in anew}, [*remade, *anew]


def _has_typed_tables(key: Key, old: Graph) -> bool:
    return key.kind == "composite type" and any(
        one.kind == "table" and old.snapshot[one].detail("of type") is not None
        for one in old.dependents.get(key, ())
    )


def _steps(
    nodes: Iterable[Node], claims: Mapping[int, Claim], before: Snapshot, after: Snapshot
) -> Iterator[SqlStep | OperationStep]:
    for node in nodes:
        if node.operation is not None:
            names = claims[node.operation].names(before, after)
            yield OperationStep(index=node.operation, names=names)
        else:
            yield from (SqlStep(sql=sql, commit=node.commit) for sql in node.statements)
