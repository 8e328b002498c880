"""The proof: psql applies the very bytes that ship, and the schemas are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .deployment import Deployment
from .mismatch import Mismatch
from .trial import Trial

if TYPE_CHECKING:
    from pgcraft.postgres.dump import Dump
    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Key, Snapshot

    from .baseline import Baseline
    from .finding import Finding
    from .lossless import Losses
    from .plan import Plan
    from .scripts import Scripts

__all__ = ["Mismatch", "Proof", "prove"]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What applying the scripts showed.

    Attributes:
        up_equals_models: After ``upgrade.sql`` the schema is the models'.
        down_equals_base: After ``downgrade.sql`` it is the base's; None when not run.
        up_again: A second upgrade gives the models' schema again; None when not run.
        mismatches: What is not so.
        upgraded: The schema after the first upgrade.
        dumps: The base and the upgraded schema as pg_dump prints them; None when the upgrade
            stopped.
        unmanaged: Objects that nobody manages, kept as they were.
        running_code: Findings on code of either version on the other one's schema.
        losses: What the way back does not bring back; None when it is not proven.
    """

    up_equals_models: bool
    down_equals_base: bool | None
    up_again: bool | None
    mismatches: tuple[Mismatch, ...]
    upgraded: Snapshot
    dumps: tuple[Dump, Dump] | None
    unmanaged: tuple[Key, ...]
    running_code: tuple[Finding, ...] = ()
    losses: Losses | None = None

    @property
    def stopped(self) -> bool:
        """Whether the upgrade ended with an error."""
        return any(one.kind == "script" and one.step == "upgrade" for one in self.mismatches)

    @property
    def holds(self) -> bool:
        """Whether both directions are proven."""
        return self.up_equals_models and bool(self.down_equals_base) and bool(self.up_again)


def prove(
    server: Server,
    baseline: Baseline,
    plan: Plan,
    scripts: Scripts | None,
    *,
    timeout: float | None = None,
) -> Proof:
    """Apply upgrade, downgrade and upgrade again to a clone of the base.

    Nothing of the user's code is left: its processes have ended, and the server process is a
    new one behind another socket.

    Args:
        server: The scratch server.
        baseline: The base.
        plan: The schemas to compare with.
        scripts: What to apply; None when nothing changes, and then the base itself must
            have the models' schema.
        timeout: Seconds that each run of a script may take; None for ever.

    Returns:
        What was found.
    """
    server.restart()
    base_heads = frozenset(baseline.revisions)
    deployment = Deployment(server, baseline, plan)
    with Trial(server, baseline, plan, timeout) as trial:
        if scripts is None:
            up = trial.mismatches("upgrade", plan.draft.target)
        else:
            up = trial.apply(scripts.upgrade, "upgrade", plan.draft.target)
        upgraded, dumps = trial.schema, trial.dumps()
        if scripts is not None and dumps is not None:  # it did not stop
            deployment.upgraded(upgraded)
        down = again = None
        if scripts is not None and scripts.downgrade is not None and not up:
            down = trial.apply(scripts.downgrade, "downgrade", base_heads)
            if not down:
                deployment.downgraded()
                again = trial.apply(scripts.upgrade, "upgrade again", plan.draft.target)
    return Proof(
        up_equals_models=not up,
        down_equals_base=None if down is None else not down,
        up_again=None if again is None else not again,
        mismatches=(*up, *(down or ()), *(again or ())),
        upgraded=upgraded,
        dumps=dumps,
        unmanaged=tuple(plan.scope.unmanaged(upgraded, plan.models)),
        running_code=deployment.findings,
        losses=deployment.losses,
    )
