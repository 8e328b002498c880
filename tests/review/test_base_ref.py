"""``--base-ref``: the review starts from the revisions that a commit of git has."""

from __future__ import annotations

import os
import subprocess

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import revision, write_project

from pgcraft.errors import UsageError, UserCodeError
from pgcraft.project.configuration import find_project

ONE = revision(
    "0001", None, 'op.create_table("one", sa.Column("id", sa.Integer))', "op.drop_table('one')"
)
TWO = revision(
    "0002", "0001", 'op.create_table("two", sa.Column("id", sa.Integer))', "op.drop_table('two')"
)
TABLES = """\
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
for name in {names!r}:
    Table(name, metadata, Column("id", Integer), schema="public")
"""


def git(root, *arguments: str) -> str:
    """Run git with a fixed author and no configuration of this machine."""
    person = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
    variables = {
        **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        **person,
        "GIT_COMMITTER_EMAIL": "a@b",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
    }
    done = subprocess.run(
        ["git", "-C", root, *arguments], env=variables, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root, message: str = "x") -> str:
    """Commit everything and return the commit."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD")


def write_revision(root, name: str, text: str) -> None:
    (root / "migrations" / "versions" / f"{name}.py").write_text(text)


def set_tables(root, *names: str) -> None:
    (root / "models.py").write_text(TABLES.format(names=names))


@pytest.fixture
def project(tmp_path):
    """A repository on ``main`` whose one commit has revision 0001."""
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch", "main")
    made = write_project(root, revisions={"0001_one": ONE})
    set_tables(root, "one")
    (root / ".gitignore").write_text("pgcraft-out/\n__pycache__/\n")
    commit(root)
    return made


def test_revisions_added_and_a_draft_are_the_change(project):
    """What the branch commits comes first, then what autogenerate still finds."""
    base = git(project.root, "rev-parse", "main")
    write_revision(project.root, "0002_two", TWO)
    set_tables(project.root, "one", "two", "three")
    report = proven(review_project(project, base_ref="main"))
    made = [one.split("(")[0] for one in statements(report)]
    assert [one.split()[2] for one in made] == ["two", "public.three"]
    assert report.baseline.revisions == ("0001",)
    assert report.baseline.commit.sha == base
    assert report.baseline.commit.target is None


def test_working_tree_and_index_are_not_touched(project):
    """What is staged, changed and new is as it was, whatever the commit has."""
    write_revision(project.root, "0002_two", TWO)
    git(project.root, "add", "migrations")
    set_tables(project.root, "one", "two")
    before = git(project.root, "status", "--porcelain=v2")
    index = (project.root / ".git" / "index").read_bytes()
    proven(review_project(project, base_ref="main"))
    assert git(project.root, "status", "--porcelain=v2") == before
    assert (project.root / ".git" / "index").read_bytes() == index
    assert git(project.root, "worktree", "list").count("\n") == 0


def test_clean_working_tree_names_its_commit(project):
    """Both commits are in the report; the output directory makes the tree no other one."""
    (project.root / ".gitignore").write_text("__pycache__/\n")
    write_revision(project.root, "0002_two", TWO)
    set_tables(project.root, "one", "two")
    head = commit(project.root)
    for _ in range(2):
        report = proven(review_project(project, base_ref="main~1"))
        assert report.baseline.commit.target == head


def test_several_heads_at_the_ref_are_joined_by_the_change(project):
    """A merge revision is the change; a database has both heads before and after."""
    write_revision(project.root, "0002_two", TWO.replace("'0001'", "None"))
    set_tables(project.root, "one", "two")
    commit(project.root)
    write_revision(
        project.root,
        "0003_join",
        revision("0003", None, "pass").replace("None", "('0001', '0002')"),
    )
    report = proven(review_project(project, base_ref="main"))
    assert report.baseline.revisions == ("0001", "0002")
    assert "0001, 0002 to 0003" in report.scripts.upgrade.content.decode()
    assert report.scripts.downgrade is not None


def test_heads_that_later_revisions_follow_are_joined_on_the_way(project):
    """Each branch goes on before they are joined, and back again."""
    write_revision(project.root, "0002_two", TWO.replace("'0001'", "None"))
    commit(project.root)
    for id_, down in (("0003", "'0001'"), ("0004", "'0002'"), ("0005", "('0003', '0004')")):
        body = f'op.create_table("t{id_}", sa.Column("id", sa.Integer))'
        text = revision(id_, None, body, f'op.drop_table("t{id_}")')
        write_revision(
            project.root, id_, text.replace("down_revision = None", f"down_revision = {down}")
        )
    set_tables(project.root, "one", "two", "t0003", "t0004", "t0005")
    report = proven(review_project(project, base_ref="main"))
    assert len(statements(report)) == 3


def test_branch_beside_the_base_is_all_of_the_change(project):
    """A new branch from nothing is not in the database at the ref's head, which is known here."""
    write_revision(project.root, "0002_two", TWO.replace("'0001'", "None"))
    text = revision("0003", None, "pass").replace("None", "('0001', '0002')")
    write_revision(project.root, "0003_join", text)
    set_tables(project.root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert [one.split()[2] for one in statements(report)] == ["two"]


def test_ref_without_alembic_starts_from_nothing(tmp_path):
    """All revisions are the change."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    (tmp_path / "README").write_text("x")
    commit(tmp_path)
    project = write_project(tmp_path, revisions={"0001_one": ONE})
    set_tables(tmp_path, "one")
    report = proven(review_project(project, base_ref="main"))
    assert report.baseline.revisions == ()
    assert len(statements(report)) == 1


def test_project_in_a_subdirectory(tmp_path):
    """The ref's files are those of the whole repository, the project's place in it the same."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    root = tmp_path / "services" / "shop"
    root.mkdir(parents=True)
    project = write_project(root, revisions={"0001_one": ONE})
    set_tables(root, "one")
    commit(tmp_path)
    write_revision(root, "0002_two", TWO)
    set_tables(root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert report.baseline.revisions == ("0001",)


def test_files_kept_from_archives_are_read(project):
    """``export-ignore`` is about releases and not about the history."""
    (project.root / ".gitattributes").write_text("migrations export-ignore\n")
    commit(project.root)
    write_revision(project.root, "0002_two", TWO)
    set_tables(project.root, "one", "two")
    report = proven(review_project(project, base_ref="main"))
    assert report.baseline.revisions == ("0001",)


def test_ref_whose_head_was_removed_is_refused(project):
    """A database that is at that revision would be lost."""
    for file in (project.root / "migrations" / "versions").glob("*.py"):
        file.unlink()
    write_revision(project.root, "0009_one", ONE.replace("0001", "0009"))
    with pytest.raises(UsageError, match="The history at main ends at 0001") as caught:
        review_project(project, base_ref="main")
    assert "git merge-base main HEAD" in caught.value.advice


def test_ref_that_is_not_there(project):
    with pytest.raises(UsageError, match="the repository has no such commit"):
        review_project(project, base_ref="nowhere")


def test_ref_like_an_option_is_a_ref(project):
    with pytest.raises(UsageError, match="has no such commit"):
        review_project(project, base_ref="--all")


def test_shallow_clone_says_how_to_fetch(project, tmp_path):
    """As actions/checkout makes it."""
    old = git(project.root, "rev-parse", "HEAD")
    commit(project.root, "later")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{project.root}", str(clone))
    with pytest.raises(UsageError, match="shallow") as caught:
        review_project(find_project(clone), base_ref=old)
    assert "fetch-depth: 0" in caught.value.advice


def test_project_outside_of_git(tmp_path):
    project = write_project(tmp_path, revisions={"0001_one": ONE})
    with pytest.raises(UsageError, match="git finds no repository"):
        review_project(project, base_ref="main")


def test_machine_without_git(project, monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(UsageError, match="needs git"):
        review_project(project, base_ref="main")


def test_revision_of_the_ref_that_does_not_load(project):
    """The sentence says that it is the ref's file."""
    write_revision(project.root, "0001_one", "import no_such_module\n" + ONE)
    commit(project.root)
    write_revision(project.root, "0001_one", ONE)
    with pytest.raises(UserCodeError, match="The history at main cannot be read"):
        review_project(project, base_ref="main")


def test_history_of_an_installed_package_is_not_taken_for_the_refs(project, monkeypatch):
    """An editable installation leads to today's files, whatever commit is looked at."""
    root = project.root
    (root / "migrations" / "__init__.py").write_text("")
    (root / "alembic.ini").write_text("[alembic]\nscript_location = migrations:\n")
    monkeypatch.setenv("PYTHONPATH", str(root))
    commit(root)
    write_revision(root, "0002_two", TWO)
    with pytest.raises(UsageError, match="which is not a file of that commit"):
        review_project(project, base_ref="main")
