"""Reviews of small projects of all sorts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import PLAIN_ENV, revision, write_project

from pgcraft.project.configuration import find_project

MODELS = """\
from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, MetaData, String, Table

metadata = MetaData()
"""

CUSTOMERS = """\
customers = Table(
    "customers", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)),
    schema="public",
)
"""

ORDERS = """\
orders = Table(
    "orders", metadata,
    Column("id", Integer, primary_key=True),
    Column("customer_id", Integer, ForeignKey("public.customers.id", name="fk_customer")),
    schema="sales",
)
"""


def commit_draft(project) -> str:
    """Move the drafted revision into the history, as a developer does; returns its name."""
    (draft,) = (project.root / "pgcraft-out").glob("*.py")
    draft.rename(project.root / "migrations" / "versions" / draft.name)
    return draft.name


def rewrite_models(project, text: str) -> None:
    (project.root / "models.py").write_text(text)


def test_models_in_schemas_need_no_include_schemas(tmp_path):
    """Plain SQLAlchemy, plain env.py: schemas are created, `public` converges, nothing is left."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS + ORDERS)
    report = proven(review_project(project))
    assert statements(report)[0] == "CREATE SCHEMA sales;"
    assert statements(report, "downgrade")[-1] == "DROP SCHEMA sales;"
    commit_draft(project)
    again = review_project(project)
    assert again.verdict == "no-change"
    assert again.scripts is None
    names = {path.name for path in (tmp_path / "pgcraft-out").iterdir()}
    assert names == {"review.json", "SHA256SUMS", "timings.json"}


