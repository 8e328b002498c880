"""Reviews say what the other version's code can no longer do, and what the way back loses."""

from __future__ import annotations

import json

import pytest
from projects.reviewing import proven, review_project
from projects.small_project import revision, write_project

NOTES = """
from sqlalchemy import Column, Integer, MetaData, Table, Text

metadata = MetaData()
orders = Table("orders", metadata, Column("id", Integer, primary_key=True), Column({name!r}, Text))
"""
FIRST = revision(
    "0001",
    None,
    """
    op.create_table(
        "orders", sa.Column("id", sa.Integer, primary_key=True), sa.Column("note", sa.Text)
    )
    """,
    'op.drop_table("orders")',
)
RENAME = 'op.alter_column("orders", "note", new_column_name="remark")'
BACK = 'op.alter_column("orders", "remark", new_column_name="note")'


def reviewed(root, models, up, down):
    project = write_project(
        root,
        models=models,
        revisions={"0001_first": FIRST, "0002_second": revision("0002", "0001", up, down)},
    )
    return review_project(project, from_revision="0001")


def told(report, rule="breaks-running-code"):
    return [(one.level, one.script) for one in report.findings if one.rule == rule]


def written(root):
    return json.loads((root / "pgcraft-out" / "review.json").read_text())


def test_renamed_column_breaks_both_versions_and_loses_nothing(tmp_path):
    """Old code on the new schema, new code on the old one; the rows stay where they are."""
    report = proven(reviewed(tmp_path, NOTES.format(name="remark"), RENAME, BACK))
    assert told(report) == [("warning", "upgrade.sql"), ("warning", "downgrade.sql")]
    messages = [one.message for one in report.findings if one.rule == "breaks-running-code"]
    assert 'column "note" does not exist' in messages[0]
    assert 'column "remark" does not exist' in messages[1]
    assert written(tmp_path)["downgrade"] == {"after_upgrade": [], "after_use": []}


def test_added_column_is_a_note_for_the_rollback_alone(tmp_path):
    """Old code runs on; new code does not after the way back, which takes what it wrote."""
    models = NOTES.format(name="note").replace("Text))", 'Text), Column("more", Integer))')
    report = proven(
        reviewed(
            tmp_path,
            models,
            'op.add_column("orders", sa.Column("more", sa.Integer))',
            'op.drop_column("orders", "more")',
        )
    )
    assert told(report) == [("info", "downgrade.sql")]
    assert report.verdict == "pass"
    assert written(tmp_path)["downgrade"] == {
        "after_upgrade": [],
        "after_use": ["column public.orders.more"],
    }


def test_new_table_breaks_no_code_and_is_lost_on_the_way_back(tmp_path):
    """Nothing that was there before is touched."""
    report = proven(
        reviewed(
            tmp_path,
            NOTES.format(name="note") + 'Table("more", metadata, Column("id", Integer))\n',
            'op.create_table("more", sa.Column("id", sa.Integer))',
            'op.drop_table("more")',
        )
    )
    assert told(report) == [("info", "downgrade.sql")]
    assert written(tmp_path)["downgrade"]["after_use"] == ["table public.more"]


def test_first_revisions_have_no_running_code(tmp_path):
    """From an empty database there is nothing to break."""
    project = write_project(
        tmp_path, models=NOTES.format(name="note"), revisions={"0001_first": FIRST}
    )
    assert told(proven(review_project(project, from_revision="base"))) == []


@pytest.mark.parametrize(
    ("down", "rules"),
    [
        ("pass", ["empty-downgrade", "unproven"]),
        ("raise NotImplementedError", ["irreversible"]),
        ('op.execute("SELECT 1")', ["unproven"]),
        (BACK, []),
    ],
)
def test_downgrades_that_are_none_are_told_apart(tmp_path, down, rules):
    """An empty one, one that raises, and one that only looks right."""
    report = reviewed(tmp_path, NOTES.format(name="remark"), RENAME, down)
    assert sorted({one.rule for one in report.findings if one.level == "error"}) == rules
    assert (written(tmp_path)["downgrade"] is None) == bool(rules)


def test_empty_downgrade_of_rows_alone_is_a_note(tmp_path):
    """The schema comes back all the same."""
    report = proven(
        reviewed(
            tmp_path,
            NOTES.format(name="note"),
            "op.execute(\"INSERT INTO orders VALUES (1, 'x') ON CONFLICT DO NOTHING\")",
            "pass",
        )
    )
    assert told(report, "empty-downgrade") == [("info", "downgrade.sql")]
    assert report.verdict == "pass"
