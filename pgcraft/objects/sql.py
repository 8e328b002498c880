"""Names, values and expressions as SQL text."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Any

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange
from sqlalchemy.exc import CompileError
from sqlalchemy.types import ARRAY, JSON, Enum, LargeBinary, String

from pgcraft.dialect import driverless_dialect


class _LiteralCompiler(PGCompiler):
    """Writes values with their types: a bare ``'2024-01-01'`` in a view would be text."""

    def render_literal_bindparam(self, bindparam: Any, *args: Any, **kw: Any) -> str:
        if bindparam.required:
            # SQLAlchemy would write NULL.
            raise CompileError(f"The parameter {bindparam.key!r} has no value.")
        text: str = super().render_literal_bindparam(bindparam, *args, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations
        return text

    def render_literal_value(self, value: Any, type_: Any) -> str:
        text = self._literal(value, type_)
        typed = isinstance(type_, String) and not isinstance(type_, Enum)
        # A key or path in a JSON value has a type of SQLAlchemy's own, none of the server's.
        typed = typed or isinstance(type_, JSON.JSONElementType)
        if isinstance(type_, ARRAY) or (text.startswith("'") and not typed):
            return f"CAST({text} AS {self.dialect.type_compiler_instance.process(type_)})"
        return text

    def _literal(self, value: Any, type_: Any) -> str:
        """Write a value without its type."""
        if isinstance(type_, JSON):
            return _json_literal(value, type_)
        if isinstance(value, (list, tuple)):
            if isinstance(type_, ARRAY):
                return f"ARRAY[{', '.join(self._element(one, type_) for one in value)}]"
            if isinstance(type_, AbstractMultiRange):
                return literal("{" + ",".join(map(str, value)) + "}")
        if value is not None and isinstance(type_, LargeBinary):
            return literal(f"\\x{value.hex()}")
        return self._plain_literal(value, type_)

    def _plain_literal(self, value: Any, type_: Any) -> str:
        if isinstance(value, (float, Decimal)) and not math.isfinite(value):
            # Without quotes, infinity and NaN are names of columns.
            return literal(str(value))
        try:
            text: str = super().render_literal_value(value, type_)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations
        except CompileError:
            # Types that SQLAlchemy has no literals for, such as INET and REGCONFIG: the server
            # reads them from text.
            if not isinstance(value, _WRITTEN_AS_TEXT):
                raise
            return literal(str(value))
        return text

    def _element(self, value: Any, type_: Any) -> str:
        """Write an element of an array, which is one again in an array of several dimensions."""
        if value is None:
            return "NULL"
        of = type_ if isinstance(value, (list, tuple)) else type_.item_type
        return self._literal(value, of) if of is type_ else self.render_literal_value(value, of)


def _json_literal(value: Any, type_: JSON) -> str:
    """Write JSON; the drivers' own types have a way to do it, that of the dialect has none."""
    if value is None and type_.none_as_null:
        return "NULL"
    return literal(json.dumps(None if value is JSON.NULL else value, ensure_ascii=False))


_WRITTEN_AS_TEXT = (str, int, Range, IPv4Address, IPv4Network, IPv6Address, IPv6Network)

# Quoted text is found first, so that line ends within it are none.
_LINE_END = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$).*?\2)|[ ]?\n""",
    re.DOTALL,
)

_DIALECT = driverless_dialect()
_DIALECT.statement_compiler = _LiteralCompiler


_NO_TYPE_NAMES = """
    between bigint bit boolean char character coalesce dec decimal exists extract float greatest
    grouping inout int integer interval json json_array json_arrayagg json_exists json_object
    json_objectagg json_query json_scalar json_serialize json_table json_value least merge_action
    national nchar none normalize nullif numeric out overlay position precision real row setof
    smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat xmlelement
    xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
KEY_WORDS = frozenset(_NO_TYPE_NAMES.split())
"""Words that PostgreSQL takes for a schema unquoted, but not where a type is named.

COL_NAME_KEYWORD in its kwlist.h. SQLAlchemy quotes those alone that it takes nowhere.
"""


def quoted(name: str) -> str:
    """Return an identifier as SQL, quoted where it must be.

    Example:
        >>> quoted("stock"), quoted("Order")
        ('stock', '"Order"')
    """
    if name in KEY_WORDS:
        return f'"{name}"'
    return _DIALECT.identifier_preparer.quote(name)


def qualified(schema: str | None, name: str) -> str:
    """Return a name with its schema as SQL.

    Example:
        >>> qualified("my-inv", "stock")
        '"my-inv".stock'
    """
    return quoted(name) if schema is None else f"{quoted(schema)}.{quoted(name)}"


def literal(text: str) -> str:
    """Return a string as a literal in SQL, whatever characters it has.

    Example:
        >>> literal("it's")
        "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def dollar_quoted(text: str) -> str:
    """Return a routine's body between dollar signs, with a tag that does not occur in it.

    Example:
        >>> dollar_quoted("SELECT '$$'")
        "$body$SELECT '$$'$body$"
    """
    tag = "$$" if "$" not in text else "$body$"
    number = 0
    # The text must not end in the tag's beginning either, as "… $body" would.
    while (text + tag).index(tag) < len(text):
        number += 1
        tag = f"$body{number}$"
    return f"{tag}{text}{tag}"


def rendered(element: Any) -> str:
    """Return a SQLAlchemy expression or statement as SQL text with its values in it.

    Args:
        element: A string, which is returned as it is, or anything SQLAlchemy compiles.

    Raises:
        CompileError: A value cannot be written as SQL, or a parameter has none.

    Example:
        >>> from sqlalchemy import column
        >>> rendered(column("price") > 3)
        'price > 3'
    """
    if isinstance(element, str):
        return element
    options = {"literal_binds": True}
    # SQLAlchemy ends its lines in spaces.
    return indented(str(element.compile(dialect=_DIALECT, compile_kwargs=options)), 0)


def indented(sql: str, spaces: int = 4) -> str:
    r"""Return SQL with its further lines moved to the right; what is quoted stays as it is.

    Args:
        sql: The SQL.
        spaces: How far.

    Example:
        >>> indented("SELECT 'a \n' \nFROM t")
        "SELECT 'a \n'\n    FROM t"
    """
    return _LINE_END.sub(lambda match: match[1] or "\n" + " " * spaces, sql)
