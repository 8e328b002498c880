"""What differs in nothing but its name."""

from __future__ import annotations

from migrate.states.pair import Pair

TABLES = """
CREATE TABLE s.a (id integer CONSTRAINT {0}_pk PRIMARY KEY, x integer CONSTRAINT {0}_uq UNIQUE,
    CONSTRAINT "{0} ck" CHECK (x > 0), CONSTRAINT {0}_ex EXCLUDE USING btree (x WITH =));
CREATE TABLE s.b (a integer CONSTRAINT {0}_fk REFERENCES s.a ON DELETE CASCADE,
    x integer CONSTRAINT f REFERENCES s.a (x));
CREATE INDEX {0}_ix ON s.b (lower(x::text)) WHERE a > 0;
CREATE STATISTICS s.{0}_st (dependencies) ON a, x FROM s.b;
CREATE VIEW s.grouped AS SELECT id, x FROM s.a GROUP BY id;
"""
COMMENTS = """
COMMENT ON CONSTRAINT {0}_pk ON s.a IS '{0}'; COMMENT ON CONSTRAINT "{0} ck" ON s.a IS 'kept';
COMMENT ON INDEX s.{0}_ix IS 'kept'; COMMENT ON STATISTICS s.{0}_st IS 'kept';
"""
ON_TABLE = """
CREATE TABLE s.t (id integer, a integer);
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER {0}_tr BEFORE UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION s.note();
ALTER TABLE s.t DISABLE TRIGGER {0}_tr;
CREATE RULE {0}_ru AS ON DELETE TO s.t DO INSTEAD NOTHING;
CREATE POLICY {0}_po ON s.t FOR SELECT TO anon USING (a > 0);
COMMENT ON TRIGGER {0}_tr ON s.t IS 'x'; COMMENT ON RULE {0}_ru ON s.t IS 'x';
COMMENT ON POLICY {0}_po ON s.t IS '{0}';
"""
VIEWS = """
CREATE TABLE s.t (id integer, a integer);
CREATE VIEW s.{0} WITH (security_barrier = true) AS SELECT id, a FROM s.t;
COMMENT ON VIEW s.{0} IS 'x'; COMMENT ON COLUMN s.{0}.a IS '{0}'; GRANT SELECT ON s.t TO staff;
ALTER VIEW s.{0} OWNER TO staff;
GRANT SELECT ON s.{0} TO anon; GRANT UPDATE (a) ON s.{0} TO anon;
ALTER VIEW s.{0} ALTER COLUMN a SET DEFAULT 3;
CREATE MATERIALIZED VIEW s.{0}_m AS SELECT a FROM s.t;
CREATE UNIQUE INDEX m_ix ON s.{0}_m (a);
CREATE MATERIALIZED VIEW s.{0}_n AS SELECT a FROM s.{0};
CREATE MATERIALIZED VIEW s.n AS SELECT a FROM s.{0};
CREATE VIEW s.over AS SELECT * FROM s.{0}_m;
CREATE FUNCTION s.f() RETURNS SETOF s.{0} LANGUAGE sql AS 'SELECT * FROM s.{0}';
"""
SEQUENCES = """
CREATE SEQUENCE s.{0} INCREMENT 5; GRANT USAGE ON SEQUENCE s.{0} TO anon;
COMMENT ON SEQUENCE s.{0} IS 'x';
CREATE TABLE s.t (id integer DEFAULT nextval('s.{0}'), n integer);
CREATE SEQUENCE s.{0}_owned OWNED BY s.t.n;
"""
CHILDREN = """
CREATE TABLE s.t (id integer, a integer, CONSTRAINT {0} CHECK (a > 0),
    CONSTRAINT {0}_own CHECK (id > 0) NO INHERIT);
CREATE TABLE s.c () INHERITS (s.t);
CREATE TABLE s.d (id integer, a integer, CONSTRAINT {0} CHECK (a > 0)) INHERITS (s.c);
COMMENT ON CONSTRAINT {0} ON s.d IS 'x';
"""
PARTITIONED = """
CREATE TABLE s.o (id integer PRIMARY KEY);
CREATE TABLE s.t (id integer CONSTRAINT {0}_pk PRIMARY KEY, a integer CONSTRAINT {0}_fk REFERENCES s.o,
    CONSTRAINT {0}_ck CHECK (a > 0)) PARTITION BY RANGE (id);
CREATE TABLE s.t_1 PARTITION OF s.t FOR VALUES FROM (0) TO (10);
CREATE INDEX {0}_ix ON s.t (a);
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER {0}_tr AFTER UPDATE ON s.t FOR EACH ROW EXECUTE FUNCTION s.note();
CREATE TABLE s.u (t integer CONSTRAINT {0}_to REFERENCES s.t);
"""
T = "CREATE TABLE s.t (id integer, a integer); "
IDENTIFIED = """
CREATE TABLE s.t (id integer NOT NULL);
CREATE UNIQUE INDEX {0} ON s.t (id); ALTER TABLE s.t REPLICA IDENTITY USING INDEX {0};
ALTER TABLE s.t CLUSTER ON {0};
CREATE TABLE s.u (id integer CONSTRAINT "{0} u" PRIMARY KEY);
ALTER TABLE s.u REPLICA IDENTITY USING INDEX "{0} u";
"""


