"""Objects that Alembic does not know are drafted, proven in both directions, and converge."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, write_project

MODELS = """
from sqlalchemy import Column, DDL, Integer, MetaData, Numeric, String, Table, event

metadata = MetaData()
orders = Table(
    "orders", metadata, Column("id", Integer, primary_key=True), {columns} schema="shop"
)
for statement in {statements!r}:
    event.listen(metadata, "after_create", DDL(statement))
for statement in {before!r}:
    event.listen(metadata, "before_create", DDL(statement))
"""

PRICE = 'Column("price", Numeric(10, 2)),'
CHEAP = "CREATE VIEW shop.cheap AS SELECT id, price FROM shop.orders WHERE price < 10"
CHEAPER = "CREATE VIEW shop.cheaper AS SELECT id FROM shop.cheap WHERE price < 1"
COUNTED = "CREATE MATERIALIZED VIEW shop.counted AS SELECT count(*) AS n FROM shop.cheaper"
COUNTED_INDEX = "CREATE UNIQUE INDEX counted_n ON shop.counted (n)"
DEFAULT = "ALTER VIEW shop.cheap ALTER COLUMN price SET DEFAULT 5"
GRANTED = "GRANT SELECT ON shop.cheap TO reader"
# Roles belong to the cluster, where the history has made them already.
TABLE_GRANT = "GRANT {} ON shop.orders TO reader"
COLUMN_GRANT = "GRANT INSERT (price) ON shop.orders TO reader"
READER = (
    "DO $$ BEGIN IF to_regrole('reader') IS NULL THEN CREATE ROLE reader NOLOGIN; END IF; END $$"
)
COMMENT = "COMMENT ON VIEW shop.cheap IS 'it''s: 50%% off'"
FUNCTION = (
    "CREATE FUNCTION shop.note() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN new.price := {}; RETURN new; END'"
)
TRIGGER = (
    "CREATE TRIGGER noted BEFORE INSERT ON shop.orders FOR EACH ROW EXECUTE FUNCTION shop.note()"
)
POLICY = "CREATE POLICY few ON shop.orders USING (price > 1)"
SECURED = "ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY"
NET = "CREATE FUNCTION shop.net(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT {}'"


def models(*declared, columns=PRICE, before=()):
    """The models' source."""
    return MODELS.format(columns=columns, statements=list(declared), before=list(before))


CHANGES = {
    "view on a view, later materialized with an index": (
        (),
        (CHEAP, CHEAPER, COUNTED, COUNTED_INDEX),
    ),
    "view dropped with what is on it": ((READER, CHEAP, GRANTED, COMMENT), ()),
    "query changed under a view on a view": (
        (READER, CHEAP, CHEAPER, COUNTED, COUNTED_INDEX, GRANTED, COMMENT),
        (
            READER,
            CHEAP.replace("< 10", "< 20"),
            CHEAPER,
            COUNTED,
            COUNTED_INDEX,
            GRANTED,
            COMMENT,
        ),
    ),
    "function and trigger": ((), (FUNCTION.format(1), TRIGGER)),
    "function's body changed": (
        (FUNCTION.format(1), TRIGGER),
        (FUNCTION.format(2), TRIGGER),
    ),
    "policy and row security": ((), (POLICY, SECURED)),
    "policy changed": ((POLICY, SECURED), (POLICY.replace("1", "2"), SECURED)),
    "privileges changed": (
        (READER, CHEAP, GRANTED),
        (READER, CHEAP, GRANTED.replace("SELECT", "INSERT")),
    ),
    "privileges on a table are widened beside those on a column": (
        (READER, TABLE_GRANT.format("SELECT"), COLUMN_GRANT),
        (READER, TABLE_GRANT.format("SELECT, UPDATE"), COLUMN_GRANT),
    ),
    "default of a view's column changed": (
        (CHEAP, CHEAPER, DEFAULT),
        (CHEAP, CHEAPER, DEFAULT.replace("5", "6")),
    ),
    "default of a view's column survives another query": (
        (CHEAP, DEFAULT),
        (CHEAP.replace("< 10", "< 20"), DEFAULT),
    ),
    "comment changed": ((CHEAP, COMMENT), (CHEAP, COMMENT.replace("50", "60"))),
}


@pytest.mark.parametrize("name", CHANGES)
def test_change_is_drafted_and_proven(name, change):
    """Upgrade gives the models, downgrade the base, and a second draft is empty."""
    old, new = CHANGES[name]
    change(models(*old), models(*new))


