"""Whether a downgrade brings the data back: which columns, tables, labels, sequences it cannot.

A row's value lives in a column of a table, whatever their names. Both have numbers in the catalog
that a copy of a database keeps: what still has its number after the scripts still has its data.
So a renamed column loses nothing, and one that was dropped and made again under its name does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import psycopg

# One row, since thousands of columns take their time as rows. Generated columns are left out: the
# server fills them again. So are partitions with their table, and sequences of columns.
_PLACES = """
SELECT json_build_object(
    'columns', (
        SELECT coalesce(json_agg(json_build_array(
            c.oid, a.attnum, c.oid::regclass::text || '.' || quote_ident(a.attname),
            format_type(a.atttypid, a.atttypmod)
        ) ORDER BY c.oid, a.attnum), '[]')
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.oid >= 16384
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ),
    'tables', (
        SELECT coalesce(json_agg(json_build_array(c.oid, c.oid::regclass::text) ORDER BY c.oid), '[]')
        FROM pg_class AS c
        WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384
            AND c.oid <> coalesce(to_regclass(%(versions)s), 0)
            AND (NOT c.relispartition OR c.oid::regclass::text NOT LIKE 'pg_temp%%')
    ),
    'sequences', (
        SELECT coalesce(json_agg(json_build_array(c.oid, c.oid::regclass::text) ORDER BY c.oid), '[]')
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
        ) ORDER BY 1, e.enumsortorder), '[]')
        FROM pg_enum AS e
        WHERE e.enumtypid >= 16384
    )
)::text
"""


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the data of a database lives.

    Attributes:
        tables: Names by number.
        columns: Name and type by the numbers of table and column.
        sequences: Names by number.
        labels: The labels of enums, by the enum's name.
    """

    tables: dict[int, str]
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
    query = connection.execute("SELECT 1") and None
    row = connection.execute(cast("Any", _PLACES), {"versions": versions}).fetchone()
    assert row is not None and query is None
    return _places(row[0])
