"""The hard cases, and combinations."""

from __future__ import annotations

from migrate.states.pair import Pair

TABLE = "CREATE TABLE s.t (id integer PRIMARY KEY, a integer, b text);"
STATUS = "CREATE TYPE s.status AS ENUM ('new', 'paid');"
STATUSES = "CREATE TYPE s.status AS ENUM ('new', 'paid', 'sent');"
REORDERED = "CREATE TYPE s.status AS ENUM ('paid', 'new');"
OF_STATUS = """
CREATE TABLE s.o (
    id integer PRIMARY KEY, status s.status DEFAULT 'new' CONSTRAINT ck CHECK (status <> 'paid'),
    history s.status[]
);
CREATE INDEX ix_o ON s.o (status) WHERE status = 'new';
CREATE VIEW s.v AS SELECT id, status FROM s.o WHERE status = 'new';
CREATE FUNCTION s.f(s.status) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
"""
VIEW = "CREATE VIEW s.v AS SELECT id, a FROM s.t;"
ON_VIEW = """
CREATE VIEW s.w AS SELECT a FROM s.v;
CREATE MATERIALIZED VIEW s.m AS SELECT a FROM s.w;
CREATE UNIQUE INDEX ix_m ON s.m (a);
COMMENT ON VIEW s.w IS 'seen';
GRANT SELECT ON s.w TO anon;
"""
NOTE = """
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
"""
TRIGGER = "CREATE TRIGGER noted BEFORE UPDATE OF a ON s.t FOR EACH ROW EXECUTE FUNCTION s.note();"
NET = "CREATE FUNCTION s.net({}) RETURNS {} LANGUAGE sql IMMUTABLE AS 'SELECT $1 {}';"
USES_NET = """
CREATE TABLE s.n (
    id integer PRIMARY KEY DEFAULT s.net(1), p integer CONSTRAINT ck CHECK (s.net(p) > 0),
    g integer GENERATED ALWAYS AS (s.net(p)) STORED
);
CREATE INDEX ix_n ON s.n (s.net(p));
CREATE VIEW s.nets AS SELECT s.net(p) AS net FROM s.n;
ALTER TABLE s.n ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON s.n USING (s.net(p) > 3);
"""

