"""Which objects of the catalog one of Alembic's operations makes, alters or takes away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.migrate.names import own_name
from pgcraft.postgres.snapshot import Key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pgcraft.migrate.graph import Graph
    from pgcraft.migrate.names import Names
    from pgcraft.postgres.snapshot import Snapshot


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
        definitions: Of those without a name, or of the one constraint, what they are; None for
            those with a name.
        changes: What an altered column changes: ``type``, ``nullable``, ``comment``.
    """

    do: str
    schema: str | None = None
    table: str | None = None
    name: str | None = None
    columns: tuple[str, ...] = ()
    constraints: tuple[str | None, ...] = ()
    definitions: tuple[str | None, ...] = ()
    changes: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Described:
        """Read what the child sent."""
        sequences = {
            name: tuple(row.get(name, ()))
            for name in ("columns", "constraints", "definitions", "changes")
        }
        return cls(**{**row, **sequences})


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The objects of one operation.

    Attributes:
        before: Those that it ends or alters.
        after: Those that it begins or alters.
        named: The constraints, or the index, that it calls by name, in its order; None for what
            it must not make.
    """

    before: frozenset[Key] = frozenset()
    after: frozenset[Key] = frozenset()
    named: tuple[Key | None, ...] = ()

    def names(self, before: Snapshot, after: Snapshot) -> tuple[str | None, ...]:
        """What the server calls them; None for those that are none of the claim's objects."""
        return tuple(
            own_name(after[key])
            if key in self.after
            else own_name(before[key])
            if key in self.before
            else None
            for key in self.named
        )


def that_alter_none_of(keys: Collection[Key], claims: Mapping[int, Claim]) -> dict[int, Claim]:
    """Leave out the claims that change one of some objects where it is."""
    return {
        number: one
        for number, one in claims.items()
        if not (one.before & one.after).intersection(keys)
    }


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
        if verb == "drop" or new is None:
            return Claim(
                before=frozenset(before.with_parts([old]) if verb == "drop" and old else ())
            )
        named = tuple(names[1].part(new, "constraint", name) for name in operation.constraints)
        made = {key for key in named if key is not None}
        return Claim(after=frozenset(made.union(_made_with(operation, new, after))), named=named)
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
        named=(found[0] if verb == "drop" else found[1],) if what in _NAMED else (),
    )


_NAMED = frozenset({"constraint", "index"})


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
    """A new table with its columns, as CREATE TABLE makes them."""
    snapshot = after.snapshot
    yield table
    yield from _comment(table)
    for key in after.parts.get(table, ()):
        if key.kind == "column" and own_name(snapshot[key]) in operation.columns:
            yield key
            yield from _comment(key)
            yield from (one for one in after.parts.get(key, ()) if one.kind == "sequence")


def _comment(key: Key | None) -> frozenset[Key]:
    return frozenset({Key(kind="comment", identity=f"on {key}")} if key else ())
