"""Drift: where the models and the history differed before the change already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pgcraft.errors import UsageError, UserCodeError
from pgcraft.migrate import plan_both_ways
from pgcraft.migrate.scope import managed_entries
from pgcraft.postgres.extensions import copy_extensions
from pgcraft.postgres.roles import roles_set_aside
from pgcraft.postgres.snapshot import Snapshot, compare, take_snapshot
from pgcraft.project.process import user_code

from .changes import list_changes
from .finding import Finding

if TYPE_CHECKING:
    from pgcraft.migrate import BothWays
    from pgcraft.postgres.roles import Roles
    from pgcraft.postgres.server import Server

    from .changes import Change
    from .earlier import Earlier
    from .options import Options

_EMPTY = "pgcraft_earlier_base"
_MODELS = "pgcraft_earlier_models"
# So many objects are named in the finding; review.json has them all.
_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class EarlierModels:
    """What the models of the commit say of the base.

    Attributes:
        ref: The commit, as it was asked for.
        managed: What they declared that only a revision could say otherwise.
        base: The base's schema.
        wanted: The schema that they would have made of it.
        unknown: Why they cannot be compared; None when they are.
    """

    ref: str
    base: Snapshot
    wanted: Snapshot
    managed: tuple[str, ...] = ()
    unknown: str | None = None

    @property
    def drift(self) -> tuple[Change, ...]:
        """What was missing in the history."""
        return list_changes(self.base, self.wanted, {})

    def beside_drift(self, base: Snapshot, upgraded: Snapshot) -> Snapshot:
        """The base as the change found it in the models.

        Args:
            base: The schema at the base.
            upgraded: After the upgrade: drift that it leaves alone is none of its changes.

        Returns:
            The base with the drift that the upgrade ends.
        """
        objects = {item.key: item for item in base}
        for one in compare(self.base, self.wanted):
            if upgraded.get(one.key) == base.get(one.key):
                continue
            if one.after is None:
                objects.pop(one.key, None)
            else:
                objects[one.key] = one.after
        ordered = tuple(sorted(objects.values(), key=lambda item: item.key))
        return replace(base, objects=ordered)


def create_earlier(server: Server, options: Options, earlier: Earlier, database: str) -> None:
    """Create the models of a commit in a database, for a project without Alembic.

    Args:
        server: The scratch server.
        options: Whose project it is.
        earlier: The commit.
        database: An empty database.

    Raises:
        PGCraftError: When they cannot be created.
    """
    server.create_database(_EMPTY)
    _compare(server, options, earlier, (_EMPTY, database), _nothing)
    server.drop_database(_EMPTY)


def made_by(earlier: Earlier, schema: Snapshot) -> EarlierModels:
    """The base that the models of a commit made: all of it is managed, and nothing drifts."""
    managed = tuple(managed_entries(schema))
    return EarlierModels(ref=earlier.commit.ref, base=schema, wanted=schema, managed=managed)


def compare_earlier(
    server: Server,
    options: Options,
    earlier: Earlier,
    base: tuple[str, Snapshot, Roles],
) -> EarlierModels:
    """Compare the models of a commit with the history up to there.

    Args:
        server: The scratch server.
        options: What to compare.
        earlier: The commit.
        base: The base's database, its schema, and the roles that it knows.

    Returns:
        What differs.

    Raises:
        PGCraftError: When the models of the commit cannot be created.
    """
    database, schema, roles = base
    found: list[tuple[Snapshot, BothWays]] = []

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        if question["ask"] == "tables":
            return {"equal": []}
        asked = question | {"manage": options.manage, "ignore": options.ignore}
        with server.connect(_MODELS) as on_models, server.connect(_EMPTY) as on_head:
            models = take_snapshot(on_models)
            both = plan_both_ways(asked, schema, models, on_head=on_head, on_models=on_models)
        found.append((models, both))
        return _nothing(question)

    # What its models make of roles is not there for the change, which may make them itself.
    with roles_set_aside(server, roles):
        try:
            server.create_database(_EMPTY, template=database)
            server.create_database(_MODELS)
            with server.connect(_EMPTY) as source, server.connect(_MODELS) as target:
                copy_extensions(source, target)
            _compare(server, options, earlier, (_EMPTY, _MODELS), answer)
        finally:
            server.drop_database(_EMPTY)
            server.drop_database(_MODELS)
    models, both = found[0]
    return EarlierModels(
        ref=earlier.commit.ref,
        managed=tuple(managed_entries(models)),
        base=schema,
        wanted=both.target,
    )


def _nothing(question: dict[str, Any]) -> dict[str, Any]:
    if question["ask"] == "tables":
        return {"equal": []}
    return {"upgrade": [], "downgrade": [], "manages": []}


def _compare(
    server: Server,
    options: Options,
    earlier: Earlier,
    databases: tuple[str, str],
    answer: Any,
) -> None:
    """Let a child compare the first database with the models, created in the second."""
    if earlier.project is None:
        return
    directory = server.work_directory / "earlier_revision"
    directory.mkdir(exist_ok=True)
    with (
        user_code(earlier.project, timeout=options.timeout, ahead=0) as code,
        code.process() as child,
    ):
        try:
            child.run(
                "compare",
                answer=answer,
                database=server.conninfo(databases[0]),
                models_database=server.conninfo(databases[1]),
                message="drift",
                directory=str(directory),
                repository=str(earlier.commit.repository.resolve()),
                copy=str(earlier.directory.resolve()),
            )
        except UsageError as error:
            raise UsageError(
                f"The models at {earlier.commit.ref} cannot be read. {error.what}",
                advice="They may have had another name there: leave --base-ref out to start from "
                "an empty database, or name a commit that has them.",
            ) from error
        except UserCodeError as error:
            raise UserCodeError(
                f"The models at {earlier.commit.ref} cannot be read. {error.what}",
                advice=error.advice,
                detail=error.detail,
            ) from error


def drift_findings(models: EarlierModels | None) -> tuple[Finding, ...]:
    """Say that the base was not in order, or that nobody knows."""
    if models is None:
        return ()
    if models.unknown is not None:
        return (
            Finding(
                rule="drift-unknown",
                level="warning",
                message=f"Whether models and history agreed at {models.ref} is not known. "
                f"{models.unknown}",
                help="What upgrade.sql does may in part be older than the change: read it so.",
            ),
        )
    drift = models.drift
    if not drift:
        return ()
    names = [f"{one.kind} {one.identity}" for one in drift]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        Finding(
            rule="drift",
            level="warning",
            message=f"The models at {models.ref} are not what the history there makes: "
            f"{', '.join(names[:_NAMED])}{more}. That is older than the change.",
            help="Where today's models still want it, upgrade.sql does it, too. Commit a revision "
            f"for it on {models.ref} first, and this change is reviewed for itself.",
            evidence="catalog",
        ),
    )
