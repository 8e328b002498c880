"""Definitions that differ in their text alone.

The server does not always deparse a text as it was given one: of ``status IN ('new', 'paid')`` on a
varchar it makes ``ANY ((ARRAY['new'::character varying, …])::text[])``, and of that, when it is run
again, ``ANY (ARRAY[('new'::character varying)::text, …])``. A migration runs what was deparsed, so
both texts are met for one and the same expression. Which are the same, the server itself says: it
runs both once more, in one database, and they read the same.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from pgcraft.postgres.snapshot.queries import fix_settings, kind_queries
from pgcraft.postgres.snapshot.statements import local_name
from pgcraft.postgres.snapshot.values import Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pgcraft.postgres.snapshot.compare import Difference
    from pgcraft.postgres.snapshot.values import CatalogObject

    Statements = tuple[str, ...]


def _aside(item: CatalogObject) -> str:
    """What an object is called while another one takes its name, no two of them the same."""
    return f"pgcraft_aside_{hashlib.sha256(str(item.key).encode()).hexdigest()[:16]}"


def alike(connection: psycopg.Connection[Any], differences: Iterable[Difference]) -> frozenset[Key]:
    """Tell which objects differ in their text alone.

    Everything runs in transactions that are rolled back.

    Args:
        connection: A connection, in autocommit mode, to a throw-away database that has the
            second schema of the comparison.
        differences: What differs.

    Returns:
        The objects whose two definitions the server reads as the same one.
    """
    pairs = [
        (one.before, one.after)
        for one in differences
        if one.before is not None and one.after is not None and _may_be(one.before, one.after)
    ]
    if not pairs:
        return frozenset()
    before = _read_again(connection, [one for one, _ in pairs])
    after = _read_again(connection, [one for _, one in pairs])
    return frozenset(key for key, text in before.items() if after.get(key) == text)


def _may_be(before: CatalogObject, after: CatalogObject) -> bool:
    """Whether nothing but a text that holds expressions differs."""
    if after.key.kind not in _WAYS:
        return False
    old, new = dict(before.details), dict(after.details)
    differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    if after.key.kind == "column":
        return differing in ({"default"}, {"generated"}) and old.keys() == new.keys()
    validity = {one.definition.endswith(_NOT_CHECKED) for one in (before, after)}
    return not differing and len(validity) == 1


def _read_again(
    connection: psycopg.Connection[Any], items: Sequence[CatalogObject]
) -> dict[Key, tuple[Any, ...]]:
    """How the server reads definitions that it runs; without those that it cannot run here."""
    with connection.transaction(force_rollback=True):
        fix_settings(connection)
        connection.execute("SET LOCAL check_function_bodies = off")
        keys = {item.key for item in items if _runs(connection, _WAYS[item.key.kind][1](item))}
        return {
            key: text
            for file in sorted({_WAYS[key.kind][0] for key in keys})
            for key, text in _texts(connection, file)
            if key in keys
        }


def _runs(connection: psycopg.Connection[Any], statements: Statements) -> bool:
    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement.encode())
    except psycopg.Error:
        # The text does not fit this schema, or something stands in its way: it is another one.
        return False
    return True


def _texts(
    connection: psycopg.Connection[Any], file: str
) -> Iterator[tuple[Key, tuple[str | None, ...]]]:
    cursor = connection.cursor(row_factory=dict_row)
    version = connection.info.server_version // 10000
    for row in cursor.execute(kind_queries(version)[file].encode()):
        key = Key(kind=row["kind"], identity=row["identity"])
        yield key, (row["definition"], row.get("default"), row.get("generated"))


def _dropped_first(item: CatalogObject) -> Statements:
    return item.drop, item.create


def _replaced(item: CatalogObject) -> Statements:
    return (f"CREATE OR REPLACE {item.create.removeprefix('CREATE ').removeprefix('OR REPLACE ')}",)


def _beside(item: CatalogObject) -> Statements:
    """Another one takes its name; what uses the first one stays with that."""
    rest = " WITH NO DATA" if item.key.kind == "materialized view" else ""
    return (
        f"ALTER {item.key.kind.upper()} {item.key.identity} RENAME TO {_aside(item)}",
        item.create + rest,
    )


# Rows need not be looked at again.
_NOT_CHECKED = ("NOT VALID", "NOT ENFORCED")


def _constraint(item: CatalogObject) -> Statements:
    assert item.parent is not None  # noqa: S101  # it is on a table or a domain
    unchecked = item.definition.startswith("CHECK") and not item.definition.endswith(_NOT_CHECKED)
    word = "DOMAIN" if item.parent.kind == "domain" else "TABLE"
    rename = f"ALTER {word} {item.parent.identity} RENAME CONSTRAINT"
    return f"{rename} {local_name(item.key, item.parent)} TO {_aside(item)}", item.create + (
        " NOT VALID" if unchecked else ""
    )


def _column(item: CatalogObject) -> Statements:
    assert item.parent is not None  # noqa: S101  # it is on a table
    alter, name = f"ALTER TABLE {item.parent.identity}", local_name(item.key, item.parent)
    default = item.detail("default")
    if default is not None:
        return (f"{alter} ALTER COLUMN {name} SET DEFAULT {default}",)
    return f"{alter} RENAME COLUMN {name} TO {_aside(item)}", item.create


# For each kind the file of its query, and how another definition takes the place of its own.
_WAYS: dict[str, tuple[str, Callable[[CatalogObject], Statements]]] = {
    "column": ("column", _column),
    "constraint": ("constraint", _constraint),
    "function": ("function", _replaced),
    "index": ("index", _beside),
    "materialized view": ("view", _beside),
    "policy": ("policy", _dropped_first),
    "procedure": ("function", _replaced),
    "rule": ("rule", _dropped_first),
    "statistics": ("statistics", _dropped_first),
    "trigger": ("trigger", _dropped_first),
    "view": ("view", _replaced),
}
