"""What is done of all that differs, and how: by Alembic, in place, or by making anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.alter import alteration
from pgcraft.migrate.changes import Changes, is_retyped, loses
from pgcraft.migrate.claimed import claimed, take_out_cycles
from pgcraft.migrate.claims import that_alter_none_of
from pgcraft.migrate.constraints import without_remade
from pgcraft.migrate.cycles import cyclic_foreign_keys, parts_that_lead_back, tables_of
from pgcraft.migrate.domains import domains_made_anew
from pgcraft.migrate.ending import find_ending
from pgcraft.migrate.possible import fixed_by_partitions, possible
from pgcraft.migrate.privileges import suspended_defaults
from pgcraft.migrate.rewritten import without_rewrites
from pgcraft.migrate.told import told_differences
from pgcraft.migrate.types import retype_attributes
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pgcraft.migrate.claims import Claim, Described
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Difference


def decide(
    differences: Iterable[Difference],
    old: Graph,
    new: Graph,
    *,
    owner: str,
    operations: Sequence[Described],
    using: Mapping[Key, str],
) -> Changes:
    """Decide what is done of what differs.

    Args:
        differences: What differs and counts.
        old: The schema as it is.
        new: The schema that is wanted.
        owner: The role that owns what nobody gave to another, quoted.
        operations: What Alembic drafted.
        using: How the values of columns are converted where the server does not do it by itself.

    Returns:
        The changes; without those that PostgreSQL has no way to make, which stay differences.
    """
    told = told_differences(differences, old, new)
    left = set[Key]()
    while True:
        changes = _decided(
            {key: one for key, one in told.items() if key not in left},
            old,
            new,
            owner=owner,
            operations=operations,
            using=using,
        )
        impossible = fixed_by_partitions(changes, old)
        if not impossible:
            return changes
        left |= impossible


def _decided(
    changes: Mapping[Key, Difference],
    old: Graph,
    new: Graph,
    *,
    owner: str,
    operations: Sequence[Described],
    using: Mapping[Key, str],
) -> Changes:
    claims = claimed(operations, old, new, changes, using)
    claims = without_remade(without_rewrites(claims, changes), changes)
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
    claims = that_alter_none_of(ending.recast | ending.remade, claims)
    if claims != (others := that_alter_none_of(ending.released, claims)):
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
        loose=cyclic_foreign_keys(old, going) | parts_that_lead_back(old, going),
    )


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
