"""Tables of all sorts: unlogged, inherited, typed."""

from __future__ import annotations

from migrate.states.pair import Pair

PARENT = "CREATE TABLE s.p (id integer NOT NULL, a text DEFAULT 'x');"

STATES = {
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
