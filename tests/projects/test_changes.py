"""What a reviewer reads of a change: the list of changes, and findings from the catalog."""

from __future__ import annotations

from projects.reviewing import proven, review_project
from projects.small_project import PLAIN_ENV, revision, write_project

MODELS = """
from sqlalchemy import Column, DDL, Integer, MetaData, String, Table, event

metadata = MetaData()
"""
ROLE = "DO $$ BEGIN IF to_regrole('app') IS NULL THEN CREATE ROLE app LOGIN; END IF; END $$"
ORDERS = f"""
orders = Table("orders", metadata, Column("id", Integer, primary_key=True))
for text in [
    "{ROLE}",
    "GRANT SELECT ON orders TO app",
    "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON orders USING (id > 0)",
]:
    event.listen(metadata, "after_create", DDL(text))
"""


def test_what_lets_somebody_in_is_listed_with_a_new_table(tmp_path):
    """Roles, privileges and policies are read; columns, keys and indexes are the table's."""
    report = proven(review_project(write_project(tmp_path, models=MODELS + ORDERS, env=PLAIN_ENV)))
    assert [(one.kind, one.identity, one.detail) for one in report.changes] == [
        ("role", "app", "CREATE ROLE app LOGIN"),
        (
            "grant",
            "on table public.orders to app",
            "created, GRANT SELECT ON TABLE public.orders TO app",
        ),
        ("policy", "public.orders.own", "created"),
        ("table", "public.orders", "created"),
    ]


def test_partition_is_called_one_when_it_is_dropped(tmp_path):
    """Only the models' own words are in a review; that rows of the whole go, it must say."""
    first = revision(
        "0001",
        None,
        """
        op.execute("CREATE TABLE logs (id int, day date) PARTITION BY RANGE (day)")
        op.execute("CREATE TABLE logs_1 PARTITION OF logs DEFAULT")
        """,
        'op.execute("DROP TABLE logs")',
    )
    models = MODELS + (
        'Table("logs", metadata, Column("id", Integer), Column("day", Date),'
        ' postgresql_partition_by="RANGE (day)")\n'
    ).replace("Table(", "from sqlalchemy import Date\nTable(", 1)
    project = write_project(tmp_path, models=models, env=PLAIN_ENV, revisions={"0001_f": first})
    report = proven(review_project(project))
    assert [one.message for one in report.findings if one.rule == "drop-table"] == [
        "The table public.logs_1, a partition of public.logs, is dropped with its data."
    ]


def test_column_that_the_models_have_in_the_middle_is_said_to_stand_last(tmp_path):
    """The order of columns is no difference, and is told."""
    table = 'Table("t", metadata, Column("a", Integer), {}Column("c", Integer))\n'
    first = revision(
        "0001",
        None,
        'op.create_table("t", sa.Column("a", sa.Integer), sa.Column("c", sa.Integer))',
        'op.drop_table("t")',
    )
    models = MODELS + table.format('Column("b", Integer), ')
    project = write_project(tmp_path, models=models, env=PLAIN_ENV, revisions={"0001_f": first})
    report = proven(review_project(project))
    (finding,) = (one for one in report.findings if one.rule == "column-order")
    assert "public.t stand as a, c, b, and in the models as a, b, c" in finding.message
