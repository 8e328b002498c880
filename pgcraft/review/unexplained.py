"""What an upgrade is not asked to give, though the models have it, for no reason that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.scope import is_beyond_alembic
from pgcraft.postgres.snapshot import compare

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import Difference

    from .plan import Plan


def unexplained(plan: Plan) -> tuple[Difference, ...]:
    """Look with fresh eyes at where the target of the plan is not the models.

    The target is what the plan itself says it will give. So whatever the plan forgot is missing
    there too, and would not be missed: it is compared with the models, and each difference must
    be one that the project asked for.

    Args:
        plan: The plan.

    Returns:
        The differences without a reason, as what turns the target into the models' schema.
    """
    return tuple(one for one in compare(plan.target, plan.models) if not _is_explained(one, plan))


def _is_explained(one: Difference, plan: Plan) -> bool:
    side = plan.target if one.action == "drop" else plan.models
    if plan.scope.leaves_out(side[one.key], side):
        return True
    if one.action == "drop":
        # What no revision says is managed may be anybody's; a schema may hold what stays.
        managed = str(one.key) in plan.scope.managed and is_beyond_alembic(side[one.key])
        return not managed or one.key.kind == "schema"
    return one.key in plan.alike
