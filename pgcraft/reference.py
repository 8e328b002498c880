"""Foreign keys attached to tables: at once, or as soon as their target is defined.

A raw reference to a table that the MetaData does not know, or one to a dimension whose table it
does not know, targets a stand-in: a Table of the
same name with the referenced columns, in a MetaData of its own. SQLAlchemy and Alembic take
it for any other table when they render, sort and compare the constraint, and neither creates,
drops nor compares it, since it is not in the user's MetaData.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ForeignKeyConstraint, MetaData, Table, event

from pgcraft.dimension import (
    dimensions,
    find_dimension,
    forget_waiting,
    settle_waiting,
    wait_for,
    waiting_references,
)
from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean, find_column
from pgcraft.origin import DECLARED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pgcraft.fk import PGCraftFK, Target

_OUTSIDE = "pgcraft_outside"

_REFERENCE = "pgcraft_reference"
"""Key in ``info`` of a foreign key: the Reference that it was made of."""


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
    if not reference.settle():
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


def release_references(metadata: MetaData, tables: Sequence[Table]) -> None:
    """Let foreign keys to tables that were taken away wait for them again.

    Args:
        metadata: Where the tables were.
        tables: The tables; their own references are given up.
    """
    forget_waiting(metadata, lambda one: isinstance(one, Reference) and one.table in tables)
    for table in metadata.tables.values():
        for constraint in list(table.foreign_key_constraints):
            reference = constraint.info.get(_REFERENCE)
            # A table that was copied to another MetaData has the reference of the first.
            if reference is not None and reference.table is table:
                reference.release(tables)


@dataclass(kw_only=True, eq=False)
class Reference:
    """A foreign key, its table, and what it found so far: nothing, a stand-in, or its target."""

    fk: PGCraftFK
    table: Table
    columns: tuple[Column[Any], ...]
    constraint: ForeignKeyConstraint | None = None
    settled: bool = False

    def settle(self) -> bool:
        """Attach the constraint if its target is there; return whether it is."""
        if self.settled:
            return True
        place = self._place()
        if place is None:
            return False
        target = _known_table(self.table.metadata, *place)
        if target is not None:
            self._constrain([self._column_of(target, one) for one in self.fk.targets()])
            self.settled = True
        elif self.constraint is None:
            self._constrain(_stand_in(self.table.metadata, place, self))
            if place[1] != self.fk.targets()[0].name:
                wait_for(self.table.metadata, place[1], self)
        return self.settled

    def release(self, tables: Sequence[Table]) -> None:
        """Wait again, if the target is one of these tables."""
        if self.constraint is None or self.constraint.elements[0].column.table not in tables:
            return
        _detach(self.constraint)
        self.constraint, self.settled = None, False
        if not self.settle():
            wait_for(self.table.metadata, self.fk.targets()[0].name, self)

    def is_missing(self) -> bool:
        """Return whether a table of the models lacks the constraint."""
        removed = self.table.metadata.tables.get(self.table.key) is not self.table
        return self.constraint is None and not removed

    def __str__(self) -> str:
        return f"{self.fk!r} on {self.table.fullname}"

    def _place(self) -> tuple[str | None, str] | None:
        """Return schema and name of the table that is referenced; None if they are not known."""
        schema, name, _ = self.fk.targets()[0]
        if self.fk.raw_references:
            return schema or self.table.metadata.schema, name
        dimension = find_dimension(self.table.metadata, schema, name, self)
        return None if dimension is None else (dimension.schema, dimension.table)

    def _column_of(self, target: Table, wanted: Target) -> Column[Any]:
        """Find the column that is referenced; of an entity that has versions, that is the key."""
        keys = [key.name for key in target.primary_key.columns]
        by_key = self.fk.references and target.name != wanted.name
        if by_key and wanted.column not in (*keys, *target.columns.keys()):
            raise PGCraftValidationError(
                f"{self} references the column {wanted.column!r} of the dimension "
                f"{wanted.name!r}, of which only the key can be referenced, in {target.fullname}: "
                "its other columns are kept once a version.",
                advice=f"{did_you_mean(wanted.column, keys)}The key is: {', '.join(keys)}.",
            )
        return find_column(target, wanted.column, self.fk, self.table)

    def _constrain(self, targets: Sequence[Column[Any]]) -> None:
        """Add the constraint to the table, in place of one to a stand-in."""
        if self.constraint is not None:
            _detach(self.constraint)
        self.constraint = ForeignKeyConstraint(
            [column.key for column in self.columns],
            targets,
            name=self.fk.name or None,
            ondelete=self.fk.ondelete,
            onupdate=self.fk.onupdate,
            info={DECLARED: self.fk.declared, _REFERENCE: self},
        )
        self.table.append_constraint(self.constraint)


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


def _stand_in(
    metadata: MetaData, place: tuple[str | None, str], reference: Reference
) -> list[Column[Any]]:
    """Return columns that stand for those of a table outside of the MetaData."""
    outside = metadata.info.setdefault(_OUTSIDE, MetaData())
    schema, name = place
    table = Table(name, outside, schema=schema, keep_existing=True)
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
