"""The catalog engine: snapshots, and a comparison beside bare Alembic's, in one process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext
from rich.table import Table
from sqlalchemy import MetaData, create_engine
from sqlalchemy.pool import NullPool

from bench.project import MODELS
from pgcraft.alembic.plan import draft_question
from pgcraft.alembic.scope import scoped_options
from pgcraft.migrate import plan_both_ways
from pgcraft.postgres.snapshot import compare, take_snapshot
from pgcraft.review.equality import equal_tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import Snapshot

CHANGED = 3
SIZES = (1000, 5000)
ROUNDS = 5


@dataclass(frozen=True, kw_only=True)
class Timings:
    """Medians in seconds: a snapshot, bare Alembic's comparison, Alembic's and ours together."""

    snapshot: float
    bare: float | None
    planned: float | None


def engine_table(server: Server) -> Table:
    """Measure databases of both sizes; the larger one for the snapshot only."""
    table = Table("tables", "snapshot", "bare comparison", "ours, snapshots given", "share")
    for size in SIZES:
        timings = _measure(server, size, with_comparison=size == SIZES[0])
        share = (timings.planned or 0) / timings.bare if timings.bare else None
        table.add_row(
            f"{size:,}",
            f"{timings.snapshot:.2f} s",
            f"{timings.bare:.2f} s" if timings.bare else "",
            f"{timings.planned:.2f} s" if timings.planned else "",
            f"{share:.0%}" if share else "",
        )
    return table


def _measure(server: Server, size: int, *, with_comparison: bool) -> Timings:
    head, models = _metadata(size, changed=0), _metadata(size, changed=CHANGED)
    names = [f"engine_{size}_{side}" for side in ("head", "models")]
    for name, metadata in zip(names, (head, models), strict=True):
        server.create_database(name)
        with _engine(server, name).begin() as connection:
            connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS inventory")
            metadata.create_all(connection)
    with server.connect(names[0]) as on_head, server.connect(names[1]) as on_models:
        snapshot = _median(lambda: take_snapshot(on_head))
        if not with_comparison:
            return Timings(snapshot=snapshot, bare=None, planned=None)
        before, after = take_snapshot(on_head), take_snapshot(on_models)

        def planned() -> None:
            differences = compare(before, after)
            tables = set(equal_tables(differences, before, after))
            with _engine(server, names[0]).connect() as connection:
                script = _draft(connection, models, scoped_options({}, None, tables))
            question = {"managed": [], "excluded": [], "filtered": False, **draft_question(script)}
            both = plan_both_ways(question, before, after, on_head=on_head, on_models=on_models)
            assert len(both.upgrade) == CHANGED

        def bare() -> None:
            with _engine(server, names[0]).connect() as connection:
                script = _draft(connection, models, _bare_options())
            assert script.upgrade_ops is not None
            assert len(script.upgrade_ops.ops) == CHANGED

        both = [(_seconds(bare), _seconds(planned)) for _ in range(ROUNDS)]
        return Timings(
            snapshot=snapshot,
            bare=median(one for one, _ in both),
            planned=median(one for _, one in both),
        )


def _bare_options() -> dict[str, Any]:
    def include_name(name: str | None, kind: str, _: Any) -> bool:
        return kind != "schema" or name == "inventory"

    return {"include_schemas": True, "include_name": include_name}


def _draft(connection: Connection, metadata: MetaData, options: dict[str, Any]) -> Any:
    context = MigrationContext.configure(connection, opts={**options, "target_metadata": metadata})
    return produce_migrations(context, metadata)


def _metadata(size: int, *, changed: int) -> MetaData:
    scope: dict[str, Any] = {}
    exec(MODELS.format(count=size, changed=changed), scope)  # our own text
    metadata = scope["metadata"]
    assert isinstance(metadata, MetaData)
    return metadata


def _engine(server: Server, name: str) -> Any:
    conninfo = server.conninfo(name)
    return create_engine("postgresql+psycopg://", connect_args=conninfo, poolclass=NullPool)


def _median(work: Callable[[], Snapshot]) -> float:
    return median(_seconds(work) for _ in range(ROUNDS))


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
