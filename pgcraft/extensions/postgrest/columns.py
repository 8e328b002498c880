"""Which columns an API view has, and which of them can be written."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Exists, Label, Select, exists, literal_column, null, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, TextClause, WrapsColumnExpression

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.plugins.plpgsql import made_by_server
from pgcraft.plugins.soft_delete import DELETED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Table

    from pgcraft.extensions.postgrest.source import Source

    Query = Callable[[Select[Any], Table], Any]

_AS_FUNCTION = "Give a function of both: query=lambda q, t: q.where(t.c.active)."


def api_select(
    source: Source,
    view: str,
    query: Query | None,
    columns: Iterable[str] | None,
    exclude_columns: Iterable[str] | None,
) -> Any:
    """Return the select of an API view.

    Args:
        source: What it exposes.
        view: The view's name, for messages.
        query: The user's function from the select of the chosen columns, and the table.
        columns: Names of the columns to show; None for all.
        exclude_columns: Names of the columns to hide. What is hidden stays so when the user's
            select asks for all columns, or casts it; only a label brings it back.

    Raises:
        PGCraftValidationError: Both lists are given, a column is unknown, none is left, or the
            query is no function of two arguments that returns a select.
    """
    chosen = _chosen(source, view, columns, exclude_columns)
    base = select(*chosen)
    made = base if query is None else _made(query, base, source.table, view)
    if not hasattr(made, "selected_columns"):
        raise PGCraftValidationError(
            f"The query of {view} returned {made!r}, which is no select.",
            advice="Return one, such as query=lambda q, t: q.where(t.c.active).",
        )
    hidden = set(source.table.columns) - set(chosen)
    shown = [one for one in made.selected_columns if _shows(one, hidden)]
    if shown and not isinstance(made, Select):
        raise PGCraftValidationError(
            f"The API view {view} hides {_cast_off(shown[0]).name}, which its "
            f"{type(made).__name__} shows.",
            advice="Build it from the select that the query function gets, which lacks the column.",
        )
    if shown:
        kept = [one for one in made.selected_columns if one not in set(shown)]
        made = made.with_only_columns(*kept, maintain_column_froms=True)
    return _without_stars(made)


def _made(query: Any, base: Select[Any], table: Table, view: str) -> Any:
    """Call the user's function; an error within it is his own."""
    if not callable(query):
        raise PGCraftValidationError(
            f"The query of {view} is {query!r}, which is no function.", advice=_AS_FUNCTION
        )
    try:
        inspect.signature(query).bind(base, table)
    except TypeError as error:
        raise PGCraftValidationError(
            f"The query of {view} cannot be called with a select and a table: {error}.",
            advice=_AS_FUNCTION,
        ) from error
    return query(base, table)


def _shows(column: Any, hidden: set[Column[Any]]) -> bool:
    """Tell whether a column is a hidden one, itself or through an alias, a subquery or a cast.

    A label is the user's own word for what is to be shown.
    """
    shown = _cast_off(column)
    return not isinstance(shown, Label) and any(
        one in hidden and one.name == shown.name for one in _behind(shown)
    )


def _behind(column: Any) -> Iterator[Any]:
    """Yield the columns that a column shows, if it is not made of them otherwise."""
    for one in column.base_columns:
        cast = _cast_off(one)
        yield from [one] if cast is one else _behind(cast)


def _cast_off(column: Any) -> Any:
    """Return the column in a cast, whose name SQLAlchemy gives to the cast too."""
    while isinstance(column, WrapsColumnExpression):
        column = column.wrapped_column_expression
    return column


def _without_stars(query: Any) -> Any:
    """Let ``exists()`` select nothing, as ``*`` wants the right to read every column."""

    def narrow(element: Any, **_: Any) -> Any:
        inner = getattr(element.element, "element", None) if isinstance(element, Exists) else None
        if not isinstance(inner, Select) or not is_star(inner):
            return None
        narrowed: Any = inner.with_only_columns(literal_column("1"), maintain_column_froms=True)
        return exists(_without_stars(narrowed))

    if not any(isinstance(one, Exists) for one in visitors.iterate(query)):
        return query
    return visitors.replacement_traverse(query, {}, narrow)


