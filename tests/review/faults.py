"""A change with an object of every kind, drafted once, whose scripts are then spoilt."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from projects.small_project import write_project

from pgcraft.review.drafting import drafted
from pgcraft.review.options import Options
from pgcraft.review.proof import prove
from pgcraft.review.stages import Stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server
    from pgcraft.review.baseline import Baseline
    from pgcraft.review.plan import Plan
    from pgcraft.review.proof import Proof
    from pgcraft.review.scripts import Script, Scripts

RICH = Path(__file__).parents[1] / "postgres" / "snapshot" / "rich.sql"
MODELS = f'''
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table, event

metadata = MetaData()
plain = Table("plain", metadata, Column("id", Integer, primary_key=True))
ROLES = """
DO $$ BEGIN
    IF to_regrole('anon') IS NULL THEN CREATE ROLE anon; END IF;
    IF to_regrole('staff') IS NULL THEN CREATE ROLE staff; END IF;
END $$
"""


@event.listens_for(metadata, "after_create")
def create_rich(target, connection, **_):
    connection.connection.cursor().execute(ROLES)
    connection.connection.cursor().execute(Path({str(RICH)!r}).read_text(encoding="utf-8"))
'''


@dataclass(frozen=True, kw_only=True)
class Review:
    """A review up to its scripts, with its server running."""

    server: Server
    baseline: Baseline
    plan: Plan
    scripts: Scripts

    def prove(self, *, upgrade: Script | None = None, downgrade: Script | None = None) -> Proof:
        """Prove the scripts, one of them perhaps another."""
        scripts = replace(
            self.scripts,
            upgrade=upgrade or self.scripts.upgrade,
            downgrade=downgrade or self.scripts.downgrade,
        )
        return prove(self.server, self.baseline, self.plan, scripts)


@contextmanager
def drafted_review(root: Path) -> Iterator[Review]:
    """Draft the change from nothing to an object of every kind."""
    project = write_project(root, models=MODELS)
    options = Options(project=project, output=root / "out")
    with drafted(options, Stages(lambda _name: nullcontext())) as (
        server,
        baseline,
        plan,
        scripts,
        _,
    ):
        assert scripts is not None
        yield Review(server=server, baseline=baseline, plan=plan, scripts=scripts)
