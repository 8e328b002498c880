"""Which columns an API view has, and which of them can be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Label, Select, select

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.plugins.plpgsql import made_by_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Table

    from pgcraft.extensions.postgrest.source import Source

    Query = Callable[[Select[Any], Table], Any]


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
            select asks for all columns; only a label brings it back.

    Raises:
        PGCraftValidationError: Both lists are given, a column is unknown, none is left, or the
            function returns no select.
    """
    chosen = _chosen(source, view, columns, exclude_columns)
    base = select(*chosen)
    made = base if query is None else query(base, source.table)
    if not hasattr(made, "selected_columns"):
        raise PGCraftValidationError(
            f"The query of {view} returned {made!r}, which is no select.",
            advice="Return one, such as query=lambda q, t: q.where(t.c.active).",
        )
    hidden = [
        one
        for one in made.selected_columns
        if isinstance(one, Column) and one.table is source.table and one not in set(chosen)
    ]
    if hidden and isinstance(made, Select):
        kept = [one for one in made.selected_columns if one not in set(hidden)]
        made = made.with_only_columns(*kept, maintain_column_froms=True)
    return made


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
        excluded = {_find(source, view, name) for name in exclude_columns or ()}
        chosen = [column for column in there if column not in excluded]
    else:
        chosen = list(dict.fromkeys(_find(source, view, name) for name in columns))
    if not chosen:
        raise PGCraftValidationError(
            f"The API view {view} has no column left.", advice="Leave at least one."
        )
    return chosen


def _find(source: Source, view: str, name: str) -> Column[Any]:
    for column in source.table.columns:
        if name in {column.name, column.key}:
            return column
    known = [column.name for column in source.table.columns]
    raise PGCraftValidationError(
        f"The API view {view} names the column {name!r}, which {source.label} does not have.",
        advice=f"{did_you_mean(name, known)}The columns are: {', '.join(known)}.",
    )
