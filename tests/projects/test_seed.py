"""Rows that are put into the base: migrations of data meet them, and the proof does."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.errors import UsageError

MODELS = """
from sqlalchemy import Column, Integer, MetaData, String, Table

metadata = MetaData()
t = Table("t", metadata, Column("id", Integer, primary_key=True), Column("n", {}, nullable={}))
"""
FIRST = revision(
    "0001",
    None,
    'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))',
    'op.drop_table("t")',
)


def project(root, models, **revisions):
    return write_project(
        root, models=models, env=PLAIN_ENV, revisions={"0001_first": FIRST, **revisions}
    )


def seed(tmp_path, text):
    file = tmp_path / "seed.sql"
    file.write_text(text, encoding="utf-8")
    return file


def test_script_that_the_rows_refuse_is_not_proven(tmp_path):
    """Without rows SET NOT NULL goes well."""
    made = project(tmp_path / "p", MODELS.format("Integer", "False"))
    proven(review_project(made))
    report = review_project(made, seed=seed(tmp_path, "INSERT INTO t (n) VALUES (NULL);"))
    assert report.verdict == "fail"
    assert "contains null values" in report.findings[0].message


def test_revision_that_looks_finds_the_rows(tmp_path):
    """What it does with them is in the script."""
    up = """
    for row in op.get_bind().execute(sa.text("SELECT id FROM t")).all():
        op.execute(f"UPDATE t SET n = {row.id + 40} WHERE id = {row.id}")
    """
    made = project(
        tmp_path / "p",
        MODELS.format("Integer", "True"),
        **{"0002_second": revision("0002", "0001", up, 'op.execute("UPDATE t SET n = NULL")')},
    )
    rows = "COPY t (id) FROM stdin;\n1\n2\n\\.\n"
    report = proven(review_project(made, seed=seed(tmp_path, rows), from_revision="0001"))
    written = statements(report)
    assert [one.replace("\n    ", " ") for one in written] == [
        "UPDATE t SET n = 41 WHERE id = 1;",
        "UPDATE t SET n = 42 WHERE id = 2;",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("INSERT INTO nowhere VALUES (1);", "do not fit the base"),
        ("CREATE TABLE other (id int);", "changes the schema: .*public.other"),
        (None, "There is no file"),
    ],
)
def test_seed_that_is_none_is_a_sentence(text, said, tmp_path):
    """It holds rows, and fits."""
    file = tmp_path / "none.sql" if text is None else seed(tmp_path, text)
    with pytest.raises(UsageError, match=said):
        review_project(project(tmp_path / "p", MODELS.format("Integer", "True")), seed=file)
