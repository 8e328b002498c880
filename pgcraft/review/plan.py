"""The plan: what the change does, as statements in order, and the revision still to commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.errors import UserCodeError
from pgcraft.postgres.snapshot import Key, Snapshot, compare, take_snapshot
from pgcraft.project.answers import Draft, draft_from

from .baseline import MODELS, Baseline
from .checks import missing_checks
from .equality import equal_tables, named_tables, without_relation
from .objects import managed_entries, object_operations
from .roles import role_operations, take_roles

if TYPE_CHECKING:
    from pgcraft.postgres.server import Server
    from pgcraft.project.process import UserCode


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
        head: The schema at the newest committed revision.
        models: The schema that the models create.
        excluded: Tables of the models that the project takes out of the comparison.
        managed: What the history says that it manages, such as ``view inventory.stock``.
    """

    has_history: bool
    draft: Draft
    version_table: str
    version_relation: str
    revision_name: str | None
    revision_source: bytes
    base: Snapshot
    head: Snapshot
    models: Snapshot
    excluded: frozenset[Key]
    managed: frozenset[str]


def autogenerate(server: Server, code: UserCode, baseline: Baseline, *, message: str) -> Plan:
    """Compare the models with the head of the history and draft what is missing.

    Args:
        server: The scratch server.
        code: The user's code.
        baseline: The base.
        message: The message of the drafted revision.

    Returns:
        The plan.

    Raises:
        UserCodeError: When the models, ``env.py`` or a revision fail.
    """
    directory = server.work_directory / "revision"
    directory.mkdir()
    server.create_database(MODELS)
    _copy_extensions(server, baseline.head_database)
    head = baseline.schema
    if not baseline.is_head:
        head = _snapshot(server, baseline.head_database)
    known_roles = _roles(server)
    models = excluded = None
    managed: frozenset[str] = frozenset()

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        nonlocal models, excluded, managed
        models = _snapshot(server, MODELS)
        names = [(schema, name) for schema, name in question["excluded_tables"]]
        excluded = named_tables(names, head, models)
        managed = frozenset(question["managed"])
        differences = compare(head, models)
        checks = missing_checks(differences, head, models, excluded)
        objects = object_operations(differences, head, models, managed=managed, excluded=excluded)
        roles = role_operations(_roles(server) - known_roles)
        return {
            "equal_tables": equal_tables(differences, head, models),
            "operations": [[*roles, *checks[0], *objects[0]], [*checks[1], *objects[1]]],
            "manages": managed_entries(models),
        }

    with code.process() as child:
        draft = draft_from(
            child.run(
                "draft",
                answer=answer,
                database=server.conninfo(baseline.head_database),
                models_database=server.conninfo(MODELS),
                base=baseline.revision,
                message=message,
                directory=str(directory),
            )
        )
    if models is None or excluded is None:
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
        head=without_relation(head, relation),
        models=without_relation(models, relation),
        excluded=excluded,
        managed=managed,
    )


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


def _roles(server: Server) -> frozenset[str]:
    with server.connect("postgres") as connection:
        return take_roles(connection)


def _copy_extensions(server: Server, source: str) -> None:
    """Give the models' database the extensions that the history installed.

    Models use what extensions bring (types, operator classes), and few projects declare the
    extension beside them.
    """
    with server.connect(source) as connection:
        rows = connection.execute(
            "SELECT format('CREATE SCHEMA IF NOT EXISTS %I', nspname),"
            " format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA %I CASCADE', extname, nspname)"
            " FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace"
            " WHERE extname <> 'plpgsql' ORDER BY pg_extension.oid"
        ).fetchall()
    with server.connect(MODELS) as connection:
        for create_schema, create_extension in rows:
            connection.execute(create_schema)
            connection.execute(create_extension)
