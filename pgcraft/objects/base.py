"""What every declared database object has: a place, SQL that makes it, SQL that drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import MetaData

from pgcraft.errors import PGCraftValidationError
from pgcraft.naming import MAX_LENGTH
from pgcraft.objects.sql import dollar_quoted, indented, literal, qualified, quoted, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "AFTER_TABLES",
    "DatabaseObject",
    "as_tuple",
    "check_metadata",
    "check_names",
    "dollar_quoted",
    "indented",
    "literal",
    "qualified",
    "quoted",
    "rendered",
]


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

    def amendment(self, version: tuple[int, ...] | None) -> tuple[str, Sequence[str]] | None:  # noqa: ARG002  # for subclasses
        """Return what must not be left as it is where the object is there already.

        Args:
            version: The server's version; None if it is not known.

        Returns:
            A condition in SQL that is true when there is nothing to amend, and the statements
            that amend it; None if all may be left.
        """
        return None

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
        if name is not None and not isinstance(name, str):
            raise PGCraftValidationError(
                f"{what} uses the name {name!r}, which is no text.", advice="Give a text."
            )
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


def check_metadata(kind: str, name: str, metadata: Any) -> None:
    """Refuse what is no MetaData.

    Args:
        kind: The kind of object, for the error.
        name: Its name.
        metadata: What was given.

    Raises:
        PGCraftValidationError: It is something else.

    Example:
        >>> from sqlalchemy import MetaData
        >>> check_metadata("view", "totals", MetaData())
    """
    if not isinstance(metadata, MetaData):
        raise PGCraftValidationError(
            f"The {kind} {name!r} got {metadata!r} where the MetaData belongs.",
            advice="The order is: name, schema, metadata, and what it is made of.",
        )


def as_tuple(given: Iterable[str] | str) -> tuple[str, ...]:
    """Return names as a tuple; one text alone is one name, and not its letters.

    Example:
        >>> as_tuple("anon"), as_tuple(["anon", "web"])
        (('anon',), ('anon', 'web'))
    """
    return (given,) if isinstance(given, str) else tuple(given)
