"""Several columns of one table that get other types."""

from __future__ import annotations

from migrate.states.pair import Pair

KEYS = """
CREATE TABLE s.a (id {0} PRIMARY KEY, other {0} UNIQUE, up {0} REFERENCES s.a);
CREATE TABLE s.b (a {0} REFERENCES s.a, other {0} REFERENCES s.a (other), UNIQUE (a, other));
"""
COMPUTED = """
CREATE FUNCTION s.one() RETURNS {0} LANGUAGE sql IMMUTABLE AS 'SELECT 1::{0}';
CREATE TABLE s.t (id {0} GENERATED ALWAYS AS IDENTITY, a {0} DEFAULT s.one() NOT NULL, b {0},
    g {0} GENERATED ALWAYS AS (a + b) STORED, CONSTRAINT k CHECK (a > b));
CREATE INDEX i ON s.t ((a + b)); CREATE VIEW s.v AS SELECT a, b, g FROM s.t;
CREATE POLICY p ON s.t USING (a > b); COMMENT ON COLUMN s.t.a IS '{0}';
"""
INHERITED = """
CREATE TABLE s.t (a {0}, b {0} DEFAULT 1); CREATE TABLE s.c (x {0}) INHERITS (s.t);
CREATE TABLE s.d (b {0} DEFAULT 2, y {0}) INHERITS (s.t);
CREATE TABLE s.p (id integer, a {0}, b {0}) PARTITION BY RANGE (id);
CREATE TABLE s.p_1 PARTITION OF s.p (b DEFAULT 3) FOR VALUES FROM (0) TO (10);
"""
FOREIGN = """
CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE s.t (a {0}, b {0}) SERVER far;
"""
TYPES = """
CREATE TYPE s.e AS ENUM ({0}); CREATE DOMAIN s.d AS {1} CHECK (value::text <> '');
CREATE TABLE s.t (id integer, e s.e DEFAULT 'a', es s.e[], d s.d DEFAULT '1', ds s.d[], x {1},
    CONSTRAINT k CHECK (e <> 'b'));
CREATE TABLE s.u (e s.e, f s.e, PRIMARY KEY (e, f)); CREATE VIEW s.v AS SELECT e, d, x FROM s.t;
"""


def _typed(text: str) -> Pair:
    return Pair(text.format("integer"), text.format("bigint"))


STATES = {
    "types of keys and foreign keys": _typed(KEYS),
    "types of columns with all that is computed from them": _typed(COMPUTED),
    "types of columns that children and partitions have": _typed(INHERITED),
    "types of columns of a foreign table": _typed(FOREIGN),
    "types that are made anew under several columns": Pair(
        TYPES.format("'a', 'b'", "integer"), TYPES.format("'b', 'a'", "text")
    ),
    "types and collations, rules and comments of columns at once": Pair(
        "CREATE TABLE s.t (a varchar(5) DEFAULT 'x', b text NOT NULL, c integer, d date);",
        'CREATE TABLE s.t (a text COLLATE "C" NOT NULL DEFAULT \'y\', b varchar(9) COLLATE "C",'
        " c bigint, d timestamp(0) DEFAULT '2024-01-01'); COMMENT ON COLUMN s.t.a IS 'x';"
        "ALTER TABLE s.t ALTER b SET STORAGE EXTERNAL, ALTER c SET STATISTICS 500;",
    ),
}
