"""The output directory is replaced in one go, and what others put there stays."""

from __future__ import annotations

import hashlib
import json
import subprocess

import pytest

from pgcraft.errors import UsageError
from pgcraft.review.output import check_output, write_output

TIMINGS = (("Starting", 12.345),)


def write(directory, project, **files):
    write_output(
        directory,
        project,
        {f"{name}.sql": text.encode() for name, text in files.items()},
        TIMINGS,
    )


def test_files_and_sums_are_written(tmp_path):
    """`sha256sum -c` agrees with SHA256SUMS, which names all files but the timings."""
    out = tmp_path / "out"
    write(out, tmp_path, upgrade="a\n", downgrade="b\n")
    names = sorted(path.name for path in out.iterdir())
    assert names == ["SHA256SUMS", "downgrade.sql", "timings.json", "upgrade.sql"]
    subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, check=True)
    assert json.loads((out / "timings.json").read_text()) == {
        "stages": {"Starting": 12.3},
        "statements": [],
    }
    assert hashlib.sha256(b"a\n").hexdigest() in (out / "SHA256SUMS").read_text()


def test_files_of_the_last_review_go_and_others_stay(tmp_path):
    """Only what SHA256SUMS lists is removed."""
    out = tmp_path / "out"
    write(out, tmp_path, upgrade="a", downgrade="b")
    (out / "notes.txt").write_text("mine")
    write(out, tmp_path, upgrade="d")
    names = sorted(path.name for path in out.iterdir())
    assert names == ["SHA256SUMS", "notes.txt", "timings.json", "upgrade.sql"]
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", ["../outside.sql", "/etc/hostname", "sub/inside.sql", "", "."])
def test_sums_that_name_other_places_remove_nothing_there(tmp_path, name):
    """A forged list of sums cannot make the next review remove somebody's files."""
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    (tmp_path / "outside.sql").write_text("mine")
    (out / "sub" / "inside.sql").write_text("mine")
    (out / "SHA256SUMS").write_text(f"{'0' * 64}  {name}\n")
    write(out, tmp_path, upgrade="a")
    assert (tmp_path / "outside.sql").read_text() == "mine"
    assert (out / "sub" / "inside.sql").read_text() == "mine"


def test_nothing_is_written_when_a_file_cannot_be(tmp_path):
    """All or nothing: a name that cannot be made leaves the old files as they were."""
    out = tmp_path / "out"
    write(out, tmp_path, upgrade="a")
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(UsageError, match="cannot be written"):
        write(out, tmp_path, upgrade="b", **{"x" * 300: "c"})
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_link_inside_the_project_is_followed(tmp_path):
    """A link that stays in the project is the user's own arrangement."""
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    check_output(tmp_path / "out", tmp_path)


def test_link_put_in_place_during_the_review_is_refused(tmp_path):
    """The user's code runs between the check and the writing."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    check_output(project / "out", project)
    (project / "out").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="leads out of the project"):
        write(project / "out", project, upgrade="a")
    assert list(elsewhere.iterdir()) == []


def test_place_elsewhere_that_was_named_is_accepted(tmp_path):
    """A user may say any place outside of the project."""
    (tmp_path / "project").mkdir()
    check_output(tmp_path / "deep" / "er" / "out", tmp_path / "project")
    assert not (tmp_path / "deep").exists()


def test_files_that_somebody_else_listed_stay(tmp_path):
    """A release directory has a SHA256SUMS of its own."""
    (tmp_path / "app.tar.gz").write_text("mine")
    (tmp_path / "SHA256SUMS").write_text(f"{'0' * 64}  app.tar.gz\n")
    write(tmp_path, tmp_path.parent, upgrade="a")
    assert (tmp_path / "app.tar.gz").read_text() == "mine"


def test_directory_in_the_place_of_a_file_is_refused_before_anything_goes(tmp_path):
    """All or nothing, also here."""
    write(tmp_path, tmp_path.parent, upgrade="a")
    (tmp_path / "downgrade.sql").mkdir()
    with pytest.raises(UsageError, match="is a directory"):
        write(tmp_path, tmp_path.parent, downgrade="b")
    assert (tmp_path / "upgrade.sql").read_text() == "a"


def of_revision(text: str) -> dict[str, bytes]:
    return {"upgrade.sql": b"a", "revisions/0001.upgrade.sql": text.encode()}


def test_directory_of_revisions_comes_and_goes(tmp_path):
    """A review without any leaves none behind; somebody's notes stay."""
    out = tmp_path / "out"
    for text in ("one", "two"):
        write_output(out, tmp_path, of_revision(text), TIMINGS)
        assert (out / "revisions" / "0001.upgrade.sql").read_text() == text
        subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, check=True)
    write(out, tmp_path, upgrade="b")
    assert not (out / "revisions").exists()
    write_output(out, tmp_path, of_revision("three"), TIMINGS)
    (out / "revisions" / "notes.txt").write_text("mine")
    write(out, tmp_path, upgrade="b")
    assert [path.name for path in (out / "revisions").iterdir()] == ["notes.txt"]


def test_directory_of_revisions_that_is_a_link_is_refused(tmp_path):
    """It could lead anywhere, also after the first look."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / "revisions").symlink_to(elsewhere)
    for attempt in (
        lambda: check_output(out, tmp_path),
        lambda: write_output(out, tmp_path, of_revision("one"), TIMINGS),
    ):
        with pytest.raises(UsageError, match="revisions is a link"):
            attempt()
    assert list(elsewhere.iterdir()) == []


def test_file_in_the_place_of_the_directory_of_revisions_is_refused(tmp_path):
    """Nothing of the last review goes."""
    out = tmp_path / "out"
    write(out, tmp_path, upgrade="a")
    (out / "revisions").write_text("mine")
    with pytest.raises(UsageError, match="revisions is a file"):
        write_output(out, tmp_path, of_revision("one"), TIMINGS)
    assert (out / "upgrade.sql").read_text() == "a"


def test_file_in_a_directory_that_is_a_link_now_is_not_removed(tmp_path):
    """The sums list names of ours, and the link leads to somebody else's files."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write_output(out, tmp_path, of_revision("one"), TIMINGS)
    (out / "revisions").rename(elsewhere)
    (out / "revisions").symlink_to(elsewhere)
    with pytest.raises(UsageError, match="revisions is a link"):
        write(out, tmp_path, upgrade="b")
    assert (elsewhere / "0001.upgrade.sql").read_text() == "one"
