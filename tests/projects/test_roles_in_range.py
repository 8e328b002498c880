"""Roles that the range itself makes: the scripts find a cluster without them."""

from __future__ import annotations

from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, revision, write_project

MODELS = """
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
orders = Table("orders", metadata, Column("id", Integer, primary_key=True))
"""
FIRST = revision(
    "0001", None, 'op.execute("CREATE ROLE old_hand")', 'op.execute("DROP ROLE old_hand")'
)
SECOND = revision(
    "0002",
    "0001",
    """
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("CREATE ROLE reader LOGIN")
    op.execute("GRANT old_hand TO reader")
    op.execute("GRANT SELECT ON orders TO reader")
    """,
    """
    op.drop_table("orders")
    op.execute("DROP ROLE reader")
    """,
)


def project(root):
    return write_project(
        root,
        models=MODELS,
        env=PLAIN_ENV,
        revisions={"0001_first": FIRST, "0002_second": SECOND},
    )


def test_role_that_a_revision_of_the_range_makes_is_made_by_the_script(tmp_path):
    """The replay made it in the cluster already, and the script makes it once more, twice."""
    report = proven(review_project(project(tmp_path), from_revision="0001"))
    assert "CREATE ROLE reader LOGIN;" in statements(report)


def test_role_that_stays_behind_is_found(tmp_path):
    """A downgrade that leaves the role cannot be followed by the upgrade again."""
    (tmp_path / "again").mkdir()
    made = project(tmp_path / "again")
    file = made.root / "migrations" / "versions" / "0002_second.py"
    file.write_text(file.read_text().replace('op.execute("DROP ROLE reader")', "pass"))
    report = review_project(made, from_revision="0001")
    assert [one.step for one in report.proof.mismatches] == ["upgrade again"]
    assert 'role "reader" already exists' in report.findings[0].message
