"""Taking a snapshot: the rows of the catalog queries become objects."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pgcraft.postgres.snapshot.named import Named, grant_key, owning
from pgcraft.postgres.snapshot.needs import find_needs
from pgcraft.postgres.snapshot.queries import Result, kind_queries, read_query, run_queries
from pgcraft.postgres.snapshot.statements import (
    comment_statement,
    create_statement,
    drop_statement,
    grant_statements,
    revoke_statements,
)
from pgcraft.postgres.snapshot.values import CatalogObject, Key, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import psycopg

    from pgcraft.postgres.snapshot.named import Address

# What every kind's query answers; each further column is a detail, called as the column is.
_COMMON = ("kind", "classid", "objid", "objsubid", "identity", "schema")
_OPTIONAL = ("parent_kind", "parent", "definition", "undo", "column_name")


def take_snapshot(connection: psycopg.Connection[Any], *, needs: bool = True) -> Snapshot:
    """Take a picture of a database's schema.

    It is taken in one read-only transaction that sees one state of the database, with fixed
    settings and an empty ``search_path``, in a constant number of round trips. Left out are
    the system's schemas, temporary objects, members of extensions with their grants, what
    belongs to the server (roles, settings, subscriptions), user mappings for their passwords,
    and access methods, conversions, languages, transforms and shell types.

    An owner is a detail of its object. Grants and comments are objects of their own, so that
    a change of one reads well and is a statement of its own: a ``grant`` for each object and
    grantee, which tells only what differs from the owner's default privileges, and a
    ``comment`` for each object that has one.

    Args:
        connection: A connection in autocommit mode, outside a transaction.
        needs: Whether to read which object needs which; comparing takes less time without.

    Raises:
        psycopg.errors.ActiveSqlTransaction: The connection is inside a transaction.
        psycopg.Error: The server refused a query.
    """
    version = connection.info.server_version // 10000
    results = run_queries(
        connection,
        {
            **kind_queries(version),
            "comments": read_query("comment", version),
            "grants": read_query("grant", version),
            **({"dependencies": read_query("dependency", version)} if needs else {}),
        },
    )
    comments, grants = results.pop("comments"), results.pop("grants")
    dependencies = results.pop("dependencies", None)
    named = [item for result in results.values() for item in _read(result)]
    by_address = {item.address: item for item in named}
    objects = [_object(item) for item in named if item.definition is not None]
    objects += _comments(comments, by_address)
    objects += _grants(grants, by_address)
    return Snapshot(
        version=version,
        objects=tuple(sorted(objects, key=_order)),
        column_order=_column_order(named),
        needs=tuple(sorted(_needs(dependencies, grants, by_address), key=_pair_order)),
    )


def _order(item: CatalogObject) -> tuple[str, str]:
    return item.key.kind, item.key.identity


def _needs(
    dependencies: Result | None, grants: Result, by_address: Mapping[Address, Named]
) -> set[tuple[Key, Key]]:
    if dependencies is None:
        return set()
    return find_needs(dependencies.rows, grants.rows, by_address)


def _pair_order(pair: tuple[Key, Key]) -> tuple[str, str, str, str]:
    one, other = pair
    return one.kind, one.identity, other.kind, other.identity


def _read(result: Result) -> Iterator[Named]:
    at = {name: index for index, name in enumerate(result.columns)}
    common = itemgetter(*(at[name] for name in _COMMON))
    optional = [at.get(name) for name in _OPTIONAL]
    details = sorted((n, i) for n, i in at.items() if n not in _COMMON and n not in _OPTIONAL)
    for row in result.rows:
        kind, classid, objid, objsubid, identity, schema = common(row)
        parent_kind, parent, definition, undo, column_name = (
            None if index is None else row[index] for index in optional
        )
        yield Named(
            address=(classid, objid, objsubid),
            key=Key(kind=kind, identity=identity),
            schema=schema,
            parent=Key(kind=parent_kind, identity=parent) if parent_kind and parent else None,
            definition=definition,
            undo=undo,
            details=tuple((name, row[i]) for name, i in details if row[i] is not None),
            column_name=column_name,
        )


def _object(item: Named) -> CatalogObject:
    return CatalogObject(
        key=item.key,
        schema=item.schema,
        parent=item.parent,
        definition=item.definition or "",
        details=item.details,
        create=create_statement(
            item.key,
            item.parent,
            item.definition or "",
            default=dict(item.details).get("default"),
        ),
        drop=item.undo or drop_statement(item.key, item.parent),
    )


def _comments(result: Result, by_address: Mapping[Address, Named]) -> Iterator[CatalogObject]:
    for classid, objid, objsubid, text, usual in result.rows:
        item = by_address.get((classid, objid, objsubid))
        if item is not None:
            yield CatalogObject(
                key=Key(kind="comment", identity=f"on {item.key}"),
                schema=item.schema,
                parent=owning(item),
                definition=text,
                create=comment_statement(item.key, item.parent, text),
                drop=comment_statement(item.key, item.parent, usual),
            )


def _grants(result: Result, by_address: Mapping[Address, Named]) -> Iterator[CatalogObject]:
    for classid, objid, objsubid, grantee, grantor, granted, grantable, revoked in result.rows:
        item = by_address.get((classid, objid, objsubid))
        if item is None:
            continue
        details = {
            "privileges": granted,
            "revoked": revoked,
            "with grant option": grantable,
            "granted by": grantor,
        }
        privileges = {"granted": granted, "grantable": grantable, "revoked": revoked}
        plain = grant_statements(item.key, item.parent, grantee, grantor=None, **privileges)
        yield CatalogObject(
            key=grant_key(item, grantee, grantor),
            schema=item.schema,
            parent=owning(item),
            definition=plain,
            create=grant_statements(item.key, item.parent, grantee, grantor=grantor, **privileges),
            drop=revoke_statements(item.key, item.parent, grantee, grantor=grantor, **privileges),
            details=tuple(sorted((k, v) for k, v in details.items() if v is not None)),
        )


def _column_order(named: Iterable[Named]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    columns = (item for item in named if item.column_name is not None)
    tables = groupby(columns, key=lambda item: item.parent)
    return tuple(
        sorted(
            (table.identity, tuple(item.column_name or "" for item in group))
            for table, group in tables
            if table is not None
        )
    )