def is_star(query: Select[Any]) -> bool:
    """Tell whether a select names no columns and takes all.

    Example:
        >>> is_star(select(literal_column("*")))
        True
    """
    return [str(one) for one in query.inner_columns] == ["*"]


def writable_columns(source: Source, query: Any) -> dict[str, str]:
    """Return the columns of the view that can be written: its own name of each to the source's.

    They are plain columns of the source, under their own name or a label, which the server does
    not generate. Whatever else the select has can only be read.
    """
    written: dict[str, str] = {}
    for name, column in plain_columns(source, query):
        if not made_by_server(column) and column.name not in written.values():
            written[name] = column.name
    return written


def plain_columns(source: Source, query: Any) -> Iterator[tuple[str, Column[Any]]]:
    """Yield the name in the view, and the column, of the select's plain columns of the source."""
    if not isinstance(query, Select):
        return
    for one in query.selected_columns:
        column = one.element if isinstance(one, Label) else one
        if isinstance(column, Column) and column.table is source.table:
            yield one.name, column


def watched_columns(
    source: Source, query: Any, written: Iterable[str], *, by_text: bool
) -> list[str]:
    """Return the source's columns on which it depends whether the view shows a row.

    Those that are written through the view are left out: they are looked at anyway.

    Args:
        source: The source.
        query: The view's select.
        written: The source's columns that are written.
        by_text: Whether a condition that is a text counts as one on all columns.
    """
    if not isinstance(query, Select):
        return []
    conditions = query.with_only_columns(null(), maintain_column_froms=True)
    parts: list[Any] = list(visitors.iterate(conditions))
    named = [one for one in parts if isinstance(one, ColumnClause)]
    behind = chain.from_iterable(one.base_columns for one in named)
    used = {one.name for one in behind if getattr(one, "table", None) is source.table}
    if by_text and any(isinstance(one, TextClause) or _is_text(one) for one in parts):
        used |= {column.name for column in source.table.columns}
    return [one.name for one in source.table.columns if one.name in used - set(written)]


def _is_text(element: Any) -> bool:
    known = {"*", "1"}
    return isinstance(element, ColumnClause) and element.is_literal and element.name not in known


def soft_deleted(table: Table) -> str | None:
    """Return the name of the column that a DELETE sets; None if it takes the row away."""
    return next((column.name for column in table.columns if DELETED in column.info), None)


def _chosen(
    source: Source,
    view: str,
    columns: Iterable[str] | None,
    exclude_columns: Iterable[str] | None,
) -> Sequence[ColumnElement[Any]]:
    if columns is not None and exclude_columns is not None:
        raise PGCraftValidationError(
            f"The API view {view} got both columns and exclude_columns.",
            advice="Say which columns it has, or which it has not.",
        )
    there = list(source.table.columns)
    if columns is None:
        excluded = {_find(source, view, name) for name in _names(exclude_columns or (), view)}
        chosen = [column for column in there if column not in excluded]
    else:
        chosen = list(dict.fromkeys(_find(source, view, name) for name in _names(columns, view)))
    if not chosen:
        raise PGCraftValidationError(
            f"The API view {view} has no column left.", advice="Leave at least one."
        )
    return chosen


def _names(names: Any, view: str) -> list[str]:
    """Take a text for one name, as its letters are none."""
    found = [names] if isinstance(names, str) else names
    listed = list(found) if isinstance(found, Iterable) else [found]
    for one in listed:
        if not isinstance(one, str):
            raise PGCraftValidationError(
                f"The API view {view} names the column {one!r}, which is no text.",
                advice="Give the names of columns, such as ['id', 'price'].",
            )
    return listed


def _find(source: Source, view: str, name: str) -> Column[Any]:
    for column in source.table.columns:
        if name in {column.name, column.key}:
            return column
    known = [column.name for column in source.table.columns]
    raise PGCraftValidationError(
        f"The API view {view} names the column {name!r}, which {source.label} does not have.",
        advice=f"{did_you_mean(name, known)}The columns are: {', '.join(known)}.",
    )
