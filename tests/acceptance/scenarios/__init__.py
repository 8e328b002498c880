"""The scenarios by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.scenarios import (
    columns,
    dimensions,
    enums,
    foreign_keys,
    indexes,
    keys,
    names,
    plain,
    postgrest,
    register,
    together,
    types,
    views,
)

if TYPE_CHECKING:
    from acceptance.scenarios.scenario import Scenario

SCENARIOS: dict[str, Scenario] = {
    name: scenario
    for group in (
        columns,
        types,
        indexes,
        enums,
        foreign_keys,
        dimensions,
        keys,
        names,
        views,
        postgrest,
        plain,
        register,
        together,
    )
    for name, scenario in group.SCENARIOS.items()
}
REVIEWED = [
    "column added, NOT NULL with a default",
    "column renamed",
    "integer becomes bigint",
    "computed column changed",
    "comments added",
    "every type, made by ADD COLUMN",
    "index predicate changed",
    "check changed",
    "label inserted",
    "label removed",
    "array of an enum added, then a label",
    "foreign key switched from simple to append-only",
    "cycle of two tables, closed later",
    "append-only parent and child dropped",
    "all dropped",
    "schema renamed",
    "column of the base altered under a view on a view",
    "function with tabs, percent signs and colons, whose privileges change",
    "grants narrowed",
    "aggregate of a join changed",
    "63-byte unicode names of an append-only",
    "percent signs and colons in names",
    "UUID key on append-only",
    "declarative models with a naming convention",
    "partition of an event added",
    "two MetaData",
]
"""Those that a review is tried with too: one for each kind of change, as it takes its time."""
