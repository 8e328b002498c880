"""Names of constraints, indexes and the other objects that factories make.

PostgreSQL cuts identifiers at 63 bytes, not characters, and does so silently: two long names
may become one, and a cut name never equals the model's. All names made here fit, are the same
on every run, and differ within a table.
https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Constraint, ForeignKey, MetaData, Table

    Namer = Callable[[Constraint | Index, Table], str]

MAX_LENGTH = 63
"""Bytes that PostgreSQL keeps of an identifier."""

COLUMNS = "pgcraft_columns"
"""Key in ``info`` of an unnamed check or index made from text: the columns it marks."""

_IN_SCHEMA = frozenset({"pk", "uq", "ix"})
"""Kinds that have an index, whose name no other table of the schema may use."""

_MAX_LENGTH_KEY = "pgcraft_max_length"

_OBJECTS = {
    "append_only_root": "%(table_name)s_root",
    "append_only_attributes": "%(table_name)s_attributes",
    "append_only_function": "%(schema)s_%(table_name)s_%(op)s",
    "append_only_trigger": "%(schema)s_%(table_name)s_%(op)s",
    "protect_function": "_protect_%(schema)s_%(table_name)s",
    "protect_trigger": "_protect_%(schema)s_%(table_name)s",
    "timestamps_trigger": "%(schema)s_%(table_name)s_touch",
    "soft_delete_trigger": "%(schema)s_%(table_name)s_soft_delete",
    "soft_delete_view": "%(table_name)s_live",
    "postgrest_function": "%(schema)s_%(table_name)s_%(op)s",
    "postgrest_trigger": "%(schema)s_%(table_name)s_%(op)s",
}


def pgcraft_build_naming_conventions(max_length: int = MAX_LENGTH) -> dict[str, Any]:
    """Build the naming convention for a MetaData that pgcraft works with.

    Parts are joined by ``__``, columns by ``_``: ``pk__{table}__{columns}``, ``uq__…``,
    ``ix__…``, ``ck__…`` and ``fk__{table}__{columns}__{referred table}``. Names given
    explicitly stay. The templates of the objects that factories make (``append_only_root``
    and so on) are in the same dict, so that a project may change them.

    Args:
        max_length: Bytes that a name may have; a longer one is cut and ends in a digest.

    Returns:
        A dict to pass on as it is, or to change first.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, Table
        >>> metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
        >>> Table("users", metadata, Column("id", Integer, primary_key=True)).primary_key.name
        'pk__users__id'
    """
    kinds = ("pk", "uq", "ix", "ck", "fk")
    templates = {kind: f"%(pgcraft_{kind})s" for kind in kinds}
    namers = {f"pgcraft_{kind}": _namer(kind, max_length) for kind in kinds}
    return {**templates, **namers, **_OBJECTS, _MAX_LENGTH_KEY: max_length}


def shorten(name: str, max_length: int = MAX_LENGTH) -> str:
    """Cut a name that has more bytes than allowed, ending it in a digest of the whole.

    Args:
        name: The name wanted.
        max_length: Bytes allowed.

    Returns:
        The name itself when it fits; else its beginning, ``_`` and 8 hexadecimal digits.

    Example:
        >>> shorten("ix__products__name")
        'ix__products__name'
        >>> shorten("ix__" + "ä" * 60)
        'ix__äääääääääääääääääääääääää_d9b31110'
    """
    encoded = name.encode()
    if len(encoded) <= max_length:
        return name
    # A character must not be cut in the middle: what is left of it is dropped.
    kept = encoded[: max_length - 9].decode(errors="ignore")
    return f"{kept}_{digest(name)}"


def digest(text: str) -> str:
    """Return 8 hexadecimal digits that depend on the text alone.

    Example:
        >>> digest("price > 0")
        '89b88009'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def object_name(metadata: MetaData, template: str, **tokens: str) -> str:
    """Name an object that a factory makes, by the MetaData's own template if it has one.

    Args:
        metadata: Whose naming convention is looked up first.
        template: The template's key, such as ``append_only_root``.
        tokens: What the template may use: ``table_name``, ``schema``, ``op``.

    Returns:
        The name, within the length that the convention allows.

    Raises:
        PGCraftValidationError: The template uses what is not there.

    Example:
        >>> from sqlalchemy import MetaData
        >>> object_name(MetaData(), "append_only_root", table_name="customers")
        'customers_root'
    """
    convention: dict[str, Any] = dict(metadata.naming_convention or {})
    text: str = convention.get(template, _OBJECTS.get(template, template))
    try:
        name = text % tokens
    except (KeyError, TypeError, ValueError) as error:
        raise PGCraftValidationError(
            f"The template {template!r} of the naming convention is {text!r}, which cannot be "
            f"filled in: {type(error).__name__}: {error}.",
            advice=f"It may use: {', '.join(f'%({one})s' for one in tokens)}.",
        ) from error
    return shorten(name, convention.get(_MAX_LENGTH_KEY, MAX_LENGTH))


