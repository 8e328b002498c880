"""What a change means for code that runs meanwhile, and for the data if it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.postgres.snapshot import compare

from .baseline import TRIAL
from .lossless import Losses, find_losses, take_places
from .running_code import RunningCode, is_relation, made, touched
from .running_findings import find_in_running_code

if TYPE_CHECKING:
    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Snapshot

    from .baseline import Baseline
    from .finding import Finding
    from .plan import Plan
    from .running_code import Broken


class Deployment:
    """Looks at the trial database after each script; only at what differs.

    Args:
        server: The scratch server.
        baseline: The base, which is there as a database.
        plan: The change.

    Attributes:
        losses: What the way back does not bring back; None when it is not proven.
    """

    def __init__(self, server: Server, baseline: Baseline, plan: Plan) -> None:
        self._server = server
        self._database = baseline.database
        self._base = plan.base
        self._versions = plan.version_relation
        self._forth: tuple[Broken, ...] = ()
        self._back: tuple[Broken, ...] = ()
        self.losses: Losses | None = None

    def upgraded(self, schema: Snapshot) -> None:
        """Try the base's code on the upgraded database, and learn the new code.

        Args:
            schema: The schema of the trial database now.
        """
        differences = compare(self._base, schema)
        with (
            self._server.connect(self._database) as base,
            self._server.connect(TRIAL) as trial,
        ):
            old = RunningCode(base, touched(differences, self._base))
            self._forth = old.broken_on(trial)
            # What the upgrade makes is gone after the way back: nothing to try there.
            new = touched(differences, schema)
            self._new = RunningCode(trial, [key for key in new if key in self._base])
            self._made = tuple(made(key) for key in new if key not in self._base)
            self._places = take_places(base, self._versions), take_places(trial, self._versions)

    def downgraded(self) -> None:
        """Try the new code on the downgraded database, and see which data is still there."""
        with self._server.connect(TRIAL) as trial:
            self._back = self._new.broken_on(trial)
            if any(is_relation(key) for key in (item.key for item in self._base)):
                self._back += self._made
            self.losses = find_losses(*self._places, take_places(trial, self._versions))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What to know before code and schema change, each at its time."""
        return tuple(find_in_running_code(self._forth, self._back))