def test_schema_that_the_models_left_is_dropped(tmp_path):
    """The revision says that it manages the schema, so its tables and the schema go again."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS + ORDERS)
    review_project(project)
    commit_draft(project)
    rewrite_models(project, MODELS + CUSTOMERS)
    report = proven(review_project(project))
    assert statements(report) == ["DROP TABLE sales.orders;", "DROP SCHEMA sales;"]
    assert [finding.rule for finding in report.findings] == [
        "breaks-running-code",
        "drop-table",
        "uncommitted",
    ]
    commit_draft(project)
    rewrite_models(project, MODELS)
    report = proven(review_project(project))
    assert [one.identity for one in report.changes if one.action == "drop"] == ["public.customers"]


def test_tables_of_others_are_left_alone(tmp_path):
    """A schema that no model uses, filled by a revision written by hand, stays and is listed."""
    body = 'op.execute("CREATE SCHEMA legacy; CREATE TABLE legacy.old (id integer)")'
    first = revision("0001", None, body, 'op.execute("DROP SCHEMA legacy CASCADE")')
    models = MODELS + ORDERS.replace("public.customers.id", "sales.orders.id")
    project = write_project(tmp_path, models=models, revisions={"0001_first": first})
    report = proven(review_project(project))
    assert not any("legacy" in sql for sql in statements(report))
    listed = {str(key) for key in report.proof.unmanaged}
    assert listed == {"schema legacy", "table legacy.old"}


def test_hand_written_objects_of_other_kinds_are_left_alone(tmp_path):
    """Functions, views and triggers that no model declares are no mismatch."""
    body = """
        op.execute("CREATE TABLE public.customers (id serial PRIMARY KEY, name varchar(20))")
        op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        op.execute("CREATE TRIGGER t BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch()")
        op.execute("CREATE VIEW names AS SELECT name FROM customers")
    """
    first = revision("0001", None, body, 'op.execute("DROP TABLE customers CASCADE")')
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, revisions={"0001_first": first})
    report = review_project(project)
    assert report.verdict == "no-change"
    assert {key.kind for key in report.proof.unmanaged} == {"function", "trigger", "view"}


def test_range_from_an_older_revision(tmp_path):
    """`--from`: committed revisions and the draft in one script, each under its name."""
    revisions = {
        "0001_first": revision(
            "0001",
            None,
            'op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True))',
            'op.drop_table("customers")',
        ),
        "0002_name": revision(
            "0002",
            "0001",
            'op.add_column("customers", sa.Column("name", sa.String(10)))',
            'op.drop_column("customers", "name")',
        ),
    }
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, revisions=revisions)
    report = proven(review_project(project, from_revision="0001"))
    assert report.baseline.revision == "0001"
    script = report.scripts.upgrade
    assert [one.revision for one in script.statements][:2] == ["0002", "0002"]
    assert len({one.revision for one in script.statements}) == 2
    assert [(one.action, one.identity) for one in report.changes] == [
        ("create", "public.customers.name")
    ]


def test_merged_branches_are_one_range(tmp_path):
    """From before a fork to behind its merge and back, heads followed through both."""
    revisions = {
        "a": revision("a", None, 'op.execute("CREATE TABLE one (id int)")', 'op.drop_table("one")'),
        "b": revision("b", "a", 'op.execute("CREATE TABLE two (id int)")', 'op.drop_table("two")'),
        "c": revision("c", "a", 'op.execute("CREATE TABLE six (id int)")', 'op.drop_table("six")'),
        "m": revision("m", None, "pass").replace(
            "down_revision = None", "down_revision = ('b', 'c')"
        ),
    }
    models = MODELS + "".join(
        f'Table("{name}", metadata, Column("id", Integer))\n' for name in ("one", "two", "six")
    )
    env = PLAIN_ENV.replace(
        "target_metadata=metadata,", "target_metadata=metadata, transaction_per_migration=True,"
    )
    project = write_project(tmp_path, models=models, env=env, revisions=revisions)
    report = proven(review_project(project, from_revision="base"))
    text = report.scripts.upgrade.content.decode()
    assert "ARRAY['b', 'c']::text[]" in text
    proven(review_project(project, from_revision="a"))


def test_models_without_alembic(tmp_path):
    """`--models`: from nothing to the models, with no bookkeeping of Alembic's in the scripts."""
    (tmp_path / "shop.py").write_text(MODELS + CUSTOMERS + ORDERS)
    project = find_project(tmp_path, models=("shop:metadata",))
    report = proven(review_project(project))
    for name in ("upgrade.sql", "downgrade.sql"):
        assert "alembic" not in (tmp_path / "pgcraft-out" / name).read_text()
    assert report.plan.revision_name is None
    assert report.scripts.upgrade.transactional


def test_declarative_base_without_alembic(tmp_path):
    """A declarative base carries a MetaData, and `Base` is found without being named."""
    (tmp_path / "shop.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        "class Base(DeclarativeBase):\n    pass\n"
        "class User(Base):\n    __tablename__ = 'users'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str]\n"
    )
    report = proven(review_project(find_project(tmp_path, models=("shop",))))
    assert [one.identity for one in report.changes] == ["public.users"]


