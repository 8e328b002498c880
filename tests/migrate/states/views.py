"""Views, materialized views and rules."""

from __future__ import annotations

from migrate.states.pair import Pair

T = "CREATE TABLE s.t (id integer PRIMARY KEY, a integer, b text);"
V = "CREATE VIEW s.v AS SELECT id, a, b FROM s.t WHERE a > 0;"
DRESSED = """
COMMENT ON VIEW s.v IS 'x'; COMMENT ON COLUMN s.v.a IS 'y'; GRANT SELECT ON s.v TO anon;
GRANT UPDATE (a) ON s.v TO staff; ALTER VIEW s.v ALTER a SET DEFAULT 5;
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER noted INSTEAD OF INSERT ON s.v FOR EACH ROW EXECUTE FUNCTION s.note();
CREATE RULE r AS ON DELETE TO s.v DO INSTEAD DELETE FROM s.t WHERE t.id = old.id;
ALTER VIEW s.v OWNER TO staff;
"""
M = "CREATE MATERIALIZED VIEW s.m AS SELECT id, {} AS a FROM s.t {};"
ON_M = """
CREATE UNIQUE INDEX i ON s.m (id); COMMENT ON MATERIALIZED VIEW s.m IS 'x';
COMMENT ON COLUMN s.m.a IS 'y'; GRANT SELECT ON s.m TO anon; COMMENT ON INDEX s.i IS 'z';
CREATE MATERIALIZED VIEW s.n AS SELECT count(*) AS c FROM s.m; CREATE INDEX j ON s.n (c);
CREATE VIEW s.v AS SELECT c FROM s.n; CREATE STATISTICS s.st ON id, a FROM s.m;
ALTER MATERIALIZED VIEW s.m ALTER id SET STATISTICS 50; ALTER MATERIALIZED VIEW s.m CLUSTER ON i;
ALTER MATERIALIZED VIEW s.m OWNER TO staff;
"""

STATES = {
    "dressed view's query": Pair(T + V + DRESSED, T + V.replace("a > 0", "a > 1") + DRESSED),
    "dressed view's columns reordered": Pair(
        T + V + DRESSED, T + V.replace("id, a, b", "a, id, b") + DRESSED
    ),
    "dressed view's column retyped": Pair(
        T + V + DRESSED, T + V.replace("id, a, b", "id, a::bigint AS a, b") + DRESSED
    ),
    "dressed view's column renamed": Pair(
        T + V, T + V.replace("id, a, b", "id, a AS z, b") + "COMMENT ON COLUMN s.v.z IS 'y';"
    ),
    "dressed view's column appended that is commented": Pair(
        T + V + DRESSED,
        T
        + V.replace("id, a, b", "id, a, b, a + 1 AS z")
        + DRESSED
        + "COMMENT ON COLUMN s.v.z IS 'y'; GRANT SELECT (z) ON s.v TO anon;"
        + "ALTER VIEW s.v ALTER z SET DEFAULT 3;",
    ),
    "dressed view's table changes": Pair(
        T + V + DRESSED, T.replace("a integer", "a bigint") + V + DRESSED
    ),
    "dressed view undressed": Pair(T + V + DRESSED, T + V),
    "view's options": Pair(
        T + V.replace("s.v", "s.v WITH (security_barrier)") + DRESSED,
        T + V.replace(";", " WITH LOCAL CHECK OPTION;") + DRESSED,
    ),
    "view's options with invoker": Pair(
        T + V.replace("s.v", "s.v WITH (security_invoker)") + DRESSED,
        T + V + DRESSED,
        since=15,
    ),
    "recursive view": Pair(
        T
        + "CREATE RECURSIVE VIEW s.v (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM v WHERE n < 9;",
        T
        + "CREATE RECURSIVE VIEW s.v (n) AS VALUES (1) UNION ALL SELECT n + 2 FROM v WHERE n < 9;",
    ),
    "view becomes a materialized view": Pair(
        T + V + "GRANT SELECT ON s.v TO anon; CREATE VIEW s.w AS SELECT a FROM s.v;",
        T
        + V.replace("VIEW", "MATERIALIZED VIEW")
        + "GRANT SELECT ON s.v TO anon; CREATE VIEW s.w AS SELECT a FROM s.v;"
        + "CREATE INDEX i ON s.v (a);",
    ),
    "views swap what they need": Pair(
        T + "CREATE VIEW s.v AS SELECT a FROM s.t; CREATE VIEW s.w AS SELECT a FROM s.v;",
        T + "CREATE VIEW s.w AS SELECT a FROM s.t; CREATE VIEW s.v AS SELECT a FROM s.w;",
    ),
    "view stops using a table that goes": Pair(
        T
        + "CREATE TABLE s.u (a integer); CREATE VIEW s.v AS SELECT t.a FROM s.t JOIN s.u USING (a);",
        T + "CREATE VIEW s.v AS SELECT t.a FROM s.t;",
    ),
    "view uses a new column, and is used": Pair(
        T + V + "CREATE VIEW s.w AS SELECT a FROM s.v; CREATE VIEW s.x AS SELECT a FROM s.w;",
        T.replace("b text", "b text, c integer")
        + V.replace("id, a, b", "id, a, b, c")
        + "CREATE VIEW s.w AS SELECT a, c FROM s.v; CREATE VIEW s.x AS SELECT a FROM s.w;",
    ),
    "view on a function on a view": Pair(
        T
        + V
        + "CREATE FUNCTION s.f() RETURNS SETOF s.v LANGUAGE sql AS 'SELECT * FROM s.v';"
        + "CREATE VIEW s.w AS SELECT a FROM s.f();",
        T
        + V.replace("id, a, b", "a, b")
        + "CREATE FUNCTION s.f() RETURNS SETOF s.v LANGUAGE sql AS 'SELECT * FROM s.v';"
        + "CREATE VIEW s.w AS SELECT a FROM s.f();",
    ),
    "materialized view's query under all that is on it": Pair(
        T + M.format("a", "") + ON_M, T + M.format("a + 1", "") + ON_M
    ),
    "materialized view's table changes": Pair(
        T + M.format("a", "") + ON_M, T.replace("a integer", "a bigint") + M.format("a", "") + ON_M
    ),
    "materialized view with options, without data": Pair(
        T + M.format("a", "WITH NO DATA"),
        T
        + "CREATE MATERIALIZED VIEW s.m WITH (fillfactor = 70) AS SELECT id, a FROM s.t;"
        + "ALTER MATERIALIZED VIEW s.m ALTER id SET (n_distinct = 3);",
    ),
    "rules on a table": Pair(
        T
        + "CREATE TABLE s.log (id integer);"
        + "CREATE RULE r AS ON UPDATE TO s.t DO ALSO INSERT INTO s.log VALUES (old.id);"
        + "CREATE RULE q AS ON INSERT TO s.t DO INSTEAD NOTHING; COMMENT ON RULE q ON s.t IS 'x';",
        T
        + "CREATE TABLE s.log (id integer, n integer);"
        + "CREATE RULE r AS ON UPDATE TO s.t DO ALSO INSERT INTO s.log VALUES (old.id, new.a);"
        + "ALTER TABLE s.t DISABLE RULE r;",
    ),
}
