"""Indexes by column markers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, literal_column
from sqlalchemy.exc import ArgumentError

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import (
    did_you_mean,
    find_column,
    marked,
    refuse_unmarked,
    resolve,
    resolve_columns,
    sole_marker,
    sql_text,
)
from pgcraft.naming import COLUMNS
from pgcraft.origin import DECLARED, Origin, declared_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table

_ORDER = re.compile(
    r"(?P<column>\s*\{[^{}]+\})(\s+(?P<direction>asc|desc))?(\s+nulls\s+(?P<nulls>first|last))?\s*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_PARENTHESES = re.compile(r"\([^()]*\)")
_OPERATOR = re.compile(
    r"[-+*/<>=~!@#%^&|?:\[]|\b(?:and|or|not|is|in|like|ilike|between|similar|case|at)\b",
    re.IGNORECASE,
)


_OPTIONS = ("where", "using", "include", "ops", "nulls_not_distinct", "with", "tablespace")
_ENDING = re.compile(r"(?:\s+(?:asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*$", re.IGNORECASE)


class PGCraftIndex:
    """An index on the table that holds the marked columns; mirrors ``sqlalchemy.Index``.

    Args:
        name: The index's name; None or empty for the name by the convention.
        *expressions: ``"{column}"`` for a column, with ``ASC``, ``DESC`` and ``NULLS …``
            allowed after it; any other text is a SQL expression. At least one.
        unique: Whether values may occur once only.
        **kw: ``postgresql_using``, ``postgresql_where``, ``postgresql_include``,
            ``postgresql_ops`` and whatever else ``sqlalchemy.Index`` takes; markers are
            allowed in them, in the keys of ``postgresql_ops`` too.

    Raises:
        PGCraftValidationError: There is no expression, one that is no text, or a brace that
            marks nothing.

    Example:
        >>> index = PGCraftIndex("ix_lower", "lower({name})", postgresql_where="{active}")
        >>> index
        PGCraftIndex('ix_lower', 'lower({name})', postgresql_where='{active}')
        >>> index.column_names()
        ('name',)
        >>> index.resolve({"name": "title"})
        ('lower(title)',)
    """

    __slots__ = ("declared", "expressions", "kw", "name", "unique")

    name: str | None
    expressions: tuple[str, ...]
    unique: bool
    kw: dict[str, Any]
    declared: Origin

    def __init__(
        self, name: str | None, *expressions: str, unique: bool = False, **kw: Any
    ) -> None:
        if not expressions:
            raise PGCraftValidationError(
                f"PGCraftIndex({name!r}) has no expression.",
                advice='Say what it indexes: PGCraftIndex("ix_name", "{column}").',
            )
        if name is not None and not isinstance(name, str):
            raise PGCraftValidationError(
                f"PGCraftIndex got {name!r} as its name, no text.",
                advice='The name comes first: PGCraftIndex("ix_name", "{column}").',
            )
        for expression in expressions:
            if not isinstance(expression, str):
                raise PGCraftValidationError(
                    f"PGCraftIndex({name!r}) got {expression!r} as an expression, no text.",
                    advice='Mark columns in text, such as "{column}" or "lower({column})".',
                )
        keep = partial(object.__setattr__, self)
        keep("name", name)
        keep("expressions", expressions)
        keep("unique", bool(unique))
        keep("kw", kw)
        keep("declared", declared_at())
        for text in (*expressions, kw.get("postgresql_where")):
            if isinstance(text, str):
                refuse_unmarked(text, self)

    def column_names(self) -> tuple[str, ...]:
        """Return the names marked in the expressions, each once, in order."""
        return tuple(dict.fromkeys(name for one in self.expressions for name in marked(one)))

    def resolve(self, mapping: Mapping[str, str]) -> tuple[str, ...]:
        """Return the expressions with markers replaced by the mapping's values, as they are.

        Raises:
            PGCraftValidationError: A marked name is not in the mapping.
        """
        return tuple(resolve(one, mapping, self) for one in self.expressions)

    def attach(self, table: Table) -> Index:
        """Add the index to a table.

        Raises:
            PGCraftValidationError: The table has no such column, or an index of that name, or
                there is no such option.
        """
        if self.name and any(one.name == self.name for one in table.indexes):
            raise PGCraftValidationError(
                f"{table.fullname} has two indexes with the name {self.name!r}.",
                advice="Give one another name, or none: the naming convention finds one.",
            )
        self._refuse_foreign(table)
        options = {key: _option(key, value, table, self) for key, value in self.kw.items()}
        operators = options.get("postgresql_ops", {})
        info = {**options.pop("info", {}), DECLARED: self.declared}
        if not self.name:
            info[COLUMNS] = [find_column(table, one, self).name for one in self.column_names()]
        expressions = [_expression(one, table, self, operators) for one in self.expressions]
        if operators:
            self._refuse_unused(operators, table)
        try:
            index = Index(self.name or None, *expressions, unique=self.unique, info=info, **options)
        except (TypeError, ArgumentError) as error:
            raise PGCraftValidationError(
                f"{self!r} on {table.fullname} has an option that SQLAlchemy does not take: "
                f"{error}.",
                advice=self._options_meant(),
            ) from error
        table.append_constraint(index)
        return index

    def _refuse_foreign(self, table: Table) -> None:
        """Refuse options of a dialect called postgres, of which SQLAlchemy would only warn."""
        for one in self.kw:
            if one.startswith("postgres_"):
                raise PGCraftValidationError(
                    f"{self!r} on {table.fullname} has the option {one!r}, which would be lost.",
                    advice=self._options_meant(),
                )

    def _refuse_unused(self, operators: Mapping[str, str], table: Table) -> None:
        """Refuse an operator class of what is not indexed, which SQLAlchemy passes over."""
        found = [_ORDER.fullmatch(one) for one in self.expressions]
        marks = [sole_marker(one["column"]) or "" for one in found if one]
        used = {find_column(table, one, self).key for one in marks}
        used |= {_in_parentheses(resolve_columns(one, table, self)) for one in self.expressions}
        for one in operators:
            if one not in used:
                raise PGCraftValidationError(
                    f"{self!r} on {table.fullname} has in postgresql_ops {one!r}, which it does "
                    "not index.",
                    advice=f"{did_you_mean(one, used)}Name an expression of the index there, such "
                    f"as {self.expressions[0]!r}.",
                )

    def _options_meant(self) -> str:
        known = {one: f"postgresql_{one}" for one in _OPTIONS}
        meant = [known[one] for one in self.kw if one in known]
        guessed = "".join(did_you_mean(one, known.values()) for one in self.kw)
        said = f"Did you mean {meant[0]!r}? " if meant else guessed
        return f"{said}The options are: {', '.join(known.values())}."

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"PGCraftIndex is immutable: {name!r} cannot be set.")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"PGCraftIndex is immutable: {name!r} cannot be deleted.")

    def __repr__(self) -> str:
        parts = [repr(self.name), *map(repr, self.expressions)]
        parts += ["unique=True"] if self.unique else []
        parts += [f"{key}={value!r}" for key, value in self.kw.items()]
        return f"PGCraftIndex({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PGCraftIndex):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        # Options may be lists, dicts and SQL expressions, which have no hash: equal ones agree
        # on their keys at least.
        return hash((self.name, self.expressions, self.unique, tuple(sorted(self.kw))))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.name, self.expressions, self.unique, self.kw)

    def _identity(self) -> tuple[Any, ...]:
        return self.name, self.expressions, self.unique, self.kw


def _restore(
    name: str | None, expressions: tuple[str, ...], unique: bool, kw: dict[str, Any]
) -> PGCraftIndex:
    return PGCraftIndex(name, *expressions, unique=unique, **kw)


def _expression(one: str, table: Table, index: PGCraftIndex, operators: Mapping[str, str]) -> Any:
    """Make a column, ordered or not, of a marker alone, and SQL text of anything else."""
    match = _ORDER.fullmatch(one)
    if match is None:
        sql = _in_parentheses(resolve_columns(one, table, index))
        # An operator class is found by an element's key, which text has not.
        return literal_column(sql) if sql in operators else sql_text(sql)
    expression: Any = find_column(table, sole_marker(match["column"]) or "", index)
    if not (match["direction"] or match["nulls"]):
        # SQLAlchemy takes a key in a third of the time that it takes a Column.
        return expression.key
    if match["direction"]:
        expression = getattr(expression, match["direction"].lower())()
    if match["nulls"]:
        expression = getattr(expression, f"nulls_{match['nulls'].lower()}")()
    return expression


def _in_parentheses(sql: str) -> str:
    """Add the parentheses that CREATE INDEX wants around all but a function call.

    https://www.postgresql.org/docs/current/sql-createindex.html
    """
    # ASC, DESC and NULLS … come after the parentheses.
    ending = _ENDING.search(sql)
    at = ending.start() if ending else len(sql)
    outside = _QUOTED.sub("", sql[:at])
    while (shorter := _PARENTHESES.sub("", outside)) != outside:
        outside = shorter
    return f"({sql[:at]}){sql[at:]}" if _OPERATOR.search(outside) else sql


def _option(key: str, value: Any, table: Table, index: PGCraftIndex) -> Any:
    """Replace the markers in an option of the index."""
    if key == "postgresql_where" and isinstance(value, str):
        return sql_text(resolve_columns(value, table, index))
    if key == "postgresql_include":
        return [find_column(table, _name(one), index).name for one in value]
    if key == "postgresql_ops":
        return {_operand(one, table, index): operator for one, operator in value.items()}
    return value


def _operand(one: str, table: Table, index: PGCraftIndex) -> str:
    """Return the key by which SQLAlchemy finds the operator class of a column or expression."""
    name = sole_marker(one)
    if name is not None:
        return find_column(table, name, index).key
    return _in_parentheses(resolve_columns(one, table, index)) if marked(one) else one


def _name(one: Any) -> str:
    return (sole_marker(one) or one) if isinstance(one, str) else one.name
