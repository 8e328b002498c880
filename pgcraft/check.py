"""CHECK constraints by column markers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import (
    find_column,
    marked,
    refuse_unmarked,
    resolve,
    resolve_columns,
    sql_text,
)
from pgcraft.naming import COLUMNS
from pgcraft.origin import DECLARED, Origin, declared_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table


@dataclass(frozen=True)
class PGCraftCheck:
    """A CHECK constraint on the table that holds the marked columns.

    Args:
        expression: The condition in SQL, columns marked as ``{name}``.
        name: The constraint's name; empty for the name by the convention.

    Raises:
        PGCraftValidationError: There is no condition, or one with a brace that marks nothing.

    Example:
        >>> check = PGCraftCheck("{price} > 0", "ck_products_price")
        >>> check.column_names()
        ('price',)
        >>> check.resolve({"price": "list_price"})
        'list_price > 0'
    """

    expression: str
    name: str = ""
    declared: Origin = field(default_factory=declared_at, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.expression, str):
            raise PGCraftValidationError(
                f"{self!r} has a condition that is no text.",
                advice='Write SQL: PGCraftCheck("{price} > 0"); for an expression of SQLAlchemy '
                "there is sqlalchemy.CheckConstraint.",
            )
        refuse_unmarked(self.expression, self)

    def column_names(self) -> tuple[str, ...]:
        """Return the marked names, each once, in order."""
        return marked(self.expression)

    def resolve(self, mapping: Mapping[str, str]) -> str:
        """Return the condition with markers replaced by the mapping's values, as they are.

        Raises:
            PGCraftValidationError: A marked name is not in the mapping.
        """
        return resolve(self.expression, mapping, self)

    def attach(self, table: Table) -> CheckConstraint:
        """Add the constraint to a table.

        Raises:
            PGCraftValidationError: The table has no such column.
        """
        condition = resolve_columns(self.expression, table, self)
        info: dict[str, Any] = {DECLARED: self.declared}
        if not self.name:
            info[COLUMNS] = [find_column(table, one, self).name for one in self.column_names()]
        constraint = CheckConstraint(sql_text(condition), name=self.name or None, info=info)
        table.append_constraint(constraint)
        return constraint
