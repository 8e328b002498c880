"""What a proof found that is not as it demands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pgcraft.postgres.snapshot import CatalogObject, Difference

    from .plan import Plan
    from .second_opinion import Disagreement

Step = Literal["upgrade", "downgrade", "upgrade again"]


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """Something that is not as the proof demands.

    Attributes:
        step: After which step it was found.
        kind: The object's kind; ``script`` when psql stopped, ``revision`` for the heads.
        key: The object's identity.
        base: Its definition at the base; None when it is not there.
        models: Its definition in the models' schema; None when it is not there.
        text: The mismatch in words.
    """

    step: Step
    kind: str
    key: str
    base: str | None
    models: str | None
    text: str

    @property
    def script(self) -> str:
        """The script that is to blame."""
        return "downgrade.sql" if self.step == "downgrade" else "upgrade.sql"


def stopped(step: Step, script: str, text: str) -> Mismatch:
    """A script that psql did not bring to its end."""
    return Mismatch(step=step, kind="script", key=script, base=None, models=None, text=text)


def differs(step: Step, difference: Difference, plan: Plan) -> Mismatch:
    """An object that is not as it should be.

    Args:
        step: After which step.
        difference: What would have to happen.
        plan: The schemas of both sides.
    """
    return Mismatch(
        step=step,
        kind=difference.key.kind,
        key=difference.key.identity,
        base=_definition(plan.base.get(difference.key)),
        models=_definition(plan.models.get(difference.key)),
        text=_words(difference),
    )


def disagrees(step: Step, entry: Disagreement) -> Mismatch:
    """An entry of a dump that is not as it should be."""
    back = step == "downgrade"
    return Mismatch(
        step=step,
        kind="pg_dump",
        key=entry.name,
        base=entry.wanted if back else None,
        models=None if back else entry.wanted,
        text=f"pg_dump, the second opinion: {entry.text}",
    )


def has_not(step: Step, name: str, got: Mapping[str, str], wanted: Mapping[str, str]) -> Mismatch:
    """A role or a membership that one side does not have."""
    return Mismatch(
        step=step,
        kind="role",
        key=name,
        base=got.get(name),
        models=wanted.get(name),
        text=f"{'missing' if name in wanted else 'left over'}: {name}",
    )


def is_elsewhere(step: Step, table: str, text: str) -> Mismatch:
    """A database whose heads are others than they should be."""
    return Mismatch(step=step, kind="revision", key=table, base=None, models=None, text=text)


def _words(difference: Difference) -> str:
    """What is wrong, where the difference says what would have to happen."""
    if difference.action == "alter":
        return f"still to change: {difference.text}"
    return f"{'missing' if difference.action == 'create' else 'left over'}: {difference.key}"


def _definition(item: CatalogObject | None) -> str | None:
    return None if item is None else item.definition
