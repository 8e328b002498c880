"""A review says of each statement what it locks, rewrites and scans, and how long it took."""

from __future__ import annotations

import json

from projects.reviewing import proven, review_project
from projects.small_project import revision, write_project

MODELS = """\
from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

metadata = MetaData()
notes = Table("notes", metadata, Column("id", Integer, primary_key=True), Column("body", Text))
"""

FIRST = revision(
    "0001",
    None,
    'op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True),'
    ' sa.Column("body", sa.Text), sa.Column("old", sa.Text))',
    'op.drop_table("notes")',
)


def reviewed(root, up: str, down: str, models: str = MODELS):
    """The report of a second revision, and what its two files say of the statements."""
    second = revision("0002", "0001", up, down)
    revisions = {"0001_first": FIRST, "0002_second": second}
    project = write_project(root, models=models, revisions=revisions)
    report = review_project(project, from_revision="0001")
    out = root / "pgcraft-out"
    statements = json.loads((out / "review.json").read_text())["statements"]
    timings = json.loads((out / "timings.json").read_text())["statements"]
    return report, statements, timings


def relations(statement, mode: str) -> list[str]:
    return [one["relation"] for one in statement["locks"] if one["mode"] == mode]


def test_statements_of_both_scripts_are_measured(tmp_path):
    """Their lines are those of the files, the version table included; milliseconds are apart."""
    report, statements, timings = reviewed(
        tmp_path,
        'op.drop_column("notes", "old")',
        """op.execute("ALTER TABLE notes ADD old text, ALTER body TYPE varchar(9)")
op.execute("ALTER TABLE notes ALTER body TYPE text")""",
    )
    proven(report)
    drop, version, back, again, version_back = statements
    for one in statements:
        lines = (tmp_path / "pgcraft-out" / one["script"]).read_text().splitlines()
        assert lines[one["line"] - 1] == one["sql"].splitlines()[0]
    assert [one["script"] for one in statements] == ["upgrade.sql"] * 2 + ["downgrade.sql"] * 3
    assert drop["locks"] == [
        {
            "relation": "public.notes",
            "mode": "AccessExclusiveLock",
            "blocks": [
                "reads",
                "row locks",
                "writes",
                "vacuum",
                "index builds",
                "foreign keys and triggers",
                "concurrent refreshes",
                "other DDL",
            ],
        }
    ]
    assert drop["rewrites"] == drop["scans"] == []
    assert back["rewrites"] == back["scans"] == ["public.notes"]
    assert again["rewrites"] == []
    for one in (version, version_back):
        assert relations(one, "RowExclusiveLock") == ["public.alembic_version"]
    assert {one["evidence"] for one in statements} == {"measured"}
    assert not any("milliseconds" in one for one in statements)
    assert [(one["script"], one["index"]) for one in timings] == [
        (one["script"], one["index"]) for one in statements
    ]
    assert all(one["milliseconds"] >= 0 for one in timings)


def test_statements_outside_of_transactions_say_so(tmp_path):
    """An index that is built concurrently: as documented, and no finding."""
    block = "with op.get_context().autocommit_block():\n    "
    report, statements, _ = reviewed(
        tmp_path,
        f'op.drop_column("notes", "old")\n{block}'
        'op.create_index("ix", "notes", ["body"], postgresql_concurrently=True)',
        f'{block}op.drop_index("ix", postgresql_concurrently=True)\n'
        'op.add_column("notes", sa.Column("old", sa.Text))',
        MODELS + 'from sqlalchemy import Index\nIndex("ix", notes.c.body)\n',
    )
    proven(report)
    up, down = [one for one in statements if "INDEX" in one["sql"]]
    assert (up["evidence"], up["scans"]) == ("documented", ["public.notes"])
    assert relations(up, "ShareUpdateExclusiveLock") == ["public.notes"]
    assert down["evidence"] == "documented"
    assert "unmeasured" not in {finding.rule for finding in report.findings}


def test_statement_of_unknown_locks_is_a_finding(tmp_path):
    """VACUUM of everything: nothing is claimed of it, and the report says so."""
    block = "with op.get_context().autocommit_block():\n    op.execute('VACUUM')"
    report, statements, _ = reviewed(
        tmp_path,
        f'op.drop_column("notes", "old")\n{block}',
        'op.add_column("notes", sa.Column("old", sa.Text))',
    )
    proven(report)
    (vacuum,) = (one for one in statements if one["sql"] == "VACUUM;")
    assert (vacuum["evidence"], vacuum["locks"]) == ("none", [])
    (finding,) = (one for one in report.findings if one.rule == "unmeasured")
    assert f"line {vacuum['line']} of upgrade.sql" in finding.message
    assert finding.level == "info"


def test_script_that_stops_is_measured_up_to_there(tmp_path):
    """What was not run has no evidence; the failed proof is the finding."""
    report, statements, timings = reviewed(
        tmp_path,
        'op.drop_column("notes", "old")\nop.execute("DO $$ BEGIN ASSERT current_database() '
        "NOT IN ('pgcraft_trial', 'pgcraft_measured'); END $$\")",
        'op.add_column("notes", sa.Column("old", sa.Text))',
    )
    assert report.proof.stopped
    assert [one["evidence"] for one in statements[:3]] == ["measured", "none", "none"]
    assert {one["evidence"] for one in statements if one["script"] == "downgrade.sql"} == {"none"}
    assert len(timings) == 1
    assert "unmeasured" not in {finding.rule for finding in report.findings}


def test_role_that_a_revision_makes_is_made_again(tmp_path):
    """Roles belong to the cluster, and the proof has made it before."""
    report, statements, _ = reviewed(
        tmp_path,
        'op.drop_column("notes", "old")\nop.execute("CREATE ROLE measured_reader")\n'
        'op.execute("GRANT SELECT ON notes TO measured_reader")',
        'op.execute("DROP OWNED BY measured_reader")\nop.execute("DROP ROLE measured_reader")\n'
        'op.add_column("notes", sa.Column("old", sa.Text))',
    )
    assert not report.proof.stopped
    assert {one["evidence"] for one in statements} == {"measured"}