def refuse_unusable(name: str, place: str) -> None:
    """Refuse a name that the server would not take as it is.

    Args:
        name: The name.
        place: Where it is, for the error.

    Raises:
        PGCraftValidationError: It is empty, has a zero byte, ends in a line end or is too long.

    Example:
        >>> refuse_unusable("price", "shop.books")
    """
    size = len(name.encode())
    if not name:
        what, advice = f"A name in {place} is empty.", "Give a name."
    elif "\0" in name:
        what, advice = f"The name {name!r} in {place} has a zero byte.", "Give a name without it."
    elif name.endswith("\n"):
        what = f"The name {name!r} in {place} ends in a line end, and SQLAlchemy does not quote"
        what, advice = f"{what} such a name.", "Give a name without it."
    elif size > MAX_LENGTH:
        what = f"The name {name!r} in {place} has {size} bytes, and PostgreSQL cuts names at"
        what, advice = f"{what} {MAX_LENGTH}.", "Give a shorter name."
    else:
        return
    raise PGCraftValidationError(what, advice=advice)


def _namer(kind: str, max_length: int) -> Namer:
    return partial(_name, kind=kind, max_length=max_length)


def _name(item: Constraint | Index, table: Table, *, kind: str, max_length: int) -> str:
    """Name one constraint or index; SQLAlchemy calls this when it joins its table."""
    parts = [kind, table.name, "_".join(_columns(item))]
    if isinstance(item, ForeignKeyConstraint):
        parts += _referred_tables(item)
    name = shorten("__".join(part for part in parts if part), max_length)
    taken = set(_names(item, table))
    if kind in _IN_SCHEMA and any("__" in f"_{part}_" for part in parts[1:] if part):
        # Read as two, or with the next, a part may make the name of another table's: a__b, a_.
        taken.update(_names_in_schema(table))
    anonymous = isinstance(item, CheckConstraint) and not parts[2]
    if name not in taken and not anonymous:
        return name
    # Whatever tells it from its namesake also names it, so that names do not move around.
    text = "\n".join([*parts, _text(item)])
    stem = "__".join(part for part in parts if part)
    separator = "__" if anonymous else "_"
    while (name := shorten(f"{stem}{separator}{digest(text)}", max_length)) in taken:
        text += "\n"
    return name


def _names_in_schema(table: Table) -> Iterator[str]:
    """Names of the indexes, and constraints kept by indexes, of the schema's other tables."""
    for other in table.metadata.tables.values():
        if other.schema == table.schema and other is not table:
            found: list[Any] = [*other.indexes, *other.constraints]
            yield from (str(one.name) for one in found if one.name is not None)


def _columns(item: Any) -> list[str]:
    """Names of the columns that a constraint or index is about, in its own order."""
    if COLUMNS in item.info:
        return list(item.info[COLUMNS])
    if isinstance(item, ForeignKeyConstraint):
        return [element.parent.name for element in item.elements]
    names = [column.name for column in item.columns]
    parent = getattr(item, "parent", None)
    return names or ([parent.name] if isinstance(parent, Column) else [])


def _referred_tables(constraint: ForeignKeyConstraint) -> list[str]:
    return list(dict.fromkeys(_target(element)[1] for element in constraint.elements))


def _target(element: ForeignKey) -> tuple[str | None, str, str | None]:
    """Schema, table and column that a foreign key names, whether or not they are known yet."""
    if hasattr(element, "target_tokens"):
        schema, table, name = element.target_tokens
        return schema, table, name
    # SQLAlchemy 2.0 has them under private names only, split at dots where a Column is given.
    column = element._table_column  # noqa: SLF001
    if column is not None and column.table is not None:
        return column.table.schema, column.table.name, column.key
    schema, table, name = element._column_tokens  # noqa: SLF001
    return schema, table, name


def _names(item: Any, table: Table) -> Iterator[str]:
    """Names that the other constraints or indexes of the table have already."""
    if isinstance(item, Index):
        others: list[Any] = list(table.indexes)
    else:
        others = list(table.constraints)
    if isinstance(item, CheckConstraint):
        others += [check for column in table.columns for check in column.constraints]
    return (str(other.name) for other in others if other is not item and other.name)


def _text(item: Any) -> str:
    """Say what the item is beyond its columns: a check's condition, an index's expressions."""
    if isinstance(item, CheckConstraint):
        return _sql(item.sqltext)
    if isinstance(item, Index):
        where = item.dialect_options["postgresql"]["where"]
        parts = [*item.expressions, *([] if where is None else [where])]
        return "\n".join(_sql(part) for part in parts)
    if isinstance(item, ForeignKeyConstraint):
        return "\n".join(str(_target(element)) for element in item.elements)
    return "\n".join(_columns(item))


def _sql(expression: Any) -> str:
    if isinstance(expression, str):
        return expression
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow to import, seldom needed

    dialect: Any = postgresql.dialect
    options = {"literal_binds": True, "include_table": False}
    return str(expression.compile(dialect=dialect(), compile_kwargs=options))
