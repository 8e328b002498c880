"""Row security, privileges and owners."""

from __future__ import annotations

from migrate.states.pair import Pair

T = "CREATE TABLE s.t (id serial PRIMARY KEY, a integer, b text);"
F = "CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
POLICY = "CREATE POLICY p ON s.t {};"
FOR_STAFF = "ALTER DEFAULT PRIVILEGES FOR ROLE staff {};"

STATES = {
    "policy's command, roles and conditions": Pair(
        T + POLICY.format("FOR SELECT TO anon USING (a > 0)"),
        T
        + POLICY.format(
            "AS RESTRICTIVE FOR UPDATE TO staff, anon USING (a > 1) WITH CHECK (a > 2)"
        ),
    ),
    "policy's roles only": Pair(
        T + POLICY.format("TO anon USING (true)"),
        T
        + POLICY.format('TO "Größe, 1", staff USING (true)')
        + "COMMENT ON POLICY p ON s.t IS 'x';",
    ),
    "policy on other tables and functions": Pair(
        T
        + F
        + "CREATE TABLE s.u (id integer, a integer);"
        + POLICY.format("USING (a IN (SELECT u.a FROM s.u WHERE u.id = s.f()))"),
        T
        + F.replace("integer", "bigint")
        + "CREATE TABLE s.u (id bigint, a integer);"
        + POLICY.format("USING (a IN (SELECT u.a FROM s.u WHERE u.id = s.f()))"),
    ),
    "row security on, forced and off": Pair(
        T
        + "CREATE TABLE s.u (); ALTER TABLE s.t ENABLE ROW LEVEL SECURITY; ALTER TABLE s.u FORCE ROW LEVEL SECURITY;",
        T
        + "CREATE TABLE s.u (); ALTER TABLE s.t FORCE ROW LEVEL SECURITY; ALTER TABLE s.u ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;",
    ),
    "grants to several roles": Pair(
        T + "GRANT ALL ON s.t TO anon; GRANT SELECT ON s.t TO PUBLIC;",
        T
        + 'GRANT SELECT, INSERT ON s.t TO anon, staff, "Größe, 1"; GRANT USAGE, SELECT ON SEQUENCE s.t_id_seq TO anon;',
    ),
    "grant options": Pair(
        T + "GRANT SELECT, INSERT ON s.t TO anon WITH GRANT OPTION; GRANT SELECT ON s.t TO staff;",
        T
        + "GRANT SELECT ON s.t TO anon; GRANT INSERT ON s.t TO anon WITH GRANT OPTION; GRANT SELECT ON s.t TO staff WITH GRANT OPTION;",
    ),
    "grants passed on by another role": Pair(
        "GRANT USAGE ON SCHEMA s TO staff;" + T + "GRANT SELECT ON s.t TO staff WITH GRANT OPTION;",
        "GRANT USAGE ON SCHEMA s TO staff;"
        + T
        + "GRANT SELECT ON s.t TO staff WITH GRANT OPTION; SET ROLE staff; GRANT SELECT ON s.t TO anon; RESET ROLE;",
    ),
    "grants on columns and on their table": Pair(
        T + "GRANT SELECT (a), UPDATE (a, b) ON s.t TO anon; GRANT INSERT (b) ON s.t TO staff;",
        T + "GRANT SELECT, UPDATE ON s.t TO anon; GRANT SELECT (b), INSERT (a) ON s.t TO staff;",
    ),
    "grants on columns stay when those on the table go": Pair(
        T + "GRANT SELECT ON s.t TO anon; GRANT SELECT (a), SELECT (b) ON s.t TO anon;"
        "GRANT UPDATE ON s.t TO staff; GRANT UPDATE (a) ON s.t TO staff WITH GRANT OPTION;",
        T + "GRANT SELECT (a) ON s.t TO anon; GRANT UPDATE (a) ON s.t TO staff WITH GRANT OPTION;",
    ),
    "grants on a view's columns through a new view": Pair(
        T + "CREATE VIEW s.v AS SELECT id, a FROM s.t; GRANT SELECT (a) ON s.v TO anon;",
        T + "CREATE VIEW s.v AS SELECT a FROM s.t; GRANT SELECT (a) ON s.v TO anon, staff;",
    ),
    "owner's own privileges revoked": Pair(
        T + F,
        T
        + F
        + "REVOKE ALL ON s.t FROM postgres; REVOKE ALL ON FUNCTION s.f() FROM postgres; GRANT SELECT ON s.t TO postgres;",
    ),
    "functions revoked from everybody": Pair(
        F,
        F
        + "REVOKE ALL ON FUNCTION s.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f() TO anon, staff;"
        "CREATE FUNCTION s.g() RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION s.g() FROM PUBLIC;",
    ),
    "function remade, its privileges kept": Pair(
        F
        + "REVOKE ALL ON FUNCTION s.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f() TO anon; ALTER FUNCTION s.f() OWNER TO staff;",
        F.replace("integer", "bigint")
        + "REVOKE ALL ON FUNCTION s.f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION s.f() TO anon; ALTER FUNCTION s.f() OWNER TO staff;",
    ),
    "default privileges in a schema": Pair(
        FOR_STAFF.format("IN SCHEMA s GRANT SELECT ON TABLES TO anon"),
        FOR_STAFF.format("IN SCHEMA s GRANT INSERT, SELECT ON TABLES TO anon WITH GRANT OPTION")
        + FOR_STAFF.format("IN SCHEMA s GRANT USAGE ON SEQUENCES TO anon, PUBLIC"),
    ),
    "default privileges everywhere": Pair(
        FOR_STAFF.format("GRANT SELECT ON TABLES TO anon")
        + FOR_STAFF.format("REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"),
        FOR_STAFF.format("GRANT UPDATE ON TABLES TO anon")
        + FOR_STAFF.format("GRANT EXECUTE ON FUNCTIONS TO anon")
        + FOR_STAFF.format("REVOKE USAGE ON TYPES FROM PUBLIC")
        + FOR_STAFF.format("GRANT USAGE ON SCHEMAS TO anon"),
    ),
    "default privileges of the one who migrates": Pair(
        T,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;"
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;"
        + T
        + "CREATE TABLE s.u (id integer);"
        + F,
    ),
    "default privileges that what is made must not have": Pair(
        T,
        T + F + "CREATE TABLE s.u (id integer); CREATE VIEW s.v AS SELECT id FROM s.t;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;"
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;",
    ),
    "default privileges that were there before what is remade": Pair(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;"
        + T
        + "CREATE VIEW s.v AS SELECT id, a FROM s.t;",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;"
        + T
        + "CREATE VIEW s.v AS SELECT a FROM s.t; CREATE TABLE s.u (id integer); REVOKE SELECT ON s.u FROM anon;",
    ),
    "owners of all kinds": Pair(
        T
        + F
        + "CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text; CREATE SEQUENCE s.q; CREATE TYPE s.c AS (x integer);"
        "CREATE VIEW s.v AS SELECT 1 AS n; CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS n; CREATE PROCEDURE s.p() LANGUAGE sql AS '';"
        "CREATE AGGREGATE s.total(integer) (SFUNC = int4pl, STYPE = integer); CREATE COLLATION s.plain (provider = libc, locale = 'C');"
        "CREATE STATISTICS s.st ON a, b FROM s.t; CREATE TEXT SEARCH DICTIONARY s.w (TEMPLATE = simple); CREATE TYPE s.r AS RANGE (subtype = integer);",
        T
        + F
        + "CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text; CREATE SEQUENCE s.q; CREATE TYPE s.c AS (x integer);"
        "CREATE VIEW s.v AS SELECT 1 AS n; CREATE MATERIALIZED VIEW s.m AS SELECT 1 AS n; CREATE PROCEDURE s.p() LANGUAGE sql AS '';"
        "CREATE AGGREGATE s.total(integer) (SFUNC = int4pl, STYPE = integer); CREATE COLLATION s.plain (provider = libc, locale = 'C');"
        "CREATE STATISTICS s.st ON a, b FROM s.t; CREATE TEXT SEARCH DICTIONARY s.w (TEMPLATE = simple); CREATE TYPE s.r AS RANGE (subtype = integer);"
        "ALTER TABLE s.t OWNER TO staff; ALTER FUNCTION s.f() OWNER TO staff; ALTER TYPE s.e OWNER TO staff; ALTER DOMAIN s.d OWNER TO staff;"
        "ALTER SEQUENCE s.q OWNER TO staff; ALTER TYPE s.c OWNER TO staff; ALTER VIEW s.v OWNER TO staff; ALTER MATERIALIZED VIEW s.m OWNER TO staff;"
        "ALTER PROCEDURE s.p() OWNER TO staff; ALTER AGGREGATE s.total(integer) OWNER TO staff; ALTER COLLATION s.plain OWNER TO staff;"
        "ALTER STATISTICS s.st OWNER TO staff; ALTER TEXT SEARCH DICTIONARY s.w OWNER TO staff; ALTER TYPE s.r OWNER TO staff; ALTER SCHEMA s OWNER TO staff;",
    ),
    "owner and grants changed together": Pair(
        T + "GRANT SELECT ON s.t TO anon;",
        T
        + "ALTER TABLE s.t OWNER TO staff; GRANT SELECT, UPDATE ON s.t TO anon; REVOKE DELETE ON s.t FROM staff; GRANT SELECT ON s.t TO postgres;",
    ),
}
