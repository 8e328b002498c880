"""Review a small project in this process, and look at what came out."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from pgcraft.review.options import Options
from pgcraft.review.pipeline import review

if TYPE_CHECKING:
    from pgcraft.project.configuration import Project
    from pgcraft.review.report import Report


def review_project(project: Project, **options: Any) -> Report:
    """Run a review; its files are in ``pgcraft-out`` of the project."""
    chosen = Options(project=project, output=project.root / "pgcraft-out", **options)
    report, _ = review(chosen, lambda _name: nullcontext())
    return report


def proven(report: Report) -> Report:
    """Insist on a whole proof, and say what is wrong with it if not."""
    assert report.proof.mismatches == ()
    assert report.scripts is not None
    assert report.scripts.no_way_back is None
    assert report.proof.holds
    return report


def statements(report: Report, script: str = "upgrade") -> list[str]:
    """The statements of a script without Alembic's own."""
    assert report.scripts is not None
    found = getattr(report.scripts, script)
    assert found is not None
    return [one.sql for one in found.statements if "alembic_version" not in one.sql]
