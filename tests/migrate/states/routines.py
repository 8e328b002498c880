"""Functions, procedures, aggregates and what calls them."""

from __future__ import annotations

from migrate.states.pair import Pair

T = "CREATE TABLE s.t (id integer PRIMARY KEY, a integer, b text);"
ATOMIC = "CREATE FUNCTION s.f() RETURNS {0} LANGUAGE sql BEGIN ATOMIC SELECT a FROM s.t; END;"
ADD = "CREATE FUNCTION s.add({0}) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';"
SUM = """
CREATE FUNCTION s.step(integer, integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT {0}';
CREATE AGGREGATE s.total(integer) (SFUNC = s.step, STYPE = integer, INITCOND = '{1}');
CREATE VIEW s.v AS SELECT s.total(a) AS n FROM s.t; GRANT EXECUTE ON FUNCTION s.total TO anon;
REVOKE EXECUTE ON FUNCTION s.total FROM PUBLIC; COMMENT ON AGGREGATE s.total(integer) IS 'x';
"""

OVERLOADED = """
CREATE FUNCTION s.f({0}) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE TABLE s.t (id integer DEFAULT s.f(1), a integer DEFAULT s.f(2) + {1},
    g integer GENERATED ALWAYS AS (s.f(3)) STORED, CONSTRAINT k CHECK (s.f(4) > {1}));
CREATE INDEX i ON s.t (s.f(5)); CREATE VIEW s.v AS SELECT s.f(6) + {1} AS x;
CREATE VIEW s.w AS SELECT s.f(6) AS x; ALTER VIEW s.w ALTER COLUMN x SET DEFAULT s.f(1);
CREATE POLICY p ON s.t USING (s.f(7) > 0); CREATE DOMAIN s.d AS integer DEFAULT s.f(8);
CREATE FUNCTION s.g(n integer DEFAULT s.f(9)) RETURNS integer LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION s.h() RETURNS integer LANGUAGE sql RETURN s.f(9) + {1};
"""

