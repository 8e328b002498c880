"""Constraints to which the models give no name, by the names that the server gave them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pgcraft.migrate.names import Names, own_name
from pgcraft.postgres.constraints import deparsed_constraints

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import psycopg

    from pgcraft.migrate.claims import Described
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Key

_PRIMARY_KEY = "PRIMARY KEY"


def with_names(
    operations: Iterable[Described], models: Graph, connection: psycopg.Connection[Any]
) -> list[Described]:
    """Let operations name the constraints that they make or drop.

    Args:
        operations: What Alembic drafted.
        models: The models' schema.
        connection: A connection to the database with that schema, which nobody else uses.

    Returns:
        The operations. A constraint that the models' database does not have, as it is written,
        stays without a name: what is there in its place is made or dropped by other means.
    """
    operations = list(operations)
    names = Names(models)
    tables = [names.table(one.schema, one.table) for one in operations]
    taken = {
        (table, name)
        for one, table in zip(operations, tables, strict=True)
        for name in (*one.constraints, one.name)
        if name is not None
    }
    named = []
    for one, table in zip(operations, tables, strict=True):
        if table is None or not any(one.definitions):
            named.append(one)
            continue
        found = _found(one.definitions, table, models, connection, taken)
        taken |= {(table, name) for name in found if name is not None}
        if one.do == "create table":
            pairs = zip(one.constraints, found, strict=True)
            named.append(replace(one, constraints=tuple(name or other for name, other in pairs)))
        else:
            named.append(replace(one, name=found[0]))
    return named


def _found(
    definitions: Sequence[str | None],
    table: Key,
    models: Graph,
    connection: psycopg.Connection[Any],
    taken: Collection[tuple[Key | None, str]],
) -> list[str | None]:
    """For each definition the name of such a constraint on the table, none of them twice."""
    free: dict[str | None, list[str]] = {}
    for key in sorted(models.parts.get(table, ())):
        item = models.snapshot[key]
        if key.kind == "constraint" and (table, own_name(item)) not in taken:
            free.setdefault(_comparable(item.definition), []).append(own_name(item))
    asked = [one for one in definitions if one is not None and _comparable(one) == one]
    answers = deparsed_constraints(connection, table.identity, asked) if asked else []
    texts: dict[str | None, str | None] = dict(zip(asked, answers, strict=True))
    names = []
    for one in definitions:
        candidates = free.get(texts.get(one, one and _comparable(one)))
        names.append(candidates.pop(0) if candidates else None)
    return names


def _comparable(definition: str) -> str:
    """A table has one primary key, so its columns need not be compared."""
    return _PRIMARY_KEY if definition.startswith(_PRIMARY_KEY) else definition
