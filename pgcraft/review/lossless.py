"""Whether a downgrade brings the data back: which columns, tables, labels, sequences it cannot.

A row's value lives in a column of a table, whatever their names. Both have numbers in the catalog
that a copy of a database keeps: what still has its number after the scripts still has its data.
So a renamed column loses nothing, and one that was dropped and made again under its name does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .wider_types import holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

# One row, since thousands of columns take their time as rows. Generated columns are left out: the
# server fills them again. So are partitions with their table, and sequences of columns.
_PLACES = """
SELECT json_build_object(
    'columns', (
        SELECT coalesce(json_agg(json_build_array(
            c.oid, a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod)
        ) ORDER BY c.oid, a.attnum), '[]')
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.oid >= 16384
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ),
    'tables', (
        SELECT coalesce(
            json_agg(
                json_build_array(c.oid, c.oid::regclass::text, i.inhparent) ORDER BY c.oid
            ), '[]'
        )
        FROM pg_class AS c
        LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid AND c.relispartition
        WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
            AND c.oid IS DISTINCT FROM to_regclass(%(versions)s)
    ),
    'sequences', (
        SELECT coalesce(json_agg(json_build_array(
            c.oid, c.oid::regclass::text
        ) ORDER BY c.oid), '[]')
        FROM pg_class AS c
        WHERE c.relkind = 'S' AND c.oid >= 16384 AND NOT EXISTS (
            SELECT FROM pg_depend AS d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        )
    ),
    'labels', (
        SELECT coalesce(json_agg(json_build_array(
            e.enumtypid::regtype::text, e.enumlabel
        ) ORDER BY e.enumtypid, e.enumsortorder), '[]')
        FROM pg_enum AS e
        WHERE e.enumtypid >= 16384
    )
)::text
"""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the data of a database lives.

    Attributes:
        tables: Names by number, each with the number of the table that it is a partition of.
        columns: Name and type by the numbers of table and column.
        sequences: Names by number.
        labels: The labels of enums, by the enum's name.
    """

    tables: dict[int, tuple[str, int | None]]
    columns: dict[tuple[int, int], tuple[str, str]]
    sequences: dict[int, str]
    labels: dict[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Losses:
    """What does not come back.

    Attributes:
        after_upgrade: What upgrade.sql takes away and downgrade.sql brings back empty, at best.
        after_use: What new code writes and downgrade.sql takes away.
    """

    after_upgrade: tuple[str, ...] = ()
    after_use: tuple[str, ...] = ()

    @property
    def lossless(self) -> bool:
        """Whether everything comes back."""
        return not (self.after_upgrade or self.after_use)


def take_places(connection: psycopg.Connection[Any], versions: str) -> Places:
    """Read where the data of a database lives.

    Args:
        connection: A connection in autocommit mode; its ``search_path`` is emptied.
        versions: Alembic's own table, which is left out.

    Returns:
        The places.
    """
    connection.execute("SET search_path TO ''")
    row = connection.execute(_PLACES, {"versions": versions}).fetchone()
    assert row is not None  # noqa: S101  # a query without FROM has a row
    found = json.loads(row[0])
    names = {number: name for number, name, _ in found["tables"]}
    labels: dict[str, list[str]] = {}
    for enum, label in found["labels"]:
        labels.setdefault(enum, []).append(label)
    return Places(
        tables={number: (name, parent) for number, name, parent in found["tables"]},
        columns={
            (table, number): (f"{names[table]}.{name}", type_)
            for table, number, name, type_ in found["columns"]
            if table in names
        },
        sequences=dict(found["sequences"]),
        labels={enum: tuple(names) for enum, names in labels.items()},
    )


def find_losses(base: Places, upgraded: Places, downgraded: Places) -> Losses:
    """Compare the places before the upgrade, after it, and after the downgrade.

    Args:
        base: Before.
        upgraded: After ``upgrade.sql``.
        downgraded: After ``downgrade.sql``.

    Returns:
        What does not come back.
    """
    after_upgrade = [*_taken(base, downgraded, base), *_narrowed(base, upgraded)]
    # What is there from one end to the other is told once.
    brought = Places(
        tables={one: told for one, told in upgraded.tables.items() if one not in base.tables},
        columns={one: told for one, told in upgraded.columns.items() if one not in base.columns},
        sequences={
            one: told for one, told in upgraded.sequences.items() if one not in base.sequences
        },
        labels=upgraded.labels,
    )
    after_use = [
        *_taken(brought, downgraded, upgraded),
        *_narrowed(upgraded, downgraded),
    ]
    after_upgrade += _labels(base, upgraded)
    after_use += _labels(upgraded, downgraded)
    return Losses(
        after_upgrade=tuple(dict.fromkeys(after_upgrade)),
        after_use=tuple(dict.fromkeys(after_use)),
    )


def _taken(before: Places, after: Places, whole: Places) -> Iterator[str]:
    """Tables, columns and sequences that are not there any more."""
    for number, (name, parent) in before.tables.items():
        if number not in after.tables and (parent is None or parent in after.tables):
            yield f"table {name}"
    for (table, number), (name, _) in before.columns.items():
        # The columns of a table that is gone, or that is a partition now, are told with it.
        if (table, number) not in after.columns and table in after.tables and table in whole.tables:
            yield f"column {name}"
    for number, name in before.sequences.items():
        if number not in after.sequences:
            yield f"sequence {name}"


def _narrowed(before: Places, after: Places) -> Iterator[str]:
    """Columns whose type changes to one that does not hold all values."""
    for place, (name, type_) in before.columns.items():
        now = after.columns.get(place)
        if now is not None and not holds(now[1], type_):
            yield f"column {name}: {type_} -> {now[1]}"


def _labels(before: Places, after: Places) -> Iterator[str]:
    for enum, labels in before.labels.items():
        # An enum that is gone is told by the columns that had its type.
        for label in labels if enum in after.labels else ():
            if label not in after.labels[enum]:
                yield f"label {label} of {enum}"
