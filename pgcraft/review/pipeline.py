"""A review from beginning to end: each stage takes values and returns a value."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from pgcraft.postgres.roles import roles_set_aside

from .base_schema import assumed_revision, named_in_dump
from .changes import list_changes
from .drafting import drafted
from .drift import drift_findings
from .elsewhere import elsewhere_findings, prove_elsewhere
from .empty_downgrades import find_empty_downgrades
from .finding import worst_first
from .findings import find, given_role
from .measure import measure
from .output import write_output
from .proof import prove
from .report import Report, files_of, script_files
from .script_findings import find_in_scripts
from .stages import Stages
from .stop_points import find_stop_points, stop_findings
from .unmeasured import unmeasured

if TYPE_CHECKING:
    from .options import Options
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
    with drafted(options, stage) as (server, baseline, plan, scripts, given):
        with stage("Proving the scripts" if scripts else "Comparing the schemas"):
            proof = prove(server, baseline, plan, scripts, timeout=options.timeout)
        measurement = None
        if scripts is not None:
            with (
                stage("Measuring the statements"),
                roles_set_aside(server, baseline.roles),
            ):
                limit = options.statement_limit
                measurement = measure(server, baseline.database, scripts, timeout=limit)
        stops: tuple[StopPoint, ...] = ()
        if scripts is not None and proof.holds and not scripts.upgrade.transactional:
            with stage("Stopping where the script commits"):
                stops = find_stop_points(server, baseline, plan, scripts)
        others = prove_elsewhere(options, stage, plan, scripts)
        # What stops half way says nothing of the rest: then the plan does.
        after = plan.target if proof.stopped else proof.upgraded
        made = {name: make for name, make in plan.roles.items() if name not in baseline.roles}
        changes = list_changes(plan.base, after, made)
        earlier = baseline.models
        own = changes
        if earlier is not None and earlier.drift:
            own = list_changes(earlier.beside_drift(plan.base, after), after, made)
        report = Report(
            tool=version("pgcraft"),
            postgres=(server.programs.version, *(one.version for one in others)),
            elsewhere=others,
            baseline=baseline,
            plan=plan,
            scripts=scripts,
            proof=proof,
            measurement=measurement,
            changes=own,
            findings=worst_first(
                [
                    *find(plan, proof, scripts, changes),
                    *find_in_scripts(plan, scripts),
                    *find_empty_downgrades(plan, proof),
                    *proof.running_code,
                    *unmeasured(measurement, proof),
                    *stop_findings(stops),
                    *(given_role(role) for role in given),
                    *(named_in_dump(role) for role in baseline.given_roles),
                    *elsewhere_findings(others),
                    *drift_findings(earlier),
                    *([assumed_revision(baseline.revision)] if baseline.assumed else ()),
                ]
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
    with drafted(options, stage) as made:
        files = script_files(made.plan, made.scripts)
    names = write_output(options.output, options.project.root, files, stage.milliseconds)
    return names if made.scripts else ()
