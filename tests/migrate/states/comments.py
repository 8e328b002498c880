"""Comments alone, on every kind."""

from __future__ import annotations

from migrate.states.pair import Pair

ALL = """
CREATE TABLE s.t (id integer CONSTRAINT pk PRIMARY KEY, a integer CONSTRAINT ck CHECK (a > 0), b text);
CREATE INDEX i ON s.t (a); CREATE VIEW s.v AS SELECT a FROM s.t;
CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.t; CREATE SEQUENCE s.q;
CREATE TYPE s.e AS ENUM ('a'); CREATE DOMAIN s.d AS text CONSTRAINT dk CHECK (value <> '');
CREATE TYPE s.c AS (x integer); CREATE TYPE s.r AS RANGE (subtype = integer);
CREATE FUNCTION s.f(integer, text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE PROCEDURE s.p() LANGUAGE sql AS '';
CREATE AGGREGATE s.total(integer) (SFUNC = int4pl, STYPE = integer);
CREATE TRIGGER tr BEFORE UPDATE ON s.t FOR EACH ROW EXECUTE FUNCTION s.note();
CREATE POLICY po ON s.t USING (true); CREATE RULE ru AS ON DELETE TO s.t DO INSTEAD NOTHING;
CREATE STATISTICS s.st ON a, b FROM s.t; CREATE COLLATION s.plain (provider = libc, locale = 'C');
CREATE PUBLICATION pub FOR TABLE s.t; CREATE EXTENSION citext WITH SCHEMA s;
CREATE OPERATOR s.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4pl);
CREATE OPERATOR FAMILY s.fam USING btree;
"""
ON = (
    "TABLE s.t", "COLUMN s.t.a", "CONSTRAINT pk ON s.t", "CONSTRAINT ck ON s.t", "INDEX s.i", "VIEW s.v",
    "COLUMN s.v.a", "MATERIALIZED VIEW s.m", "COLUMN s.m.a", "SEQUENCE s.q", "TYPE s.e", "DOMAIN s.d",
    "CONSTRAINT dk ON DOMAIN s.d", "TYPE s.c", "COLUMN s.c.x", "TYPE s.r", "FUNCTION s.f(integer, text)",
    "PROCEDURE s.p()", "AGGREGATE s.total(integer)", "TRIGGER tr ON s.t", "POLICY po ON s.t",
    "RULE ru ON s.t", "STATISTICS s.st", "COLLATION s.plain", "PUBLICATION pub", "EXTENSION citext",
    "OPERATOR s.<<< (integer, integer)", "OPERATOR FAMILY s.fam USING btree", "SCHEMA s",
)  # fmt: skip


def _commented(text: str) -> str:
    return "".join(f"COMMENT ON {one} IS '{text}';" for one in ON)


STATES = {
    "comments on all kinds come and go": Pair(
        ALL, ALL + _commented("it''s 100% :n \\ \t ünï\nline")
    ),
    "comments on all kinds change": Pair(ALL + _commented("x"), ALL + _commented("y")),
}
