"""Both directions of a draft, from the head of the history to the models and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.migrate.claims import Described, dropped_by
from pgcraft.migrate.granted import with_privileges_by_hand, without_privileges
from pgcraft.migrate.graph import Graph
from pgcraft.migrate.names import Names
from pgcraft.migrate.plan import Migration, SqlStep, plan_migration, retyped_columns
from pgcraft.migrate.relevant import relevant
from pgcraft.migrate.scope import Scope, managed_entries, outcome, with_owners_of
from pgcraft.migrate.settings import with_settings_by_hand
from pgcraft.migrate.unnamed import with_names
from pgcraft.postgres.conversions import conversions
from pgcraft.postgres.snapshot import alike, compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import psycopg

    from pgcraft.postgres.snapshot import Difference, Key, Snapshot

    Step = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class BothWays:
    """What the drafted revision does.

    Attributes:
        upgrade: Steps in order: ``{"sql": …}``, with ``"commit": True`` if the next one needs it
            committed, or ``{"operation": number, "names": […]}`` for one of those that Alembic
            drafted.
        downgrade: The same for the way back.
        manages: What the models have that only a revision can say is managed.
        models: The models' schema.
        target: The schema that the upgrade gives.
        scope: What the models are the truth for.
        alike: Objects of which the head and the models differ in their text alone.
        carried: Objects that nobody manages and that are made again around the change.
        blocked: Objects that nobody manages and that need something that goes, with it.
        remade: Views that the upgrade drops and makes again.
        foreign: Whether operations of another library are among the steps: what they make, only
            that library knows.
    """

    upgrade: list[Step]
    downgrade: list[Step]
    manages: list[str]
    models: Snapshot
    target: Snapshot
    scope: Scope
    alike: frozenset[Key]
    carried: frozenset[Key]
    blocked: tuple[tuple[Key, Key], ...]
    remade: tuple[Key, ...]
    foreign: bool


def plan_both_ways(
    question: Mapping[str, Any],
    head: Snapshot,
    models: Snapshot,
    *,
    on_head: psycopg.Connection[Any],
    on_models: psycopg.Connection[Any],
) -> BothWays:
    """Plan the upgrade and the downgrade.

    Args:
        question: What Alembic drafted: ``upgrade`` and ``downgrade`` (descriptions of
            operations), ``managed``, ``excluded`` and ``filtered``; and of the settings ``manage``
            (kinds) and ``ignore`` (patterns).
        head: The schema at the newest committed revision.
        models: The schema that the models create.
        on_head: A connection to a database with the first schema.
        on_models: A connection to a database with the second.

    Returns:
        The plans.
    """
    owner = _owner(on_models)
    manages = managed_entries(models)
    models = with_owners_of(models, head, owner)
    models = with_privileges_by_hand(models, head, question["managed"])
    models = with_settings_by_hand(models, head, question["managed"])
    every = compare(head, models)
    same = _alike(every, head, models, on_models)
    near = relevant(every, head, models)
    operations, drops = (
        with_names(map(Described.from_json, question[side]), Graph(near[1]), on_models)
        for side in ("upgrade", "downgrade")
    )
    scope = _scope(question, operations, *near)
    differences = tuple(one for one in scope.differences(*near) if one.key not in same)
    acted_on = {one.key for one in differences}
    left = [one for one in every if one.key not in acted_on]
    there = outcome(*near, left)
    back = compare(there, near[0])
    up = plan_migration(
        differences,
        *near,
        owner=owner,
        operations=operations,
        using=_using(differences, on_models),
    )
    down = plan_migration(
        back, there, near[0], owner=owner, operations=drops, using=_using(back, on_head)
    )
    return BothWays(
        # What another library does there needs what is made, and is needed by nothing.
        upgrade=[*_steps(up), *_foreign(operations)],
        downgrade=[*_foreign(drops), *_steps(down)],
        manages=manages,
        models=models,
        target=outcome(head, models, left),
        scope=scope,
        alike=same,
        carried=up.carried,
        blocked=up.blocked,
        remade=up.remade,
        foreign=any(one.do == "other" for one in operations),
    )


def _alike(
    differences: Sequence[Difference],
    head: Snapshot,
    models: Snapshot,
    on_models: psycopg.Connection[Any],
) -> frozenset[Key]:
    """What differs in its text alone, and stands on nothing that differs in more than that.

    The old text means something else on a column of another type.
    """
    same = alike(on_models, differences)
    others = {one.key for one in differences} - same
    stands = {
        dependent for one in (head, models) for dependent, needed in one.needs if needed in others
    }
    return same - stands


def _scope(
    question: Mapping[str, Any], operations: list[Described], head: Snapshot, models: Snapshot
) -> Scope:
    on_head, on_models = Graph(head), Graph(models)
    names = Names(on_head), Names(on_models)
    excluded = {
        key
        for one in question["excluded"]
        for side in names
        for table in [side.table(one["schema"], one["table"])]
        for key in [side.part(table, one["kind"], one["name"]) if one["name"] else table]
        if key is not None
    }
    return Scope(
        managed=without_privileges(question["managed"]),
        excluded=frozenset(excluded),
        filtered=question["filtered"],
        kinds=frozenset(question.get("manage", ())),
        ignored=tuple(question.get("ignore", ())),
        dropped=dropped_by(operations, on_head, names[0]),
    )


def _owner(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute("SELECT quote_ident(current_user)").fetchone()
    assert row is not None  # noqa: S101  # a query without FROM has one row
    return str(row[0])


def _using(
    differences: Iterable[Difference], connection: psycopg.Connection[Any]
) -> dict[Key, str]:
    """How the values of columns are converted where the server does not do it by itself."""
    retyped = retyped_columns(differences)
    ways = conversions(connection, list(retyped.values()))
    return {key: way for key, way in zip(retyped, ways, strict=True) if way is not None}


def _foreign(operations: Iterable[Described]) -> list[Step]:
    """The operations that are not Alembic's."""
    return [
        {"operation": number, "names": []}
        for number, one in enumerate(operations)
        if one.do == "other"
    ]


# The server checks such a body when the function is made, and what it names may come later.
_CHECKED_BODY = re.compile(
    r"CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) .*\n LANGUAGE sql\b", re.DOTALL
)
_UNCHECKED = "SET LOCAL check_function_bodies = off"


def _steps(migration: Migration) -> Iterator[Step]:
    unchecked = False
    for one in migration.steps:
        if isinstance(one, SqlStep):
            if _CHECKED_BODY.match(one.sql) and not unchecked:
                yield {"sql": _UNCHECKED}
                unchecked = True
            yield {"sql": one.sql, "commit": one.commit}
            # The setting ends with the transaction.
            unchecked = unchecked and not one.commit
        else:
            yield {"operation": one.index, "names": list(one.names)}
