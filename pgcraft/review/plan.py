"""The plan: what the change does, as statements in order, and the revision still to commit."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.errors import UserCodeError
from pgcraft.migrate import BothWays, Scope, plan_both_ways
from pgcraft.postgres.extensions import copy_extensions
from pgcraft.postgres.roles import Roles, roles_set_aside, take_roles
from pgcraft.postgres.snapshot import Key, Snapshot, compare, take_snapshot
from pgcraft.project.answers import Draft, draft_from

from .baseline import CAPTURE, MODELS, Baseline
from .equality import equal_tables, without_relation

if TYPE_CHECKING:
    from pgcraft.postgres.server import Server
    from pgcraft.project.process import UserCode

    from .options import Options


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The change.

    Attributes:
        has_history: Whether the project uses Alembic.
        draft: The statements of both directions.
        version_table: Alembic's table of heads, quoted, as the project names it.
        version_relation: The same with its schema; it is left out of the schemas.
        revision_name: The file name of the drafted revision; None when there is none.
        revision_source: Its bytes.
        base: The schema at the base.
        created: The schema that the models create.
        models: The same with what the history gives to it by hand: owners, privileges, settings.
        target: The schema that the upgrade must give: the models', with what nobody manages.
        scope: What the models are the truth for.
        roles: The roles of head and models with their memberships.
        alike: Objects of which the head and the models differ in their text alone.
        carried: Objects that nobody manages and that are made again around the change.
        blocked: Objects that nobody manages and that need something that goes, with it.
        remade: Views that the upgrade drops and makes again.
        foreign: Whether another library's operations are in the draft, which may make more.
    """

    has_history: bool
    draft: Draft
    version_table: str
    version_relation: str
    revision_name: str | None
    revision_source: bytes
    base: Snapshot
    created: Snapshot
    models: Snapshot
    target: Snapshot
    scope: Scope
    roles: Roles
    alike: frozenset[Key]
    carried: frozenset[Key]
    blocked: tuple[tuple[Key, Key], ...]
    remade: tuple[Key, ...]
    foreign: bool


def autogenerate(server: Server, code: UserCode, baseline: Baseline, options: Options) -> Plan:
    """Compare the models with the head of the history and draft what is missing.

    Args:
        server: The scratch server.
        code: The user's code.
        baseline: The base.
        options: The message of the drafted revision, and what to compare.

    Returns:
        The plan.

    Raises:
        UserCodeError: When the models, ``env.py`` or a revision fail.
    """
    directory = server.work_directory / "revision"
    directory.mkdir()
    server.create_database(MODELS)
    with (
        server.connect(baseline.head_database) as source,
        server.connect(MODELS) as target,
    ):
        copy_extensions(source, target)
    head = baseline.schema
    if not baseline.is_head:
        head = _snapshot(server, baseline.head_database)
    known_roles = _roles(server)
    comparison = _Comparison(server, baseline.head_database, head)

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        if question["ask"] == "tables":
            return {"equal": comparison.equal_tables(question)}
        if question["ask"] == "capture":
            after.enter_context(roles_set_aside(server, baseline.roles))
            server.create_database(CAPTURE, template=baseline.database)
            after.callback(server.drop_database, CAPTURE)
            return {"database": server.conninfo(CAPTURE)}
        earlier = baseline.models.managed if baseline.models is not None else ()
        asked = {
            "managed": sorted({*question["managed"], *earlier}),
            "manage": options.manage,
            "ignore": options.ignore,
        }
        both = comparison.plan(question | asked)
        made = [sql for name, sql in _roles(server).items() if name not in known_roles]
        return {
            "upgrade": [*({"sql": sql} for sql in made), *both.upgrade],
            "downgrade": both.downgrade,
            "manages": both.manages,
        }

    with ExitStack() as after, code.process() as child:
        draft = draft_from(
            child.run(
                "draft",
                answer=answer,
                database=server.conninfo(baseline.head_database),
                models_database=server.conninfo(MODELS),
                base=list(baseline.revisions),
                message=options.message,
                directory=str(directory),
            )
        )
    both = comparison.both
    if both is None:
        raise UserCodeError("The project's process ended the comparison without making it.")
    file = draft.revision_file
    version_table, relation = _version_table(server, draft)
    return Plan(
        has_history=code.project.has_history,
        draft=draft,
        version_table=version_table,
        version_relation=relation,
        revision_name=file.name if file and code.project.has_history else None,
        revision_source=file.read_bytes() if file else b"",
        base=without_relation(baseline.schema, relation),
        created=without_relation(comparison.models, relation),
        models=without_relation(both.models, relation),
        target=without_relation(both.target, relation),
        scope=both.scope,
        roles=_roles(server),
        alike=both.alike,
        carried=both.carried,
        blocked=both.blocked,
        remade=both.remade,
        foreign=both.foreign,
    )


class _Comparison:
    """The head beside the models, while the user's process waits for answers."""

    def __init__(self, server: Server, head_database: str, head: Snapshot) -> None:
        self._server = server
        self._head_database = head_database
        self._head = head
        self.models = head
        self.both: BothWays | None = None

    def equal_tables(self, question: dict[str, Any]) -> list[tuple[str, str]]:
        del question
        self.models = _snapshot(self._server, MODELS)
        return equal_tables(compare(self._head, self.models), self._head, self.models)

    def plan(self, question: dict[str, Any]) -> BothWays:
        with (
            self._server.connect(MODELS) as on_models,
            self._server.connect(self._head_database) as on_head,
        ):
            self.both = plan_both_ways(
                question, self._head, self.models, on_head=on_head, on_models=on_models
            )
        return self.both


def _version_table(server: Server, draft: Draft) -> tuple[str, str]:
    schema, table = draft.version_table
    with server.connect(MODELS) as connection:
        row = connection.execute(
            "SELECT concat_ws('.', quote_ident(%(schema)s::text), quote_ident(%(table)s::text)),"
            " format('%%I.%%I', coalesce(%(schema)s::text, 'public'), %(table)s::text)",
            {"schema": schema, "table": table},
        ).fetchone()
    assert row is not None  # noqa: S101  # a query without FROM has one row
    return row[0], row[1]


def _snapshot(server: Server, database: str) -> Snapshot:
    with server.connect(database) as connection:
        return take_snapshot(connection)


def _roles(server: Server) -> Roles:
    with server.connect("postgres") as connection:
        return take_roles(connection)
