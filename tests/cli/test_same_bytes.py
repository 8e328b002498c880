"""The same input gives the same bytes, whoever runs it and wherever."""

from __future__ import annotations

import pytest
from cli.command import run
from projects.small_project import revision, write_project

MODELS = """\
from sqlalchemy import Column, DateTime, Enum, Index, Integer, MetaData, Numeric, Table, text

metadata = MetaData()
t = Table(
    "t",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sort", Enum("ä", "b", name="sort"), server_default="b"),
    Column("made", DateTime(timezone=True), server_default=text("'2024-01-02 03:04:05+00'")),
    Column("price", Numeric(10, 2), server_default="1.5"),
    comment="Größe",
)
for name in ("price", "made", "sort"):
    Index(f"ix_{name}", t.c[name])
    Table(f"of_{name}", metadata, Column("id", Integer))
"""
FIRST = 'op.execute("CREATE TABLE old (id int, at timestamptz DEFAULT now())")'
READS = """
for name in op.get_bind().execute(sa.text("SELECT to_char(now(), 'YYYY') <> ''")).scalars():
    op.execute("CREATE TABLE seen (id int)")
"""


def review(root, temporary, **variables):
    """The files of a review by name, but for the timings."""
    write_project(
        root,
        models=MODELS,
        revisions={
            "0001": revision("0001", None, FIRST, 'op.execute("DROP TABLE old")'),
            "0002": revision("0002", "0001", READS, 'op.execute("DROP TABLE seen")'),
        },
    )
    done = run("review", root, "--from", "0001", "-q", temporary=temporary, variables=variables)
    assert done.returncode == 0, done.stdout + done.stderr
    out = root / "pgcraft-out"
    files = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    del files["timings.json"]
    return {name: path.read_bytes() for name, path in files.items()}


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The files of one run."""
    root = tmp_path_factory.mktemp("first")
    (temporary := tmp_path_factory.mktemp("t")).chmod(0o755)
    return review(root, temporary, PYTHONHASHSEED="0", TZ="UTC", LC_ALL="C")


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "12345", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "random", "TZ": "Pacific/Chatham", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "1", "TZ": "America/St_Johns", "LC_ALL": "POSIX", "PYTHONUTF8": "0"},
    ],
)
def test_every_file_has_the_same_bytes(variables, first, temporary, tmp_path):
    """Another run, place, hash seed, time zone and locale; the timings alone differ."""
    root = tmp_path / "a longer näme"
    root.mkdir()
    found = review(root, temporary, **variables)
    assert sorted(found) == sorted(first)
    assert {"upgrade.sql", "revisions/0002.upgrade.sql", "review.json", "SHA256SUMS"} <= {*first}
    for name, content in found.items():
        assert content == first[name], name
