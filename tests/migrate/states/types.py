"""Enums, domains, composite and range types, and what is made of types."""

from __future__ import annotations

from migrate.states.pair import Pair

ENUM = "CREATE TYPE s.e AS ENUM ({});"
DOMAIN = "CREATE DOMAIN s.d AS {}; CREATE TABLE s.t (id integer, d s.d);"
COMPOSITE = "CREATE TYPE s.c AS ({});"
USES_COMPOSITE = """
CREATE TABLE s.t (id integer, c s.c);
CREATE VIEW s.v AS SELECT (c).x FROM s.t;
CREATE FUNCTION s.f(s.c) RETURNS s.c LANGUAGE sql AS 'SELECT $1';
"""
RANGE = "CREATE TYPE s.r AS RANGE (subtype = {}); CREATE TABLE s.t (id integer, r s.r);"

WITHIN = """
CREATE DOMAIN s.d AS {0}; CREATE TYPE s.c AS (d s.d, n integer); CREATE DOMAIN s.over AS s.d;
CREATE TABLE s.t (id integer, d s.d, many s.d[], c s.c, cs s.c[], overs s.over[]);
CREATE VIEW s.v AS SELECT d, many FROM s.t;
"""

STATES = {
    "domain within an array gets a check": Pair(
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (many s.d[]);",
        "CREATE DOMAIN s.d AS integer CHECK (value > 0); CREATE TABLE s.t (many s.d[]);",
    ),
    "domain within arrays and rows gets another check": Pair(
        WITHIN.format("integer CONSTRAINT k CHECK (value > 0)"),
        WITHIN.format(
            "integer NOT NULL CONSTRAINT k CHECK (value > 1) CONSTRAINT l CHECK (value < 9)"
        )
        + "COMMENT ON CONSTRAINT k ON DOMAIN s.d IS 'x';",
    ),
    "domain within arrays and rows gets another type and check": Pair(
        WITHIN.format("integer CONSTRAINT k CHECK (value > 0) CONSTRAINT m CHECK (value < 99)"),
        WITHIN.format("bigint CONSTRAINT k CHECK (value > 1) CONSTRAINT l CHECK (value < 9)"),
    ),
    "domain within a range gets a check": Pair(
        "CREATE DOMAIN s.d AS integer; CREATE TYPE s.r AS RANGE (subtype = s.d);"
        "CREATE TABLE s.t (r s.r);",
        "CREATE DOMAIN s.d AS integer CHECK (value > 0);"
        "CREATE TYPE s.r AS RANGE (subtype = s.d); CREATE TABLE s.t (r s.r);",
    ),
    "domain within an array gets a check that is not validated": Pair(
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (many s.d[]);",
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (many s.d[]);"
        "ALTER DOMAIN s.d ADD CONSTRAINT k CHECK (value > 0) NOT VALID;",
    ),
    "domain within an array of a materialized view gets a check": Pair(
        "CREATE DOMAIN s.d AS integer;"
        "CREATE MATERIALIZED VIEW s.m AS SELECT ARRAY[1]::s.d[] AS many;",
        "CREATE DOMAIN s.d AS integer CHECK (value > 0);"
        "CREATE MATERIALIZED VIEW s.m AS SELECT ARRAY[1]::s.d[] AS many;",
    ),
    "enum comes and goes with its column": Pair(
        "CREATE TABLE s.t (id integer);",
        ENUM.format("'a', 'b'")
        + "CREATE TABLE s.t (id integer, e s.e NOT NULL DEFAULT 'a', many s.e[] DEFAULT '{a,b}');"
        + "COMMENT ON TYPE s.e IS 'x'; ALTER TYPE s.e OWNER TO staff;"
        + "REVOKE USAGE ON TYPE s.e FROM PUBLIC; GRANT USAGE ON TYPE s.e TO anon;",
    ),
    "enum labels that need quoting": Pair(
        ENUM.format("'a'") + "CREATE TABLE s.t (e s.e DEFAULT 'a');",
        ENUM.format("'a', 'it''s', 'b, c', 'back\\slash', '%d', ':name', 'Größe'")
        + "CREATE TABLE s.t (e s.e DEFAULT 'a');",
    ),
    "enum labels with quotes reordered": Pair(
        ENUM.format("'it''s', 'b\\c', ':n'") + "CREATE TABLE s.t (e s.e DEFAULT 'it''s');",
        ENUM.format("':n', 'b\\c', 'it''s'") + "CREATE TABLE s.t (e s.e DEFAULT ':n');",
    ),
    "enum label appended and used at once": Pair(
        ENUM.format("'a'") + "CREATE TABLE s.t (id integer, e s.e DEFAULT 'a');",
        ENUM.format("'a', 'b'")
        + "CREATE TABLE s.t (id integer, e s.e DEFAULT 'b' CONSTRAINT k CHECK (e <> 'b'));"
        + "CREATE INDEX i ON s.t (id) WHERE e = 'b'; CREATE VIEW s.v AS SELECT 'b'::s.e AS e;",
    ),
    "enum label removed that nothing has": Pair(
        ENUM.format("'a', 'b'") + "CREATE TABLE s.t (id integer, e s.e DEFAULT 'a', UNIQUE (e));",
        ENUM.format("'a'") + "CREATE TABLE s.t (id integer, e s.e, UNIQUE (e));",
    ),
    "enum becomes text": Pair(
        ENUM.format("'a', 'b'") + "CREATE TABLE s.t (id integer, e s.e DEFAULT 'a');",
        "CREATE TABLE s.t (id integer, e text DEFAULT 'a');",
    ),
    "enum in a primary key and a foreign key reordered": Pair(
        ENUM.format("'a', 'b'")
        + "CREATE TABLE s.t (e s.e PRIMARY KEY); CREATE TABLE s.u (e s.e REFERENCES s.t);",
        ENUM.format("'b', 'a'")
        + "CREATE TABLE s.t (e s.e PRIMARY KEY); CREATE TABLE s.u (e s.e REFERENCES s.t);",
    ),
    "enum of a partition key that stays reordered": Pair(
        ENUM.format("'a', 'b'") + "CREATE TABLE s.p (e s.e, f s.e) PARTITION BY LIST (e);"
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN ('a'); CREATE TABLE s.t (e s.e);",
        ENUM.format("'b', 'a'") + "CREATE TABLE s.p (e s.e, f s.e) PARTITION BY LIST (e);"
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN ('a'); CREATE TABLE s.t (e s.e);"
        "COMMENT ON TABLE s.t IS 'x';",
        left=("enum s.e: labels 'a', 'b' -> 'b', 'a'",),
    ),
    "enum of the key of a partition's partitions loses a label, within a domain": Pair(
        ENUM.format("'a', 'b'")
        + "CREATE DOMAIN s.d AS s.e; CREATE TABLE s.p (id integer, e s.d) PARTITION BY RANGE (id);"
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (9) PARTITION BY HASH (e);"
        "CREATE TABLE s.t (e s.e);",
        ENUM.format("'a'")
        + "CREATE DOMAIN s.d AS s.e; CREATE TABLE s.p (id integer, e s.d) PARTITION BY RANGE (id);"
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (9) PARTITION BY HASH (e);"
        "CREATE TABLE s.t (e s.e, x integer);",
        left=("enum s.e: labels 'a', 'b' -> 'a'",),
    ),
    "enum of a partition key becomes text": Pair(
        ENUM.format("'a', 'b'") + 'CREATE TABLE s.p ("E, f" s.e, f s.e) PARTITION BY LIST ("E, f");'
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN ('a');",
        'CREATE TABLE s.p ("E, f" text, f text) PARTITION BY LIST ("E, f");'
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN ('a');",
        left=('column s.p."E, f": type s.e -> text', "enum s.e: dropped"),
    ),
    "enum of a partition key reordered": Pair(
        ENUM.format("'a', 'b'") + "CREATE TABLE s.t (id integer, e s.e);",
        ENUM.format("'b', 'a'") + "CREATE TABLE s.t (id integer, e s.e);"
        "CREATE TABLE s.p (e s.e) PARTITION BY LIST (e);"
        "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES IN ('a');",
    ),
    "enum used by a function, a trigger, a policy and a generated column reordered": Pair(
        ENUM.format("'a', 'b'")
        + """
        CREATE TABLE s.t (id integer, e s.e, g boolean GENERATED ALWAYS AS (e = 'a') STORED);
        CREATE FUNCTION s.f(s.e DEFAULT 'a') RETURNS s.e LANGUAGE sql AS 'SELECT $1';
        CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER noted BEFORE UPDATE ON s.t FOR EACH ROW WHEN (new.e = 'a')
            EXECUTE FUNCTION s.note();
        CREATE POLICY p ON s.t USING (e = 'a'); GRANT SELECT (e) ON s.t TO anon;
        CREATE STATISTICS s.st ON id, e FROM s.t;
        """,
        ENUM.format("'b', 'a'")
        + """
        CREATE TABLE s.t (id integer, e s.e, g boolean GENERATED ALWAYS AS (e = 'a') STORED);
        CREATE FUNCTION s.f(s.e DEFAULT 'a') RETURNS s.e LANGUAGE sql AS 'SELECT $1';
        CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER noted BEFORE UPDATE ON s.t FOR EACH ROW WHEN (new.e = 'a')
            EXECUTE FUNCTION s.note();
        CREATE POLICY p ON s.t USING (e = 'a'); GRANT SELECT (e) ON s.t TO anon;
        CREATE STATISTICS s.st ON id, e FROM s.t;
        """,
    ),
    "domain with all that it can have": Pair(
        "",
        DOMAIN.format(
            "varchar(10) COLLATE \"C\" DEFAULT 'x' NOT NULL CONSTRAINT k CHECK (value <> '')"
        )
        + "COMMENT ON DOMAIN s.d IS 'x'; COMMENT ON CONSTRAINT k ON DOMAIN s.d IS 'y';"
        + "ALTER DOMAIN s.d OWNER TO staff; GRANT USAGE ON DOMAIN s.d TO anon;",
    ),
    "domain's check and default call a function": Pair(
        "CREATE FUNCTION s.ok(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';"
        + DOMAIN.format("integer DEFAULT 1 CONSTRAINT k CHECK (s.ok(value))"),
        "CREATE FUNCTION s.ok(bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';"
        "CREATE FUNCTION s.one() RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        + DOMAIN.format("integer DEFAULT s.one() CONSTRAINT k CHECK (s.ok(value))"),
    ),
    "domain's constraint not validated": Pair(
        DOMAIN.format("integer") + "ALTER DOMAIN s.d ADD CONSTRAINT k CHECK (value > 0) NOT VALID;",
        DOMAIN.format("integer") + "ALTER DOMAIN s.d ADD CONSTRAINT k CHECK (value > 0);",
    ),
    "domain over a domain gets another type": Pair(
        DOMAIN.format("integer")
        + "CREATE DOMAIN s.d2 AS s.d; CREATE TABLE s.u (x s.d2 DEFAULT 1);",
        DOMAIN.format("bigint") + "CREATE DOMAIN s.d2 AS s.d; CREATE TABLE s.u (x s.d2 DEFAULT 1);",
    ),
    "domain becomes its own type, and column a domain": Pair(
        "CREATE TABLE s.t (id integer, d integer DEFAULT 3);",
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (id integer, d s.d DEFAULT 3);",
    ),
    "composite type's attribute changes its type": Pair(
        COMPOSITE.format("x integer, y text") + USES_COMPOSITE,
        COMPOSITE.format("x bigint, y text") + USES_COMPOSITE,
    ),
    "composite type's attributes renamed and reordered": Pair(
        COMPOSITE.format("x integer, y text") + USES_COMPOSITE,
        COMPOSITE.format('"Y, z" text COLLATE "C", x integer') + USES_COMPOSITE,
    ),
    "composite type without attributes gets one": Pair(
        "CREATE TYPE s.c AS ();",
        COMPOSITE.format("x numeric(10, 2)[], y timestamp(3) with time zone"),
    ),
    "composite type in a composite type": Pair(
        COMPOSITE.format("x integer") + "CREATE TYPE s.o AS (c s.c); CREATE TABLE s.t (o s.o);",
        COMPOSITE.format("x bigint") + "CREATE TYPE s.o AS (c s.c); CREATE TABLE s.t (o s.o);",
    ),
    "composite type's comment on an attribute": Pair(
        COMPOSITE.format("x integer") + "COMMENT ON COLUMN s.c.x IS 'a';",
        COMPOSITE.format("x integer, y text")
        + "COMMENT ON COLUMN s.c.x IS 'b'; COMMENT ON TYPE s.c IS 'c';",
    ),
    "range type comes and goes": Pair(
        "CREATE TABLE s.t (id integer);",
        "CREATE TYPE s.r AS RANGE (subtype = float8, subtype_diff = float8mi);"
        "CREATE TABLE s.t (id integer, r s.r, EXCLUDE USING gist (r WITH &&), m s.r[]);",
    ),
    "range type's subtype": Pair(RANGE.format("integer"), RANGE.format("bigint")),
    "type becomes another kind of its name": Pair(
        "CREATE TYPE s.e AS ENUM ('a'); CREATE TABLE s.t (e s.e);",
        "CREATE DOMAIN s.e AS text; CREATE TABLE s.t (e s.e);",
    ),
    "collation of a column and of an index": Pair(
        "CREATE COLLATION s.plain (provider = libc, locale = 'C');"
        "CREATE TABLE s.t (a text COLLATE s.plain, b text); CREATE INDEX i ON s.t (b);",
        "CREATE COLLATION s.plain (provider = libc, locale = 'POSIX');"
        'CREATE TABLE s.t (a text COLLATE s.plain, b text COLLATE "C");'
        "CREATE INDEX i ON s.t (b COLLATE s.plain);",
    ),
    "cast comes and goes": Pair(
        COMPOSITE.format("x integer"),
        COMPOSITE.format("x integer")
        + """
        CREATE FUNCTION s.to_c(integer) RETURNS s.c LANGUAGE sql IMMUTABLE AS 'SELECT ROW($1)::s.c';
        CREATE CAST (integer AS s.c) WITH FUNCTION s.to_c(integer) AS ASSIGNMENT;
        COMMENT ON CAST (integer AS s.c) IS 'x';
        """,
    ),
    "operator, its class and an index with it": Pair(
        "CREATE TABLE s.t (a integer);",
        """
        CREATE TABLE s.t (a integer);
        CREATE FUNCTION s.lt(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE
            AS 'SELECT $1 > $2';
        CREATE OPERATOR s.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = s.lt);
        CREATE OPERATOR CLASS s.backwards FOR TYPE integer USING btree AS OPERATOR 1 >,
            OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <,
            FUNCTION 1 btint4cmp(integer, integer);
        CREATE INDEX i ON s.t (a s.backwards);
        CREATE VIEW s.v AS SELECT a OPERATOR(s.<<<) 3 AS x FROM s.t;
        COMMENT ON OPERATOR s.<<< (integer, integer) IS 'x'; ALTER OPERATOR s.<<< (integer, integer)
            OWNER TO staff;
        """,
    ),
    "operator's function replaced": Pair(
        """
        CREATE FUNCTION s.lt(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 > $2';
        CREATE OPERATOR s.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = s.lt);
        CREATE VIEW s.v AS SELECT 2 OPERATOR(s.<<<) 3 AS x;
        """,
        """
        CREATE FUNCTION s.gt(integer, integer) RETURNS boolean LANGUAGE sql AS 'SELECT $1 > $2';
        CREATE OPERATOR s.<<< (LEFTARG = integer, RIGHTARG = integer, FUNCTION = s.gt);
        CREATE VIEW s.v AS SELECT 2 OPERATOR(s.<<<) 3 AS x;
        """,
    ),
    "text search configuration under an index and a generated column": Pair(
        """
        CREATE TEXT SEARCH DICTIONARY s.words (TEMPLATE = simple);
        CREATE TEXT SEARCH CONFIGURATION s.find (PARSER = default);
        CREATE TABLE s.t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('s.find', a)) STORED);
        CREATE INDEX i ON s.t USING gin (to_tsvector('s.find', a));
        """,
        """
        CREATE TEXT SEARCH DICTIONARY s.words (TEMPLATE = simple, accept = false);
        CREATE TEXT SEARCH CONFIGURATION s.find (PARSER = default);
        ALTER TEXT SEARCH CONFIGURATION s.find ADD MAPPING FOR word, asciiword
            WITH s.words, english_stem;
        COMMENT ON TEXT SEARCH CONFIGURATION s.find IS 'x';
        CREATE TABLE s.t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('s.find', a)) STORED);
        CREATE INDEX i ON s.t USING gin (to_tsvector('s.find', a));
        """,
    ),
}
