"""Enum types, as one object that several columns share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.sql import quoted_name

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.base import DatabaseObject, check_metadata, check_names, literal, qualified
from pgcraft.objects.registry import declare
from pgcraft.objects.sql import KEY_WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData


def _schema(name: str) -> str:
    return quoted_name(name, quote=True) if name in KEY_WORDS else name


class EnumType(ENUM):
    """An enum type of the database; give it to as many columns as you like.

    ``create_all`` makes the type once, before all that uses it, whichever tables do; ``drop_all``
    drops it.

    Args:
        name: The type's name.
        schema: Its schema.
        metadata: The MetaData that it belongs to.
        labels: The labels, in the order in which they compare.

    Raises:
        PGCraftValidationError: There is no label, or one twice, or one that is too long.

    Example:
        >>> from sqlalchemy import Column, MetaData
        >>> metadata = MetaData()
        >>> status = EnumType("status", "shop", metadata, ["new", "paid"])
        >>> Column("status", status).type.enums
        ['new', 'paid']
    """

    def __init__(self, name: str, schema: str, metadata: MetaData, labels: Sequence[str]) -> None:
        check_metadata("enum type", name, metadata)
        if isinstance(labels, str):
            raise PGCraftValidationError(
                f"The enum type {schema}.{name} got the text {labels!r} as its labels.",
                advice=f"Give a list of them: [{labels!r}, …].",
            )
        if not labels or len(set(labels)) < len(labels):
            raise PGCraftValidationError(
                f"The enum type {schema}.{name} has no label, or one of them twice: {labels!r}.",
                advice="Give each label once.",
            )
        self.declared = DeclaredEnum(name, schema, tuple(labels))
        declare(metadata, self.declared)
        # The declared object makes the type: a table that made it too would come too late for
        # functions, and first where there are two tables.
        super().__init__(*labels, name=name, schema=_schema(schema), create_type=False)

    @property
    def grantable(self) -> str:
        """The type in GRANT."""
        return f"TYPE {self.declared.identity}"

    def copy(self, **_: Any) -> EnumType:
        """Return the type itself: copies of a column share it."""
        return self

    def adapt(self, cls: Any, **kw: Any) -> Any:
        """Return the type as another class; SQLAlchemy asks for the dialect's own."""
        # This class's arguments are not those that SQLAlchemy's types are copied with.
        target = ENUM if issubclass(cls, EnumType) else cls
        return super().adapt(target, **kw)  # type: ignore[no-untyped-call]  # SQLAlchemy's has no annotations


@dataclass(frozen=True)
class DeclaredEnum(DatabaseObject):
    """The type itself, as ``EnumType`` declares it.

    Example:
        >>> DeclaredEnum("status", "shop", ("new", "paid")).create()
        ("CREATE TYPE shop.status AS ENUM ('new', 'paid')",)
    """

    name: str
    schema: str
    labels: tuple[str, ...]

    kind: ClassVar[str] = "type"
    rank: ClassVar[int] = 20

    def __post_init__(self) -> None:
        check_names("type", self.name, self.schema, *(one for one in self.labels if one))

    @property
    def schema_name(self) -> str:
        """The type's schema."""
        return self.schema

    @property
    def identity(self) -> str:
        """Schema and name."""
        return qualified(self.schema, self.name)

    def create(self) -> Sequence[str]:
        """Return CREATE TYPE."""
        return (f"CREATE TYPE {self.identity} AS ENUM ({', '.join(map(literal, self.labels))})",)

    def drop(self) -> Sequence[str]:
        """Return DROP TYPE."""
        return (f"DROP TYPE IF EXISTS {self.identity}",)

    def exists(self) -> str:
        """Return the condition that the schema has a type of that name."""
        # to_regtype would read the name as SQL does, where some words are no name of a schema.
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_type JOIN pg_catalog.pg_namespace n"
            f" ON n.oid = typnamespace WHERE nspname = {literal(self.schema)}"
            f" AND typname = {literal(self.name)})"
        )
