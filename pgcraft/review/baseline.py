"""The base: where the history is replayed to, and the database that shows it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.errors import UsageError
from pgcraft.postgres.roles import Roles, take_roles
from pgcraft.postgres.snapshot import Snapshot, take_snapshot
from pgcraft.project.answers import History, history_from

from .base_schema import load_schema, stamp
from .drift import create_earlier, made_by
from .earlier import earlier_heads
from .heads import heads_in
from .seed import plant

if TYPE_CHECKING:
    from pgcraft.postgres.server import Server
    from pgcraft.project.process import Child, UserCode

    from .drift import EarlierModels
    from .earlier import Earlier
    from .git import Commit
    from .options import Options

# The databases of a review on its scratch server.
BASE = "pgcraft_base"
HEAD = "pgcraft_head"
MODELS = "pgcraft_models"
TRIAL = "pgcraft_trial"
CAPTURE = "pgcraft_capture"


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The state that the change starts from.

    Attributes:
        history: The project's revisions.
        revisions: The heads that the change starts from; none before the first revision.
        database: The database at these revisions.
        schema: The schema of that database, as it was when the user's code had ended.
        roles: The roles that there were then, with their memberships.
        head_database: A copy at the newest committed revision, which autogenerate compares
            with. The first one is not touched again by the user's code.
        commit: The commit that the change is compared with, if one was named.
        models: What the models of that commit say of the base.
        given_roles: Roles that a schema dump names and that were made for it.
        assumed: Whether a schema dump is only taken to be at these revisions.
    """

    history: History
    revisions: tuple[str, ...]
    database: str
    schema: Snapshot
    roles: Roles
    head_database: str
    commit: Commit | None = None
    models: EarlierModels | None = None
    given_roles: tuple[str, ...] = ()
    assumed: bool = False

    @property
    def revision(self) -> str | None:
        """The base revision in words; None before the first one."""
        return ", ".join(self.revisions) or None

    @property
    def is_head(self) -> bool:
        """Whether the base is the newest revision."""
        return self.revisions == self.history.heads


def replay(
    server: Server,
    code: UserCode,
    options: Options,
    earlier: Earlier | None = None,
) -> Baseline:
    """Read the history and replay it up to the base, and on to the head in a copy.

    Args:
        server: The scratch server.
        code: The user's code.
        options: Where the change starts, and the rows that are put into the base.
        earlier: What there was at ``--base-ref``, which decides then: its heads, or for a project
            without Alembic its models.

    Returns:
        The base.

    Raises:
        UsageError: When the history has several heads, or the revision does not exist in it, or
            the rows do not fit.
        UserCodeError: When a revision fails.
    """
    loaded: tuple[str, ...] = ()
    assumed = False
    server.create_database(BASE)
    with code.process() as child:
        history = history_from(child.run("history", database=server.conninfo(BASE)))
        if options.base_schema is not None:
            loaded = load_schema(server, BASE, options.base_schema, timeout=options.timeout)
            revisions, assumed = _heads_of_dump(server, child, history, options)
        else:
            revisions = (
                earlier_heads(history, earlier)
                if earlier is not None
                else as_heads(choose_base(history, options.from_revision))
            )
            # Also to nothing: env.py itself may make the schema of its version table.
            child.run("replay", to=list(revisions), database=server.conninfo(BASE))
    of_models = earlier is not None and not code.project.has_history
    if earlier is not None and of_models:
        create_earlier(server, options, earlier, BASE)
    with server.connect(BASE) as connection:
        schema, roles = take_snapshot(connection), take_roles(connection)
    if options.seed is not None:
        plant(server, BASE, schema, options.seed)
    baseline = Baseline(
        history=history,
        revisions=revisions,
        database=BASE,
        schema=schema,
        roles=roles,
        head_database=HEAD,
        commit=earlier.commit if earlier is not None else None,
        given_roles=loaded,
        assumed=assumed,
        models=made_by(earlier, schema) if earlier is not None and of_models else None,
    )
    server.create_database(HEAD, template=BASE)
    if not baseline.is_head:
        with code.process() as child:
            child.run("replay", to=list(history.heads), database=server.conninfo(HEAD))
    return baseline


def _heads_of_dump(
    server: Server, child: Child, history: History, options: Options
) -> tuple[tuple[str, ...], bool]:
    """The heads in the dump's table of Alembic's, or the newest, and whether that is a guess."""
    if not child.has_history:
        return (), False
    answer = child.run("replay", to=[], database=server.conninfo(BASE))
    schema, name = answer["version_table"]
    heads = heads_in(server, BASE, (schema, name))
    chosen = as_heads(choose_base(history, options.from_revision))
    unknown = set(heads) - {one.id for one in history.revisions}
    if unknown:
        raise UsageError(
            f"The schema in {options.base_schema} is at {', '.join(sorted(unknown))}, which the "
            "history does not have.",
            advice="Review the branch that has it, or dump a database that is at a revision of "
            "this one.",
        )
    if heads and options.from_revision is not None and heads != chosen:
        raise UsageError(
            f"The schema in {options.base_schema} is at {', '.join(heads)}, and --from says "
            f"{options.from_revision}.",
            advice="Leave --from out: the dump says it.",
        )
    if not heads:
        stamp(server, BASE, (schema, name), chosen)
    return heads or chosen, not heads and options.from_revision is None


def as_heads(revision: str | None) -> tuple[str, ...]:
    """The heads of a database at one revision; at None it has none."""
    return () if revision is None else (revision,)


def choose_base(history: History, from_revision: str | None) -> str | None:
    """Decide which revision the change starts from.

    Args:
        history: The project's revisions.
        from_revision: A revision, the beginning of one, ``head``, ``base``, or None for the
            newest revision.

    Returns:
        The revision's identifier; None before the first one.

    Raises:
        UsageError: When there are several heads, or no or several such revisions.
    """
    if len(history.heads) > 1:
        raise UsageError(
            f"The history has {len(history.heads)} heads: {', '.join(history.heads)}.",
            advice="Join them with `alembic merge heads` and review again.",
        )
    if from_revision == "base" or not history.heads:
        return (
            None if from_revision in {None, "base", "head"} else _matching(history, from_revision)
        )
    if from_revision in {None, "head", "heads"}:
        return history.heads[0]
    chosen = _matching(history, from_revision)
    beside = _neither_before_nor_after(history, chosen)
    if beside:
        raise UsageError(
            f"--from {chosen} lies on a branch, beside {', '.join(beside)}: a database there may "
            "have those or not.",
            advice="Start from a revision before the fork, or behind the merge.",
        )
    return chosen


def _neither_before_nor_after(history: History, revision: str) -> list[str]:
    parents = {one.id: set(one.down) for one in history.revisions}
    before, waiting = {revision}, [revision]
    while waiting:
        new = parents[waiting.pop()] - before
        before |= new
        waiting.extend(new)
    after = {revision}
    for one in history.revisions:  # oldest first
        if after & parents[one.id]:
            after.add(one.id)
    return sorted(set(parents) - before - after)


def _matching(history: History, wanted: str) -> str:
    known = [revision.id for revision in history.revisions]
    found = [wanted] if wanted in known else [id_ for id_ in known if id_.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"--from {wanted} fits {len(found)} revisions: {', '.join(found)}.",
            advice="Give more characters.",
        )
    near = difflib.get_close_matches(wanted, known, n=1)
    raise UsageError(
        f"There is no revision {wanted} in the history.",
        advice=f"Did you mean {near[0]}?" if near else "`alembic history` lists what there is.",
    )
