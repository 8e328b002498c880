"""Job: autogenerate what is missing, write the revision, and render the range to statements."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import RevisionContext, render_op_text
from alembic.autogenerate.api import AutogenContext

from ...alembic.managed import declare_managed, managed_objects
from ...alembic.operations import render_expressions_exactly
from ...alembic.plan import draft_question, follow_plan
from ...alembic.scope import (
    excluded_objects,
    metadata_list,
    outside_schemas,
    own_filters,
    scoped_options,
)
from . import connections
from .environment import load, run_environment
from .models import create_models
from .render import render_range
from .replay import version_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.config import Config
    from alembic.operations import ops
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

UNSET_REVISION_ID = "000000000000"
# Part of the file that Alembic writes; a real time would make every run's file another one.
CREATE_DATE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  # Alembic's own are naive


def run(job: dict[str, Any], ask: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Compare the models with the job's database, which is at the heads, and render scripts.

    Args:
        job: See :func:`.environment.load`; besides ``models_database`` (where to create the
            models), ``base`` (its heads; none: nothing applied), ``message`` and
            ``directory`` (where the revision file goes).
        ask: Called with ``{"ask": "tables"}`` once the models exist, answered by ``equal``
            (schema and name of each table that need not be compared); then with what Alembic
            drafted, see :func:`...alembic.plan.draft_question`; and see :mod:`.render`.

    Returns:
        ``revision`` (its file, or None), ``target``, ``version_table``, ``filtered`` (whether
        the project takes objects out of the comparison), and what :func:`.render.render_range`
        returns.
    """
    render_expressions_exactly()
    config, script = load(job, more_versions=job["directory"])
    context, path, filtered = autogenerate(job, config, script, ask)
    return {
        "revision": path,
        "target": sorted(script.get_heads()),
        "version_table": version_table(context),
        "filtered": filtered,
        **render_range(job, config, script, ask),
    }


def autogenerate(
    job: dict[str, Any],
    config: Config,
    script: ScriptDirectory,
    ask: Callable[[dict[str, Any]], Any],
) -> tuple[MigrationContext, str | None, bool]:
    """Compare the models with the job's database and write what is missing as a revision.

    Args:
        job: See :func:`run`.
        config: Alembic's configuration.
        script: The history, with the job's ``directory`` among its places.
        ask: See :func:`run`.

    Returns:
        The context, the file of the drafted revision, and whether the project filters objects.
    """
    equal_tables: set[tuple[str, str]] = set()
    filters: dict[str, Any] = {}

    def complete(context: Any, revision: Any, directives: list[ops.MigrationScript]) -> None:
        # Before the user's own function, which may take away a draft that is still empty.
        del revision
        managed = managed_objects(script)
        metadata = metadata_list(context.opts["target_metadata"])
        question = {
            "ask": "plan",
            "managed": sorted(managed),
            "excluded": excluded_objects(metadata, filters),
            "filtered": any(filters.values()),
        }
        answer = ask(question | draft_question(directives[-1]))
        follow_plan(directives[-1], answer)
        others = managed | outside_schemas(metadata)
        declare_managed(directives[-1], [one for one in answer["manages"] if one not in others])

    # Revision ids in file names, and nothing else: times would change with every run.
    script.file_template = "%(rev)s_%(slug)s"
    script._generate_create_date = lambda: CREATE_DATE  # type: ignore[method-assign]  # noqa: SLF001  # there is no public setting
    revision_context = RevisionContext(
        config,
        script,
        {
            "message": job["message"],
            "sql": False,
            "head": "heads",
            "splice": False,
            "branch_label": None,
            "version_path": job["directory"],
            "rev_id": UNSET_REVISION_ID,
            "depends_on": None,
        },
        process_revision_directives=complete,
    )

    def compare(heads: Any, context: MigrationContext) -> list[Any]:
        metadata = metadata_list(context.opts["target_metadata"])
        with connections.redirected(job["models_database"]):
            create_models(metadata)
        job["virtual_columns"] = getattr(
            context.dialect, "supports_virtual_generated_columns", False
        )
        answer = ask({"ask": "tables"})
        equal_tables.update((schema, name) for schema, name in answer["equal"])
        revision_context.run_autogenerate(heads, context)
        return []

    def scope(options: dict[str, Any]) -> dict[str, Any]:
        filters.update(own_filters(options))
        return scoped_options(options, script, equal_tables)

    context = run_environment(
        config,
        script,
        compare,
        scope=scope,
        as_sql=False,
        # The database may be at nothing, where the version table is not there yet.
        dont_mutate=True,
        template_args=revision_context.template_args,
        revision_context=revision_context,
    )
    drafts = [
        draft
        for draft in revision_context.generated_revisions
        if not all(one.is_empty() for one in draft.upgrade_ops_list)
    ]
    for draft in drafts:
        if draft.rev_id == UNSET_REVISION_ID:
            draft.rev_id = _revision_id(draft, context, script.get_heads())
    revision_context.generated_revisions[:] = drafts
    written = [one for one in revision_context.generate_scripts() if one is not None]
    return context, written[-1].path if written else None, any(filters.values())


def _revision_id(draft: ops.MigrationScript, context: MigrationContext, parents: list[str]) -> str:
    rendering = AutogenContext(context)
    bodies = [
        [render_op_text(rendering, operation) for operation in side.ops]
        for side in (*draft.upgrade_ops_list, *draft.downgrade_ops_list)
    ]
    text = json.dumps([sorted(parents), bodies])
    return hashlib.sha256(text.encode()).hexdigest()[: len(UNSET_REVISION_ID)]
