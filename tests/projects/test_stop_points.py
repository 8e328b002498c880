"""A script that commits in between: where it can stop, and what gets out of there."""

from __future__ import annotations

from projects.reviewing import proven, review_project
from projects.small_project import PLAIN_ENV, revision, write_project

MODELS = """
from sqlalchemy import Column, Index, Integer, MetaData, Table

metadata = MetaData()
orders = Table("orders", metadata, Column("id", Integer, primary_key=True), Column("n", Integer),
               Column("m", Integer))
Index("ix_n", orders.c.n)
"""
FIRST = revision(
    "0001",
    None,
    'op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))',
    'op.drop_table("orders")',
)
INDEX = """
with op.get_context().autocommit_block():
    op.create_index("ix_n", "orders", ["n"], postgresql_concurrently=True{})
op.add_column("orders", sa.Column("m", sa.Integer))
"""
BACK = """
op.drop_column("orders", "m")
with op.get_context().autocommit_block():
    op.drop_index("ix_n", "orders", postgresql_concurrently=True{})
"""


def reviewed(root, up, down):
    second = revision("0002", "0001", up, down)
    project = write_project(
        root, models=MODELS, env=PLAIN_ENV, revisions={"0001_a": FIRST, "0002_b": second}
    )
    return proven(review_project(project, from_revision="0001"))


def test_index_that_stands_alone_may_be_left_behind(tmp_path):
    """Once it is there, or half there, running again meets it."""
    report = reviewed(tmp_path, INDEX.format(""), BACK.format(""))
    inside, behind = report.stop_points
    assert inside.invalid_index == "ix_n"
    assert inside.again == 'relation "ix_n" already exists'
    assert behind.again == 'relation "ix_n" already exists'
    assert behind.back is not None
    assert [(one.rule, one.level) for one in report.findings] == [
        ("stop-point", "warning"),
        ("breaks-running-code", "info"),
        ("stop-point", "info"),
    ]
    assert "DROP INDEX CONCURRENTLY ix_n" in report.findings[2].help


def test_script_that_can_be_run_twice_has_nothing_to_say(tmp_path):
    """IF NOT EXISTS gets over a whole index, but not over an invalid one, which stays."""
    again = ", if_not_exists=True"
    report = reviewed(tmp_path, INDEX.format(again), BACK.format(", if_exists=True"))
    inside, behind = report.stop_points
    assert behind.again is None
    assert "valid" in inside.again
    assert [(one.rule, one.level) for one in report.findings] == [
        ("breaks-running-code", "info"),
        ("stop-point", "info"),
    ]


def test_one_transaction_has_no_such_place(tmp_path):
    """A failure leaves nothing."""
    report = reviewed(
        tmp_path,
        'op.create_index("ix_n", "orders", ["n"])\nop.add_column("orders", sa.Column("m", sa.Integer))',
        'op.drop_column("orders", "m")\nop.drop_index("ix_n", "orders")',
    )
    assert report.stop_points == ()
