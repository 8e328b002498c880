"""``{column}`` markers in SQL text: found, checked against columns, replaced by quoted names."""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sqlalchemy import Column, Table, TextClause

# A string literal is passed over: '{1,2}' and '{"a": 1}' are arrays and JSON.
_MARKER = re.compile(r"'(?:[^']|'')*'|\{([^{}]+)\}")
_ONLY_MARKER = re.compile(r"\s*\{([^{}]+)\}\s*")

# The two patterns by which sqlalchemy.text() finds ``:name`` and ``\:name``.
_BIND = re.compile(r"(?<![:\w$\\]):([\w$]+)(?![:\w$])")
_ESCAPED_BIND = re.compile(r"\\(:[\w$]*)(?![:\w$])")


@lru_cache
def marked(sql: str) -> tuple[str, ...]:
    """Return the names that are marked in a text, each once, in order.

    Example:
        >>> marked("{price} > 0 AND {price} < {list_price} AND tags <> '{}'")
        ('price', 'list_price')
    """
    names = (match.group(1) for match in _MARKER.finditer(sql))
    return tuple(dict.fromkeys(name for name in names if name))


def sole_marker(sql: str) -> str | None:
    """Return the marked name if the text is one marker and nothing else.

    Example:
        >>> sole_marker("{sku}")
        'sku'
        >>> sole_marker("lower({sku})") is None
        True
    """
    match = _ONLY_MARKER.fullmatch(sql)
    return match and match.group(1)


def substitute(sql: str, replacement: Callable[[str], str]) -> str:
    """Replace each marker by what the function makes of its name.

    Example:
        >>> substitute("lower({name}) <> '{name}'", str.upper)
        "lower(NAME) <> '{name}'"
    """
    return _MARKER.sub(
        lambda match: replacement(match.group(1)) if match.group(1) else match.group(), sql
    )


def resolve(sql: str, mapping: Mapping[str, str], item: object) -> str:
    """Replace markers by a mapping's values.

    Args:
        sql: Text with markers.
        mapping: What each name becomes, written as it is.
        item: What marks the columns, for the error.

    Raises:
        PGCraftValidationError: A marked name is not in the mapping.

    Example:
        >>> resolve("{a} > 0", {"a": "price"}, None)
        'price > 0'
    """

    def replacement(name: str) -> str:
        if name not in mapping:
            raise _unknown_column(repr(item), name, mapping)
        return mapping[name]

    return substitute(sql, replacement)


# Where braces mean nothing to us: literals, quoted names, dollar quotes.
_LITERAL = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$).*?\1""",
    re.DOTALL,
)


def refuse_unmarked(sql: str, item: object) -> None:
    """Refuse SQL with a brace that marks nothing: an empty marker, or one that is not closed.

    Args:
        sql: Text with markers.
        item: What it is of, for the error.

    Raises:
        PGCraftValidationError: There is such a brace, or there is no text.

    Example:
        >>> refuse_unmarked("{price} > 0 AND tags <> '{}'", None)
    """
    if not sql.strip():
        raise PGCraftValidationError(
            f"{item!r} has an empty text.", advice='Write SQL there, such as "{price} > 0".'
        )
    rest = _MARKER.sub("", sql)
    if ("{" in rest or "}" in rest) and re.search("[{}]", _LITERAL.sub("", rest)):
        raise PGCraftValidationError(
            f"{item!r} has a brace that marks no column.",
            advice="Write a column as {name}; a brace of SQL itself is within quotes.",
        )


def find_column(table: Table, name: str, item: object, holder: Table | None = None) -> Column[Any]:
    """Return the column of a table that a marker names, by its key or its name.

    Args:
        table: Where to look.
        name: The key or the name.
        item: What marks the column, for the error.
        holder: The table whose foreign key the item is, if the table is its target.

    Raises:
        PGCraftValidationError: The table has no such column, or it may be either of two.
    """
    column: Column[Any] | None = table.columns.get(name)
    if column is None:
        column = next((one for one in table.columns if one.name == name), None)
    elif column.name != name:
        _refuse_ambiguous(table, name, item)
    if column is None:
        known = [one.name for one in table.columns]
        if holder is None:
            raise _unknown_column(f"{item!r} on {table.fullname}", name, known)
        raise PGCraftValidationError(
            f"{item!r} on {holder.fullname} references the column {name!r} of {table.fullname}, "
            "which does not exist.",
            advice=f"{did_you_mean(name, known)}The columns of {table.fullname} are: "
            f"{', '.join(known)}.",
        )
    return column


def resolve_columns(sql: str, table: Table, item: object) -> str:
    """Replace markers by the quoted names of a table's columns.

    Example:
        >>> from sqlalchemy import Column, Integer, MetaData, Table
        >>> table = Table("t", MetaData(), Column("order", Integer))
        >>> resolve_columns("{order} > 0", table, None)
        '"order" > 0'
    """
    return substitute(sql, lambda name: quoted(find_column(table, name, item).name))


def sql_text(sql: str) -> TextClause:
    r"""Make a SQLAlchemy text of SQL that has no bind parameters, whatever colons it has.

    Example:
        >>> str(sql_text(r"a ~ ':b' AND c = 1::int"))
        "a ~ ':b' AND c = 1::int"
    """
    if ":" not in sql:
        return text(sql)
    sql = _ESCAPED_BIND.sub(r"\\\g<0>", sql)
    return text(_BIND.sub(r"\\\g<0>", sql))


def quoted(name: str) -> str:
    """Quote an identifier where PostgreSQL wants it quoted.

    Example:
        >>> quoted("price"), quoted("user"), quoted('a"b')
        ('price', '"user"', '"a""b"')
    """
    return str(_preparer().quote(name))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a question with the nearest known name, or nothing.

    Example:
        >>> did_you_mean("prize", ["name", "price"])
        "Did you mean 'price'? "
    """
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {near[0]!r}? " if near else ""


def _refuse_ambiguous(table: Table, name: str, item: object) -> None:
    other = next((one for one in table.columns if one.name == name), None)
    if other is not None:
        raise PGCraftValidationError(
            f"{item!r} on {table.fullname} marks {name!r}, which is the key of the column "
            f"{table.columns[name].name!r} and the name of the column with the key {other.key!r}.",
            advice=f"Write {{{other.key}}} or give the columns other keys.",
        )


def _unknown_column(owner: str, name: str, known: Iterable[str]) -> PGCraftValidationError:
    """Make the error for a column that is not there, with the nearest spelling."""
    names = list(known)
    return PGCraftValidationError(
        f"{owner} names the column {name!r}, which does not exist.",
        advice=f"{did_you_mean(name, names)}The columns are: {', '.join(names)}.",
    )


@cache
def _preparer() -> Any:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow to import, seldom needed

    # With named parameters the preparer leaves percent signs as they are; text() doubles them.
    dialect: Any = postgresql.dialect
    return dialect(paramstyle="named").identifier_preparer