def test_configuration_in_pyproject(tmp_path):
    """`[tool.alembic]` in pyproject.toml is a configuration too."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS)
    (tmp_path / "alembic.ini").unlink()
    (tmp_path / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\nprepend_sys_path = ["%(here)s"]\n'
    )
    project = find_project(tmp_path)
    assert project.ini is None
    proven(review_project(project))


def test_revision_without_a_way_back_is_an_error(tmp_path):
    """The upgrade is proven, the missing downgrade is named, and no downgrade.sql is pretended."""
    first = revision(
        "0001",
        None,
        'op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("name", sa.String(20)))',
        'raise NotImplementedError("one way only")',
    )
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, revisions={"0001_first": first})
    report = review_project(project, from_revision="base")
    assert report.verdict == "fail"
    assert report.proof.up_equals_models
    (finding,) = report.findings
    assert finding.rule == "irreversible"
    assert "Revision 0001 has no way back: NotImplementedError: one way only." in finding.message
    assert not (tmp_path / "pgcraft-out" / "downgrade.sql").exists()


def test_downgrade_that_only_looks_right_is_not_proven(tmp_path):
    """`pass` as a downgrade leaves the table: named as left over."""
    first = revision(
        "0001",
        None,
        'op.create_table("customers", sa.Column("id", sa.Integer, primary_key=True), '
        'sa.Column("name", sa.String(20)))',
    )
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, revisions={"0001_first": first})
    report = review_project(project, from_revision="base")
    assert report.verdict == "fail"
    assert report.proof.down_equals_base is False
    assert any("left over: table public.customers" in one.message for one in report.findings)


def test_difference_that_autogenerate_does_not_see_fails(tmp_path):
    """The key that a table is partitioned by cannot change: not "no schema change"."""
    made = "CREATE TABLE public.parts (a int, b int) PARTITION BY RANGE (a)"
    models = MODELS + (
        "from sqlalchemy import DDL, event\n"
        f"event.listen(metadata, 'after_create', DDL('{made.replace('(a)', '(b)')}'))\n"
    )
    first = revision("0001", None, f'op.execute("{made}")', 'op.execute("DROP TABLE parts")')
    project = write_project(tmp_path, models=models, revisions={"0001_first": first})
    report = review_project(project)
    assert report.verdict == "fail"
    (finding,) = report.findings
    assert finding.rule == "unproven"
    assert "table public.parts: partition by RANGE (a) -> RANGE (b)" in finding.message


CHECKS = [
    ("added", "", 'CheckConstraint("name <> \'\'", name="ck_name")'),
    ("dropped", 'CheckConstraint("name <> \'\'", name="ck_name")', ""),
    (
        "changed",
        'CheckConstraint("name <> \'a:b\'", name="ck_name")',
        'CheckConstraint("name <> \'c\\\\d%\'", name="ck_name")',
    ),
]


@pytest.mark.parametrize(("old", "new"), [case[1:] for case in CHECKS], ids=[c[0] for c in CHECKS])
def test_check_on_a_table_that_exists_is_seen(old, new, tmp_path):
    """Alembic sees none of these."""
    text = MODELS + CUSTOMERS
    project = write_project(
        tmp_path, models=text.replace('schema="public"', f'{old}{", " * bool(old)}schema="public"')
    )
    proven(review_project(project))
    commit_draft(project)
    rewrite_models(
        project, text.replace('schema="public"', f'{new}{", " * bool(new)}schema="public"')
    )
    report = proven(review_project(project))
    assert {one.identity for one in report.changes} == {"public.customers.ck_name"}
    commit_draft(project)
    assert review_project(project).verdict == "no-change"


def test_user_s_own_directives_are_kept(tmp_path):
    """A function that clears empty drafts and one that numbers revisions both have their way."""
    env = PLAIN_ENV.replace(
        "def run(**options):\n",
        "def own(context, revision, directives):\n"
        "    if directives[0].upgrade_ops.is_empty():\n        directives[:] = []\n"
        "    else:\n        directives[0].rev_id = '0042'\n\n\n"
        "def run(**options):\n    options['process_revision_directives'] = own\n",
    )
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, env=env)
    report = proven(review_project(project))
    assert report.plan.draft.target == ("0042",)
    assert commit_draft(project) == "0042_autogenerated.py"
    assert review_project(project).verdict == "no-change"


def test_check_beside_directives_that_clear_empty_drafts(tmp_path):
    """What only the catalog shows is drafted although the user's function saw nothing."""
    env = PLAIN_ENV.replace(
        "def run(**options):\n",
        "def own(context, revision, directives):\n"
        "    if directives[0].upgrade_ops.is_empty():\n        directives[:] = []\n\n\n"
        "def run(**options):\n    options['process_revision_directives'] = own\n",
    )
    project = write_project(tmp_path, models=MODELS + CUSTOMERS, env=env)
    review_project(project)
    commit_draft(project)
    check = "CheckConstraint('id > 0', name='ck_id'), schema=\"public\""
    rewrite_models(project, MODELS + CUSTOMERS.replace('schema="public"', check))
    report = proven(review_project(project))
    assert [one.identity for one in report.changes] == ["public.customers.ck_id"]


