"""Definitions are what the server takes: a schema made of them alone is the same schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from pgcraft.postgres.snapshot import CatalogObject, Key, Snapshot, compare, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

# What they do to objects made later is in those objects' own grants.
LAST = "default privileges"


def test_schema_made_of_the_definitions_is_equal(rich_template, database):
    """Definitions, and the few details that they leave out, rebuild a schema with all kinds."""
    source = take_snapshot(database(template=rich_template))
    target = database("DROP SCHEMA public; SET check_function_bodies = off")
    _run_in_any_order(target, list(_statements(source)))
    for item in source:
        if item.key.kind == LAST:
            target.execute(item.definition)
    rebuilt = take_snapshot(target)

    assert [difference.text for difference in compare(source, rebuilt)] == []
    assert rebuilt.column_order == source.column_order


def _statements(snapshot: Snapshot) -> Iterator[str]:
    for item in snapshot:
        name = _name(item)
        if item.key.kind in {"table", "foreign table"}:
            yield _table(item, snapshot)
        elif item.key.kind == "constraint" and item.parent:
            kind, parent = item.parent.kind, item.parent.identity
            yield f"ALTER {kind} {parent} ADD CONSTRAINT {name} {item.definition}"
        elif item.key.kind == "comment":
            yield _comment(item)
        elif item.key.kind not in {"column", LAST} and item.key.identity != "plpgsql":
            yield item.definition
        if item.detail("row security"):
            yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
        if item.detail("owned by"):
            yield f"ALTER SEQUENCE {name} OWNED BY {item.detail('owned by')}"
        if item.detail("owner") not in {"postgres", None}:
            yield f"ALTER {item.key.kind} {name} OWNER TO {item.detail('owner')}"


def _name(item: CatalogObject) -> str:
    return item.key.identity.removeprefix(f"{item.parent.identity}." if item.parent else "")


def _table(item: CatalogObject, snapshot: Snapshot) -> str:
    if item.detail("partition of"):
        return item.definition
    names = dict(snapshot.column_order)[item.key.identity]
    keys = (Key(kind="column", identity=f"{item.key.identity}.{name}") for name in names)
    columns = ", ".join(snapshot[key].definition for key in keys if key in snapshot)
    head, name, rest = item.definition.partition(item.key.identity)
    return f"{head}{name} ({columns}){rest}"


def _comment(item: CatalogObject) -> str:
    on = item.key.identity
    if item.parent and item.parent.kind == "constraint":
        relation, _, name = item.parent.identity.rpartition(".")
        domain = "DOMAIN " if relation == "inventory.positive" else ""
        on = f"on constraint {name} on {domain}{relation}"
    return f"COMMENT {on} IS " + sql.Literal(item.definition).as_string()


def _run_in_any_order(connection: psycopg.Connection, statements: list[str]) -> None:
    """Run what can be run until all is done; fail with the error when nothing moves."""
    while statements:
        left, error = [], None
        for statement in statements:
            try:
                connection.execute(statement)
            except psycopg.Error as refused:
                left.append(statement)
                error = refused
        if len(left) == len(statements):
            raise AssertionError(left) from error
        statements = left