STATES = {
    "function gets an argument that has a default": Pair(
        OVERLOADED.format("integer", 1), OVERLOADED.format("integer, integer DEFAULT 0", 2)
    ),
    "function loses an overload that a default calls": Pair(
        "CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';"
        "CREATE FUNCTION s.f(text) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE TABLE s.t (id integer DEFAULT s.f('1'::text));",
        "CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1';"
        "CREATE TABLE s.t (id integer DEFAULT s.f(1));",
    ),
    "function's facets": Pair(
        "CREATE FUNCTION s.f(a integer, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT b';",
        "CREATE FUNCTION s.f(a integer, b text DEFAULT 'y') RETURNS text LANGUAGE sql STABLE STRICT"
        " SECURITY DEFINER PARALLEL SAFE LEAKPROOF COST 5 SET search_path = s, \"x y\" SET work_mem = '1MB'"
        " AS 'SELECT b || $1';",
    ),
    "function's parameter renamed and default taken away": Pair(
        "CREATE FUNCTION s.f(a integer, b text DEFAULT 'x') RETURNS text LANGUAGE sql AS 'SELECT $2';"
        "CREATE VIEW s.v AS SELECT s.f(1) AS n;",
        "CREATE FUNCTION s.f(c integer, b text) RETURNS text LANGUAGE sql AS 'SELECT $2';"
        "CREATE VIEW s.v AS SELECT s.f(1, 'x') AS n;",
    ),
    "overloads come, go and change": Pair(
        ADD.format("integer")
        + ADD.format("integer, text")
        + "COMMENT ON FUNCTION s.add(integer) IS 'x';",
        ADD.format("integer, text DEFAULT ''").replace("+ 1", "+ 2")
        + ADD.format("integer[]").replace("$1 +", "$1[1] +"),
    ),
    "out parameters and tables": Pair(
        "CREATE FUNCTION s.f(OUT a integer, OUT b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;"
        "CREATE FUNCTION s.g() RETURNS TABLE (a integer) LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION s.f(OUT a integer, OUT c text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;"
        "CREATE FUNCTION s.g() RETURNS TABLE (a integer, b text) LANGUAGE sql AS $$ SELECT 1, 'x' $$;"
        "CREATE VIEW s.v AS SELECT b FROM s.g();",
    ),
    "function becomes a procedure": Pair(
        "CREATE FUNCTION s.f(a integer) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';",
        "CREATE PROCEDURE s.f(a integer) LANGUAGE plpgsql AS 'BEGIN END';"
        "COMMENT ON PROCEDURE s.f(integer) IS 'x'; REVOKE EXECUTE ON PROCEDURE s.f FROM PUBLIC;",
    ),
    "procedure's body and parameters": Pair(
        "CREATE PROCEDURE s.p(a integer, INOUT b text) LANGUAGE plpgsql AS 'BEGIN b := 1; END';",
        "CREATE PROCEDURE s.p(a integer, INOUT b text DEFAULT 'x') LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE PROCEDURE s.q() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';",
    ),
    "body that the server knows, its table's column retyped": Pair(
        T + ATOMIC.format("integer") + "CREATE VIEW s.v AS SELECT s.f() AS n;",
        T.replace("a integer", "a bigint")
        + ATOMIC.format("bigint")
        + "CREATE VIEW s.v AS SELECT s.f() AS n;",
    ),
    "body that the server knows, its table's column goes": Pair(
        T + ATOMIC.format("integer") + "CREATE VIEW s.v AS SELECT s.f() AS n;",
        "CREATE TABLE s.t (id integer PRIMARY KEY, b text);"
        + ATOMIC.format("integer").replace("SELECT a", "SELECT id")
        + "CREATE VIEW s.v AS SELECT s.f() AS n;",
    ),
    "bodies that the server knows call one another": Pair(
        T
        + ATOMIC.format("integer")
        + "CREATE FUNCTION s.g() RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT s.f(); END;",
        T
        + ATOMIC.format("bigint")
        + "CREATE FUNCTION s.g() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT s.f(); END;"
        + "CREATE PROCEDURE s.p() LANGUAGE sql BEGIN ATOMIC INSERT INTO s.t (id) VALUES (s.g()); END;",
    ),
    "aggregate under a view": Pair(T + SUM.format("$1 + $2", 0), T + SUM.format("$1 - $2", 1)),
    "aggregate's step function gets another result": Pair(
        T + SUM.format("$1 + $2", 0), T + SUM.format("$1 + $2", 0).replace("integer", "bigint")
    ),
    "aggregate ordered and of any number": Pair(
        "",
        "CREATE AGGREGATE s.mid(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition,"
        " STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);"
        "CREATE AGGREGATE s.many(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');",
    ),
    "function of a table's rows comes with the table": Pair(
        "",
        T
        + "CREATE FUNCTION s.full(s.t) RETURNS text LANGUAGE sql STABLE AS 'SELECT $1.b';"
        + "CREATE FUNCTION s.some() RETURNS SETOF s.t LANGUAGE plpgsql AS 'BEGIN END';"
        + "CREATE VIEW s.v AS SELECT s.full(t.*) FROM s.t;"
        + "ALTER TABLE s.t ADD CONSTRAINT k CHECK (s.full(t.*) <> '');",
    ),
    "function in the default of another, of a domain and of a column": Pair(
        ADD.format("integer"),
        ADD.format("integer")
        + "CREATE FUNCTION s.g(a integer DEFAULT s.add(1)) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        + "CREATE DOMAIN s.d AS integer DEFAULT s.add(2); CREATE TABLE s.t (a s.d, b integer DEFAULT s.g());",
    ),
    "function that goes from under a default, a check and a generated column": Pair(
        ADD.format("integer")
        + "CREATE TABLE s.t (a integer DEFAULT s.add(1), b integer CHECK (s.add(b) > 0),"
        + "g integer GENERATED ALWAYS AS (s.add(b)) STORED); CREATE INDEX i ON s.t (s.add(a));",
        "CREATE TABLE s.t (a integer DEFAULT 1, b integer, g integer);",
    ),
    "function that goes from under a generated column that a view, an index and a check read": Pair(
        "CREATE FUNCTION s.f(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
        'CREATE TABLE s.t (a text, g text COLLATE "C" GENERATED ALWAYS AS (s.f(a)) STORED'
        " CHECK (g <> 'x')); CREATE INDEX i ON s.t (g) WHERE g > 'a';"
        "CREATE VIEW s.v AS SELECT g FROM s.t; COMMENT ON VIEW s.v IS 'v';",
        "CREATE TABLE s.t (a text, g text COLLATE \"C\" CHECK (g <> 'x'));"
        "CREATE INDEX i ON s.t (g) WHERE g > 'a';"
        "CREATE VIEW s.v AS SELECT g FROM s.t; COMMENT ON VIEW s.v IS 'v';",
    ),
    "function's language and set of rows": Pair(
        "CREATE FUNCTION s.f() RETURNS integer LANGUAGE sql AS 'SELECT 1';",
        "CREATE FUNCTION s.f() RETURNS SETOF integer LANGUAGE plpgsql ROWS 5 AS $x$"
        "BEGIN\n\tRETURN QUERY SELECT 1; -- 100 % :name \\ 'q' $$ ünï\nEND $x$;",
    ),
    "window function and function of any type": Pair(
        "",
        "CREATE FUNCTION s.w(anyelement) RETURNS anyelement LANGUAGE internal WINDOW"
        " AS 'window_first_value';"
        "CREATE FUNCTION s.first(anyarray, VARIADIC anyarray) RETURNS anyelement LANGUAGE sql"
        " AS 'SELECT $1[1]';",
    ),
    "functions whose bodies call what comes later": Pair(
        "",
        "CREATE FUNCTION s.b() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE FUNCTION s.a() RETURNS integer LANGUAGE sql AS 'SELECT s.b()';"
        "CREATE TABLE s.z (a integer DEFAULT s.a());"
        "CREATE FUNCTION s.c() RETURNS s.z LANGUAGE sql AS 'SELECT * FROM s.z LIMIT s.b()';",
    ),
}