def test_user_s_own_filter_is_kept(tmp_path):
    """A table that include_object leaves out is no difference and is listed."""
    env = PLAIN_ENV.replace(
        "def run(**options):\n",
        "def own(object, name, type_, reflected, compare_to):\n"
        "    return not (type_ == 'table' and name == 'spatial')\n\n\n"
        "def run(**options):\n    options['include_object'] = own\n",
    )
    first = revision(
        "0001", None, 'op.execute("CREATE TABLE spatial (id int)")', 'op.drop_table("spatial")'
    )
    project = write_project(
        tmp_path, models=MODELS + CUSTOMERS, env=env, revisions={"0001_first": first}
    )
    report = proven(review_project(project))
    assert [str(key) for key in report.proof.unmanaged] == ["table public.spatial"]


def test_version_table_in_a_schema_of_its_own(tmp_path):
    """Guards, bookkeeping and proof use the project's own version table."""
    env = PLAIN_ENV.replace(
        "target_metadata=metadata,",
        "target_metadata=metadata, version_table='Versions', version_table_schema='ops',",
    ).replace(
        "        run(connection=connection)",
        "        connection.exec_driver_sql('CREATE SCHEMA IF NOT EXISTS ops')\n"
        "        connection.commit()\n        run(connection=connection)",
    )
    first = revision(
        "0001", None, 'op.execute("CREATE TABLE gone (id int)")', 'op.drop_table("gone")'
    )
    second = revision(
        "0002", "0001", 'op.drop_table("gone")', 'op.execute("CREATE TABLE gone (id int)")'
    )
    project = write_project(
        tmp_path, models=MODELS + CUSTOMERS, env=env, revisions={"1": first, "2": second}
    )
    report = proven(review_project(project, from_revision="0001"))
    text = report.scripts.upgrade.content.decode()
    assert "to_regclass('ops.\"Versions\"')" in text
    assert 'UPDATE ops."Versions"' in text


def test_extension_that_the_history_installs_is_there_for_the_models(tmp_path):
    """Models use an operator class of an extension that only a revision creates."""
    models = (
        MODELS
        + CUSTOMERS
        + (
            "from sqlalchemy import Index\n"
            "Index('ix_name', customers.c.name, postgresql_using='gin',\n"
            "      postgresql_ops={'name': 'gin_trgm_ops'})\n"
        )
    )
    body = 'op.execute("CREATE EXTENSION pg_trgm")'
    first = revision("0001", None, body, 'op.execute("DROP EXTENSION pg_trgm")')
    project = write_project(tmp_path, models=models, revisions={"0001_first": first})
    report = proven(review_project(project))
    assert "USING gin (name gin_trgm_ops)" in " ".join(statements(report))


def test_asynchronous_environment(tmp_path):
    """An env.py on asyncpg alone, its loop running while the models are created."""
    env = """
        import asyncio

        from alembic import context
        from sqlalchemy.ext.asyncio import create_async_engine

        from models import metadata

        URL = "postgresql+asyncpg://somebody:secret@127.0.0.1:1/production"


        def run(connection=None, **options):
            context.configure(connection=connection, target_metadata=metadata, **options)
            with context.begin_transaction():
                context.run_migrations()


        async def online():
            async with create_async_engine(URL).connect() as connection:
                await connection.run_sync(run)


        if context.is_offline_mode():
            run(url=URL, literal_binds=True)
        else:
            asyncio.run(online())
    """
    project = write_project(tmp_path, models=MODELS + CUSTOMERS + ORDERS, env=env)
    proven(review_project(project))


