"""What changes, decided: what the statements are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.migrate.types import loses_attributes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcraft.migrate.claims import Claim
    from pgcraft.migrate.ending import Ending
    from pgcraft.migrate.graph import Graph
    from pgcraft.migrate.order import Rank
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key

DROPS, SCHEMAS, ALEMBIC, REST = range(4)
"""The phases of a migration, where nothing else orders."""

# Where an object stands among the others that nothing orders.
_PLACES = {
    kind: place
    for place, kind in enumerate(
        (
            "schema",
            "extension",
            "collation",
            "enum",
            "range type",
            "composite type",
            "domain",
            "sequence",
            "function",
            "procedure",
            "aggregate",
            "operator",
            "table",
            "foreign table",
            "view",
            "materialized view",
        )
    )
}
_PARTS = {
    kind: place
    for place, kind in enumerate(
        ("column", "constraint", "index", "statistics", "rule", "trigger", "policy"), start=1
    )
}
_LATE = 99
# These act on the statements that follow, so they go first and come last.
_LAST = {"default privileges": 100, "event trigger": 101}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changes, decided.

    Attributes:
        old: The schema as it is.
        new: The schema that is wanted.
        owner: The role that owns what nobody gave to another.
        differences: What differs, by key.
        claims: What Alembic's operations do, by number.
        created: What is new.
        loose: Foreign keys of tables that go and reference each other: they go beforehand.
        in_place: Statements for what changes where it is.
        ending: What ends, and comes back in part.
    """

    old: Graph
    new: Graph
    owner: str
    differences: Mapping[Key, Difference]
    claims: Mapping[int, Claim]
    created: set[Key]
    in_place: Mapping[Key, tuple[str, ...]]
    ending: Ending
    loose: set[Key]

    def item(self, key: Key) -> CatalogObject:
        """An object as it will be; as it is, when only the history knows it."""
        one = self.differences.get(key)
        wanted = one.after if one is not None else None
        return wanted or self.new.snapshot.get(key) or self.old.snapshot[key]

    @property
    def retyped(self) -> set[Key]:
        """The columns that get another type where they are."""
        return {key for key, one in self.differences.items() if is_retyped(one)}

    @property
    def ends(self) -> set[Key]:
        """All whose present state ends by a drop."""
        return self.ending.gone | self.ending.remade

    @property
    def ended_by_alembic(self) -> set[Key]:
        """What Alembic's operations drop."""
        return {key for one in self.claims.values() for key in one.before - one.after}

    @property
    def begun_by_alembic(self) -> set[Key]:
        """What Alembic's operations make."""
        return {key for one in self.claims.values() for key in one.after - one.before}


def rank(phase: int, key: Key, graph: Graph) -> Rank:
    """The place of a statement for an object, where nothing else decides."""
    whole = graph.whole(key)
    place = _LAST.get(whole.kind, _PLACES.get(whole.kind, _LATE))
    part = 0 if key == whole else _PARTS.get(key.kind, _LATE)
    if whole.kind in {"schema", "extension"}:
        # First they come, and last they go.
        phase = _LATE if phase == DROPS else SCHEMAS
    if phase == DROPS:
        return phase, -place, whole.identity, -part, key.identity
    return phase, place, whole.identity, part, key.identity


def differing(one: Difference) -> set[str]:
    """The names of the details that differ."""
    if one.before is None or one.after is None:
        return set()
    return {name for name, _ in dict(one.before.details).items() ^ dict(one.after.details).items()}


def is_retyped(one: Difference) -> bool:
    """Whether it is a column that gets another type or collation."""
    return one.key.kind == "column" and bool({"type", "collation"} & differing(one))


def loses(one: Difference) -> bool:
    """Whether it is a composite type that loses attributes."""
    return (
        one.before is not None and one.after is not None and loses_attributes(one.before, one.after)
    )
