"""A review from beginning to end: each stage takes values and returns a value."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.roles import roles_set_aside
from pgcraft.postgres.server import scratch_server
from pgcraft.project.process import user_code

from .baseline import replay
from .changes import list_changes
from .earlier import read_earlier
from .findings import find
from .git import find_commit
from .measure import measure
from .output import check_output, write_output
from .plan import autogenerate
from .proof import prove
from .report import Report, files_of, script_files
from .scripts import write_scripts
from .stages import Stages
from .stop_points import find_stop_points, stop_findings
from .unmeasured import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server

    from .baseline import Baseline
    from .options import Options
    from .plan import Plan
    from .scripts import Scripts
    from .stages import Progress
    from .stop_points import StopPoint


def review(options: Options, progress: Progress) -> tuple[Report, tuple[str, ...]]:
    """Review a project: draft its scripts, prove them, judge them, write everything.

    Args:
        options: What was asked.
        progress: Called with the name of each stage, around it.

    Returns:
        The report, and the names of the files in the output directory.

    Raises:
        PGCraftError: When the review cannot be made; nothing is written then.
    """
    stage = Stages(progress)
    with drafted(options, stage) as (server, baseline, plan, scripts):
        with stage("Proving the scripts" if scripts else "Comparing the schemas"):
            proof = prove(server, baseline, plan, scripts)
        measurement = None
        if scripts is not None:
            with (
                stage("Measuring the statements"),
                roles_set_aside(server, baseline.roles),
            ):
                measurement = measure(server, baseline.database, scripts)
        stops: tuple[StopPoint, ...] = ()
        if scripts is not None and proof.holds and not scripts.upgrade.transactional:
            with stage("Stopping where the script commits"):
                stops = find_stop_points(server, baseline, plan, scripts)
        # What stops half way says nothing of the rest: then the plan does.
        after = plan.target if proof.stopped else proof.upgraded
        made = {name: make for name, make in plan.roles.items() if name not in baseline.roles}
        changes = list_changes(plan.base, after, made)
        report = Report(
            tool=version("pgcraft"),
            postgres=server.programs.version,
            baseline=baseline,
            plan=plan,
            scripts=scripts,
            proof=proof,
            measurement=measurement,
            changes=changes,
            findings=(
                *find(plan, proof, scripts, changes),
                *unmeasured(measurement, proof),
                *stop_findings(stops),
            ),
            stop_points=stops,
        )
    with stage("Writing the report"):
        files = files_of(report)
    timed = measurement.milliseconds if measurement else ()
    names = write_output(options.output, options.project.root, files, stage.milliseconds, timed)
    return report, names


def draft(options: Options, progress: Progress) -> tuple[str, ...]:
    """Draft the revision and its SQL, without proof or report.

    Args:
        options: What was asked.
        progress: Called with the name of each stage, around it.

    Returns:
        The names of the files that were written; none when nothing changes.

    Raises:
        PGCraftError: When it cannot be done; nothing is written then.
    """
    stage = Stages(progress)
    with drafted(options, stage) as (_, _, plan, scripts):
        files = script_files(plan, scripts)
    names = write_output(options.output, options.project.root, files, stage.milliseconds)
    return names if scripts else ()


@contextmanager
def drafted(
    options: Options, stage: Stages
) -> Iterator[tuple[Server, Baseline, Plan, Scripts | None]]:
    """The stages that both commands share, with the server still running."""
    project = options.project
    check_output(options.output, project.root)
    commit = None
    if options.base_ref is not None:
        commit = find_commit(project.root, options.base_ref, output=options.output)
    programs = find_programs(options.postgres)
    with ExitStack() as stack:
        code = stack.enter_context(user_code(project, timeout=options.timeout))
        with stage(f"Starting PostgreSQL {programs.version}"):
            server = stack.enter_context(scratch_server(programs, cache=options.cache))
        earlier = None
        if commit is not None:
            with stage(f"Reading {commit.ref}"):
                earlier = read_earlier(server, options, commit)
        with stage("Replaying the history"):
            baseline = replay(server, code, options.from_revision, earlier)
        with stage("Comparing the models"):
            plan = autogenerate(server, code, baseline, options)
        with stage("Writing the scripts"):
            scripts = write_scripts(baseline, plan, guard=options.guard)
        yield server, baseline, plan, scripts