def test_column_type_changes_under_a_view_on_a_view(change):
    """What reads the column is dropped and made again around the change."""
    declared = (READER, CHEAP, CHEAPER, GRANTED, COMMENT)
    _, report = change(
        models(*declared), models(*declared, columns='Column("price", Numeric(12, 2)),')
    )
    assert [sql.split()[:3] for sql in statements(report)][:3] == [
        ["DROP", "VIEW", "shop.cheaper;"],
        ["DROP", "VIEW", "shop.cheap;"],
        ["ALTER", "TABLE", "shop.orders"],
    ]


def test_function_comes_before_the_table_that_needs_it(change):
    """A check calls it, so CREATE TABLE would fail without."""
    columns = (
        'Column("price", Numeric(10, 2)), __import__("sqlalchemy").CheckConstraint('
        '"shop.net(price) > 0", name="ck_price"),'
    )
    create_schema = "CREATE SCHEMA IF NOT EXISTS shop"
    net = NET.format("$1 / 2").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    change(
        models(columns=columns, before=(create_schema, net)),
        models(columns=columns, before=(create_schema, net.replace("2'", "3'"))),
    )


def test_role_with_a_hard_name_is_made_if_missing(change):
    """Nothing in a name ends the block that makes the role."""
    role = 'CREATE ROLE "a$role$;b""c\'d"'
    grant = 'GRANT SELECT ON shop.orders TO "a$role$;b""c\'d"'
    once = f"DO $x$ BEGIN {role}; EXCEPTION WHEN duplicate_object THEN NULL; END $x$"
    change(models(), models(once, grant))


def test_function_goes_after_the_default_that_needs_it(change):
    """The mirror of a function that comes before the table."""
    made = "CREATE OR REPLACE FUNCTION shop.d() RETURNS integer LANGUAGE sql AS 'SELECT 1'"
    columns = 'Column("n", Integer{}),'
    default = ', server_default=__import__("sqlalchemy").text("shop.d()")'
    before = ("CREATE SCHEMA IF NOT EXISTS shop", made)
    change(
        models(columns=columns.format(default), before=before), models(columns=columns.format(""))
    )


def test_comment_of_the_history_comes_back_behind_its_view(tmp_path):
    """A revision made it by hand; the models do not know it, and have other columns."""
    root = tmp_path / "project"
    project = write_project(root, models=models(CHEAP), env=PLAIN_ENV)
    proven(review_project(project))
    (draft,) = (root / "pgcraft-out").glob("*_autogenerated.py")
    by_hand = "\n    op.execute(\"COMMENT ON VIEW shop.cheap IS 'by hand'\")\n\n\ndef downgrade"
    text = draft.read_text(encoding="utf-8").replace("\n\n\ndef downgrade", by_hand)
    (root / "migrations" / "versions" / draft.name).write_text(text, encoding="utf-8")
    draft.unlink()
    (root / "models.py").write_text(
        models(CHEAP.replace("SELECT id, price", "SELECT price")), encoding="utf-8"
    )
    report = proven(review_project(project))
    assert any("'by hand'" in sql for sql in statements(report))


def test_identity_and_computed_columns_in_a_table_that_changes(change):
    """Alembic fails on them where a callable compares the defaults."""
    columns = (
        'Column("number", Integer, __import__("sqlalchemy").Identity()),'
        ' Column("double", Integer, __import__("sqlalchemy").Computed("id * 2")),'
    )
    _, report = change(models(columns=columns), models(columns=columns + PRICE))
    assert [one.identity for one in report.changes] == ["shop.orders.price"]


def test_tables_are_dropped_after_those_that_reference_them(change):
    """Alembic would drop them by name, and before the foreign keys of tables that stay."""
    referenced = (
        "from sqlalchemy import ForeignKey\n"
        'Table("a_target", metadata, Column("id", Integer, primary_key=True), schema="shop")\n'
        'Table("b_source", metadata, Column("id", ForeignKey("shop.a_target.id", name="fk_b"),'
        ' index=True), schema="shop")\n'
    )
    key = 'Column("target", Integer, __import__("sqlalchemy").ForeignKey("shop.a_target.id", name="fk_orders")),'
    change(models(columns=key) + referenced, models(columns='Column("target", Integer),'))


def by_hand(root, statement, undone):
    """Commit the draft with a statement of the developer's own, that the models do not have."""
    (draft,) = (root / "pgcraft-out").glob("*_autogenerated.py")
    text = draft.read_text(encoding="utf-8").replace(
        "\n\n\ndef downgrade():\n",
        f"\n    op.execute({statement!r})\n\n\ndef downgrade():\n    op.execute({undone!r})\n",
    )
    (root / "migrations" / "versions" / draft.name).write_text(text, encoding="utf-8")
    draft.unlink()