STATES = {
    "nothing": Pair(TABLE, TABLE),
    "a table with everything": Pair("", TABLE + VIEW + ON_VIEW + NOTE + TRIGGER),
    "everything dropped": Pair(TABLE + VIEW + ON_VIEW + NOTE + TRIGGER, ""),
    "type of a column under views on views": Pair(
        TABLE + VIEW + ON_VIEW,
        TABLE.replace("a integer", "a bigint") + VIEW + ON_VIEW,
    ),
    "column dropped that a view, an index, a policy and a trigger use": Pair(
        TABLE
        + VIEW
        + NOTE
        + TRIGGER
        + "CREATE INDEX ix ON s.t ((a + 1)); CREATE POLICY p ON s.t USING (a > 1);",
        "CREATE TABLE s.t (id integer PRIMARY KEY, b text);"
        "CREATE VIEW s.v AS SELECT id FROM s.t;" + NOTE + TRIGGER.replace("UPDATE OF a", "UPDATE"),
    ),
    "function's body changed under all that calls it": Pair(
        NET.format("integer", "integer", "+ 1") + USES_NET,
        NET.format("integer", "integer", "+ 2") + USES_NET,
    ),
    "function's result changed under all that calls it": Pair(
        NET.format("integer", "integer", "+ 1") + USES_NET,
        NET.format("integer", "smallint", "+ 2").replace("$1 + 2", "2::smallint") + USES_NET,
    ),
    "function's arguments changed under all that calls it": Pair(
        NET.format("integer", "integer", "+ 1") + USES_NET,
        NET.format("bigint", "integer", "+ 1").replace("$1 + 1", "1") + USES_NET,
    ),
    "tables that reference each other": Pair(
        "",
        (
            "CREATE TABLE s.a (id int PRIMARY KEY, b int);"
            "CREATE TABLE s.b (id int PRIMARY KEY, a int REFERENCES s.a);"
            "ALTER TABLE s.a ADD FOREIGN KEY (b) REFERENCES s.b;"
        ),
    ),
    "view with a column appended": Pair(
        TABLE + VIEW + ON_VIEW,
        TABLE + VIEW.replace("id, a", "id, a, b") + ON_VIEW,
    ),
    "view with a column removed": Pair(
        TABLE + VIEW + ON_VIEW,
        TABLE + VIEW.replace("id, a", "a") + ON_VIEW,
    ),
    "enum label appended": Pair(STATUS + OF_STATUS, STATUSES + OF_STATUS),
    "enum label inserted": Pair(
        STATUS + OF_STATUS,
        STATUS.replace("'new',", "'new', 'old',") + OF_STATUS,
    ),
    "enum labels reordered": Pair(STATUS + OF_STATUS, REORDERED + OF_STATUS),
    "domain over enum over array": Pair(
        STATUS + "CREATE DOMAIN s.d AS s.status[]; CREATE TABLE s.x (id int, d s.d);",
        REORDERED + "CREATE DOMAIN s.d AS s.status[]; CREATE TABLE s.x (id int, d s.d);",
    ),
    "domain's check, default and NOT NULL": Pair(
        "CREATE DOMAIN s.d AS integer CONSTRAINT c CHECK (value > 0); CREATE TABLE s.x (d s.d);",
        (
            "CREATE DOMAIN s.d AS integer DEFAULT 3 NOT NULL CONSTRAINT c CHECK (value > 1);"
            "CREATE TABLE s.x (d s.d);"
        ),
    ),
    "domain's type changed": Pair(
        (
            "CREATE DOMAIN s.d AS integer CONSTRAINT c CHECK (value > 0);"
            "CREATE TABLE s.x (d s.d); COMMENT ON DOMAIN s.d IS 'positive'"
        ),
        (
            "CREATE DOMAIN s.d AS bigint CONSTRAINT c CHECK (value > 0);"
            "CREATE TABLE s.x (d s.d); COMMENT ON DOMAIN s.d IS 'positive'"
        ),
    ),
    "composite type gets an attribute": Pair(
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.x (c s.c);",
        "CREATE TYPE s.c AS (x integer, y numeric(10,2), z text); CREATE TABLE s.x (c s.c);",
    ),
    "composite type loses an attribute": Pair(
        "CREATE TYPE s.c AS (x integer, y text); CREATE TABLE s.x (c s.c[]);",
        "CREATE TYPE s.c AS (x integer); CREATE TABLE s.x (c s.c[]);",
    ),
    "partition added": Pair(
        (
            "CREATE TABLE s.p (id int) PARTITION BY RANGE (id);"
            "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);"
        ),
        (
            "CREATE TABLE s.p (id int) PARTITION BY RANGE (id); CREATE INDEX ix_p ON s.p (id);"
            "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);"
            "CREATE TABLE s.p2 PARTITION OF s.p FOR VALUES FROM (10) TO (20);"
        ),
    ),
    "partition's bounds changed": Pair(
        (
            "CREATE TABLE s.p (id int) PARTITION BY RANGE (id);"
            "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (10);"
        ),
        (
            "CREATE TABLE s.p (id int) PARTITION BY RANGE (id);"
            "CREATE TABLE s.p1 PARTITION OF s.p FOR VALUES FROM (0) TO (20);"
        ),
    ),
    "serial to identity": Pair(
        "CREATE TABLE s.x (id serial PRIMARY KEY, a text);",
        "CREATE TABLE s.x (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, a text);",
    ),
    "identity's options and kind": Pair(
        "CREATE TABLE s.x (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);",
        (
            "CREATE TABLE s.x (id integer GENERATED ALWAYS AS IDENTITY"
            " (START WITH 5 INCREMENT BY 2 CYCLE) PRIMARY KEY);"
        ),
    ),
    "serial widened": Pair(
        "CREATE TABLE s.x (id serial PRIMARY KEY);",
        "CREATE TABLE s.x (id bigserial PRIMARY KEY);",
    ),
    "generated expression changed under an index, a check and a view": Pair(
        (
            "CREATE TABLE s.x (a int, g int GENERATED ALWAYS AS (a * 2) STORED CHECK (g > 0));"
            "CREATE INDEX ix ON s.x (g); CREATE VIEW s.v AS SELECT g FROM s.x;"
            "COMMENT ON COLUMN s.x.g IS 'twice'; GRANT SELECT (g) ON s.x TO anon;"
        ),
        (
            "CREATE TABLE s.x (a int, g int GENERATED ALWAYS AS (a * 3) STORED CHECK (g > 0));"
            "CREATE INDEX ix ON s.x (g); CREATE VIEW s.v AS SELECT g FROM s.x;"
            "COMMENT ON COLUMN s.x.g IS 'thrice'; GRANT SELECT (g) ON s.x TO anon;"
        ),
    ),
    "generated column becomes a plain one": Pair(
        "CREATE TABLE s.x (a int, g int GENERATED ALWAYS AS (a * 2) STORED);",
        "CREATE TABLE s.x (a int, g int);",
    ),
    "comments only": Pair(
        TABLE + "COMMENT ON TABLE s.t IS 'old'; COMMENT ON COLUMN s.t.a IS 'gone';",
        TABLE + "COMMENT ON TABLE s.t IS 'new'; COMMENT ON COLUMN s.t.b IS 'come';",
    ),
    "privileges only": Pair(
        TABLE + "GRANT SELECT, INSERT ON s.t TO anon; GRANT SELECT (a) ON s.t TO anon;",
        TABLE
        + "GRANT UPDATE ON s.t TO anon; GRANT SELECT (a), INSERT (b) ON s.t TO anon;"
        + "GRANT SELECT ON s.t TO staff WITH GRANT OPTION;",
    ),
    "owners": Pair(
        TABLE + VIEW + NOTE,
        TABLE
        + VIEW
        + NOTE
        + "ALTER TABLE s.t OWNER TO staff; ALTER VIEW s.v OWNER TO staff;"
        + "ALTER FUNCTION s.note() OWNER TO staff;",
    ),
    "owners of what is new": Pair(
        "",
        TABLE + "ALTER TABLE s.t OWNER TO staff; CREATE SCHEMA x AUTHORIZATION staff;",
    ),
    "table moved to another schema": Pair(
        TABLE + VIEW,
        "CREATE SCHEMA x;" + (TABLE + VIEW).replace("s.", "x."),
    ),
    "table becomes a view of its name": Pair(
        TABLE,
        (
            "CREATE TABLE s.t_root (id integer PRIMARY KEY, a integer, b text);"
            "CREATE VIEW s.t AS SELECT * FROM s.t_root;"
        ),
    ),
    "trigger disabled, replica, rule": Pair(
        TABLE + NOTE + TRIGGER,
        TABLE
        + NOTE
        + TRIGGER
        + "ALTER TABLE s.t DISABLE TRIGGER noted;"
        + "CREATE RULE r AS ON DELETE TO s.t DO INSTEAD NOTHING;"
        + "ALTER TABLE s.t REPLICA IDENTITY FULL;",
    ),
    "row security, storage, unlogged, statistics": Pair(
        TABLE,
        (
            "CREATE UNLOGGED TABLE s.t (id integer PRIMARY KEY, a integer, b text)"
            " WITH (fillfactor = 70);"
            "ALTER TABLE s.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE s.t ALTER b SET STORAGE EXTERNAL, ALTER a SET STATISTICS 500;"
            "CREATE STATISTICS s.st (dependencies) ON a, b FROM s.t;"
        ),
    ),
    "constraints of all kinds changed": Pair(
        TABLE
        + "ALTER TABLE s.t ADD CONSTRAINT u UNIQUE (a), ADD CONSTRAINT c CHECK (a > 0),"
        + "ADD CONSTRAINT x EXCLUDE USING btree (a WITH =),"
        + "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.t;",
        TABLE
        + "ALTER TABLE s.t ADD CONSTRAINT u UNIQUE (a, b), ADD CONSTRAINT c CHECK (a > 1),"
        + "ADD CONSTRAINT x EXCLUDE USING btree (b WITH =),"
        + "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES s.t ON DELETE CASCADE DEFERRABLE;",
    ),
    "primary key renamed under a foreign key": Pair(
        (
            "CREATE TABLE s.a (id int CONSTRAINT p PRIMARY KEY);"
            "CREATE TABLE s.b (a int CONSTRAINT f REFERENCES s.a);"
        ),
        (
            "CREATE TABLE s.a (id int CONSTRAINT q PRIMARY KEY);"
            "CREATE TABLE s.b (a int CONSTRAINT f REFERENCES s.a);"
        ),
    ),
    "constraint validated": Pair(
        TABLE + "ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
        TABLE + "ALTER TABLE s.t ADD CONSTRAINT c CHECK (a > 0);",
    ),
    "index expression, predicate and method": Pair(
        TABLE + "CREATE INDEX i ON s.t (a); CREATE INDEX j ON s.t (b) WHERE a > 0;",
        TABLE + "CREATE INDEX i ON s.t (lower(b)); CREATE INDEX j ON s.t USING hash (b);",
    ),
    "text becomes an enum": Pair(
        STATUS + "CREATE TABLE s.x (a text DEFAULT 'new');",
        STATUS + "CREATE TABLE s.x (a s.status DEFAULT 'new');",
    ),
    "text becomes an integer": Pair(
        "CREATE TABLE s.x (a text DEFAULT '1');",
        "CREATE TABLE s.x (a integer DEFAULT 1);",
    ),
    "standalone sequence": Pair(
        "CREATE SEQUENCE s.q;",
        (
            "CREATE SEQUENCE s.q AS smallint INCREMENT BY 5 MAXVALUE 100 CYCLE CACHE 3;"
            "CREATE TABLE s.x (id int DEFAULT nextval('s.q'));"
        ),
    ),
    "function before table, and table before function": Pair(
        "",
        (
            "CREATE TABLE s.x (id int);"
            "CREATE FUNCTION s.all() RETURNS SETOF s.x LANGUAGE sql AS 'SELECT * FROM s.x';"
            "CREATE FUNCTION s.one() RETURNS int LANGUAGE sql AS 'SELECT 1';"
            "CREATE TABLE s.y (id int DEFAULT s.one());"
        ),
    ),
    "procedure, aggregate, cast, operator": Pair(
        "",
        (
            "CREATE PROCEDURE s.p(a int) LANGUAGE sql AS 'SELECT a';"
            "CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');"
            "CREATE FUNCTION s.eq(text, int) RETURNS bool LANGUAGE sql AS 'SELECT true';"
            "CREATE OPERATOR s.=== (LEFTARG = text, RIGHTARG = int, FUNCTION = s.eq);"
        ),
    ),
}
