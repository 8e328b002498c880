"""The values of a snapshot: keys, objects, and the picture that holds them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True, order=True, slots=True)
class Key:
    """What names an object: the same key in two snapshots means the same object.

    Attributes:
        kind: The kind in SQL's own words, lower case: ``table``, ``materialized view``,
            ``enum``, ``composite type`` …
        identity: The name as the server quotes it, with its schema, and with the relation
            for what belongs to one: ``inventory.products.price``. Functions, procedures
            and aggregates carry their argument types: ``inventory.total(integer)``.
            A grant is ``on table inventory.products to anon``, a comment ``on table
            inventory.products``.
    """

    kind: str
    identity: str
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Keys are looked up far more often than made.
        object.__setattr__(self, "_hash", hash((self.kind, self.identity)))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        return f"{self.kind} {self.identity}"


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogObject:
    """One object of a database, as its server describes it.

    Attributes:
        key: What names it.
        schema: The schema's name, not quoted; ``None`` for what lives outside schemas.
        parent: What it belongs to: the relation of a column, constraint, index, rule,
            trigger or policy, the domain of a constraint, the object that a grant or a
            comment is on. Always an object of the same snapshot. Not part of equality: the key
            or the definition says it too, and a column of a view or a partition is an object
            only when it has something of its own.
        definition: What the server deparses. A whole statement, without its semicolon,
            for all kinds but these: a column's and a constraint's is the clause that
            follows ``ADD`` (a constraint's without its name), a table's lacks the list of
            columns, a comment's is the comment.
        details: Facts to tell a change with, as pairs of words, sorted. A fact that is
            PostgreSQL's default is left out.
        create: The statement that makes it; a table's lacks its columns.
            Follows from the rest, so it is not part of equality.
        drop: The statement that takes it away, likewise.
    """

    key: Key
    schema: str | None = None
    parent: Key | None = field(default=None, compare=False)
    definition: str
    details: tuple[tuple[str, str], ...] = ()
    create: str = field(default="", compare=False)
    drop: str = field(default="", compare=False)

    def detail(self, name: str) -> str | None:
        """Return the detail called ``name``, or ``None`` when it is left out."""
        return dict(self.details).get(name)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The schema of one database at one moment, without its data and its OIDs.

    Two snapshots are equal when they have the same objects on the same major version;
    the order of columns is kept apart, since a column that was dropped and added again
    cannot go back to its place.

    Attributes:
        version: The server's major version.
        objects: All objects, sorted by key.
        column_order: For each table the names of its columns, as the server quotes them,
            in their order; sorted by the table's identity. Not part of equality.
        needs: Pairs of an object and one that it depends on, as the server's ``pg_depend`` has
            them; sorted. Bodies of functions that are strings have none. Not part of equality.
    """

    version: int
    objects: tuple[CatalogObject, ...]
    column_order: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), compare=False)
    needs: tuple[tuple[Key, Key], ...] = field(default=(), compare=False)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __iter__(self) -> Iterator[CatalogObject]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def __getitem__(self, key: Key) -> CatalogObject:
        return self._by_key[key]

    def get(self, key: Key) -> CatalogObject | None:
        """Return the object that ``key`` names, or ``None``."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[Key, CatalogObject]:
        return {item.key: item for item in self.objects}

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of all that equality looks at."""
        content = _canonical(
            {"version": self.version, "objects": [_told(item) for item in self.objects]}
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def to_json(self) -> str:
        """Return the snapshot as JSON text, the same text for equal column orders."""
        return _canonical(
            {
                "version": self.version,
                "objects": [_row(item) for item in self.objects],
                "column_order": self.column_order,
                "needs": [[_pair(key) for key in keys] for keys in self.needs],
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Snapshot:
        """Return the snapshot that ``to_json`` wrote as ``text``."""
        content = json.loads(text)
        return cls(
            version=content["version"],
            objects=tuple(_object(row) for row in content["objects"]),
            column_order=tuple(
                (relation, tuple(columns)) for relation, columns in content["column_order"]
            ),
            needs=tuple((_key(one), _key(other)) for one, other in content["needs"]),
        )


def _canonical(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(item: CatalogObject) -> list[Any]:
    return [item.key.kind, item.key.identity, item.schema, item.definition, item.details]


def _row(item: CatalogObject) -> list[Any]:
    parent = item.parent
    return [*_told(item), _pair(parent) if parent else None, item.create, item.drop]


def _pair(key: Key) -> tuple[str, str]:
    return key.kind, key.identity


def _key(pair: list[str]) -> Key:
    return Key(kind=pair[0], identity=pair[1])


def _object(row: list[Any]) -> CatalogObject:
    kind, identity, schema, definition, details, parent, create, drop = row
    return CatalogObject(
        key=_key([kind, identity]),
        schema=schema,
        parent=_key(parent) if parent else None,
        definition=definition,
        details=tuple((name, value) for name, value in details),
        create=create,
        drop=drop,
    )
