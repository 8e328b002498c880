"""Indexes and extended statistics."""

from __future__ import annotations

from migrate.states.pair import Pair

T = "CREATE TABLE s.t (id integer NOT NULL, a text, b text, p point);"

STATES = {
    "index's facets changed": Pair(
        T
        + """
        CREATE INDEX i ON s.t (a); CREATE UNIQUE INDEX u ON s.t (id); CREATE INDEX g ON s.t (a);
        CREATE INDEX o ON s.t (a text_pattern_ops); CREATE INDEX n ON s.t (a DESC NULLS LAST);
        """,
        T
        + """
        CREATE INDEX i ON s.t (lower(a) COLLATE "C", id) INCLUDE (b) WHERE b IS NOT NULL;
        CREATE INDEX u ON s.t (id) WITH (fillfactor = 50); CREATE INDEX g ON s.t USING gist (p);
        CREATE INDEX o ON s.t (a); CREATE INDEX n ON s.t (a NULLS FIRST);
        """,
    ),
    "index's comment, statistics and clustering": Pair(
        T + "CREATE INDEX i ON s.t (a); CREATE INDEX e ON s.t ((a || b));",
        T
        + "CREATE INDEX i ON s.t (a); COMMENT ON INDEX s.i IS 'x'; ALTER TABLE s.t CLUSTER ON i;"
        + "CREATE INDEX e ON s.t ((a || b)); ALTER INDEX s.e ALTER 1 SET STATISTICS 300;",
    ),
    "index moved to another table": Pair(
        T + "CREATE TABLE s.u (a text); CREATE INDEX i ON s.t (a);",
        T + "CREATE TABLE s.u (a text); CREATE INDEX i ON s.u (a);",
    ),
    "index becomes a table of its name": Pair(
        T + "CREATE INDEX i ON s.t (a);", T + "CREATE TABLE s.i (a text);"
    ),
    "unique index under a foreign key changed": Pair(
        "CREATE TABLE s.a (x integer, y integer); CREATE UNIQUE INDEX u ON s.a (x);"
        "CREATE TABLE s.b (x integer CONSTRAINT f REFERENCES s.a (x));",
        "CREATE TABLE s.a (x integer, y integer); CREATE UNIQUE INDEX u ON s.a (x) INCLUDE (y);"
        "CREATE TABLE s.b (x integer CONSTRAINT f REFERENCES s.a (x));",
    ),
    "statistics of columns and expressions": Pair(
        T + "CREATE STATISTICS s.st (ndistinct) ON a, b FROM s.t;",
        T
        + "CREATE STATISTICS s.st ON lower(a), b FROM s.t; COMMENT ON STATISTICS s.st IS 'x';"
        + "ALTER STATISTICS s.st SET STATISTICS 500; ALTER STATISTICS s.st OWNER TO staff;",
    ),
    "statistics moved to another schema": Pair(
        "CREATE SCHEMA x;" + T + "CREATE STATISTICS s.st ON a, b FROM s.t;",
        "CREATE SCHEMA x;" + T + "CREATE STATISTICS x.st ON a, b FROM s.t;",
    ),
}
