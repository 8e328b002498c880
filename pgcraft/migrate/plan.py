"""The plan: one ordered list of Alembic's operations and of SQL for all the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration
from pgcraft.migrate.changes import Changes
from pgcraft.migrate.claims import Claim, claim
from pgcraft.migrate.cycles import cyclic_foreign_keys
from pgcraft.migrate.ending import find_ending
from pgcraft.migrate.graph import Graph
from pgcraft.migrate.names import Names, own_name
from pgcraft.migrate.nodes import build_nodes
from pgcraft.migrate.order import ordered
from pgcraft.migrate.told import told_differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pgcraft.migrate.claims import Described
    from pgcraft.migrate.order import Node
    from pgcraft.postgres.snapshot import Difference, Key, Snapshot


@dataclass(frozen=True, kw_only=True)
class SqlStep:
    """A statement of ours."""

    sql: str


@dataclass(frozen=True, kw_only=True)
class OperationStep:
    """One of Alembic's operations.

    Attributes:
        index: Its number in what Alembic drafted.
        without: Constraints, not quoted, that its CREATE TABLE must not make: foreign keys to
            tables that are made later.
    """

    index: int
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Migration:
    """Statements in order.

    Attributes:
        steps: Alembic's operations, those that change nothing left out, and SQL between them.
        blocked: Objects that nobody told to go and that need something that goes, with it.
        carried: Objects that are not wanted, and that go and come back because of others.
    """

    steps: tuple[SqlStep | OperationStep, ...]
    blocked: tuple[tuple[Key, Key], ...] = ()
    carried: frozenset[Key] = frozenset()


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
    old, new = Graph(before), Graph(after)
    changes = told_differences(differences, old, new)
    claims = _claims(operations, old, new, changes, using or {})
    alone = _take_out_cycles(claims, new)
    in_place, remade = _alterations(changes, claims, operations, after.version, using or {})
    ending = find_ending(
        old,
        new,
        dropped=[key for key, one in changes.items() if one.action == "drop"],
        remade=remade,
        retyped=[key for key, one in changes.items() if _is_retyped(one)],
        in_place=in_place,
    )
    claims = {
        number: one
        for number, one in claims.items()
        if ending.recast.isdisjoint(one.before & one.after)
    }
    nodes = build_nodes(
        Changes(
            old=old,
            new=new,
            owner=owner,
            differences=changes,
            claims=claims,
            created={key for key, one in changes.items() if one.action == "create"},
            in_place=in_place,
            ending=ending,
            loose=cyclic_foreign_keys(old, _tables([ending.gone])),
            using=using or {},
        )
    )
    return Migration(
        steps=tuple(_steps(ordered(nodes, old, new), alone, after)),
        blocked=tuple(sorted(ending.blocked)),
        carried=frozenset(key for key in ending.remade if key not in after),
    )


def retyped_columns(differences: Iterable[Difference]) -> dict[Key, tuple[str, str]]:
    """The columns that get another type: the old and the new one."""
    return {
        one.key: (one.before.detail("type") or "", one.after.detail("type") or "")
        for one in differences
        if one.before is not None and one.after is not None and _is_retyped(one)
    }


def _claims(
    operations: Sequence[Described],
    old: Graph,
    new: Graph,
    changes: Mapping[Key, Difference],
    using: Mapping[Key, str],
) -> dict[int, Claim]:
    """What each operation does of what is to be done; those that do nothing are left out."""
    names = Names(old), Names(new)
    claims = {}
    for number, operation in enumerate(operations):
        if operation.do == "other":
            claims[number] = Claim()
            continue
        found = claim(operation, old, new, names)
        if _loses_data(found, operation, changes):
            continue
        wanted = Claim(
            before=frozenset(
                key for key in found.before if key in changes and changes[key].action != "create"
            ),
            after=frozenset(
                key for key in found.after if key in changes and changes[key].action != "drop"
            ),
        )
        if operation.do == "alter column":
            wanted = _altered_column(wanted, operation, changes, using)
        if wanted.before or wanted.after:
            claims[number] = wanted
    return claims


def _loses_data(found: Claim, operation: Described, changes: Mapping[Key, Difference]) -> bool:
    """Whether it drops a table or column that the models have: an event of theirs makes it."""
    lost = {key for key in found.before - found.after if key.kind in {"table", "column"}}
    return operation.do in {"drop table", "drop column"} and any(
        key not in changes or changes[key].action != "drop" for key in lost
    )


def _altered_column(
    found: Claim, operation: Described, changes: Mapping[Key, Difference], using: Mapping[Key, str]
) -> Claim:
    """What ALTER COLUMN does of what differs; nothing where it would not work.

    A default may have no meaning in the new type, and Alembic knows no conversion.
    """
    for key in found.before & found.after:
        if key.kind != "column":
            continue
        one = changes[key]
        if _is_retyped(one) and (key in using or _has_other_default(one)):
            return Claim()
        if not _DETAILS_OF_ALEMBIC & _differing(one) & set(operation.changes):
            found = Claim(before=found.before - {key}, after=found.after - {key})
    return found


def _has_other_default(one: Difference) -> bool:
    had = one.before is not None and one.before.detail("default") is not None
    return had and "default" in _differing(one)


_DETAILS_OF_ALEMBIC = {"type", "nullable"}


def _differing(one: Difference) -> set[str]:
    if one.before is None or one.after is None:
        return set()
    return {name for name, _ in dict(one.before.details).items() ^ dict(one.after.details).items()}


def _is_retyped(one: Difference) -> bool:
    return one.key.kind == "column" and bool({"type", "collation"} & _differing(one))


def _take_out_cycles(claims: dict[int, Claim], new: Graph) -> dict[int, set[Key]]:
    """Take the foreign keys of tables that reference each other out of the tables' claims."""
    alone: dict[int, set[Key]] = {}
    made = cyclic_foreign_keys(new, _tables(one.after - one.before for one in claims.values()))
    for number, one in claims.items():
        mine = {key for key in made & one.after if key not in one.before}
        if mine:
            alone[number] = mine
            claims[number] = Claim(before=one.before, after=one.after - mine)
    return alone