def test_report_is_written_with_its_keys(tmp_path):
    """The keys of the contract that exist so far."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS)
    review_project(project)
    report = json.loads(Path(tmp_path, "pgcraft-out", "review.json").read_text())
    assert list(report) == [
        "version",
        "verdict",
        "tool",
        "postgres",
        "base",
        "target",
        "scripts",
        "proof",
        "downgrade",
        "changes",
        "drift",
        "statements",
        "findings",
        "stop_points",
        "unmanaged",
        "files",
    ]
    assert report["verdict"] == "pass"
    assert report["base"]["revision"] is None


# Expressions that Alembic's rendering spoils: a doubled percent sign, a colon that text() binds.
EXPRESSIONS = {
    "check": """CheckConstraint(r"name ~ '^a:b%c\\d\\:e'", name="ck")""",
    "default": """Column("other", String, server_default=text(r"'x\\:y%z'"))""",
    "computed": """Column("other", String, Computed(r"name || '\\:y%z'", persisted=True))""",
    "index": """Index("ix", text(r"(name || '\\:y%z')"))""",
    "predicate": """Index("ix", "name", postgresql_where=text(r"name <> '\\:y%z'"))""",
}


@pytest.mark.parametrize("where", EXPRESSIONS)
def test_expression_survives_in_a_new_table(where, tmp_path):
    """Percent signs, colons and backslashes reach the database as the models have them."""
    models = MODELS.replace("String, Table", "String, Table, Computed, Index, text") + (
        CUSTOMERS.replace('schema="public"', f'{EXPRESSIONS[where]}, schema="public"')
    )
    project = write_project(tmp_path, models=models)
    proven(review_project(project))
    commit_draft(project)
    assert review_project(project).verdict == "no-change"


NAMES = {
    "plain": ("shop", "orders", "total"),
    "reserved": ("user", "select", "order"),
    "upper case and spaces": ("My Shop", "Order Items", "Unit Price"),
    "quotes and dots": ('a"b', 'c.d"e', 'f".g'),
    "percent, colon, backslash": ("a%s", "b:c", "d\\e"),
    "unicode of 63 bytes": ("ü" * 31 + "x", "é" * 31 + "x", "☃" * 21),
}


@pytest.mark.parametrize("sort", NAMES)
def test_names_of_all_sorts_converge(sort, tmp_path):
    """Created, found equal, given a check and a column, found equal again."""
    text = (
        "from sqlalchemy import CheckConstraint, Column, Index, Integer, MetaData, Table, column\n\n"
        "metadata = MetaData()\n"
        f"names = {NAMES[sort]!r}\n"
        "table = Table(names[1], metadata, Column('id', Integer, primary_key=True),\n"
        "    Column(names[2], Integer), schema=names[0])\n"
        "Index('ix ' + names[2][:5], table.c[names[2]])\n"
    )
    project = write_project(tmp_path, models=text)
    proven(review_project(project))
    commit_draft(project)
    assert review_project(project).verdict == "no-change"
    more = (
        "table.append_constraint(CheckConstraint(column(names[2]) > 0, name='ck ' + names[2][:5]))\n"
        "table.append_column(Column('more', Integer))\n"
    )
    rewrite_models(project, text + more)
    report = proven(review_project(project))
    assert [one.kind for one in report.changes] == ["column", "constraint"]
    commit_draft(project)
    assert review_project(project).verdict == "no-change"


def test_column_that_needs_values_is_a_warning(tmp_path):
    """A NOT NULL that rows may break is said beforehand; with a default it is no matter."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS)
    review_project(project)
    commit_draft(project)
    more = CUSTOMERS.replace("String(20))", "String(20), nullable=False)").replace(
        'schema="public"',
        'Column("nick", String(9), nullable=False),'
        'Column("rank", Integer, nullable=False, server_default="1"), schema="public"',
    )
    rewrite_models(project, MODELS + more)
    report = proven(review_project(project))
    assert [(one.rule, one.level) for one in report.findings] == [
        ("breaks-running-code", "warning"),
        ("breaks-running-code", "warning"),
        ("not-null", "warning"),
        ("not-null", "warning"),
        ("breaks-running-code", "info"),
        ("uncommitted", "info"),
    ]
    named = " ".join(one.message for one in report.findings if one.rule == "not-null")
    assert "public.customers.nick" in named
    assert "public.customers.name" in named
    assert "rank" not in named


