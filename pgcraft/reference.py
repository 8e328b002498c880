"""Foreign keys attached to tables: at once, or as soon as their target is defined.

A raw reference to a table that the MetaData does not know targets a stand-in: a Table of the
same name with the referenced columns, in a MetaData of its own. SQLAlchemy and Alembic take
it for any other table when they render, sort and compare the constraint, and neither creates,
drops nor compares it, since it is not in the user's MetaData.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, event

from pgcraft.dimension import (
    dimensions,
    find_dimension,
    settle_waiting,
    wait_for,
    waiting_references,
)
from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean, find_column
from pgcraft.origin import DECLARED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcraft.fk import PGCraftFK

_OUTSIDE = "pgcraft_outside"


def attach_foreign_key(fk: PGCraftFK, table: Table) -> None:
    """Add a foreign key to a table, now or when the dimension it references is defined.

    Args:
        fk: The foreign key.
        table: The table that holds its columns.

    Raises:
        PGCraftValidationError: A column on either side does not exist, or the reference is
            ambiguous.
    """
    columns = tuple(find_column(table, name, fk) for name in fk.column_names())
    reference = Reference(fk=fk, table=table, columns=columns)
    if reference.settle():
        return
    if fk.raw_references:
        stand_in = reference.constrain(_stand_in(table.metadata, reference))
        reference = replace(reference, stand_in=stand_in)
    wait_for(table.metadata, fk.targets()[0].name, reference)


def resolve_references(metadata: MetaData) -> None:
    """Make sure that every foreign key of pgcraft is attached to its table.

    Foreign keys attach themselves as soon as their target is defined; this is for the moment
    when all models are loaded and what is still missing is a mistake.

    Args:
        metadata: The MetaData with all models.

    Raises:
        PGCraftValidationError: A dimension that is referenced does not exist.

    Example:
        >>> from sqlalchemy import MetaData
        >>> resolve_references(MetaData())
    """
    for waiting in waiting_references(metadata):
        if isinstance(waiting, Reference) and waiting.is_missing():
            raise _unknown_dimension(metadata, waiting)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A foreign key, its table, and what it found so far."""

    fk: PGCraftFK
    table: Table
    columns: tuple[Column[Any], ...]
    stand_in: ForeignKeyConstraint | None = None

    def settle(self) -> bool:
        """Attach the constraint if its target is there; return whether it was."""
        target = self.target()
        if target is None:
            return False
        columns = [
            find_column(target, one.column, self.fk, self.table) for one in self.fk.targets()
        ]
        if self.stand_in is not None:
            _detach(self.stand_in)
        self.constrain(columns)
        return True

    def is_missing(self) -> bool:
        """Return whether a table of the models lacks the constraint."""
        removed = self.table.metadata.tables.get(self.table.key) is not self.table
        return self.stand_in is None and not removed

    def __str__(self) -> str:
        return f"{self.fk!r} on {self.table.fullname}"

    def target(self) -> Table | None:
        """Return the table that is referenced, or None while it is not defined."""
        schema, name, _ = self.fk.targets()[0]
        metadata = self.table.metadata
        if self.fk.raw_references:
            return _known_table(metadata, schema, name)
        dimension = find_dimension(metadata, schema, name, self)
        return None if dimension is None else metadata.tables.get(dimension.key)

    def constrain(self, targets: Sequence[Column[Any]]) -> ForeignKeyConstraint:
        """Add the constraint to the table."""
        constraint = ForeignKeyConstraint(
            [column.key for column in self.columns],
            targets,
            name=self.fk.name or None,
            ondelete=self.fk.ondelete,
            onupdate=self.fk.onupdate,
            info={DECLARED: self.fk.declared},
        )
        self.table.append_constraint(constraint)
        return constraint


@event.listens_for(Table, "after_parent_attach")
def _table_defined(table: Table, metadata: MetaData) -> None:
    """Turn raw references that target a stand-in to the real table, defined later."""
    settle_waiting(metadata, table.name)


def _known_table(metadata: MetaData, schema: str | None, name: str) -> Table | None:
    """Find a table; one without a schema is taken to be in ``public``, where it is created."""
    schema = schema or metadata.schema
    keys = [name] if schema is None else [f"{schema}.{name}"]
    if schema is None:
        keys.append(f"public.{name}")
    elif schema == "public":
        keys.append(name)
    return next((metadata.tables[key] for key in keys if key in metadata.tables), None)


def _stand_in(metadata: MetaData, reference: Reference) -> list[Column[Any]]:
    """Return columns that stand for those of a table outside of the MetaData."""
    outside = metadata.info.setdefault(_OUTSIDE, MetaData())
    schema, name, _ = reference.fk.targets()[0]
    table = Table(name, outside, schema=schema or metadata.schema, keep_existing=True)
    for target, local in zip(reference.fk.targets(), reference.columns, strict=True):
        if target.column not in table.columns:
            table.append_column(Column(target.column, local.type))
    return [table.columns[target.column] for target in reference.fk.targets()]


def _detach(constraint: ForeignKeyConstraint) -> None:
    table = constraint.table
    table.constraints.discard(constraint)
    for element in constraint.elements:
        table.foreign_keys.discard(element)
        element.parent.foreign_keys.discard(element)


def _unknown_dimension(metadata: MetaData, reference: Reference) -> PGCraftValidationError:
    schema, name, column = reference.fk.targets()[0]
    known = sorted(
        {
            f"{one}.{dim}" if schema else dim
            for dim, refs in dimensions(metadata).items()
            for one in refs
        }
    )
    wanted = f"{schema}.{name}" if schema else name
    filename, line = reference.fk.declared
    return PGCraftValidationError(
        f"{reference} ({filename}, line {line}) references the dimension {wanted!r}, which does "
        "not exist.",
        advice=f"{did_you_mean(wanted, known)}The dimensions are: {', '.join(known)}. "
        f"For any other table write raw_references={{…: '<schema>.{name}.{column}'}}.",
    )
