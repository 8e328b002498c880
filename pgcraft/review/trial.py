"""A clone of the base, on which scripts are tried and looked at."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pgcraft.postgres.dump import Dump, take_dump
from pgcraft.postgres.psql import run_script
from pgcraft.postgres.roles import roles_set_aside, take_roles
from pgcraft.postgres.snapshot import alike, compare, take_snapshot

from .baseline import MODELS, TRIAL
from .equality import without_relation
from .guard import named
from .heads import heads_in
from .left_behind import left_behind
from .mismatch import Mismatch, Step, differs, disagrees, has_not, is_elsewhere, stopped
from .second_opinion import Disagreement, Names, disagreements, names_of
from .unexplained import unexplained

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from types import TracebackType

    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Difference, Key, Snapshot

    from .baseline import Baseline
    from .plan import Plan
    from .scripts import Script

    Heads = tuple[str, ...] | frozenset[str]


class Trial:
    """A clone of the base.

    What is wanted is dumped beside the scripts that run, and each schema is read twice at once.

    Args:
        server: The scratch server.
        baseline: The base.
        plan: The schemas to compare with.
        timeout: Seconds that a script may take; None for ever.

    Attributes:
        schema: The clone's schema, as it was when it was last looked at.
        dump: The same as ``pg_dump`` prints it.
    """

    def __init__(
        self, server: Server, baseline: Baseline, plan: Plan, timeout: float | None = None
    ) -> None:
        self._server = server
        self._timeout = timeout
        self._plan = plan
        schema, table = plan.draft.version_table
        self._versions = frozenset({(schema or "public", table)})
        self._not_the_models = self._versions | names_of(
            compare(plan.created, plan.target), plan.created, plan.target
        )
        self._unexplained = unexplained(plan)
        self._roles_at_base = baseline.roles
        self._pool = ThreadPoolExecutor(max_workers=2)
        server.create_database(TRIAL, template=baseline.database)
        self._base = self._dumped(baseline.database)
        self._models = self._dumped(MODELS)
        self._after = ExitStack()
        self.schema = plan.base
        self.dump: Dump | None = None

    def __enter__(self) -> Self:
        if self._plan.roles.keys() != self._roles_at_base.keys():
            # A dump says the roles of the models by the names that the script must find free.
            self._models.result()
        self._after.enter_context(roles_set_aside(self._server, self._roles_at_base))
        self._after.callback(self._server.drop_database, TRIAL)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._pool.shutdown()
        self._after.close()

    def dumps(self) -> tuple[Dump, Dump] | None:
        """The base and the clone as ``pg_dump`` prints them, without Alembic's own table.

        Returns:
            The two; None when the clone was not looked at.
        """
        if self.dump is None:
            return None
        covers = Names(names=self._versions).covers
        return self._base.result().without(covers), self.dump.without(covers)

    def _dumped(self, database: str) -> Future[Dump]:
        return self._pool.submit(take_dump, self._server, database)

    def apply(self, script: Script, step: Step, heads: Heads) -> list[Mismatch]:
        """Run a script and list what is not as it should be afterwards.

        A script that stops leaves what its earlier transactions did; nothing is compared then.
        """
        path = self._server.work_directory / script.name
        path.write_bytes(script.content)
        applied = run_script(
            self._server,
            TRIAL,
            path,
            stop_on_error=not script.stops_itself,
            timeout=self._timeout,
        )
        if applied.returncode != 0:
            text = applied.stderr.strip() or f"psql ended with {applied.returncode}"
            stays = left_behind(script, text)
            return [stopped(step, script.name, f"{text.rstrip('.')}.\n{stays.rstrip('.')}")]
        return self.mismatches(step, heads)

    def mismatches(self, step: Step, heads: Heads) -> list[Mismatch]:
        """Compare the clone with what it should be after a step."""
        dump = self._dumped(TRIAL)
        self.schema = self._snapshot(needs=step == "upgrade")
        different = self._differences(step)
        with self._server.connect(TRIAL) as connection:
            same = alike(connection, different)
        self.schema = _told_alike(self.schema, different, same)
        mismatches = [differs(step, one, self._plan) for one in different if one.key not in same]
        self.dump = dump.result()
        told = names_of(
            (one for one in different if one.key not in same), self.schema, self._wanted(step)
        )
        mismatches += [disagrees(step, one) for one in self._disagreements(step, but=told)]
        mismatches += self._roles(step)
        found = frozenset(heads_in(self._server, TRIAL, self._plan.draft.version_table))
        if self._plan.has_history and found != frozenset(heads):
            text = f"the database is at {named(found)} and not at {named(heads)}"
            mismatches.append(is_elsewhere(step, self._plan.version_relation, text))
        return mismatches

    def _snapshot(self, *, needs: bool) -> Snapshot:
        with self._server.connect(TRIAL) as connection:
            snapshot = take_snapshot(connection, needs=needs)
        return without_relation(snapshot, self._plan.version_relation)

    def _roles(self, step: Step) -> list[Mismatch]:
        """Roles that differ; they are never dropped, so that the way back does not count."""
        if step == "downgrade":
            return []
        with self._server.connect(TRIAL) as connection:
            roles = take_roles(connection)
        wanted = self._plan.roles
        return [has_not(step, name, roles, wanted) for name in sorted(roles.keys() ^ wanted.keys())]

    def _disagreements(
        self, step: Step, *, but: frozenset[tuple[str | None, str]]
    ) -> list[Disagreement]:
        assert self.dump is not None  # noqa: S101  # it was taken just now
        back = step == "downgrade"
        others = self._versions if back else self._not_the_models
        found = disagreements(
            self._server,
            self.dump,
            (self._base if back else self._models).result(),
            but=Names(names=others | but),
        )
        made_by_others = self._plan.foreign and not back
        return [one for one in found if one.wanted is not None or not made_by_others]

    def _differences(self, step: Step) -> tuple[Difference, ...]:
        differences = compare(self.schema, self._wanted(step))
        if step == "downgrade":
            return differences
        found = tuple(one for one in differences if self._counts(one))
        known = {one.key for one in found}
        return (*found, *(one for one in self._unexplained if one.key not in known))

    def _wanted(self, step: Step) -> Snapshot:
        return self._plan.base if step == "downgrade" else self._plan.target

    def _counts(self, one: Difference) -> bool:
        plan = self._plan
        if plan.foreign and one.key not in plan.models:
            return False
        # What nobody manages and was made again may read otherwise, with the types that it has now.
        return one.action != "alter" or one.key not in plan.carried


def _told_alike(
    schema: Snapshot, differences: Iterable[Difference], same: Collection[Key]
) -> Snapshot:
    """The schema with the wanted text of what differs in its text alone."""
    wanted = {one.key: one.after for one in differences if one.after and one.key in same}
    return replace(schema, objects=tuple(wanted.get(item.key, item) for item in schema))
