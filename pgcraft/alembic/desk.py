"""Autogenerate at a developer's desk: the models beside the database that ``env.py`` connects to.

A database for the models is made on the same server and dropped afterwards. Where that is not
allowed, the history and the models are made side by side on a scratch server.
"""

from __future__ import annotations

import logging
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pgcraft.alembic.managed import declare_managed, managed_objects
from pgcraft.alembic.plan import draft_question, follow_plan
from pgcraft.alembic.scope import excluded_objects, metadata_list, outside_schemas, own_filters
from pgcraft.alembic.side_by_side import side_by_side
from pgcraft.errors import UsageError
from pgcraft.migrate import plan_both_ways, unknown_kind
from pgcraft.migrate.cautions import (
    BLOCKED_ADVICE,
    CARRIED_ADVICE,
    PARTS,
    blocked_message,
    carried_message,
)
from pgcraft.objects.registry import declared_objects
from pgcraft.objects.role import Role
from pgcraft.postgres.snapshot import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import MetaData

    from pgcraft.migrate import BothWays

_log = logging.getLogger(__name__)


def plan_at_desk(context: MigrationContext, script: MigrationScript) -> None:
    """Complete a draft with all that Alembic does not see.

    Args:
        context: The running autogenerate, connected to the database that was compared.
        script: The draft, changed in place.

    Raises:
        ServerUnavailableError: When a scratch server is needed and there is none.
    """
    metadata = metadata_list(context.opts.get("target_metadata"))
    filters = own_filters(context.opts)
    managed = managed_objects(context.script)
    question = {
        "managed": sorted(managed),
        "excluded": excluded_objects(metadata, filters),
        "filtered": any(filters.values()),
        **_settings(context),
        **draft_question(script),
    }
    with side_by_side(context, metadata) as (on_head, on_models):
        both = plan_both_ways(
            question,
            take_snapshot(on_head),
            take_snapshot(on_models),
            on_head=on_head,
            on_models=on_models,
        )
    _warn(both)
    roles = _roles(metadata, managed)
    made: list[dict[str, Any]] = [{"sql": text} for role in roles for text in role.create()]
    follow_plan(script, {"upgrade": [*made, *both.upgrade], "downgrade": both.downgrade})
    manages = [*both.manages, *(_entry(role) for role in roles)]
    if script.upgrade_ops is not None and script.upgrade_ops.ops:
        others = managed | outside_schemas(metadata)
        declare_managed(script, [one for one in manages if one not in others])


def _warn(both: BothWays) -> None:
    """Say what a reader of the revision could not see."""
    for dependent, needed in both.blocked:
        _log.warning("%s %s", blocked_message(dependent, needed), BLOCKED_ADVICE)
    for key in sorted(both.carried):
        if key.kind not in PARTS:
            _log.warning("%s %s", carried_message(key), CARRIED_ADVICE)


def _settings(context: MigrationContext) -> dict[str, Any]:
    """``manage`` and ``ignore`` of the project's ``pgcraft.toml`` or ``[tool.pgcraft]``."""
    file = context.config.config_file_name if context.config is not None else None
    if file is None:
        return {}
    own, pyproject = (Path(file).parent / name for name in ("pgcraft.toml", "pyproject.toml"))
    if own.is_file():
        settings = tomllib.loads(own.read_text(encoding="utf-8"))
    elif pyproject.is_file():
        table = tomllib.loads(pyproject.read_text(encoding="utf-8"))
        settings = table.get("tool", {}).get("pgcraft", {})
    else:
        return {}
    message = unknown_kind(settings.get("manage", []))
    if message is not None:
        raise UsageError(f"The setting manage in {Path(file).parent}: {message}", advice=_MANAGE)
    return {name: settings.get(name, []) for name in ("manage", "ignore")}


_MANAGE = "Correct it in pgcraft.toml or under [tool.pgcraft] in pyproject.toml."


def _roles(metadata: Sequence[MetaData], managed: frozenset[str]) -> list[Role]:
    """The roles that the models declare and no revision has made."""
    declared = (one for each in metadata for one in declared_objects(each))
    return [one for one in declared if isinstance(one, Role) and _entry(one) not in managed]


def _entry(role: Role) -> str:
    return f"role {role.identity}"
