"""Which schemas autogenerate looks at: those that the models use or the history manages.

Alembic compares the default schema alone, or with ``include_schemas`` every schema of the
database, dropping what is not in the models. Neither is what people want, so ``configure()``
gets both name filters, chained behind the user's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint

from ..dialect import driverless_dialect
from .managed import managed_schemas
from .types import rendering_types

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from alembic.script import ScriptDirectory
    from sqlalchemy import MetaData, Table

# The name that PostgreSQL gives the schema which Alembic calls None. The reviewer's databases
# and nearly all others keep it; a search path that begins elsewhere is the project's own choice.
DEFAULT_SCHEMA = "public"

FILTERS = "pgcraft_filters"
"""The option that keeps the project's own filters, behind which ours are chained."""

# pgcraft.objects.registry.OBJECTS: the reviewer's copy of this package has no pgcraft.objects.
_OBJECTS = "pgcraft_objects"
# pgcraft.reference: a MetaData of its own.
_OUTSIDE = "pgcraft_outside"


def metadata_list(target: MetaData | Sequence[MetaData] | None) -> list[MetaData]:
    """The one or more MetaData that ``env.py`` gave to ``context.configure``."""
    if target is None:
        return []
    return list(target) if isinstance(target, (list, tuple)) else [target]  # type: ignore[list-item]  # narrowed by isinstance on a Sequence


def model_schemas(target: MetaData | Sequence[MetaData] | None) -> frozenset[str | None]:
    """The schemas in which the models have something; None is the connection's default schema."""
    return frozenset(name for one in metadata_list(target) for name in _schemas(one))


def _schemas(metadata: MetaData) -> Iterator[str | None]:
    yield from (table.schema for table in metadata.tables.values())
    objects = metadata.info.get(_OBJECTS, {}).values()
    yield from (one.schema_name for one in objects if one.schema_name is not None)


def excluded_objects(
    metadata: Sequence[MetaData], filters: Mapping[str, Callable[..., bool] | None]
) -> list[dict[str, Any]]:
    """The models' tables, and what is on them, that are not to be compared.

    That are those which the project's own filters take out, and outside tables.

    Args:
        metadata: What ``env.py`` gave.
        filters: Its ``include_object`` and ``include_name``.

    Returns:
        ``schema``, ``table``, ``kind`` and ``name`` of each; the name is None for a table, such
        as a view that is mapped as one.
    """
    outside = [_named(table) for table in outside_tables(metadata)]
    if not any(filters.values()):
        return outside
    tables = [table for one in metadata for table in one.tables.values()]
    return outside + [
        _named(table, _KINDS.get(kind, kind), None if item is table else str(item.name))
        for table in tables
        for kind, item in _comparable(table)
        if not _is_kept(item, kind, table, filters)
    ]


def _named(table: Table, kind: str = "table", name: str | None = None) -> dict[str, Any]:
    schema = table.schema or DEFAULT_SCHEMA
    return {"schema": schema, "table": str(table.name), "kind": kind, "name": name}


def outside_tables(metadata: Sequence[MetaData]) -> list[Table]:
    """The stand-ins for tables that foreign keys reference and no model declares."""
    found = {
        key.column.table
        for one in metadata
        if _OUTSIDE in one.info
        for table in one.tables.values()
        for key in table.foreign_keys
        # First by name: columns of other references may not be found.
        if key.target_fullname.rpartition(".")[0] in one.info[_OUTSIDE].tables
        and key.column.table.metadata is one.info[_OUTSIDE]
    }
    return sorted(found, key=lambda table: table.fullname)


def outside_schemas(metadata: Sequence[MetaData]) -> set[str]:
    """What would be said to be managed of :func:`outside_tables`, and is not."""
    quote = driverless_dialect().identifier_preparer.quote
    own = model_schemas(metadata)
    named = {table.schema for table in outside_tables(metadata)} - own
    return {f"schema {quote(name)}" for name in named if name}


_KINDS = {"unique_constraint": "constraint", "foreign_key_constraint": "constraint"}


def _comparable(table: Table) -> Iterator[tuple[str, Any]]:
    """What Alembic asks filters about, by its own words."""
    yield "table", table
    yield from (("column", column) for column in table.columns)
    yield from (("index", index) for index in table.indexes if index.name)
    for constraint in table.constraints:
        if isinstance(constraint, (ForeignKeyConstraint, UniqueConstraint)) and constraint.name:
            yield constraint.__visit_name__, constraint


def _is_kept(
    item: Any, kind: str, table: Table, filters: Mapping[str, Callable[..., bool] | None]
) -> bool:
    by_object, by_name = filters.get("include_object"), filters.get("include_name")
    if by_object is not None and not by_object(item, item.name, kind, False, None):
        return False
    parents = {"schema_name": table.schema, "schema_qualified_table_name": table.fullname}
    if kind != "table":
        parents["table_name"] = table.name
    return by_name is None or bool(by_name(item.name, kind, parents))


def scoped_options(
    options: Mapping[str, Any],
    script: ScriptDirectory | None,
    equal_tables: Container[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The options of ``context.configure`` with the comparison limited to what may differ.

    That are the models' schemas, without tables that are known to be equal, and without server
    defaults: the catalogs know better whether these are equal.

    Args:
        options: The keyword arguments that ``env.py`` passed.
        script: The history, for the schemas that it manages.
        equal_tables: Schema and name of each table that need not be looked at; it may be
            filled later, until the comparison begins.

    Returns:
        The arguments to pass on.
    """
    used = model_schemas(options.get("target_metadata"))
    # Without any table, Alembic's own rule: the default schema is what the models are about.
    schemas = {name or DEFAULT_SCHEMA for name in used or {None}}
    schemas |= managed_schemas(script)
    return {
        **options,
        # What `upgrade --sql` writes is for psql: the drivers' styles would double percent signs.
        "dialect_opts": {"paramstyle": "named", **(options.get("dialect_opts") or {})},
        "compare_server_default": False,
        "render_item": rendering_types(options.get("render_item")),
        FILTERS: own_filters(options),
        "include_schemas": True,
        "include_name": _name_filter(schemas, equal_tables, options.get("include_name")),
        "include_object": _object_filter(equal_tables, options.get("include_object")),
    }


def own_filters(options: Mapping[str, Any]) -> dict[str, Any]:
    """The project's ``include_object`` and ``include_name``, also when ours are chained to them."""
    kept = options.get(FILTERS)
    return kept or {name: options.get(name) for name in ("include_object", "include_name")}


def _name_filter(
    schemas: Container[str],
    equal_tables: Container[tuple[str, str]],
    user_filter: Callable[..., bool] | None,
) -> Callable[..., bool]:
    """For what the database has: names that are left out here are not even reflected."""

    def include_name(name: str | None, type_: str, parent_names: Mapping[str, Any]) -> bool:
        if type_ == "schema" and (name or DEFAULT_SCHEMA) not in schemas:
            return False
        schema = parent_names.get("schema_name") or DEFAULT_SCHEMA
        if type_ == "table" and (schema, name) in equal_tables:
            return False
        return user_filter is None or bool(user_filter(name, type_, parent_names))

    return include_name


def _object_filter(
    equal_tables: Container[tuple[str, str]], user_filter: Callable[..., bool] | None
) -> Callable[..., bool]:
    """For what the models have: without it, a table whose name was left out would be added."""

    def include_object(item: Any, name: str | None, type_: str, *others: Any) -> bool:
        if type_ == "table" and (item.schema or DEFAULT_SCHEMA, name) in equal_tables:
            return False
        return user_filter is None or bool(user_filter(item, name, type_, *others))

    return include_object
