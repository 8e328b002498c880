"""The stages up to the scripts, on a scratch server with the roles that the project expects."""

from __future__ import annotations

import dataclasses
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pgcraft.errors import UserCodeError
from pgcraft.postgres.lacking import missing_role
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.roles import give_role
from pgcraft.postgres.server import scratch_server
from pgcraft.project.process import user_code

from .baseline import replay
from .drift import EarlierModels, compare_earlier
from .earlier import read_earlier
from .git import find_commit
from .output import check_output
from .plan import autogenerate
from .scripts import write_scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.programs import Programs
    from pgcraft.postgres.server import Server

    from .baseline import Baseline
    from .earlier import Earlier
    from .git import Commit
    from .options import Options
    from .plan import Plan
    from .scripts import Scripts
    from .stages import Stages


class Drafted(NamedTuple):
    """What is there before anything is proven.

    Attributes:
        server: The scratch server, running.
        baseline: The base.
        plan: The change.
        scripts: Its scripts; None when nothing changes.
        given_roles: Roles that the project expects and does not make.
    """

    server: Server
    baseline: Baseline
    plan: Plan
    scripts: Scripts | None
    given_roles: tuple[str, ...]


@contextmanager
def drafted(options: Options, stage: Stages) -> Iterator[Drafted]:
    """Draft the scripts; the server runs as long as the block.

    Where the project names a role that it does not make, since production has it, all begins
    anew on a server that has it.

    Args:
        options: What was asked.
        stage: Told of each stage.

    Yields:
        What was drafted.

    Raises:
        PGCraftError: When it cannot be done.
    """
    check_output(options.output, options.project.root)
    commit = None
    if options.base_ref is not None:
        commit = find_commit(options.project.root, options.base_ref, output=options.output)
    programs = find_programs(options.postgres[0] if options.postgres else None)
    given: tuple[str, ...] = ()
    while True:
        with ExitStack() as stack:
            try:
                made = _draft(stack, options, stage, programs, commit=commit, given=given)
            except UserCodeError as error:
                role = missing_role(error.what)
                if role is None or role in given:
                    raise
                given = (*given, role)
                continue
            yield made
            return


def _draft(
    stack: ExitStack,
    options: Options,
    stage: Stages,
    programs: Programs,
    *,
    commit: Commit | None,
    given: tuple[str, ...],
) -> Drafted:
    code = stack.enter_context(user_code(options.project, timeout=options.timeout))
    with stage(f"Starting PostgreSQL {programs.version}"):
        server = stack.enter_context(scratch_server(programs, cache=options.cache))
    for role in given:
        give_role(server, role)
    earlier = None
    if commit is not None:
        with stage(f"Reading {commit.ref}"):
            earlier = read_earlier(server, options, commit)
    with stage("Replaying the history"):
        baseline = replay(server, code, options, earlier)
    if earlier is not None and earlier.project is not None and earlier.project.has_history:
        with stage(f"Comparing the models at {earlier.commit.ref}"):
            models = _compared(server, options, earlier, baseline, given)
        baseline = dataclasses.replace(baseline, models=models)
    with stage("Comparing the models"):
        plan = autogenerate(server, code, baseline, options)
    with stage("Writing the scripts"):
        scripts = write_scripts(baseline, plan, options)
    return Drafted(server, baseline, plan, scripts, given)


def _compared(
    server: Server,
    options: Options,
    earlier: Earlier,
    baseline: Baseline,
    given: tuple[str, ...],
) -> EarlierModels:
    """Models that do not load any more are told of; they are no reason to refuse the change."""
    schema = baseline.schema
    try:
        base = (baseline.database, schema, baseline.roles)
        return compare_earlier(server, options, earlier, base)
    except UserCodeError as error:
        if missing_role(error.what) not in {None, *given}:
            raise
        return EarlierModels(ref=earlier.commit.ref, base=schema, wanted=schema, unknown=error.what)
