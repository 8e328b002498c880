"""Tables of all sorts: unlogged, inherited, typed."""

from __future__ import annotations

from migrate.states.pair import Pair

PARENT = "CREATE TABLE s.p (id integer NOT NULL, a text DEFAULT 'x');"

ROW = """
CREATE TABLE s.t (id integer, a integer, CONSTRAINT k CHECK (id > 0));
CREATE FUNCTION s.f(s.t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
ALTER TABLE s.t ALTER a SET DEFAULT (NULL::s.t).id, ALTER id SET DEFAULT s.f(NULL) + 1;
ALTER TABLE s.t ADD COLUMN b integer DEFAULT s.f(NULL::s.t) NOT NULL;
"""

STATES = {
    "default through the table's own row type comes and goes": Pair("", ROW),
    "default through the table's own row type, and a column besides": Pair(
        "CREATE TABLE s.t (id integer, a integer, CONSTRAINT k CHECK (id > 0));", ROW
    ),
    "default through the table's own row type changes": Pair(
        ROW, ROW.replace("s.t).id", "s.t).a") + "ALTER TABLE s.t ADD x integer, DROP b;"
    ),
    "default and computed column call functions of the table": Pair(
        "",
        """
        CREATE TABLE s.t (id integer NOT NULL, a integer UNIQUE, b integer CHECK (b > 0));
        CREATE FUNCTION s.f(s.t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
        CREATE FUNCTION s.g() RETURNS SETOF s.t LANGUAGE sql AS 'SELECT * FROM s.t';
        CREATE FUNCTION s.top() RETURNS integer LANGUAGE sql RETURN (SELECT max(id) FROM s.t);
        ALTER TABLE s.t ALTER id SET DEFAULT s.top() + 1, ADD PRIMARY KEY (id),
            ALTER a SET DEFAULT s.f(NULL), ALTER a SET STATISTICS 300,
            ADD COLUMN c integer GENERATED ALWAYS AS (s.f(NULL::s.t)) STORED UNIQUE;
        COMMENT ON COLUMN s.t.a IS 'x'; GRANT SELECT (a) ON s.t TO anon;
        CREATE TABLE s.u (t integer REFERENCES s.t, c integer REFERENCES s.t (c));
        CREATE VIEW s.v AS SELECT id, s.f(t) AS f FROM s.t; CREATE INDEX i ON s.t (a);
        """,
        since=15,
    ),
    "default through the row type of a partitioned table": Pair(
        "",
        "CREATE TABLE s.t (id integer, a integer) PARTITION BY RANGE (id);"
        "ALTER TABLE s.t ALTER a SET DEFAULT (NULL::s.t).id;"
        "CREATE TABLE s.p PARTITION OF s.t FOR VALUES FROM (0) TO (9);"
        "CREATE TABLE s.c (x integer); ALTER TABLE s.c ALTER x SET DEFAULT (ROW(1)::s.c).x;"
        "CREATE TABLE s.d () INHERITS (s.c);",
    ),
    "column's type is remade under a default through the row type": Pair(
        "CREATE TYPE s.e AS ENUM ('a', 'b'); CREATE TABLE s.t (e s.e, a integer);"
        "ALTER TABLE s.t ALTER a SET DEFAULT (ROW('a', 2)::s.t).a;",
        "CREATE TYPE s.e AS ENUM ('b', 'a'); CREATE TABLE s.t (e s.e, a bigint);"
        "ALTER TABLE s.t ALTER a SET DEFAULT (ROW('b', 2)::s.t).a;",
    ),
    "unlogged table with a serial and a foreign key": Pair(
        "CREATE UNLOGGED TABLE s.a (id serial PRIMARY KEY);"
        "CREATE UNLOGGED TABLE s.b (id serial PRIMARY KEY, a integer REFERENCES s.a);",
        "CREATE TABLE s.a (id serial PRIMARY KEY);"
        "CREATE TABLE s.b (id serial PRIMARY KEY, a integer REFERENCES s.a);",
    ),
    "table renamed": Pair(
        "CREATE TABLE s.a (id serial PRIMARY KEY, b text UNIQUE); CREATE INDEX i ON s.a (b);"
        "CREATE VIEW s.v AS SELECT * FROM s.a;",
        "CREATE TABLE s.z (id serial PRIMARY KEY, b text UNIQUE); CREATE INDEX i ON s.z (b);"
        "CREATE VIEW s.v AS SELECT * FROM s.z;",
    ),
    "child table comes with own and inherited columns": Pair(
        PARENT,
        PARENT
        + "CREATE TABLE s.c (b integer) INHERITS (s.p);"
        + "ALTER TABLE s.c ALTER a SET DEFAULT 'y', ALTER a SET NOT NULL;"
        + "ALTER TABLE s.p ADD CONSTRAINT k CHECK (id > 0);"
        + "CREATE TABLE s.g (z integer) INHERITS (s.c);",
    ),
    "parent gets and loses a column under its children": Pair(
        PARENT + "CREATE TABLE s.c (b integer) INHERITS (s.p); CREATE VIEW s.v AS TABLE s.c;",
        "CREATE TABLE s.p (id bigint NOT NULL, n integer DEFAULT 3 CONSTRAINT k CHECK (n > 0));"
        "CREATE TABLE s.c (b integer) INHERITS (s.p); CREATE VIEW s.v AS TABLE s.c;",
    ),
    "child gets another parent": Pair(
        PARENT + "CREATE TABLE s.q (z integer); CREATE TABLE s.c (b integer) INHERITS (s.p);",
        PARENT + "CREATE TABLE s.q (z integer); CREATE TABLE s.c (b integer) INHERITS (s.q);",
        left=("column s.c.z: dropped",),
        left_back=("column s.c.a: dropped", "column s.c.id: dropped"),
    ),
    "parent's constraint and default changed": Pair(
        PARENT.replace(");", ", CONSTRAINT k CHECK (id > 0));")
        + "CREATE TABLE s.c (b integer) INHERITS (s.p);",
        PARENT.replace("'x'", "'z'").replace(");", ", CONSTRAINT k CHECK (id > 1) NO INHERIT);")
        + "CREATE TABLE s.c (b integer) INHERITS (s.p);",
    ),
    "typed table comes and goes": Pair(
        "CREATE TYPE s.c AS (x integer, y text);",
        "CREATE TYPE s.c AS (x integer, y text);"
        "CREATE TABLE s.t OF s.c (PRIMARY KEY (x), y DEFAULT 'a');"
        "COMMENT ON COLUMN s.t.y IS 'z';",
    ),
    "parent goes and its child stays": Pair(
        "CREATE TABLE s.p (a integer); CREATE TABLE s.c (b integer) INHERITS (s.p);"
        "CREATE VIEW s.v AS SELECT a, b FROM s.c;",
        "CREATE TABLE s.c (a integer, b integer); CREATE VIEW s.v AS SELECT a, b FROM s.c;",
        # A column that was the table's own stays so.
        left_back=("column s.c.a: dropped",),
    ),
    "generated column of a parent under a view on a child": Pair(
        *(
            f"""
            CREATE TABLE s.p (a integer, g integer GENERATED ALWAYS AS (a * {factor}) STORED);
            CREATE TABLE s.c () INHERITS (s.p); CREATE VIEW s.v AS SELECT g FROM s.c;
            """
            for factor in (2, 3)
        )
    ),
    "typed table's type gets another type of an attribute": Pair(
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.t OF s.c;",
        "CREATE TYPE s.c AS (x bigint); CREATE TABLE s.t OF s.c;",
    ),
    "typed table's type gets an attribute": Pair(
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.t OF s.c;",
        "CREATE TYPE s.c AS (x integer, y text); CREATE TABLE s.t OF s.c;",
    ),
    "table becomes a typed one": Pair(
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.t (x integer);",
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.t OF s.c;",
    ),
    "storage options set, changed and reset": Pair(
        "CREATE TABLE s.t (a text) WITH (fillfactor = 70, toast.autovacuum_enabled = off);"
        "CREATE TABLE s.u (a text) WITH (autovacuum_enabled = off);",
        "CREATE TABLE s.t (a text) WITH (fillfactor = 80, parallel_workers = 2);"
        "CREATE TABLE s.u (a text) WITH (toast.vacuum_truncate = off);",
    ),
    "replica identity by an index that changes": Pair(
        "CREATE TABLE s.t (a integer NOT NULL, b integer NOT NULL);"
        "CREATE UNIQUE INDEX i ON s.t (a); ALTER TABLE s.t REPLICA IDENTITY USING INDEX i;"
        "CREATE TABLE s.u (a integer);",
        "CREATE TABLE s.t (a integer NOT NULL, b integer NOT NULL);"
        "CREATE UNIQUE INDEX i ON s.t (b); ALTER TABLE s.t REPLICA IDENTITY USING INDEX i;"
        "CREATE TABLE s.u (a integer NOT NULL UNIQUE);"
        "ALTER TABLE s.u REPLICA IDENTITY USING INDEX u_a_key;",
    ),
    "replica identity by an index that goes": Pair(
        "CREATE TABLE s.t (a integer NOT NULL); CREATE UNIQUE INDEX i ON s.t (a);"
        "ALTER TABLE s.t REPLICA IDENTITY USING INDEX i;",
        "CREATE TABLE s.t (a integer NOT NULL); ALTER TABLE s.t REPLICA IDENTITY NOTHING;",
    ),
    "replica identity by an index of a column that changes its type": Pair(
        "CREATE TABLE s.t (a integer NOT NULL); CREATE UNIQUE INDEX i ON s.t (a);"
        "ALTER TABLE s.t REPLICA IDENTITY USING INDEX i; ALTER TABLE s.t CLUSTER ON i;",
        "CREATE TABLE s.t (a bigint NOT NULL); CREATE UNIQUE INDEX i ON s.t (a);"
        "ALTER TABLE s.t REPLICA IDENTITY USING INDEX i; ALTER TABLE s.t CLUSTER ON i;",
    ),
    "tables in a circle of three go and come": Pair(
        """
        CREATE TABLE s.a (id integer PRIMARY KEY, b integer);
        CREATE TABLE s.b (id integer PRIMARY KEY, c integer);
        CREATE TABLE s.c (id integer PRIMARY KEY, a integer REFERENCES s.a, c integer REFERENCES s.c);
        ALTER TABLE s.a ADD FOREIGN KEY (b) REFERENCES s.b;
        ALTER TABLE s.b ADD FOREIGN KEY (c) REFERENCES s.c;
        CREATE VIEW s.v AS SELECT a.id FROM s.a JOIN s.b ON b.id = a.b JOIN s.c ON c.id = b.c;
        """,
        "",
    ),
    "table without columns": Pair("CREATE TABLE s.t ();", "CREATE TABLE s.t (a integer);"),
    "sequence shared by two tables, then owned by one": Pair(
        "CREATE SEQUENCE s.q; CREATE TABLE s.a (id bigint DEFAULT nextval('s.q'));"
        "CREATE TABLE s.b (id bigint DEFAULT nextval('s.q'));",
        "CREATE SEQUENCE s.q; CREATE TABLE s.a (id bigint DEFAULT nextval('s.q'));"
        "CREATE TABLE s.b (id bigint); ALTER SEQUENCE s.q OWNED BY s.a.id;"
        "ALTER SEQUENCE s.q INCREMENT BY 2; GRANT USAGE ON SEQUENCE s.q TO anon;",
    ),
    "owned sequence survives its table": Pair(
        "CREATE TABLE s.a (id bigserial); CREATE TABLE s.b (id bigint);",
        "CREATE TABLE s.b (id bigint); CREATE SEQUENCE s.a_id_seq OWNED BY s.b.id;"
        "ALTER TABLE s.b ALTER id SET DEFAULT nextval('s.a_id_seq');",
    ),
    "sequence unlogged, its owner and comment": Pair(
        "CREATE SEQUENCE s.q; COMMENT ON SEQUENCE s.q IS 'x';",
        "CREATE UNLOGGED SEQUENCE s.q MINVALUE -5 START -3 INCREMENT -1 MAXVALUE 9;"
        "ALTER SEQUENCE s.q OWNER TO staff;",
        since=15,
    ),
}
