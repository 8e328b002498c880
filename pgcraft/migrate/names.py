"""Objects by their names as people and SQLAlchemy write them: not quoted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Key

DEFAULT_SCHEMA = "public"

# Kinds whose identity begins with the relation that they are on.
_ON_RELATION = frozenset({"column", "constraint", "policy", "rule", "trigger"})

_ROUTINES = frozenset({"aggregate", "function", "procedure"})
# What stands before the types of the arguments.
_NAME = re.compile(r'(?:"(?:[^"]|"")*"|[^"(])+')


def quoted_name(item: CatalogObject) -> str:
    """An object's own name, as the server quotes it: without schema and relation."""
    if item.parent is not None and item.key.kind in _ON_RELATION:
        return item.key.identity.removeprefix(f"{item.parent.identity}.")
    return item.key.identity.removeprefix(quoted_schema(item) + ".")


def quoted_schema(item: CatalogObject) -> str:
    """The schema of an object, as its identity begins with it."""
    quoted = '"' + (item.schema or "").replace('"', '""') + '"'
    return quoted if item.key.identity.startswith(quoted) else item.schema or ""


def routine_name(key: Key) -> str | None:
    """The name that a routine shares with its overloads; None for what is none."""
    found = _NAME.match(key.identity) if key.kind in _ROUTINES else None
    return found[0] if found is not None else None


def unquoted(name: str) -> str:
    """A name as people write it, of one that the server may have quoted."""
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def whole_name(name: str) -> re.Pattern[str]:
    """Finds a name, as the server quotes it, where it is no part of another one."""
    return re.compile(rf'(?<![\w$".]){re.escape(name)}(?![\w$"])')


def own_name(item: CatalogObject) -> str:
    """An object's own name, not quoted."""
    return unquoted(quoted_name(item))


def relation_name(item: CatalogObject) -> str:
    """The name of the relation that an object is on, not quoted."""
    relation = item.parent.identity if item.parent is not None else ""
    return unquoted(relation.removeprefix(f"{quoted_schema(item)}."))


class Names:
    """Finds the tables of a snapshot, and what is on them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._tables = {
            (item.schema, own_name(item)): item.key
            for item in graph.snapshot
            if item.key.kind == "table"
        }

    def table(self, schema: str | None, name: str | None) -> Key | None:
        """The table of a name."""
        return self._tables.get((schema or DEFAULT_SCHEMA, name or ""))

    def part(self, table: Key | None, kind: str, name: str | None) -> Key | None:
        """The column, constraint or index of a table that has a name."""
        if table is None or name is None:
            return None
        snapshot = self._graph.snapshot
        for key in self._graph.parts.get(table, ()):
            if key.kind == kind and own_name(snapshot[key]) == name:
                return key
        return None
