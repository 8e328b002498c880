"""``--base-ref`` for models without Alembic: the base is what the models at the ref create."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from review.test_base_ref import commit, git, set_tables

from pgcraft.errors import UsageError
from pgcraft.project.configuration import find_project

VIEW = """
from sqlalchemy import DDL, event
event.listen(metadata, "after_create", DDL("CREATE VIEW public.seen AS SELECT id FROM one"))
"""


@pytest.fixture
def project(tmp_path):
    """A repository whose models are in a directory below."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    root = tmp_path / "shop"
    root.mkdir()
    set_tables(root, "one", "two")
    (tmp_path / ".gitignore").write_text("pgcraft-out/\n__pycache__/\n")
    commit(tmp_path)
    return find_project(root, models=("models",))


def test_difference_of_two_models_is_the_change(project):
    """Tables come and go, both ways."""
    set_tables(project.root, "one", "three")
    report = proven(review_project(project, base_ref="main"))
    found = {(one.action, one.identity) for one in report.changes}
    assert found == {("create", "public.three"), ("drop", "public.two")}
    assert report.baseline.commit.sha == git(project.root, "rev-parse", "main")
    assert report.drift == ()


def test_view_that_the_models_no_longer_have_goes(project):
    """The models at the ref declared it, so it is theirs to drop."""
    models = (project.root / "models.py").read_text()
    (project.root / "models.py").write_text(models + VIEW)
    commit(project.root)
    (project.root / "models.py").write_text(models)
    report = proven(review_project(project, base_ref="main"))
    assert [one.sql for one in report.scripts.upgrade.statements if "VIEW" in one.sql] != []
    assert [(one.action, one.kind) for one in report.changes] == [("drop", "view")]


def test_same_models_are_no_change(project):
    report = review_project(project, base_ref="main")
    assert report.scripts is None
    assert report.changes == ()


def test_ref_without_the_directory_starts_from_nothing(project):
    empty = git(
        project.root, "commit-tree", "-m", "x", git(project.root, "write-tree", "--prefix=shop/")
    )
    report = proven(review_project(project, base_ref=empty))
    assert len(statements(report)) == 2


def test_ref_without_the_models_is_a_sentence(project):
    """They may have had another name there: a guess would drop or make everything."""
    models = project.root / "models.py"
    models.rename(project.root / "tables.py")
    set_tables(project.root, "one")
    with pytest.raises(UsageError, match=r"The models at main cannot be read.*no module tables"):
        review_project(find_project(project.root, models=("tables",)), base_ref="main")
