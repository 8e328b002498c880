"""Triggers on tables and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects.base import (
    AFTER_TABLES,
    DatabaseObject,
    check_names,
    literal,
    qualified,
    quoted,
)
from pgcraft.objects.function import Function
from pgcraft.objects.trigger_rules import (
    normalised,
    refuse_combinations,
    refuse_relation,
    refuse_unknown_words,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import MetaData


@dataclass(frozen=True, kw_only=True)
class Trigger(DatabaseObject):
    """A trigger on a table or view.

    Args:
        name: The trigger's name.
        schema: The schema of its relation.
        relation: The table or view that it is on.
        function: The function that it calls.
        timing: ``BEFORE``, ``AFTER`` or ``INSTEAD OF``.
        events: Any of ``INSERT``, ``UPDATE``, ``UPDATE OF price``, ``DELETE``, ``TRUNCATE``, or
            one alone; columns are written as in SQL.
        level: ``ROW`` or ``STATEMENT``.
        when: A condition as SQL.

    Raises:
        PGCraftValidationError: PostgreSQL would refuse the trigger: there is no such event, its
            parts do not go together, or, when it is declared, its relation cannot have it.

    Example:
        >>> from pgcraft.objects import Function
        >>> stamp = Function("stamp", "shop", "BEGIN NEW.at := now(); RETURN NEW; END")
        >>> Trigger(name="stamp", schema="shop", relation="orders", function=stamp).drop()
        ('DROP TRIGGER IF EXISTS stamp ON shop.orders',)
    """

    name: str
    schema: str
    relation: str
    function: Function
    timing: str = "BEFORE"
    events: tuple[str, ...] | str = ("INSERT",)
    level: str = "ROW"
    when: str | None = None

    kind: ClassVar[str] = "trigger"
    rank: ClassVar[int] = AFTER_TABLES + 30

    def __post_init__(self) -> None:
        check_names(self.kind, self.name, self.schema, self.relation)
        if not isinstance(self.function, Function):
            raise PGCraftValidationError(
                f"The trigger {self.identity} has the function {self.function!r}, which is no "
                "Function.",
                advice="Give it a Function, and declare that too.",
            )
        # A frozen value is finished here: words may be given in small letters.
        given = (self.events,) if isinstance(self.events, str) else self.events
        object.__setattr__(self, "events", tuple(normalised(one) for one in given))
        for word in ("timing", "level"):
            object.__setattr__(self, word, getattr(self, word).upper())
        refuse_unknown_words(self)
        refuse_combinations(self)

    @property
    def schema_name(self) -> str:
        """The schema of its relation."""
        return self.schema

    @property
    def identity(self) -> str:
        """The trigger's name and its relation."""
        return f"{quoted(self.name)} ON {qualified(self.schema, self.relation)}"

    @property
    def relation_name(self) -> tuple[str, str]:
        """The relation that it is on."""
        return self.schema, self.relation

    def declared_in(self, metadata: MetaData) -> None:
        """Check that its relation, if the models have it, can have such a trigger.

        Raises:
            PGCraftValidationError: It cannot.
        """
        refuse_relation(self, metadata)

    def create(self) -> Sequence[str]:
        """Return CREATE TRIGGER."""
        parts = [
            f"CREATE TRIGGER {quoted(self.name)}",
            f"{self.timing} {' OR '.join(self.events)} ON {qualified(self.schema, self.relation)}",
            f"FOR EACH {self.level}",
            *([f"WHEN ({self.when})"] if self.when else []),
            f"EXECUTE FUNCTION {qualified(self.function.schema, self.function.name)}()",
        ]
        return ("\n".join(parts),)

    def drop(self) -> Sequence[str]:
        """Return DROP TRIGGER."""
        return (f"DROP TRIGGER IF EXISTS {self.identity}",)

    def exists(self) -> str:
        """Return the condition that the relation has the trigger."""
        relation = literal(qualified(self.schema, self.relation))
        return (
            "EXISTS (SELECT FROM pg_catalog.pg_trigger"
            f" WHERE tgrelid = pg_catalog.to_regclass({relation})"
            f" AND tgname = {literal(self.name)})"
        )
