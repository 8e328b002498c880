"""Every facet of a column."""

from __future__ import annotations

from migrate.states.pair import Pair

T = "CREATE TABLE s.t (id integer, {});"

STATES = {
    "column comes and goes with all on it": Pair(
        "CREATE TABLE s.t (id integer);",
        T.format("a text COLLATE \"C\" DEFAULT 'x' NOT NULL CONSTRAINT k CHECK (a <> '') UNIQUE")
        + "CREATE INDEX i ON s.t (lower(a)); COMMENT ON COLUMN s.t.a IS 'x';"
        + "GRANT SELECT (a) ON s.t TO anon; CREATE VIEW s.v AS SELECT a FROM s.t;",
    ),
    "types widened and narrowed": Pair(
        T.format(
            "a varchar(10), b numeric(10, 2), c integer, d timestamp, e varchar(5)[], f bit(3)"
        ),
        T.format(
            "a varchar(20), b numeric(12, 4), c bigint, d timestamptz(3), e text[], f bit varying(8)"
        ),
    ),
    "types that need a cast": Pair(
        T.format("a text, b integer, c text, d text[], e integer, f text, g text"),
        T.format("a jsonb, b boolean, c uuid, d integer[], e text[], f inet, g interval(2)"),
    ),
    "type and default changed together": Pair(
        T.format("a text DEFAULT 'no', b boolean DEFAULT true, c integer DEFAULT 1"),
        T.format("a boolean DEFAULT false, b text DEFAULT 'x', c numeric(3, 1) DEFAULT 2.5"),
    ),
    "type changed, default kept": Pair(
        T.format("a integer DEFAULT 7, b varchar(3) DEFAULT 'abc'"),
        T.format("a bigint DEFAULT 7, b text DEFAULT 'abc'"),
    ),
    "type changed under index, check, unique key, foreign key, policy, trigger, statistics": Pair(
        *(
            f"""
            CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
            CREATE TABLE s.t (a {type_} PRIMARY KEY, b {type_} UNIQUE CONSTRAINT k CHECK (b > 0),
                CONSTRAINT x EXCLUDE USING btree (b WITH =));
            CREATE TABLE s.u (a {type_} CONSTRAINT f REFERENCES s.t, b {type_} REFERENCES s.t (b));
            CREATE INDEX i ON s.t ((b + 1)) WHERE b > 3;
            ALTER TABLE s.t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON s.t USING (b > 1);
            CREATE TRIGGER noted BEFORE UPDATE OF b ON s.t FOR EACH ROW WHEN (new.b > 0)
                EXECUTE FUNCTION s.note();
            CREATE STATISTICS s.st (dependencies) ON a, b FROM s.t;
            CREATE RULE r AS ON DELETE TO s.t WHERE old.b > 3 DO INSTEAD NOTHING;
            """
            for type_ in ("integer", "bigint")
        )
    ),
    "collation changed under a view": Pair(
        T.format('a text, b varchar(5) COLLATE "C"') + "CREATE VIEW s.v AS SELECT a, b FROM s.t;",
        T.format('a text COLLATE "POSIX", b varchar(5)')
        + "CREATE VIEW s.v AS SELECT a, b FROM s.t;",
    ),
    "defaults of each sort": Pair(
        T.format(
            "a text, b timestamptz DEFAULT now(), c integer[] DEFAULT '{}', d text DEFAULT ''"
        ),
        T.format(
            "a text DEFAULT 'it''s %d :x \\', b timestamptz, c integer[] DEFAULT ARRAY[1, 2],"
            " d text DEFAULT lower('A') || current_user"
        ),
    ),
    "storage, compression, statistics, options": Pair(
        T.format("a text, b text, c numeric")
        + "ALTER TABLE s.t ALTER b SET STORAGE MAIN, ALTER c SET STORAGE EXTERNAL;"
        + "ALTER TABLE s.t ALTER a SET (n_distinct = 5, n_distinct_inherited = 3);",
        T.format("a text COMPRESSION pglz, b text, c numeric")
        + "ALTER TABLE s.t ALTER a SET STORAGE PLAIN, ALTER a SET STATISTICS 0;"
        + "ALTER TABLE s.t ALTER a SET (n_distinct = -0.5);",
    ),
    "identity with options becomes a plain column": Pair(
        "CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY (INCREMENT 5 CACHE 2), a text);"
        "COMMENT ON COLUMN s.t.id IS 'x';",
        "CREATE TABLE s.t (id bigint, a text); COMMENT ON COLUMN s.t.id IS 'x';",
    ),
    "identity widened, its sequence renamed": Pair(
        "CREATE TABLE s.t (id integer GENERATED ALWAYS AS IDENTITY);",
        "CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME s.other));"
        "GRANT USAGE ON SEQUENCE s.other TO anon; COMMENT ON SEQUENCE s.other IS 'x';",
    ),
    "identity widened": Pair(
        "CREATE TABLE s.t (id integer GENERATED ALWAYS AS IDENTITY);",
        "CREATE TABLE s.t (id bigint GENERATED ALWAYS AS IDENTITY);",
    ),
    "serial becomes a plain column": Pair(
        "CREATE TABLE s.t (id serial, a text);", "CREATE TABLE s.t (id integer NOT NULL, a text);"
    ),
    "identity widened while it becomes serial": Pair(
        "CREATE TABLE s.t (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
        "CREATE TABLE s.t (id bigserial PRIMARY KEY);",
    ),
    "plain column becomes a generated one": Pair(
        T.format("a integer NOT NULL, g integer") + "CREATE INDEX i ON s.t (g);",
        T.format("a integer NOT NULL, g integer GENERATED ALWAYS AS (a + 1) STORED")
        + "CREATE INDEX i ON s.t (g);",
    ),
    "generated column's type and source": Pair(
        T.format("a integer, g integer GENERATED ALWAYS AS (a * 2) STORED UNIQUE")
        + "CREATE VIEW s.v AS SELECT g FROM s.t;",
        T.format("a bigint, g bigint GENERATED ALWAYS AS (a * 2) STORED UNIQUE")
        + "CREATE VIEW s.v AS SELECT g FROM s.t;",
    ),
    "virtual generated column": Pair(
        T.format(
            "a integer, g integer GENERATED ALWAYS AS (a * 2) VIRTUAL, h integer GENERATED"
            " ALWAYS AS (a * 3) STORED"
        ),
        T.format(
            "a integer, g integer GENERATED ALWAYS AS (a * 5) VIRTUAL, h integer GENERATED"
            " ALWAYS AS (a * 3) VIRTUAL"
        ),
        since=18,
    ),
    "NOT NULL constraint with a name": Pair(
        T.format("a integer CONSTRAINT filled NOT NULL, b integer NOT NULL, c integer"),
        T.format(
            "a integer, b integer CONSTRAINT there NOT NULL, c integer CONSTRAINT c_there NOT NULL"
        ),
        since=18,
    ),
    "NOT NULL not validated": Pair(
        T.format("a integer, b integer") + "ALTER TABLE s.t ADD CONSTRAINT n NOT NULL a NOT VALID;",
        T.format("a integer, b integer") + "ALTER TABLE s.t ADD CONSTRAINT n NOT NULL a;",
        since=18,
    ),
    "column added with a NOT NULL that is not validated": Pair(
        T.format("a integer"),
        T.format("a integer, b integer, c integer")
        + "ALTER TABLE s.t ADD CONSTRAINT n NOT NULL b NOT VALID, ADD NOT NULL c NOT VALID;"
        "CREATE TABLE s.u (a integer CONSTRAINT u NOT NULL NO INHERIT, b integer);"
        "ALTER TABLE s.u ADD CONSTRAINT v NOT NULL b NOT VALID;",
        since=18,
    ),
    "column replaced by another of its place": Pair(
        T.format("a integer") + "CREATE VIEW s.v AS SELECT * FROM s.t;",
        T.format("b text") + "CREATE VIEW s.v AS SELECT * FROM s.t;",
    ),
    "whole row used by a view, a function and an index": Pair(
        T.format("a integer")
        + """
        CREATE FUNCTION s.f(s.t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE VIEW s.v AS SELECT s.f(t.*) AS n, t FROM s.t;
        CREATE INDEX i ON s.t (s.f(t.*));
        CREATE TABLE s.u (row s.t, many s.t[]);
        """,
        T.format("b integer")
        + """
        CREATE FUNCTION s.f(s.t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2';
        CREATE VIEW s.v AS SELECT s.f(t.*) AS n, t FROM s.t;
        CREATE INDEX i ON s.t (s.f(t.*));
        CREATE TABLE s.u (row s.t, many s.t[]);
        """,
    ),
}