def test_privileges_that_were_given_by_hand_stay(tmp_path):
    """The revisions say which privileges they manage; only these are taken away."""
    root = tmp_path / "project"
    first = models(READER, TABLE_GRANT.format("SELECT, INSERT"))
    project = write_project(root, models=first, env=PLAIN_ENV)
    proven(review_project(project))
    by_hand(
        root,
        "GRANT DELETE ON shop.orders TO reader",
        "REVOKE DELETE ON shop.orders FROM reader",
    )
    assert review_project(project).verdict == "no-change"
    (root / "models.py").write_text(models(READER, TABLE_GRANT.format("SELECT, UPDATE")))
    report = proven(review_project(project))
    assert statements(report) == [
        "REVOKE INSERT ON TABLE shop.orders FROM reader;",
        "GRANT UPDATE ON TABLE shop.orders TO reader;",
    ]
    (root / "models.py").write_text(models(READER), encoding="utf-8")
    report = proven(review_project(project))
    assert statements(report)[0] == "REVOKE INSERT, SELECT ON TABLE shop.orders FROM reader;"


def test_view_of_somebody_else_on_a_column_that_goes_is_a_finding(tmp_path):
    """Nothing is done to it: PostgreSQL refuses, and the review says so beforehand."""
    root = tmp_path / "project"
    project = write_project(root, models=models(), env=PLAIN_ENV)
    proven(review_project(project))
    by_hand(root, "CREATE VIEW shop.hand AS SELECT price FROM shop.orders", "DROP VIEW shop.hand")
    (root / "models.py").write_text(models(columns=""), encoding="utf-8")
    report = review_project(project)
    blocked, stopped = [one for one in report.findings if one.level == "error"]
    assert blocked.rule == "blocked"
    assert blocked.message.startswith(
        "The view shop.hand, which no model declares, needs the column shop.orders.price"
    )
    assert "depends on" in stopped.message
    assert not any("shop.hand" in sql for sql in statements(report))


HAND = ("CREATE VIEW shop.hand AS SELECT id FROM shop.orders", "DROP VIEW shop.hand")


def test_kind_that_the_models_manage_is_dropped_where_they_lack_it(tmp_path):
    """In their own schemas; without the setting the view is somebody else's."""
    project = write_project(tmp_path, models=models(), env=PLAIN_ENV)
    proven(review_project(project))
    by_hand(tmp_path, *HAND)
    report = review_project(project)
    assert (report.verdict, [str(one) for one in report.proof.unmanaged]) == (
        "no-change",
        ["view shop.hand"],
    )
    report = proven(review_project(project, manage=("view",)))
    assert statements(report) == ["DROP VIEW shop.hand;"]


def test_names_that_are_ignored_are_neither_drafted_nor_listed(tmp_path):
    """Whatever the models say of them, and whoever made them."""
    project = write_project(tmp_path, models=models(), env=PLAIN_ENV)
    proven(review_project(project))
    by_hand(tmp_path, *HAND)
    other = "CREATE VIEW shop.other AS SELECT 1 AS one"
    (tmp_path / "models.py").write_text(models(other, columns=""), encoding="utf-8")
    report = review_project(project, ignore=("shop.*",))
    assert (report.verdict, report.proof.unmanaged) == ("no-change", ())


SETTINGS = (
    (
        "ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY,"
        " REPLICA IDENTITY FULL, SET (fillfactor = 70), ALTER COLUMN price SET STATISTICS 500"
    ),
    (
        "ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY,"
        " REPLICA IDENTITY DEFAULT, RESET (fillfactor), ALTER COLUMN price SET STATISTICS -1"
    ),
)


def test_settings_that_were_made_by_hand_stay(tmp_path):
    """The first review of a project must not switch its row security off."""
    project = write_project(tmp_path, models=models(), env=PLAIN_ENV)
    proven(review_project(project))
    by_hand(tmp_path, *SETTINGS)
    assert review_project(project).verdict == "no-change"
    (tmp_path / "models.py").write_text(models(CHEAP), encoding="utf-8")
    assert len(statements(proven(review_project(project)))) == 1


def test_row_security_that_the_models_lose_is_switched_off_with_a_warning(change):
    """A revision of theirs says that it manages it."""
    _, report = change(models(SECURED), models())
    assert statements(report) == ["ALTER TABLE shop.orders DISABLE ROW LEVEL SECURITY;"]
    assert [finding.rule for finding in report.findings] == ["row-security", "uncommitted"]
