"""``--base-schema``: the review starts from a dump of a schema."""

from __future__ import annotations

import pytest
from projects.reviewing import proven, review_project, statements
from projects.small_project import write_project
from review.test_base_ref import ONE, TWO, set_tables

from pgcraft.errors import ServerUnavailableError, UsageError
from pgcraft.postgres.psql import dump_schema
from pgcraft.project.configuration import find_project

# As pg_dump 18 writes it, with what older servers and psqls do not know.
DUMP = r"""--
-- PostgreSQL database dump
--

\restrict Zd0abc123

SET statement_timeout = 0;
SET a_setting_of_the_future = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;

--
-- Name: by_hand(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.by_hand() RETURNS void
    LANGUAGE sql
    AS $$
UPDATE public.one
SET id = 1;
$$;

CREATE TABLE public.one (
    id integer
);

ALTER TABLE public.one OWNER TO "App Owner";
GRANT SELECT ON TABLE public.one TO reader;

\unrestrict Zd0abc123
"""
VERSIONS = """
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
"""
ROW = "INSERT INTO public.alembic_version VALUES ('0001');\n"


@pytest.fixture
def project(tmp_path):
    """A history of two revisions."""
    made = write_project(tmp_path, revisions={"0001_one": ONE, "0002_two": TWO})
    set_tables(tmp_path, "one", "two", "three")
    return made


@pytest.fixture
def bare(tmp_path):
    """Models without Alembic."""
    set_tables(tmp_path, "one", "two")
    return find_project(tmp_path, models=("models",))


def dump(project, text: str):
    file = project.root / "production.sql"
    file.write_text(text)
    return file


def test_models_without_alembic_differ_from_production(bare):
    """What production has by hand stays: a function, an owner, a privilege."""
    report = proven(review_project(bare, base_schema=dump(bare, DUMP)))
    assert [(one.action, one.identity) for one in report.changes] == [("create", "public.two")]
    given = [one.message for one in report.findings if one.rule == "given-role"]
    assert ["App Owner" in one for one in given].count(True) == 1
    assert ["reader" in one for one in given].count(True) == 1
    assert "function public.by_hand()" in map(str, report.proof.unmanaged)


def test_function_body_that_looks_like_a_setting_is_kept(bare):
    """Only the settings at the beginning are the dump's."""
    report = review_project(bare, base_schema=dump(bare, DUMP))
    body = next(one for one in report.plan.base if one.key.kind == "function")
    assert "SET id = 1;" in body.definition


def test_row_of_alembics_table_says_which_revisions_are_missing(project):
    """The committed revision first, then what autogenerate finds."""
    report = proven(review_project(project, base_schema=dump(project, DUMP + VERSIONS + ROW)))
    assert report.baseline.revisions == ("0001",)
    made = [one.split("(")[0].split()[2] for one in statements(report)]
    assert made == ["two", "public.three"]


@pytest.mark.parametrize("versions", ["", VERSIONS])
def test_dump_without_a_row_is_where_from_says(project, versions):
    """pg_dump --schema-only writes no rows."""
    report = proven(
        review_project(project, base_schema=dump(project, DUMP + versions), from_revision="0001")
    )
    assert report.baseline.revisions == ("0001",)
    assert len(statements(report)) == 2


def test_dump_without_a_row_is_at_the_newest_revision(project):
    """So all that it lacks is drafted."""
    report = proven(review_project(project, base_schema=dump(project, DUMP)))
    assert report.baseline.revisions == ("0002",)
    assert "assumed-revision" in [one.rule for one in report.findings]
    assert {one.identity for one in report.changes} == {"public.two", "public.three"}


def test_revision_that_the_history_lacks_is_refused(project):
    text = DUMP + VERSIONS + ROW.replace("0001", "0009")
    with pytest.raises(UsageError, match="is at 0009, which the history does not have"):
        review_project(project, base_schema=dump(project, text))


def test_from_against_the_dump_is_refused(project):
    file = dump(project, DUMP + VERSIONS + ROW)
    with pytest.raises(UsageError, match="is at 0001, and --from says 0002"):
        review_project(project, base_schema=file, from_revision="0002")


def test_missing_file_is_a_sentence(bare):
    with pytest.raises(UsageError, match="There is no file"):
        review_project(bare, base_schema=bare.root / "nothing.sql")


def test_dump_in_the_custom_format_says_how_to_write_sql(bare):
    file = bare.root / "production.dump"
    file.write_bytes(b"PGDMP\x01\x0f")
    with pytest.raises(UsageError, match="own format") as caught:
        review_project(bare, base_schema=file)
    assert "--format=plain" in caught.value.advice


def test_dump_that_psql_stops_in_shows_what_it_said(bare):
    with pytest.raises(UsageError, match="cannot be loaded") as caught:
        review_project(bare, base_schema=dump(bare, "CREATE TABLE public.one (id nonsense);"))
    assert "production.sql:1" in caught.value.detail
    assert 'type "nonsense" does not exist' in caught.value.detail


def test_missing_extension_names_it(bare):
    text = "CREATE EXTENSION IF NOT EXISTS nowhere WITH SCHEMA public;"
    with pytest.raises(ServerUnavailableError, match="no extension nowhere"):
        review_project(bare, base_schema=dump(bare, text))


def test_real_dump_is_the_base(bare, server):
    """What pg_dump writes of a database is that database, with its roles not there."""
    database = "to_be_dumped"
    server.create_database(database)
    try:
        with server.connect(database) as connection:
            connection.execute(
                "CREATE ROLE dumped_owner; CREATE TABLE public.one (id integer);"
                "ALTER TABLE public.one OWNER TO dumped_owner;"
                "CREATE VIEW public.seen AS SELECT id FROM public.one"
            )
        text = dump_schema(server, database)
    finally:
        server.drop_database(database)
        with server.connect("postgres") as connection:
            connection.execute("DROP ROLE dumped_owner")
    report = proven(review_project(bare, base_schema=dump(bare, text)))
    assert [(one.action, one.identity) for one in report.changes] == [("create", "public.two")]
    assert report.baseline.given_roles == ("dumped_owner",)
