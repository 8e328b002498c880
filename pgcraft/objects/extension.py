"""Extensions of PostgreSQL, such as ``pg_trgm``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pgcraft.objects.base import DatabaseObject, check_names, literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Extension(DatabaseObject):
    """An extension of PostgreSQL that the models need.

    Args:
        name: The extension's name.
        schema: The schema for its objects; None for the first one on the search path.

    Example:
        >>> Extension("pg_trgm", schema="public").create()
        ('CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public',)
    """

    name: str
    schema: str | None = None

    kind: ClassVar[str] = "extension"
    rank: ClassVar[int] = 10

    def __post_init__(self) -> None:
        check_names(self.kind, self.name, self.schema or self.name)

    @property
    def schema_name(self) -> str | None:
        """The schema for its objects."""
        return self.schema

    @property
    def identity(self) -> str:
        """The extension's name, quoted."""
        return quoted(self.name)

    def create(self) -> Sequence[str]:
        """Return CREATE EXTENSION."""
        place = f" SCHEMA {quoted(self.schema)}" if self.schema else ""
        return (f"CREATE EXTENSION IF NOT EXISTS {self.identity}{place}",)

    def drop(self) -> Sequence[str]:
        """Return DROP EXTENSION."""
        return (f"DROP EXTENSION IF EXISTS {self.identity}",)

    def exists(self) -> str:
        """Return the condition that the database has the extension."""
        return f"EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = {literal(self.name)})"
