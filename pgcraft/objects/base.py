"""What every declared database object has: a place, SQL that makes it, SQL that drops it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy.dialects.postgresql.base import PGCompiler
from sqlalchemy.exc import CompileError
from sqlalchemy.types import ARRAY, JSON, Enum, LargeBinary, String

from pgcraft.dialect import driverless_dialect
from pgcraft.errors import PGCraftValidationError
from pgcraft.naming import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import MetaData


class _LiteralCompiler(PGCompiler):
    """Writes values with their types: a bare ``'2024-01-01'`` in a view would be text."""

    def render_literal_bindparam(self, bindparam: Any, *args: Any, **kw: Any) -> str:
        if bindparam.required:
            # SQLAlchemy would write NULL.
            raise CompileError(f"The parameter {bindparam.key!r} has no value.")
        text: str = super().render_literal_bindparam(bindparam, *args, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations
        return text

    def render_literal_value(self, value: Any, type_: Any) -> str:
        if value is not None and isinstance(type_, JSON):
            # The drivers' own types have a way to write JSON; that of the dialect has none.
            text = literal(json.dumps(value, ensure_ascii=False))
        elif value is not None and isinstance(type_, LargeBinary):
            text = literal(f"\\x{value.hex()}")
        else:
            text = super().render_literal_value(value, type_)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations
        typed = isinstance(type_, String) and not isinstance(type_, Enum)
        if isinstance(type_, ARRAY) or (text.startswith("'") and not typed):
            return f"CAST({text} AS {self.dialect.type_compiler_instance.process(type_)})"
        return text


# Quoted text is found first, so that line ends within it are none.
_LINE_END = re.compile(
    r"""('(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$).*?\2)|[ ]?\n""",
    re.DOTALL,
)

_DIALECT = driverless_dialect()
_DIALECT.statement_compiler = _LiteralCompiler


class DatabaseObject:
    """An object that SQLAlchemy itself has no class for.

    A subclass is a plain value that knows its own SQL. It becomes part of the models by
    :func:`~pgcraft.objects.registry.declare`; from then on ``metadata.create_all()`` makes it
    and ``metadata.drop_all()`` drops it.

    Attributes:
        kind: The object's kind in PostgreSQL's own words, such as ``materialized view``.
        rank: Kinds of a lower rank are made first. Those below ``AFTER_TABLES`` are tried
            before the tables, since columns, defaults and checks may need them.
        replaceable: Whether ``create`` may run when the object is there already, so that one
            which is not as declared is made again.

    Example:
        >>> class Statistics(DatabaseObject):
        ...     kind, rank, identity = "statistics", AFTER_TABLES, "shop.both"
        ...
        ...     def create(self):
        ...         return ("CREATE STATISTICS shop.both ON a, b FROM shop.t",)
        ...
        ...     def drop(self):
        ...         return ("DROP STATISTICS IF EXISTS shop.both",)
        ...
        ...     def exists(self):
        ...         return "EXISTS (SELECT FROM pg_statistic_ext WHERE stxname = 'both')"
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.objects import declare
        >>> declare(MetaData(), Statistics())
    """

    kind: ClassVar[str]
    rank: ClassVar[int]
    replaceable: ClassVar[bool] = False

    @property
    def schema_name(self) -> str | None:
        """The schema that must exist before the object; None if it is in none."""
        return None

    @property
    def relation_name(self) -> tuple[str, str] | None:
        """Schema and name of the table or view that the object is on; None if it is on none."""
        return None

    @property
    def identity(self) -> str:
        """The object's name as the server writes it, quoted where it must be."""
        raise NotImplementedError

    def create(self) -> Sequence[str]:
        """Return the statements that make the object, without semicolons."""
        raise NotImplementedError

    def create_on(self, version: tuple[int, ...] | None) -> Sequence[str]:  # noqa: ARG002  # for subclasses
        """Return the statements of ``create`` as a server takes them.

        Args:
            version: The server's version, such as ``(15, 4)``; None if it is not known.
        """
        return self.create()

    def drop(self) -> Sequence[str]:
        """Return the statements that drop it, if it is there; none where it is never dropped."""
        raise NotImplementedError

    def exists(self) -> str:
        """Return a condition in SQL that is true when the object is there."""
        raise NotImplementedError

    def unchanged(self) -> str:
        """Return a condition in SQL that is true when a replaceable object is as declared.

        Where the server cannot tell it is ``false``, and the object is made again.
        """
        return "false"

    def merged(self, other: DatabaseObject) -> DatabaseObject | None:  # noqa: ARG002  # for subclasses
        """Return one object in place of two of a name that differ; None if they cannot be one.

        Args:
            other: Another object of the same kind and identity.
        """
        return None

    def declared_in(self, metadata: MetaData) -> None:
        """Check that the object can be in the MetaData: when it is declared, and before it is made.

        Args:
            metadata: The MetaData that it is declared in.

        Raises:
            PGCraftValidationError: It cannot, as its name is taken by something else.
        """

    def completed_in(self, metadata: MetaData) -> None:
        """Check that the object goes with the others, once all models are loaded.

        Args:
            metadata: The MetaData with all models.

        Raises:
            PGCraftValidationError: It does not.
        """


AFTER_TABLES = 50
"""The rank from which on objects need tables."""


def check_names(kind: str, *names: str | None) -> None:
    """Refuse names that the server would not take as they are.

    Args:
        kind: The kind of object, for the error.
        names: The object's own name, then others that it uses, such as its schema's.

    Raises:
        PGCraftValidationError: One is missing, or longer than 63 bytes, which is where
            PostgreSQL cuts a name without an error.

    Example:
        >>> check_names("view", "totals", "shop")
    """
    what = f"A {kind}" if not names or not names[0] else f"The {kind} {names[0]!r}"
    for name in names:
        if not name or "\0" in name:
            raise PGCraftValidationError(
                f"{what} has an empty name, or one without a schema, or a zero byte in it.",
                advice="Give both its name and its schema.",
            )
        if name.endswith("\n"):
            raise PGCraftValidationError(
                f"{what} uses the name {name!r}, which ends in a line end: SQLAlchemy does not "
                "quote such a name.",
                advice="Give a name without it.",
            )
        if len(name.encode()) > MAX_LENGTH:
            raise PGCraftValidationError(
                f"{what} uses the name {name!r}, which has {len(name.encode())} bytes.",
                advice=f"PostgreSQL keeps {MAX_LENGTH} bytes of a name: give a shorter one.",
            )


def as_tuple(given: Iterable[str] | str) -> tuple[str, ...]:
    """Return names as a tuple; one text alone is one name, and not its letters.

    Example:
        >>> as_tuple("anon"), as_tuple(["anon", "web"])
        (('anon',), ('anon', 'web'))
    """
    return (given,) if isinstance(given, str) else tuple(given)


def quoted(name: str) -> str:
    """Return an identifier as SQL, quoted where it must be.

    Example:
        >>> quoted("stock"), quoted("Order")
        ('stock', '"Order"')
    """
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