def _tables(sides: Iterable[Iterable[Key]]) -> set[Key]:
    return {key for side in sides for key in side if key.kind == "table"}


def _alterations(
    changes: Mapping[Key, Difference],
    claims: Mapping[int, Claim],
    operations: Sequence[Described],
    version: int,
    using: Mapping[Key, str],
) -> tuple[dict[Key, tuple[str, ...]], list[Key]]:
    """What is changed in place, and what is dropped and made again."""
    ended = {key for one in claims.values() for key in one.before - one.after}
    done: dict[Key, set[str]] = {}
    for number, claimed in claims.items():
        for key in claimed.before & claimed.after:
            done.setdefault(key, set()).update(operations[number].changes)
    in_place: dict[Key, tuple[str, ...]] = {}
    remade: list[Key] = []
    for key, one in changes.items():
        if one.before is None or one.after is None:
            continue
        if key in done and key.kind != "column":
            continue
        statements = None
        if key not in ended:
            statements = alteration(
                one.before,
                one.after,
                version=version,
                done=frozenset(done.get(key, ())),
                using=using.get(key),
            )
        if statements is None:
            remade.append(key)
        else:
            in_place[key] = statements
    return in_place, remade


def _steps(
    nodes: Iterable[Node], alone: Mapping[int, set[Key]], after: Snapshot
) -> Iterator[SqlStep | OperationStep]:
    for node in nodes:
        if node.operation is not None:
            keys = alone.get(node.operation, ())
            without = sorted(own_name(after[key]) for key in keys)
            yield OperationStep(index=node.operation, without=tuple(without))
        else:
            yield from (SqlStep(sql=sql) for sql in node.statements)
