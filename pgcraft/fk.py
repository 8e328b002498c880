"""Foreign keys by column markers, to dimensions or to tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import sole_marker
from pgcraft.origin import Origin, declared_at

_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')


class Target(NamedTuple):
    """What one entry of a foreign key references."""

    schema: str | None
    name: str
    column: str


@dataclass(frozen=True, repr=False, eq=False)
class PGCraftFK:
    """A foreign key of the table that holds the marked columns.

    Exactly one of ``references`` and ``raw_references`` must be given; several entries make a
    composite key, in their order. A part that has a dot is written in double quotes.

    Args:
        references: Marked column to ``"dimension.column"``, or ``"schema.dimension.column"``
            where two schemas have the dimension. The dimension may be defined later.
        raw_references: Marked column to ``"schema.table.column"``, also of a table that the
            MetaData does not know.
        name: The constraint's name; empty for the name by the convention.
        ondelete: What happens on DELETE, such as ``"CASCADE"``.
        onupdate: What happens on UPDATE.

    Raises:
        PGCraftValidationError: Both or neither form is given, or a reference is malformed.

    Example:
        >>> fk = PGCraftFK(references={"{customer_id}": "customers.id"}, ondelete="CASCADE")
        >>> fk
        PGCraftFK(references={'{customer_id}': 'customers.id'}, ondelete='CASCADE')
        >>> fk.column_names()
        ('customer_id',)
        >>> fk.targets()
        (Target(schema=None, name='customers', column='id'),)
    """

    references: Mapping[str, str] = field(default_factory=dict)
    raw_references: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    ondelete: str | None = None
    onupdate: str | None = None
    declared: Origin = field(default_factory=declared_at, init=False)
    _targets: tuple[Target, ...] = field(init=False)

    def __post_init__(self) -> None:
        for form in ("references", "raw_references"):
            given = getattr(self, form) or {}
            if given:
                _refuse_no_mapping(form, given)
            object.__setattr__(self, form, MappingProxyType(dict(given)))
        if bool(self.references) == bool(self.raw_references):
            number = "both" if self.references else "neither"
            raise PGCraftValidationError(
                f"{self!r} has {number} of references and raw_references.",
                advice="Give exactly one: references for dimensions, raw_references for tables.",
            )
        entries = self.references or self.raw_references
        targets = tuple(self._target(reference) for reference in entries.values())
        object.__setattr__(self, "_targets", targets)
        if len({target[:2] for target in targets}) > 1:
            tables = ", ".join(dict.fromkeys(".".join(filter(None, one[:2])) for one in targets))
            raise PGCraftValidationError(
                f"{self!r} references several tables: {tables}.",
                advice="One foreign key references one table; write one PGCraftFK for each.",
            )

    def column_names(self) -> tuple[str, ...]:
        """Return the names of the referencing columns, in order."""
        return tuple(sole_marker(one) or one for one in self.references or self.raw_references)

    def targets(self) -> tuple[Target, ...]:
        """Return what is referenced, in the order of the columns."""
        return self._targets

    def _target(self, reference: str) -> Target:
        parts = _parts(reference)
        match parts:
            case [table, column]:
                return Target(None, table, column)
            case [schema, table, column]:
                return Target(schema, table, column)
        forms = (
            "'dimension.column' or 'schema.dimension.column'"
            if self.references
            else "'schema.table.column'"
        )
        count = f"{len(parts)} part{'' if len(parts) == 1 else 's'}" if parts else "no parts"
        raise PGCraftValidationError(
            f"{self!r} has the reference {reference!r} of {count}.",
            advice=f"Write {forms}; a part that has a dot itself goes in double quotes.",
        )

    def _identity(self) -> tuple[Any, ...]:
        entries = (tuple(self.references.items()), tuple(self.raw_references.items()))
        return *entries, self.name, self.ondelete, self.onupdate

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PGCraftFK):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        values = {
            "references": dict(self.references),
            "raw_references": dict(self.raw_references),
            "name": self.name,
            "ondelete": self.ondelete,
            "onupdate": self.onupdate,
        }
        return (
            f"PGCraftFK({', '.join(f'{key}={value!r}' for key, value in values.items() if value)})"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        entries = (dict(self.references), dict(self.raw_references))
        return PGCraftFK, (*entries, self.name, self.ondelete, self.onupdate)


def _refuse_no_mapping(form: str, given: Any) -> None:
    if not isinstance(given, Mapping):
        raise PGCraftValidationError(
            f"PGCraftFK got {form}={given!r}, which is no dict.",
            advice=f'Write PGCraftFK({form}={{"{{customer_id}}": "customers.id"}}).',
        )
    for marker, reference in given.items():
        if not isinstance(marker, str) or not isinstance(reference, str):
            raise PGCraftValidationError(
                f"PGCraftFK got {form}={dict(given)!r}, in which {marker!r}: {reference!r} is no "
                "pair of texts.",
                advice='Write the column as "{customer_id}", what it references as "customers.id".',
            )


def _parts(reference: str) -> list[str]:
    """Split a reference at its dots; none if it is no list of names."""
    parts: list[str] = []
    at = 0
    while match := _PART.match(reference, at):
        parts.append(match[1].replace('""', '"') if match[1] else match[2])
        at = match.end()
        if at == len(reference):
            return parts
        if reference[at] != ".":
            return []
        at += 1
    return []
