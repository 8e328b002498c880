"""Partitioned tables and their partitions."""

from __future__ import annotations

from migrate.states.pair import Pair

LIST = "CREATE TABLE s.p (id integer, k text NOT NULL) PARTITION BY LIST (k);"
IN_LIST = """
CREATE TABLE s.p_a PARTITION OF s.p FOR VALUES IN ('a', 'b');
CREATE TABLE s.p_rest PARTITION OF s.p DEFAULT;
"""
RANGE = "CREATE TABLE s.p (id integer, at date NOT NULL, n integer) PARTITION BY RANGE (at);"
YEARS = """
CREATE TABLE s.p_1 PARTITION OF s.p FOR VALUES FROM (MINVALUE) TO ('2024-01-01');
CREATE TABLE s.p_2 PARTITION OF s.p FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
"""
NOTE = """
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
"""

STATES = {
    "partitions by list, by default and by hash come and go": Pair(
        "",
        LIST
        + IN_LIST
        + "CREATE TABLE s.h (id integer PRIMARY KEY) PARTITION BY HASH (id);"
        + "CREATE TABLE s.h_0 PARTITION OF s.h FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
        + "CREATE TABLE s.h_1 PARTITION OF s.h FOR VALUES WITH (MODULUS 2, REMAINDER 1)"
        + " WITH (fillfactor = 70);",
    ),
    "partitions of partitions": Pair(
        LIST + IN_LIST,
        LIST
        + """
        CREATE TABLE s.p_a PARTITION OF s.p FOR VALUES IN ('a') PARTITION BY RANGE (id);
        CREATE TABLE s.p_a1 PARTITION OF s.p_a FOR VALUES FROM (0) TO (10);
        CREATE TABLE s.p_a2 PARTITION OF s.p_a DEFAULT;
        CREATE TABLE s.p_rest PARTITION OF s.p DEFAULT;
        CREATE INDEX i ON s.p (id);
        """,
        left=(
            "table s.p_a: partition by none -> RANGE (id)",
            "table s.p_a1: created",
            "table s.p_a2: created",
        ),
    ),
    "partition that is partitioned comes and goes": Pair(
        LIST,
        LIST
        + """
        CREATE TABLE s.p_a PARTITION OF s.p FOR VALUES IN ('a') PARTITION BY RANGE (id);
        CREATE TABLE s.p_a1 PARTITION OF s.p_a FOR VALUES FROM (0) TO (10);
        CREATE TABLE s.p_a2 PARTITION OF s.p_a DEFAULT;
        CREATE INDEX i ON s.p (id);
        """,
    ),
    "view, trigger and index on a partition whose column changes": Pair(
        *(
            f"""
            CREATE TABLE s.p (id integer, n {type_} DEFAULT {default}, g integer)
                PARTITION BY RANGE (id);
            CREATE TABLE s.p_1 PARTITION OF s.p FOR VALUES FROM (0) TO (9);
            CREATE TABLE s.p_2 PARTITION OF s.p (n DEFAULT 7) FOR VALUES FROM (9) TO (19);
            CREATE VIEW s.v AS SELECT n FROM s.p_1; CREATE VIEW s.w AS SELECT n FROM s.p_2;
            CREATE INDEX i ON s.p_1 ((n + 1)); CREATE POLICY q ON s.p_1 USING (n > 3);
            """
            for type_, default in (("integer", 1), ("bigint", 2))
        )
    ),
    "column goes that a view on a partition uses": Pair(
        RANGE + YEARS + "ALTER TABLE s.p_1 ALTER n SET DEFAULT 4;"
        "CREATE VIEW s.v AS SELECT id, n FROM s.p_1; CREATE VIEW s.w AS SELECT id, n FROM s.p_2;",
        RANGE.replace(", n integer", "")
        + YEARS
        + "CREATE VIEW s.v AS SELECT id FROM s.p_1; CREATE VIEW s.w AS SELECT id FROM s.p_2;",
    ),
    # Without NOT NULL: since PostgreSQL 18 its constraint keeps the name from where it was made.
    "partition detached and attached": Pair(
        RANGE.replace(" NOT NULL", "") + YEARS,
        RANGE.replace(" NOT NULL", "")
        + YEARS.splitlines()[1]
        + "CREATE TABLE s.p_2 (id integer, at date, n integer DEFAULT 5);",
    ),
    "partition with NOT NULL detached and attached": Pair(
        RANGE + YEARS,
        RANGE
        + YEARS.splitlines()[1]
        + "CREATE TABLE s.p_2 (id integer CONSTRAINT p_id_not_null NOT NULL,"
        + " at date CONSTRAINT p_at_not_null NOT NULL, n integer DEFAULT 5);",
        since=18,
    ),
    "keys, indexes, checks and triggers of a partitioned table": Pair(
        RANGE + YEARS,
        RANGE
        + YEARS
        + NOTE
        + """
        ALTER TABLE s.p ADD PRIMARY KEY (id, at), ADD CONSTRAINT k CHECK (n > 0),
            ADD CONSTRAINT u UNIQUE (n, at);
        CREATE INDEX i ON s.p (n) WHERE n > 3; CREATE INDEX own ON s.p_1 (id);
        CREATE TRIGGER noted AFTER INSERT ON s.p FOR EACH ROW EXECUTE FUNCTION s.note();
        ALTER TABLE s.p_1 ADD CONSTRAINT own_check CHECK (n < 100);
        COMMENT ON INDEX s.i IS 'x'; COMMENT ON TABLE s.p_1 IS 'y'; COMMENT ON COLUMN s.p_1.n IS 'z';
        """,
    ),
    "key, index and column of a partitioned table changed": Pair(
        RANGE + YEARS + "ALTER TABLE s.p ADD PRIMARY KEY (id, at); CREATE INDEX i ON s.p (n);",
        RANGE.replace("n integer", "n bigint DEFAULT 3, m text")
        + YEARS
        + "ALTER TABLE s.p ADD PRIMARY KEY (at, id); CREATE INDEX i ON s.p (n DESC);"
        + "CREATE VIEW s.v AS SELECT m FROM s.p_1; CREATE STATISTICS s.st ON n, m FROM s.p;",
    ),
    "foreign keys to and from partitioned tables": Pair(
        RANGE + YEARS + "CREATE TABLE s.a (id integer PRIMARY KEY);",
        RANGE
        + YEARS
        + """
        CREATE TABLE s.a (id integer PRIMARY KEY, at date);
        ALTER TABLE s.p ADD PRIMARY KEY (id, at);
        ALTER TABLE s.p ADD CONSTRAINT to_a FOREIGN KEY (n) REFERENCES s.a ON DELETE CASCADE;
        ALTER TABLE s.a ADD CONSTRAINT to_p FOREIGN KEY (id, at) REFERENCES s.p;
        """,
    ),
    "foreign keys to partitioned tables changed": Pair(
        RANGE
        + "ALTER TABLE s.p ADD PRIMARY KEY (id, at);"
        + YEARS
        + "CREATE TABLE s.a (id integer, at date, CONSTRAINT k FOREIGN KEY (id, at) REFERENCES s.p);",
        RANGE
        + "ALTER TABLE s.p ADD PRIMARY KEY (at, id);"
        + YEARS
        + "CREATE TABLE s.a (id integer, at date,"
        + " CONSTRAINT k FOREIGN KEY (at, id) REFERENCES s.p (at, id) ON UPDATE CASCADE);",
    ),
    "partition's own facets": Pair(
        RANGE
        + YEARS
        + NOTE
        + "CREATE TRIGGER noted AFTER INSERT ON s.p FOR EACH ROW EXECUTE FUNCTION s.note();",
        RANGE
        + YEARS
        + NOTE
        + "CREATE TRIGGER noted AFTER INSERT ON s.p FOR EACH ROW EXECUTE FUNCTION s.note();"
        + """
        ALTER TABLE s.p_1 ALTER n SET DEFAULT 4, ALTER n SET STATISTICS 7, ALTER n SET NOT NULL;
        ALTER TABLE s.p_1 DISABLE TRIGGER noted; GRANT SELECT ON s.p_1 TO anon;
        ALTER TABLE s.p_1 ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON s.p_1 USING (n > 3);
        ALTER TABLE s.p_2 OWNER TO staff; ALTER TABLE s.p_2 SET (fillfactor = 50);
        """,
    ),
    "partition with facets comes": Pair(
        RANGE + YEARS,
        RANGE
        + YEARS
        + """
        CREATE TABLE s.p_3 PARTITION OF s.p (n DEFAULT 7, CONSTRAINT c CHECK (n > 0))
            FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
        COMMENT ON COLUMN s.p_3.n IS 'x'; GRANT SELECT (n) ON s.p_3 TO anon;
        """,
    ),
    "partition key of an expression under a function": Pair(
        "CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';",
        "CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';"
        "CREATE TABLE s.p (id integer) PARTITION BY RANGE (s.f(id), id);"
        "CREATE TABLE s.p_1 PARTITION OF s.p FOR VALUES FROM (1, 2) TO (3, MAXVALUE);",
    ),
    "identity and generated columns of a partitioned table": Pair(
        RANGE + YEARS,
        RANGE.replace("id integer", "id serial, g integer GENERATED ALWAYS AS (n * 2) STORED")
        + YEARS
        + "COMMENT ON COLUMN s.p.g IS 'x';",
    ),
    "identity column of a partitioned table": Pair(
        RANGE + YEARS,
        RANGE.replace("id integer", "id integer GENERATED ALWAYS AS IDENTITY") + YEARS,
    ),
    "enum reordered that a partition has another default of": Pair(
        *(
            f"""
            CREATE TYPE s.e AS ENUM ({labels});
            CREATE TABLE s.p (id integer, e s.e DEFAULT 'a') PARTITION BY LIST (id);
            CREATE TABLE s.c PARTITION OF s.p (e DEFAULT 'b') DEFAULT;
            CREATE VIEW s.v AS SELECT e FROM s.c;
            """
            for labels in ("'a', 'b'", "'b', 'a'")
        )
    ),
    "function's result changed that a partition's default calls": Pair(
        *(
            f"""
            CREATE FUNCTION s.f(integer) RETURNS {type_} LANGUAGE sql AS 'SELECT 1::{type_}';
            CREATE TABLE s.p (id integer DEFAULT s.f(1)) PARTITION BY LIST (id);
            CREATE TABLE s.c PARTITION OF s.p (id DEFAULT s.f(2)) DEFAULT;
            """
            for type_ in ("integer", "bigint")
        )
    ),
    "generated column of a partitioned table under a view on a partition": Pair(
        *(
            f"""
            CREATE TABLE s.p (a integer, g integer GENERATED ALWAYS AS (a * {factor}) STORED)
                PARTITION BY LIST (a);
            CREATE TABLE s.c PARTITION OF s.p DEFAULT; CREATE VIEW s.v AS SELECT g FROM s.c;
            """
            for factor in (2, 3)
        )
    ),
    "partitioned table becomes a plain one": Pair(
        LIST + IN_LIST,
        "CREATE TABLE s.p (id integer, k text NOT NULL);",
        left=("table s.p: partition by LIST (k) -> none",),
    ),
    "partitions of an enum reordered": Pair(
        "CREATE TYPE s.e AS ENUM ('a', 'b'); CREATE TABLE s.t (e s.e);" + LIST + IN_LIST,
        "CREATE TYPE s.e AS ENUM ('b', 'a'); CREATE TABLE s.t (e s.e);" + LIST,
    ),
}