def test_constraint_without_a_name_gets_the_servers(tmp_path):
    """Alembic could not drop what has no name: the draft says the name that it will have."""
    project = write_project(tmp_path, models=MODELS + CUSTOMERS)
    review_project(project)
    commit_draft(project)
    rewrite_models(project, MODELS + CUSTOMERS.replace("String(20))", "String(20), unique=True)"))
    report = proven(review_project(project))
    assert statements(report) == [
        "ALTER TABLE public.customers ADD CONSTRAINT customers_name_key UNIQUE (name);"
    ]


def test_hand_written_constraint_without_a_name_is_said_to_need_one(tmp_path):
    """What has no name cannot be dropped: the way back fails, with the advice to name it."""
    first = revision(
        "0001",
        None,
        """
        op.execute("CREATE TABLE public.customers (id serial PRIMARY KEY, name varchar(20))")
        op.create_unique_constraint(None, "customers", ["name"])
        """,
        'op.drop_constraint(None, "customers")',
    )
    models = MODELS + CUSTOMERS.replace("String(20))", "String(20), unique=True)")
    project = write_project(tmp_path, models=models, revisions={"0001_first": first})
    first, second = (review_project(project, from_revision="base") for _ in range(2))
    (finding,) = [one for one in first.findings if one.rule == "irreversible"]
    assert "pgcraft_build_naming_conventions()" in finding.help
    # An object's address in the message would make every run's report another one.
    assert [one.message for one in first.findings] == [one.message for one in second.findings]


def with_filter(body: str) -> str:
    """An env.py with an include_object of the project's own."""
    return PLAIN_ENV.replace(
        "def run(**options):\n",
        f"def own(object, name, type_, reflected, compare_to):\n    {body}\n\n\n"
        "def run(**options):\n    options['include_object'] = own\n",
    )


ONLINE_ONLY = """
if not op.get_context().as_sql:
    op.execute("CREATE VIEW v AS SELECT 1 AS one")
"""


def test_statement_that_runs_online_alone_is_not_proven_away(tmp_path):
    """The replay made a view that the script, written offline, does not make."""
    first = revision("0001", None, ONLINE_ONLY, 'op.execute("DROP VIEW v")')
    project = write_project(tmp_path, revisions={"0001_first": first})
    report = review_project(project, from_revision="base")
    assert report.verdict == "fail"
    assert "missing: view public.v" in report.findings[0].message


def test_exclusion_constraint_is_not_hidden_by_a_filter(tmp_path):
    """Alembic asks the project's filters about no exclusion constraint."""
    body = """
        op.execute("CREATE TABLE public.customers (id serial PRIMARY KEY, name varchar(20))")
        op.execute("ALTER TABLE customers ADD CONSTRAINT ex EXCLUDE (name WITH =)")
    """
    first = revision("0001", None, body, 'op.drop_table("customers")')
    project = write_project(
        tmp_path,
        models=MODELS + CUSTOMERS,
        env=with_filter("return True"),
        revisions={"0001_first": first},
    )
    report = proven(review_project(project))
    assert statements(report) == ["ALTER TABLE public.customers DROP CONSTRAINT ex;"]


def test_last_table_that_the_models_lose_is_dropped(tmp_path):
    """An empty MetaData is no reason to see no change: the drop is drafted, with its warning."""
    first = revision(
        "0001", None, 'op.execute("CREATE TABLE t (id int)")', 'op.execute("DROP TABLE t")'
    )
    report = proven(review_project(write_project(tmp_path, revisions={"0001_first": first})))
    assert [finding.rule for finding in report.findings] == [
        "breaks-running-code",
        "drop-table",
        "uncommitted",
    ]


