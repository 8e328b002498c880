"""Revisions that look at the database: what they do is taken from a run, parameters as literals."""

from __future__ import annotations

from textwrap import dedent

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.errors import UserCodeError

MODELS = """
from sqlalchemy import Boolean, Column, Integer, MetaData, String, Table

metadata = MetaData()
people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("short", String),
)
"""
FIRST = revision(
    "0001",
    None,
    """
    people = op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
    )
    op.bulk_insert(people, [{"name": "Ann"}, {"name": "O'Neil 100%"}])
    """,
    'op.drop_table("people")',
)
ADD = 'op.add_column("people", sa.Column("short", sa.String))\n'
BACK = """
op.execute("DELETE FROM people WHERE id > 10")
op.drop_column("people", "short")
"""

# A body that looks at the rows, and what it writes besides ADD COLUMN.
LOOKS = {
    "text with parameters": (
        """
        connection = op.get_bind()
        for id_, name in connection.execute(sa.text("SELECT id, name FROM people ORDER BY id")):
            connection.execute(
                sa.text("UPDATE people SET short = :short WHERE id = :id"),
                {"short": name[0], "id": id_},
            )
        """,
        ["short = 'A'", "short = 'O'"],
    ),
    "table constructs": (
        """
        people = sa.table("people", sa.column("id", sa.Integer), sa.column("name"), sa.column("short"))
        connection = op.get_bind()
        for row in connection.execute(sa.select(people).where(people.c.name.like("%100%"))).all():
            op.execute(people.update().where(people.c.id == row.id).values(short="50%, it's :so"))
        """,
        ["short='50%, it''s :so'"],
    ),
    "several rows at once": (
        """
        people = sa.table("people", sa.column("id", sa.Integer), sa.column("name"))
        count = op.get_bind().scalar(sa.text("SELECT count(*) FROM people"))
        op.bulk_insert(people, [{"id": count + 10, "name": "x"}, {"id": count + 11, "name": "y"}])
        """,
        ["(12", "'x'", "(13", "'y'"],
    ),
    "driver's SQL and several statements": (
        """
        connection = op.get_bind()
        assert connection.exec_driver_sql("SELECT name FROM people WHERE id = %s", (1,)).scalar() == "Ann"
        connection.exec_driver_sql("UPDATE people SET short = %s WHERE name LIKE 'O%%'", ("q",))
        connection.exec_driver_sql("UPDATE people SET short = 'a;b' WHERE id = 1; ANALYZE people")
        """,
        ["short = 'q' WHERE name LIKE 'O%'", "short = 'a;b'", "ANALYZE people"],
    ),
    "a session": (
        """
        from sqlalchemy.orm import Session, declarative_base

        class Person(declarative_base()):
            __tablename__ = "people"
            id = sa.Column(sa.Integer, primary_key=True)
            name = sa.Column(sa.String)
            short = sa.Column(sa.String)

        with Session(op.get_bind()) as session:
            for person in session.scalars(sa.select(Person)):
                person.short = person.name[:3]
            session.flush()
            session.commit()
        """,
        ["short='Ann'", "short='O''N'"],
    ),
    "functions that write, in SELECT": (
        """
        last = op.get_bind().scalar(sa.text("SELECT max(id) FROM people"))
        op.execute(f"SELECT setval('people_id_seq', {last + 100})")
        op.execute("SELECT count(*) FROM people")
        """,
        ["setval('people_id_seq', 102)"],
    ),
}


def project(root, up, down=BACK, **options):
    return write_project(
        root,
        models=MODELS,
        revisions={"0001_first": FIRST, "0002_second": revision("0002", "0001", up, down)},
        **{"env": PLAIN_ENV, **options},
    )


def _body(text):
    return ADD + dedent(text)


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2"])
@pytest.mark.parametrize("case", LOOKS)
def test_what_a_revision_does_is_written_out(case, driver, tmp_path):
    """The script does what the run did, leaves out what only reads, and is proven."""
    text, wanted = LOOKS[case]
    env = PLAIN_ENV.replace("postgresql+psycopg:", f"postgresql+{driver}:")
    report = proven(review_project(project(tmp_path, _body(text), env=env), from_revision="0001"))
    script = "\n".join(statements(report))
    assert [one for one in wanted if one not in script] == []
    assert "SELECT id, name" not in script
    assert "count(*)" not in script
    # Code of the new column cannot run without it: that is the other finding.
    assert [one.rule for one in report.findings] == ["captured", "breaks-running-code"]
    assert "Revision 0002 looks at the database" in report.findings[0].message


def test_parts_outside_of_transactions_stay_outside(tmp_path):
    """An autocommit block of such a revision is one in the script."""
    body = _body("""
        found = op.get_bind().scalar(sa.text("SELECT count(*) FROM people"))
        with op.get_context().autocommit_block():
            op.execute(f"CREATE INDEX CONCURRENTLY ix_{found} ON people (name)")
        op.execute("UPDATE people SET short = name")
    """)
    models = MODELS + 'from sqlalchemy import Index\nIndex("ix_2", people.c.name)\n'
    made = project(tmp_path, body, 'op.drop_index("ix_2", "people")\n' + BACK)
    (made.root / "models.py").write_text(models, encoding="utf-8")
    report = proven(review_project(made, from_revision="0001"))
    content = report.scripts.upgrade.content.decode()
    commit, index, begin = (
        content.index(one)
        for one in ("COMMIT;", "CREATE INDEX CONCURRENTLY ix_2", "UPDATE people SET short")
    )
    assert commit < index < content.index("BEGIN;", index) < begin


def test_way_back_that_looks_is_written_out_too(tmp_path):
    """The downgrade is run on the upgraded copy."""
    down = """
        rows = op.get_bind().execute(sa.text("SELECT id FROM people WHERE short = 'q'")).all()
        for row in rows:
            op.execute(sa.text("UPDATE people SET name = :n WHERE id = :i").bindparams(n="was q", i=row.id))
    """
    body = ADD + """op.execute("UPDATE people SET short = 'q' WHERE id = 2")"""
    report = proven(
        review_project(project(tmp_path, body, dedent(down) + BACK), from_revision="0001")
    )
    assert "UPDATE people SET name = 'was q'::VARCHAR WHERE id = 2::INTEGER;" in " ".join(
        one.replace("\n    ", " ") for one in statements(report, "downgrade")
    )


def test_parameters_of_a_driver_that_cannot_write_them_are_a_sentence(tmp_path):
    """pg8000 sends parameters apart, and does not say how they read."""
    env = PLAIN_ENV.replace("postgresql+psycopg:", "postgresql+pg8000:")
    text, _ = LOOKS["text with parameters"]
    with pytest.raises(UserCodeError, match="let it run with psycopg or psycopg2"):
        review_project(project(tmp_path, _body(text), env=env), from_revision="0001")


def test_revision_that_has_no_way_back_is_still_that(tmp_path):
    """An error that is raised on purpose is raised in the run as well."""
    report = review_project(
        project(tmp_path, ADD, 'raise NotImplementedError("one way only")'), from_revision="0001"
    )
    assert [one.rule for one in report.findings] == ["irreversible"]
    assert "one way only" in report.findings[0].message
