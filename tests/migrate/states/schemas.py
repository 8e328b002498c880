"""Schemas, extensions, foreign tables, publications."""

from __future__ import annotations

from migrate.states.pair import Pair

WORDS = "CREATE TABLE s.words (id integer PRIMARY KEY, word text, tags {} );"
FILES = """
CREATE EXTENSION file_fdw WITH SCHEMA s;
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
"""
FAR = """
CREATE EXTENSION postgres_fdw WITH SCHEMA s;
CREATE SERVER far VERSION '1' FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'a', port '1');
"""

STATES = {
    "schemas come with all that is in them": Pair(
        "",
        """
        CREATE SCHEMA a AUTHORIZATION staff; CREATE SCHEMA "B c";
        CREATE TABLE a.t (id integer PRIMARY KEY);
        CREATE TABLE "B c".t (id integer REFERENCES a.t);
        GRANT USAGE ON SCHEMA a TO anon; COMMENT ON SCHEMA "B c" IS 'b and c';
        """,
    ),
    "schema's owner, grants and comment": Pair(
        "CREATE SCHEMA a; GRANT USAGE ON SCHEMA a TO anon; COMMENT ON SCHEMA a IS 'x';",
        "CREATE SCHEMA a AUTHORIZATION staff; GRANT CREATE, USAGE ON SCHEMA a TO anon;"
        "COMMENT ON SCHEMA a IS 'y';",
    ),
    "view and function moved between schemas that stay": Pair(
        "CREATE SCHEMA a; CREATE TABLE s.t (id integer); CREATE VIEW a.v AS SELECT id FROM s.t;"
        "CREATE FUNCTION a.f() RETURNS SETOF a.v LANGUAGE sql AS 'SELECT * FROM a.v';",
        "CREATE SCHEMA a; CREATE TABLE s.t (id integer); CREATE VIEW s.v AS SELECT id FROM s.t;"
        "CREATE FUNCTION s.f() RETURNS SETOF s.v LANGUAGE sql AS 'SELECT * FROM s.v';",
    ),
    "extension comes with what uses its operators and types": Pair(
        "CREATE TABLE s.words (id integer PRIMARY KEY);",
        """
        CREATE EXTENSION pg_trgm WITH SCHEMA s; CREATE EXTENSION citext WITH SCHEMA s;
        CREATE EXTENSION hstore WITH SCHEMA s;
        """
        + WORDS.format("s.hstore, name s.citext UNIQUE")
        + """
        CREATE INDEX ix ON s.words USING gin (word s.gin_trgm_ops);
        CREATE VIEW s.v AS SELECT s.similarity(word, 'a') AS n FROM s.words;
        """,
    ),
    "extension moved to another schema": Pair(
        "CREATE SCHEMA x; CREATE EXTENSION citext WITH SCHEMA s;" + WORDS.format("s.citext"),
        "CREATE SCHEMA x; CREATE EXTENSION citext WITH SCHEMA x;" + WORDS.format("x.citext"),
    ),
    "text becomes citext and goes back": Pair(
        "CREATE EXTENSION citext WITH SCHEMA s;" + WORDS.format("text UNIQUE"),
        "CREATE EXTENSION citext WITH SCHEMA s;" + WORDS.format("s.citext UNIQUE"),
    ),
    "foreign table comes with wrapper's extension and server": Pair(
        "",
        FILES
        + "CREATE FOREIGN TABLE s.f (a integer, b text NOT NULL) SERVER files"
        + " OPTIONS (filename '/x', format 'csv'); GRANT SELECT ON s.f TO anon;"
        + "COMMENT ON FOREIGN TABLE s.f IS 'x'; CREATE VIEW s.v AS SELECT a FROM s.f;",
    ),
    "foreign table's columns and options": Pair(
        FAR
        + "CREATE FOREIGN TABLE s.f (a integer OPTIONS (column_name 'x'), b text, d date)"
        + " SERVER far OPTIONS (table_name 'y', schema_name 'z');",
        FAR
        + "CREATE FOREIGN TABLE s.f (a bigint OPTIONS (column_name 'y'), c text DEFAULT 'x',"
        + " d date NOT NULL, CONSTRAINT k CHECK (a > 0))"
        + " SERVER far OPTIONS (table_name 'x', fetch_size '3');",
    ),
    "foreign server's and wrapper's options": Pair(
        FAR + "CREATE FOREIGN TABLE s.f (a integer) SERVER far;",
        FAR.replace("port '1'", "dbname 'b'").replace("host 'a'", "host 'b'")
        + "CREATE FOREIGN TABLE s.f (a integer) SERVER far;"
        + "CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true');"
        + "GRANT USAGE ON FOREIGN SERVER far TO anon; ALTER SERVER far OWNER TO staff;",
    ),
    "foreign server's version": Pair(
        FAR + "CREATE FOREIGN TABLE s.f (a integer) SERVER far;",
        FAR.replace("VERSION '1'", "VERSION '2'")
        + "CREATE FOREIGN TABLE s.f (a integer) SERVER far;",
    ),
    "publication's tables and options": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY, b text); CREATE TABLE s.b (id integer);"
        "CREATE PUBLICATION p FOR TABLE s.a; COMMENT ON PUBLICATION p IS 'x';",
        "CREATE TABLE s.a (id integer PRIMARY KEY, b text); CREATE TABLE s.b (id integer);"
        "CREATE PUBLICATION p FOR TABLE s.a, s.b WITH (publish = 'insert');"
        "COMMENT ON PUBLICATION p IS 'x'; ALTER PUBLICATION p OWNER TO postgres;",
    ),
    "publication of columns, rows and schemas": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY, b text); CREATE PUBLICATION p FOR ALL TABLES;",
        "CREATE SCHEMA x; CREATE TABLE s.a (id integer PRIMARY KEY, b text);"
        "CREATE PUBLICATION p FOR TABLE s.a (id) WHERE (id > 3);"
        "CREATE PUBLICATION q FOR TABLES IN SCHEMA x;",
        since=15,
    ),
    "column dropped that a publication's condition uses": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY, b text, c text);"
        "CREATE PUBLICATION p FOR TABLE s.a (id, b) WHERE (id > 3);",
        "CREATE TABLE s.a (id bigint PRIMARY KEY, c text);"
        "CREATE PUBLICATION p FOR TABLE s.a (id) WHERE (id > 3);",
        since=15,
    ),
}
