"""Which objects of the catalog one of Alembic's operations makes, alters or takes away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.migrate.names import own_name
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pgcraft.migrate.graph import Graph
    from pgcraft.migrate.names import Names


@dataclass(frozen=True, kw_only=True)
class Described:
    """One of Alembic's operations, as ``pgcraft.alembic.describe`` tells it.

    Attributes:
        do: What it does, such as ``create table``; ``other`` for what Alembic does not have.
        schema: The table's schema; None for the default one.
        table: The table's name, not quoted.
        name: The column, index or constraint; None when it has no name.
        columns: The columns of a new table.
        constraints: The names of its constraints; None for one without a name.
        changes: What an altered column changes: ``type``, ``nullable``, ``comment``.
    """

    do: str
    schema: str | None = None
    table: str | None = None
    name: str | None = None
    columns: tuple[str, ...] = ()
    constraints: tuple[str | None, ...] = ()
    changes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Described:
        """Read what the child sent."""
        sequences = {
            name: tuple(row.get(name, ())) for name in ("columns", "constraints", "changes")
        }
        return cls(**{**row, **sequences})


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The objects of one operation.

    Attributes:
        before: Those that it ends or alters.
        after: Those that it begins or alters.
    """

    before: frozenset[Key] = frozenset()
    after: frozenset[Key] = frozenset()


def claim(operation: Described, before: Graph, after: Graph, names: tuple[Names, Names]) -> Claim:
    """Say what an operation makes and takes away.

    Args:
        operation: The operation.
        before: The schema that it runs on.
        after: The schema that is wanted.
        names: The names of both.

    Returns:
        The objects; none for an operation that is not Alembic's own.
    """
    verb, _, what = operation.do.partition(" ")
    tables = [one.table(operation.schema, operation.table) for one in names]
    if what == "table":
        old, new = tables
        return Claim(
            before=frozenset(before.with_parts([old]) if verb == "drop" and old else ()),
            after=frozenset(_made_with(operation, new, after) if verb == "create" and new else ()),
        )
    if what == "table comment":
        return Claim(before=_comment(tables[0]), after=_comment(tables[1]))
    found = [
        one.part(table, what, operation.name) for one, table in zip(names, tables, strict=True)
    ]
    sides = [
        frozenset({key} | (_comment(key) if what == "column" else set()) if key else ())
        for key in found
    ]
    return Claim(
        before=sides[0] if verb != "create" else frozenset(),
        after=sides[1] if verb != "drop" else frozenset(),
    )


def dropped_by(operations: Iterable[Described], before: Graph, names: Names) -> frozenset[Key]:
    """What operations drop by name, without what goes with it."""
    found = set()
    for operation in operations:
        verb, _, what = operation.do.partition(" ")
        table = names.table(operation.schema, operation.table)
        key = table if what == "table" else names.part(table, what, operation.name)
        if verb == "drop" and key is not None and key in before.snapshot:
            found.add(key)
    return frozenset(found)


def _made_with(operation: Described, table: Key, after: Graph) -> Iterable[Key]:
    """A new table with what CREATE TABLE makes: not its indexes, triggers, privileges."""
    snapshot = after.snapshot
    yield table
    yield from _comment(table)
    unnamed = None in operation.constraints
    for key in after.parts.get(table, ()):
        name = own_name(snapshot[key])
        if key.kind == "column" and name in operation.columns:
            yield key
            yield from _comment(key)
            yield from (one for one in after.parts.get(key, ()) if one.kind == "sequence")
        elif key.kind == "constraint" and (
            name in operation.constraints
            or (unnamed and snapshot[key].detail("type") != "exclusion")
        ):
            yield key


def _comment(key: Key | None) -> frozenset[Key]:
    return frozenset({Key(kind="comment", identity=f"on {key}")} if key else ())
