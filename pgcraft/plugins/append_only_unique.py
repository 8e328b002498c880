"""Uniqueness in an append-only dimension: among current versions, not among all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, TextClause, UniqueConstraint, and_
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import Grouping

from pgcraft.errors import PGCraftValidationError
from pgcraft.plugin import Plugin, requires
from pgcraft.plugins.append_only_tables import HISTORY, SUPERSEDED

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Table

    from pgcraft.plugin import Context


@requires("attributes")
class CurrentUniquenessPlugin(Plugin):
    """Limits whatever is unique in the attributes table to the current versions.

    A unique constraint becomes a unique index of its name, since a constraint cannot leave out
    superseded versions. The server enforces it, between transactions too.

    Example:
        >>> CurrentUniquenessPlugin().requires()
        ('attributes',)
    """

    def run(self, ctx: Context) -> None:
        """Change the constraints and indexes of the table."""
        table: Table = ctx["attributes"]
        unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        for constraint in sorted(unique, key=lambda one: str(one.name)):
            table.constraints.remove(constraint)
            _replace(constraint, table)
        for index in table.indexes:
            if index.unique and HISTORY not in index.info:
                options = index.dialect_options["postgresql"]
                options["where"] = _current(table, options["where"])
        for exclusion in table.constraints:
            if isinstance(exclusion, ExcludeConstraint):
                exclusion.where = _current(table, exclusion.where)


def _replace(constraint: UniqueConstraint, table: Table) -> None:
    """Add what enforces the same and can have a condition."""
    columns = list(constraint.columns)
    options = constraint.dialect_options["postgresql"]
    # To the server INITIALLY DEFERRED says that it is deferrable.
    if constraint.deferrable or (constraint.initially or "").upper() == "DEFERRED":
        if options.get("nulls_not_distinct"):
            names = ", ".join(column.name for column in columns)
            raise PGCraftValidationError(
                f"The unique constraint on {names} of {table.fullname} is deferrable and says "
                "NULLS NOT DISTINCT: among current versions only an exclusion is checked at "
                "commit, and that takes no two nulls for equal.",
                advice="Take one of the two away, or make the columns nullable=False.",
            )
        # No index can be checked at commit, but an exclusion by equality can.
        table.append_constraint(
            ExcludeConstraint(
                *((column, "=") for column in columns),
                name=constraint.name,
                using="btree",
                deferrable=True,
                initially=constraint.initially,
            )
        )
        return
    given = {
        f"postgresql_{key}": options[key]
        for key in ("include", "nulls_not_distinct")
        if options.get(key) is not None
    }
    name: Any = constraint.name
    Index(name, *columns, unique=True, **given)


def _current(table: Table, condition: Any) -> ColumnElement[bool]:
    """Return the condition for current versions, beside one that was there."""
    current = table.columns[SUPERSEDED].is_(None)
    if condition is None:
        return current
    # SQLAlchemy does not put a text into parentheses, and it may hold an OR.
    return and_(Grouping(condition) if isinstance(condition, TextClause) else condition, current)
