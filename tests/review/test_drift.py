"""Drift: what models and history did not agree on before the change is told apart."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import revision
from review.test_base_ref import TWO, commit, project, set_tables, write_revision

from pgcraft.review.report import machine_view

__all__ = ["project"]

VIEW = """
from sqlalchemy import DDL, event
event.listen(metadata, "after_create", DDL("{0}"))
"""


def names(changes) -> list[str]:
    return [f"{one.action} {one.kind} {one.identity}" for one in changes]


def rules(report) -> list[str]:
    return [one.rule for one in report.findings]


def test_drift_is_listed_apart_from_the_change(project):
    """The scripts do both, since the models want both; the list of changes has its own."""
    set_tables(project.root, "one", "old")
    commit(project.root)
    set_tables(project.root, "one", "old", "new")
    report = proven(review_project(project, base_ref="main"))
    assert names(report.changes) == ["create table public.new"]
    assert names(report.drift) == ["create table public.old"]
    assert len(statements(report)) == 2
    assert rules(report).count("drift") == 1
    view = machine_view(report, [])
    assert [one["identity"] for one in view["drift"]] == ["public.old"]


def test_column_added_to_a_drifted_table_is_the_change(project):
    """What belongs to an object that drifted is not hidden by it."""
    set_tables(project.root, "one", "old")
    commit(project.root)
    text = (project.root / "models.py").read_text()
    more = 'metadata.tables["public.old"].append_column(Column("x", Integer))\n'
    (project.root / "models.py").write_text(text + more)
    report = proven(review_project(project, base_ref="main"))
    assert names(report.changes) == ["create column public.old.x"]
    assert names(report.drift) == ["create table public.old"]


def test_table_that_the_history_alone_has_is_drift(project):
    """Its data would be lost, which is told as ever."""
    set_tables(project.root)
    commit(project.root)
    set_tables(project.root, "new")
    report = proven(review_project(project, base_ref="main"))
    assert names(report.changes) == ["create table public.new"]
    assert names(report.drift) == ["drop table public.one"]
    assert any("public.one" in one.message for one in report.findings if one.rule != "drift")


def test_drift_that_the_change_takes_from_the_models_is_no_change(project):
    set_tables(project.root, "one", "old")
    commit(project.root)
    set_tables(project.root, "one")
    report = review_project(project, base_ref="main")
    assert report.scripts is None
    assert report.changes == ()
    assert names(report.drift) == ["create table public.old"]


def test_base_in_order_has_no_drift(project):
    write_revision(project.root, "0002_two", TWO)
    set_tables(project.root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert report.drift == ()
    assert not {"drift", "drift-unknown"} & {*rules(report)}


@pytest.mark.parametrize("base_ref", ["main", None])
def test_view_that_the_refs_models_declared_is_dropped(project, base_ref):
    """The history never said that it manages it; the models at the ref did."""
    made = "CREATE VIEW public.seen AS SELECT 1 AS x"
    write_revision(
        project.root,
        "0002_view",
        revision("0002", "0001", f"op.execute({made!r})", "op.execute('DROP VIEW seen')"),
    )
    set_tables(project.root, "one")
    models = (project.root / "models.py").read_text()
    (project.root / "models.py").write_text(models + VIEW.format(made))
    commit(project.root)
    (project.root / "models.py").write_text(models)
    report = review_project(project, base_ref=base_ref)
    dropped = names(report.changes)
    assert dropped == (["drop view public.seen"] if base_ref else [])


def test_role_of_the_refs_models_is_made_by_the_change(project):
    """Trying the ref's models leaves no role behind that the scripts then would lack."""
    role = VIEW.format(
        "DO $$BEGIN IF to_regrole('reader') IS NULL THEN CREATE ROLE reader; END IF; END$$"
    )
    grant = VIEW.format("GRANT SELECT ON public.one TO reader")
    models = (project.root / "models.py").read_text()
    (project.root / "models.py").write_text(models + role)
    commit(project.root)
    (project.root / "models.py").write_text(models + role + grant)
    report = proven(review_project(project, base_ref="main"))
    assert any("CREATE ROLE reader" in one for one in statements(report))


def test_models_of_the_ref_that_do_not_load_are_told_of(project):
    """A change may take away what they need; it is reviewed all the same."""
    models = (project.root / "models.py").read_text()
    (project.root / "models.py").write_text("import gone_for_good\n" + models)
    commit(project.root)
    set_tables(project.root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert "drift-unknown" in rules(report)
    assert names(report.changes) == ["create table public.two"]


def test_models_on_pythonpath_are_the_refs(project, monkeypatch):
    """As an editable installation puts them there."""
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"))
    (project.root / "src").mkdir()
    (project.root / "models.py").rename(project.root / "src" / "models.py")
    ini = project.root / "alembic.ini"
    ini.write_text(ini.read_text().replace("prepend_sys_path = %(here)s\n", ""))
    commit(project.root)
    set_tables(project.root / "src", "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert report.drift == ()
    assert names(report.changes) == ["create table public.two"]
    assert "drift-unknown" not in rules(report)


def test_models_of_an_installed_package_are_not_taken_for_the_refs(project):
    """An installation with a finder of its own leads to today's files: then nobody knows."""
    finder = f"import sys\nsys.path.insert(0, {str(project.root)!r})\n"
    env = project.root / "migrations" / "env.py"
    env.write_text(finder + env.read_text())
    commit(project.root)
    set_tables(project.root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert "drift-unknown" in rules(report)
    assert report.drift == ()
    assert names(report.changes) == ["create table public.two"]
