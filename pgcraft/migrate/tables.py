"""CREATE TABLE from the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.alter import beyond_creation, creation
from pgcraft.migrate.cycles import defaults_that_lead_back, parts_that_lead_back
from pgcraft.migrate.names import quoted_name
from pgcraft.migrate.told import comes_with_relation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Key


def inline_parts(graph: Graph, table: Key) -> frozenset[Key]:
    """The columns and constraints that CREATE TABLE makes; foreign keys come apart."""
    parts = graph.parts.get(table, ())
    back = parts_that_lead_back(graph, [table])
    columns = {
        key
        for key in parts
        if key.kind == "column" and not comes_with_relation(graph, graph.snapshot[key])
    }
    return frozenset(columns - back).union(
        key
        for key in parts
        if key.kind == "constraint" and _is_inline(graph.snapshot[key]) and key not in back
    )


def _is_inline(constraint: CatalogObject) -> bool:
    # CREATE TABLE would make a constraint that is NOT VALID valid.
    is_foreign_key = constraint.detail("type") == "foreign key"
    return not is_foreign_key and not constraint.definition.endswith(" NOT VALID")


def create_table(graph: Graph, table: Key, parts: frozenset[Key], *, owner: str) -> tuple[str, ...]:
    """Return the statements that make a table with these columns and constraints."""
    snapshot = graph.snapshot
    item = snapshot[table]
    create, *beyond = creation(item, owner=owner)
    order = graph.columns.get(table.identity, ())
    columns = {quoted_name(snapshot[key]): snapshot[key] for key in parts if key.kind == "column"}
    late = defaults_that_lead_back(graph, [table])
    lines = [_line(columns[name], late) for name in order if name in columns]
    lines += _constraints(snapshot[key] for key in sorted(parts) if key.kind == "constraint")
    start = f"{table.kind.upper()} {table.identity}"
    body = f"{start} ({', '.join(lines)})"
    statements = [create.replace(start, body, 1), *beyond]
    for key in sorted(parts):
        statements += beyond_creation(snapshot[key], owner=owner)
    return tuple(statements)


def _line(column: CatalogObject, late: Collection[Key]) -> str:
    default = f" DEFAULT {column.detail('default')}"
    return column.definition.replace(default, "", 1) if column.key in late else column.definition


def _constraints(items: Iterable[CatalogObject]) -> Iterator[str]:
    keys_first = {"primary key": 0, "unique": 1}
    for item in sorted(items, key=lambda one: keys_first.get(one.detail("type") or "", 2)):
        yield f"CONSTRAINT {quoted_name(item)} {item.definition}"