def _renamed(text: str, *, since: int = 14) -> Pair:
    return Pair(text.format("one"), text.format("two"), since=since)


STATES = {
    "keys, checks, indexes, statistics renamed": _renamed(TABLES + COMMENTS),
    "triggers, rules, policies renamed": _renamed(ON_TABLE),
    "views renamed under views": _renamed(VIEWS),
    "sequences renamed": _renamed(SEQUENCES),
    "checks renamed with those of child tables": _renamed(CHILDREN),
    "what is on a partitioned table renamed": _renamed(PARTITIONED),
    "index of a replica identity renamed": _renamed(IDENTIFIED),
    "domain's checks renamed": _renamed(
        "CREATE DOMAIN s.d AS integer CONSTRAINT {0} CHECK (value > 0);"
        "COMMENT ON CONSTRAINT {0} ON DOMAIN s.d IS 'x';"
        "CREATE TABLE s.t (d s.d, many s.d[]);"
    ),
    "index renamed to what a view was called": Pair(
        T + "CREATE VIEW s.v AS SELECT 1; CREATE INDEX i ON s.t (a);",
        T + "CREATE INDEX v ON s.t (a);",
    ),
    "two alike indexes, one with another name left": Pair(
        T + "CREATE INDEX i ON s.t (a); CREATE INDEX j ON s.t (a);",
        T + "CREATE INDEX k ON s.t (a);",
    ),
    "indexes exchange their names": Pair(
        T + "CREATE INDEX i ON s.t (a); CREATE INDEX j ON s.t (id);",
        T + "CREATE INDEX j ON s.t (a); CREATE INDEX i ON s.t (id);",
    ),
    "index renamed whose view is made again": Pair(
        T + "CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t; CREATE INDEX i ON s.m (a);",
        T.replace("a integer", "a bigint")
        + "CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t; CREATE INDEX j ON s.m (a);",
    ),
    "index renamed and its comment gone, another comes": Pair(
        T + "CREATE INDEX i ON s.t (a); COMMENT ON INDEX s.i IS 'x'; CREATE INDEX j ON s.t (id);",
        T + "CREATE INDEX k ON s.t (a); CREATE INDEX l ON s.t (id); COMMENT ON INDEX s.l IS 'y';",
    ),
    "check renamed and a function with it": Pair(
        "CREATE FUNCTION s.f(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';"
        "CREATE TABLE s.t (a integer CONSTRAINT one CHECK (s.f(a)));",
        "CREATE FUNCTION s.g(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';"
        "CREATE TABLE s.t (a integer CONSTRAINT two CHECK (s.g(a)));",
    ),
    "key renamed whose function body names it": _renamed(
        "CREATE TABLE s.t (id integer CONSTRAINT {0} PRIMARY KEY, a integer);"
        "CREATE FUNCTION s.f(n integer) RETURNS void LANGUAGE sql BEGIN ATOMIC"
        " INSERT INTO s.t VALUES (n) ON CONFLICT ON CONSTRAINT {0} DO NOTHING; END;"
    ),
}