def test_table_that_the_project_excludes_is_neither_drafted_nor_missed(tmp_path):
    """A view mapped as a table, and an excluded table whose check differs."""
    body = """
        op.execute("CREATE TABLE t (id int, CONSTRAINT ck CHECK (id > 0))")
        op.execute("CREATE VIEW v AS SELECT id FROM t")
    """
    first = revision("0001", None, body, 'op.execute("DROP TABLE t CASCADE")')
    models = MODELS + (
        'Table("v", metadata, Column("id", Integer))\n'
        'Table("t", metadata, Column("id", Integer), CheckConstraint("id > 5", name="ck"))\n'
    )
    project = write_project(
        tmp_path,
        models=models,
        env=with_filter("return not (type_ == 'table' and name in 'tv')"),
        revisions={"0001_first": first},
    )
    assert review_project(project).verdict == "no-change"


def test_script_without_transactions_has_a_guard_too(tmp_path):
    """`transactional_ddl=False`: one check, before everything."""
    env = PLAIN_ENV.replace(
        "target_metadata=metadata,", "target_metadata=metadata, transactional_ddl=False,"
    )
    report = proven(review_project(write_project(tmp_path, models=MODELS + CUSTOMERS, env=env)))
    assert report.scripts.upgrade.content.decode().count("DO $pgcraft$") == 1


def test_defaults_that_the_server_cannot_compare(tmp_path):
    """Json has no "=", and neither have two types; both converge."""
    text = MODELS.replace("String, Table", "String, Table, JSON, Boolean")
    old = (
        'Table("t", metadata, Column("id", Integer), Column("j", JSON, server_default="{}"),'
        ' Column("b", String, server_default="0"))\n'
    )
    project = write_project(tmp_path, models=text + old)
    proven(review_project(project))
    commit_draft(project)
    rewrite_models(
        project,
        text + old.replace('Column("id", Integer)', 'Column("id", Integer), Column("n", Integer)'),
    )
    proven(review_project(project))
    commit_draft(project)
    assert review_project(project).verdict == "no-change"


def test_computed_column_is_stored_where_the_server_stores(tmp_path):
    """SQLAlchemy asks the dialect for the server's abilities, and the script's knows no server."""
    models = MODELS.replace("String, Table", "String, Table, Computed") + (
        'Table("t", metadata, Column("id", Integer), Column("twice", Integer, Computed("id * 2")))\n'
    )
    proven(review_project(write_project(tmp_path, models=models)))


def test_base_on_one_of_two_branches_is_refused(tmp_path):
    """A database there may have the other branch or not."""
    from pgcraft.errors import UsageError

    revisions = {
        "a": revision("a", None, "pass"),
        "b": revision("b", "a", "pass"),
        "c": revision("c", "a", "pass"),
        "m": revision("m", None, "pass").replace("= None\n\n\ndef", "= ('b', 'c')\n\n\ndef"),
    }
    project = write_project(tmp_path, revisions=revisions)
    with pytest.raises(UsageError, match="--from b lies on a branch, beside c"):
        review_project(project, from_revision="b")


def test_first_review_of_an_env_that_makes_its_schema(tmp_path):
    """env.py has run on the base before anything is compared with it."""
    env = PLAIN_ENV.replace(
        "        run(connection=connection)",
        "        connection.exec_driver_sql('CREATE SCHEMA IF NOT EXISTS sales')\n"
        "        connection.commit()\n        run(connection=connection)",
    ).replace(
        "target_metadata=metadata,", "target_metadata=metadata, version_table_schema='sales',"
    )
    models = MODELS + CUSTOMERS + ORDERS
    proven(review_project(write_project(tmp_path, models=models, env=env)))
