"""The proof: psql applies the very bytes that ship, and the schemas are compared."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pgcraft.postgres.psql import run_script
from pgcraft.postgres.snapshot import alike, compare, take_snapshot

from .baseline import TRIAL
from .equality import without_relation
from .guard import named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

    from .baseline import Baseline
    from .plan import Plan
    from .scripts import Script, Scripts

    Heads = tuple[str, ...] | frozenset[str]

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


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What applying the scripts showed.

    Attributes:
        up_equals_models: After ``upgrade.sql`` the schema is the models'.
        down_equals_base: After ``downgrade.sql`` it is the base's; None when not run.
        up_again: A second upgrade gives the models' schema again; None when not run.
        mismatches: What is not so.
        upgraded: The schema after the first upgrade.
        unmanaged: Objects that nobody manages, kept as they were.
    """

    up_equals_models: bool
    down_equals_base: bool | None
    up_again: bool | None
    mismatches: tuple[Mismatch, ...]
    upgraded: Snapshot
    unmanaged: tuple[Key, ...]

    @property
    def stopped(self) -> bool:
        """Whether the upgrade ended with an error."""
        return any(one.kind == "script" and one.step == "upgrade" for one in self.mismatches)

    @property
    def holds(self) -> bool:
        """Whether both directions are proven."""
        return self.up_equals_models and bool(self.down_equals_base) and bool(self.up_again)


def prove(server: Server, baseline: Baseline, plan: Plan, scripts: Scripts | None) -> Proof:
    """Apply upgrade, downgrade and upgrade again to a clone of the base.

    Nothing of the user's code is left: its processes have ended, and the server process is a
    new one behind another socket.

    Args:
        server: The scratch server.
        baseline: The base.
        plan: The schemas to compare with.
        scripts: What to apply; None when nothing changes, and then the base itself must
            have the models' schema.

    Returns:
        What was found.
    """
    server.restart()
    server.create_database(TRIAL, template=baseline.database)
    trial = _Trial(server, plan)
    base_heads = frozenset({baseline.revision} if baseline.revision else ())

    if scripts is None:
        up = trial.mismatches("upgrade", plan.draft.target)
    else:
        up = trial.apply(scripts.upgrade, "upgrade", plan.draft.target)
    upgraded = trial.schema
    down = again = None
    if scripts is not None and scripts.downgrade is not None and not up:
        down = trial.apply(scripts.downgrade, "downgrade", base_heads)
        if not down:
            again = trial.apply(scripts.upgrade, "upgrade again", plan.draft.target)
    return Proof(
        up_equals_models=not up,
        down_equals_base=None if down is None else not down,
        up_again=None if again is None else not again,
        mismatches=(*up, *(down or ()), *(again or ())),
        upgraded=upgraded,
        unmanaged=tuple(plan.scope.unmanaged(upgraded, plan.models)),
    )


class _Trial:
    def __init__(self, server: Server, plan: Plan) -> None:
        self._server = server
        self._plan = plan
        self.schema = plan.base

    def _snapshot(self) -> Snapshot:
        with self._server.connect(TRIAL) as connection:
            return without_relation(take_snapshot(connection), self._plan.version_relation)

    def apply(self, script: Script, step: Step, heads: Heads) -> list[Mismatch]:
        """Run a script and list what is not as it should be afterwards.

        A script that stops leaves what its earlier transactions did; nothing is compared then.
        """
        path = self._server.work_directory / script.name
        path.write_bytes(script.content)
        applied = run_script(self._server, TRIAL, path, stop_on_error=False)
        if applied.returncode != 0:
            text = applied.stderr.strip() or f"psql ended with {applied.returncode}"
            return [
                Mismatch(
                    step=step, kind="script", key=script.name, base=None, models=None, text=text
                )
            ]
        return self.mismatches(step, heads)

    def mismatches(self, step: Step, heads: Heads) -> list[Mismatch]:
        """Compare the trial with what it should be after a step; ``schema`` is what it is."""
        self.schema = self._snapshot()
        different = self._differences(step)
        with self._server.connect(TRIAL) as connection:
            same = alike(connection, different)
        self.schema = _told_alike(self.schema, different, same)
        mismatches = [self._mismatch(one, step) for one in different if one.key not in same]
        found = self._heads()
        if self._plan.has_history and found != frozenset(heads):
            text = f"the database is at {named(found)} and not at {named(heads)}"
            mismatches.append(
                Mismatch(
                    step=step,
                    kind="revision",
                    key=self._plan.version_relation,
                    base=None,
                    models=None,
                    text=text,
                )
            )
        return mismatches

    def _differences(self, step: Step) -> tuple[Difference, ...]:
        plan = self._plan
        if step == "downgrade":
            return compare(self.schema, plan.base)
        return tuple(one for one in compare(self.schema, plan.target) if self._counts(one))

    def _counts(self, one: Difference) -> bool:
        plan = self._plan
        if plan.foreign and one.key not in plan.models:
            return False
        # What nobody manages and was made again may read otherwise, with the types that it has now.
        return one.action != "alter" or one.key not in plan.carried

    def _mismatch(self, difference: Difference, step: Step) -> Mismatch:
        return Mismatch(
            step=step,
            kind=difference.key.kind,
            key=difference.key.identity,
            base=_definition(self._plan.base.get(difference.key)),
            models=_definition(self._plan.models.get(difference.key)),
            text=_words(difference),
        )

    def _heads(self) -> frozenset[str]:
        with self._server.connect(TRIAL) as connection:
            exists = connection.execute(
                "SELECT to_regclass(%s)", (self._plan.version_relation,)
            ).fetchone()
            if exists is None or exists[0] is None:
                return frozenset()
            # The server has quoted the name.
            query = f"SELECT version_num FROM {self._plan.version_relation}"  # noqa: S608  # as said
            return frozenset(row[0] for row in connection.execute(query.encode()))


def _told_alike(
    schema: Snapshot, differences: Iterable[Difference], same: Collection[Key]
) -> Snapshot:
    """The schema with the wanted text of what differs in its text alone."""
    wanted = {one.key: one.after for one in differences if one.after and one.key in same}
    return replace(schema, objects=tuple(wanted.get(item.key, item) for item in schema))


def _words(difference: Difference) -> str:
    """What is wrong, where the difference says what would have to happen."""
    if difference.action == "alter":
        return f"still to change: {difference.text}"
    return f"{'missing' if difference.action == 'create' else 'left over'}: {difference.key}"


def _definition(item: CatalogObject | None) -> str | None:
    return None if item is None else item.definition
