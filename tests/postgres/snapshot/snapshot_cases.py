"""Changes of one object each: SQL before, SQL of the change, what ``compare`` says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """One change.

    Attributes:
        name: What changes, in words.
        before: Statements that make the first schema.
        change: Statements that turn it into the second one.
        texts: The texts of the differences.
        since: The first major version that knows the statements.
    """

    name: str
    before: str = ""
    change: str
    texts: tuple[str, ...]
    since: int = 14


TABLE = 'CREATE TABLE t (id integer, name text COLLATE "C", price numeric(10, 2));'
FUNCTION = "CREATE FUNCTION f(n integer) RETURNS integer LANGUAGE sql AS $$SELECT n$$;"
TRIGGER_FUNCTION = (
    "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
)
PARTITIONED = (
    "CREATE TABLE p (id integer PRIMARY KEY, at date) PARTITION BY RANGE (id);"
    "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (9);"
)

_SCHEMAS = (
    Case(
        name="schema created",
        change="CREATE SCHEMA inventory",
        texts=("schema inventory: created",),
    ),
    Case(
        name="schema dropped",
        before='CREATE SCHEMA "my-Inv"',
        change='DROP SCHEMA "my-Inv"',
        texts=('schema "my-Inv": dropped',),
    ),
    Case(
        name="schema owner",
        before="CREATE SCHEMA inventory",
        change='ALTER SCHEMA inventory OWNER TO "Größe"',
        texts=('schema inventory: owner postgres -> "Größe"',),
    ),
    Case(
        name="extension created, its members left out",
        change="CREATE EXTENSION citext VERSION '1.4'",
        texts=("extension citext: created",),
    ),
    Case(
        name="extension updated",
        before="CREATE EXTENSION citext VERSION '1.4'",
        change="ALTER EXTENSION citext UPDATE TO '1.5'",
        texts=("extension citext: version 1.4 -> 1.5",),
    ),
)

_TABLES = (
    Case(
        name="table created",
        change="CREATE TABLE t (id integer NOT NULL, note text DEFAULT 'a b')",
        texts=(
            "column public.t.id: created, id integer NOT NULL",
            "column public.t.note: created, note text DEFAULT 'a b'::text",
            "table public.t: created",
        ),
    ),
    Case(
        name="table persistence",
        before=TABLE,
        change="ALTER TABLE t SET UNLOGGED",
        texts=("table public.t: persistence none -> unlogged",),
    ),
    Case(
        name="table storage options, toast included",
        before=TABLE,
        change="ALTER TABLE t SET (fillfactor = 70, toast.autovacuum_enabled = off)",
        texts=(
            "table public.t: storage options none -> fillfactor=70, toast.autovacuum_enabled=off",
        ),
    ),
    Case(
        name="table replica identity",
        before=TABLE,
        change="ALTER TABLE t REPLICA IDENTITY FULL",
        texts=("table public.t: replica identity none -> full",),
    ),
    Case(
        name="table replica identity by index",
        before=TABLE + "ALTER TABLE t ALTER id SET NOT NULL; CREATE UNIQUE INDEX i ON t (id)",
        change="ALTER TABLE t REPLICA IDENTITY USING INDEX i",
        texts=("table public.t: replica identity none -> index public.i",),
    ),
    Case(
        name="table row security",
        before=TABLE,
        change="ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        texts=("table public.t: row security none -> enabled and forced",),
    ),
    Case(
        name="table owner",
        before=TABLE,
        change="ALTER TABLE t OWNER TO staff",
        texts=("table public.t: owner postgres -> staff",),
    ),
    Case(
        name="table access method",
        before=TABLE + "CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler",
        change="ALTER TABLE t SET ACCESS METHOD heap2",
        texts=("table public.t: access method none -> heap2",),
        since=15,
    ),
    Case(
        name="table inheritance",
        before=TABLE + 'CREATE TABLE c (id integer, name text COLLATE "C", price numeric(10, 2))',
        change="ALTER TABLE c INHERIT t",
        texts=("table public.c: inherits none -> public.t",),
    ),
    Case(
        name="partition created, only its table is told",
        before=PARTITIONED + "CREATE INDEX i ON p (at);",
        change="CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (9) TO (20)",
        texts=("table public.p2: created",),
    ),
    Case(
        name="partition default apart from its parent's",
        before=PARTITIONED,
        change="ALTER TABLE p1 ALTER at SET DEFAULT '2024-01-01'",
        texts=("column public.p1.at: created, at date DEFAULT '2024-01-01'::date",),
    ),
    Case(
        name="partition bound",
        before=PARTITIONED,
        change="ALTER TABLE p DETACH PARTITION p1; ALTER TABLE p ATTACH PARTITION p1 DEFAULT",
        texts=("table public.p1: partition bound FOR VALUES FROM (1) TO (9) -> DEFAULT",),
    ),
)

_COLUMNS = (
    Case(
        name="column type",
        before=TABLE,
        change="ALTER TABLE t ALTER price TYPE numeric(12, 2)",
        texts=("column public.t.price: type numeric(10,2) -> numeric(12,2)",),
    ),
    Case(
        name="column collation",
        before=TABLE,
        change="ALTER TABLE t ALTER name TYPE text",
        texts=('column public.t.name: collation "C" -> none',),
    ),
    Case(
        name="column nullability",
        before=TABLE,
        change="ALTER TABLE t ALTER id SET NOT NULL",
        texts=("column public.t.id: nullable yes -> no",),
    ),
    Case(
        name="column default",
        before=TABLE,
        change="ALTER TABLE t ALTER price SET DEFAULT 1.5",
        texts=("column public.t.price: default none -> 1.5",),
    ),
    Case(
        name="column dropped and created",
        before=TABLE,
        change='ALTER TABLE t DROP name, ADD "Größe" text COLLATE "C"',
        texts=(
            'column public.t."Größe": created, "Größe" text COLLATE "C"',
            "column public.t.name: dropped",
        ),
    ),
    Case(
        name="column generated",
        before="CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)",
        change="ALTER TABLE t DROP b, ADD b integer GENERATED ALWAYS AS (a * 3) STORED",
        texts=("column public.t.b: generated stored as (a * 2) -> stored as (a * 3)",),
    ),
    Case(
        name="column generated, made virtual",
        before="CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED)",
        change="ALTER TABLE t DROP b, ADD b integer GENERATED ALWAYS AS (a * 2) VIRTUAL",
        texts=("column public.t.b: generated stored as (a * 2) -> virtual as (a * 2)",),
        since=18,
    ),
    Case(
        name="column identity",
        before="CREATE TABLE t (id integer GENERATED ALWAYS AS IDENTITY)",
        change="ALTER TABLE t ALTER id SET GENERATED BY DEFAULT",
        texts=("column public.t.id: as identity always -> by default",),
    ),
    Case(
        name="column identity options",
        before="CREATE TABLE t (id smallint GENERATED ALWAYS AS IDENTITY)",
        change="ALTER TABLE t ALTER id SET INCREMENT 5",
        texts=(
            (
                "column public.t.id: sequence options "
                "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 32767 CACHE 1 -> "
                "START WITH 1 INCREMENT BY 5 MINVALUE 1 MAXVALUE 32767 CACHE 1"
            ),
        ),
    ),
    Case(
        name="column storage",
        before=TABLE,
        change="ALTER TABLE t ALTER name SET STORAGE external",
        texts=("column public.t.name: storage none -> external",),
    ),
    Case(
        name="column compression",
        before=TABLE,
        change="ALTER TABLE t ALTER name SET COMPRESSION pglz",
        texts=("column public.t.name: compression none -> pglz",),
    ),
    Case(
        name="column statistics target",
        before=TABLE,
        change="ALTER TABLE t ALTER name SET STATISTICS 500",
        texts=("column public.t.name: statistics target none -> 500",),
    ),
    Case(
        name="column options",
        before=TABLE,
        change="ALTER TABLE t ALTER name SET (n_distinct = 5)",
        texts=("column public.t.name: column options none -> n_distinct=5",),
    ),
    Case(
        name="column NOT NULL constraint named",
        before="CREATE TABLE t (id integer NOT NULL)",
        change="ALTER TABLE t RENAME CONSTRAINT t_id_not_null TO must",
        texts=("column public.t.id: not null constraint none -> must",),
        since=18,
    ),
    Case(
        name="column NOT NULL constraint not valid",
        before="CREATE TABLE t (id integer)",
        change="ALTER TABLE t ADD CONSTRAINT t_id_not_null NOT NULL id NOT VALID",
        texts=("column public.t.id: not null option none -> not valid, nullable yes -> no",),
        since=18,
    ),
    Case(
        name="column of a view, default beside a comment",
        before="CREATE VIEW v AS SELECT 1 AS a; COMMENT ON COLUMN v.a IS 'x'",
        change="ALTER VIEW v ALTER a SET DEFAULT 7",
        texts=("column public.v.a: created, a integer DEFAULT 7",),
    ),
    Case(
        name="column of a view, default",
        before=TABLE + "CREATE VIEW v AS SELECT id FROM t",
        change="ALTER VIEW v ALTER id SET DEFAULT 7",
        texts=("column public.v.id: created, id integer DEFAULT 7",),
    ),
)

_CONSTRAINTS = (
    Case(
        name="check created",
        before=TABLE,
        change="ALTER TABLE t ADD CONSTRAINT c CHECK (price > 0)",
        texts=("constraint public.t.c: created, CHECK ((price > (0)::numeric))",),
    ),
    Case(
        name="check changed",
        before=TABLE + "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0)",
        change="ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (id > 1) NO INHERIT",
        texts=("constraint public.t.c: CHECK ((id > 0)) -> CHECK ((id > 1)) NO INHERIT",),
    ),
    Case(
        name="check validated",
        before=TABLE + "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0) NOT VALID",
        change="ALTER TABLE t VALIDATE CONSTRAINT c",
        texts=("constraint public.t.c: CHECK ((id > 0)) NOT VALID -> CHECK ((id > 0))",),
    ),
    Case(
        name="check enforced",
        before=TABLE + "ALTER TABLE t ADD CONSTRAINT c CHECK (id > 0)",
        change="ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (id > 0) NOT ENFORCED",
        texts=("constraint public.t.c: CHECK ((id > 0)) -> CHECK ((id > 0)) NOT ENFORCED",),
        since=18,
    ),
    Case(
        name="primary key created, its index is not told",
        before="CREATE TABLE t (id integer NOT NULL)",
        change="ALTER TABLE t ADD PRIMARY KEY (id)",
        texts=("constraint public.t.t_pkey: created, PRIMARY KEY (id)",),
    ),
    Case(
        name="unique nulls not distinct",
        before=TABLE + "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id)",
        change="ALTER TABLE t DROP CONSTRAINT u, ADD CONSTRAINT u UNIQUE NULLS NOT DISTINCT (id)",
        texts=("constraint public.t.u: UNIQUE (id) -> UNIQUE NULLS NOT DISTINCT (id)",),
        since=15,
    ),
    Case(
        name="unique index options and clustering",
        before=TABLE + "ALTER TABLE t ADD CONSTRAINT u UNIQUE (id)",
        change="ALTER INDEX u SET (fillfactor = 60); ALTER TABLE t CLUSTER ON u",
        texts=(
            "constraint public.t.u: clustered none -> yes, storage options none -> fillfactor=60",
        ),
    ),
    Case(
        name="exclusion",
        before="CREATE TABLE t (r int4range)",
        change="ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&)",
        texts=("constraint public.t.x: created, EXCLUDE USING gist (r WITH &&)",),
    ),
    Case(
        name="foreign key action",
        before=TABLE + "CREATE TABLE o (id integer PRIMARY KEY);"
        "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES o",
        change="ALTER TABLE t DROP CONSTRAINT k,"
        " ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES o ON DELETE CASCADE",
        texts=(
            (
                "constraint public.t.k: FOREIGN KEY (id) REFERENCES public.o(id) -> "
                "FOREIGN KEY (id) REFERENCES public.o(id) ON DELETE CASCADE"
            ),
        ),
    ),
    Case(
        name="foreign key deferrability",
        before=TABLE + "CREATE TABLE o (id integer PRIMARY KEY);"
        "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES o",
        change="ALTER TABLE t ALTER CONSTRAINT k DEFERRABLE INITIALLY DEFERRED",
        texts=(
            (
                "constraint public.t.k: FOREIGN KEY (id) REFERENCES public.o(id) -> "
                "FOREIGN KEY (id) REFERENCES public.o(id) DEFERRABLE INITIALLY DEFERRED"
            ),
        ),
    ),
    Case(
        name="foreign key of a partitioned table, told once",
        before=PARTITIONED + "CREATE TABLE t (id integer)",
        change="ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (id) REFERENCES p",
        texts=("constraint public.t.k: created, FOREIGN KEY (id) REFERENCES public.p(id)",),
    ),
)

_INDEXES = (
    Case(
        name="index created",
        before=TABLE,
        change="CREATE INDEX i ON t (lower(name)) WHERE id > 0",
        texts=("index public.i: created",),
    ),
    Case(
        name="index predicate",
        before=TABLE + "CREATE INDEX i ON t (name) WHERE id > 0",
        change="DROP INDEX i; CREATE INDEX i ON t (name) WHERE id > 1",
        texts=(
            (
                "index public.i: CREATE INDEX i ON public.t USING btree (name) WHERE (id > 0) -> "
                "CREATE INDEX i ON public.t USING btree (name) WHERE (id > 1)"
            ),
        ),
    ),
    Case(
        name="index statistics and clustering",
        before=TABLE + "CREATE INDEX i ON t (id, lower(name))",
        change="ALTER INDEX i ALTER COLUMN 2 SET STATISTICS 300; ALTER TABLE t CLUSTER ON i",
        texts=("index public.i: clustered none -> yes, statistics target none -> column 2: 300",),
    ),
    Case(
        name="index of a partitioned table not valid until all partitions have it",
        before=PARTITIONED,
        change="CREATE INDEX i ON ONLY p (at)",
        texts=("index public.i: created",),
    ),
    Case(
        name="index of a partitioned table becomes valid",
        before=PARTITIONED + "CREATE INDEX i ON ONLY p (at); CREATE INDEX j ON p1 (at)",
        change="ALTER INDEX i ATTACH PARTITION j",
        texts=("index public.i: valid no -> none", "index public.j: dropped"),
    ),
)

_SEQUENCES = (
    Case(
        name="sequence options",
        before="CREATE SEQUENCE s",
        change="ALTER SEQUENCE s AS integer INCREMENT 2 MAXVALUE 99 CACHE 7 CYCLE",
        texts=(
            (
                "sequence public.s: cache 1 -> 7, cycle none -> yes, increment 1 -> 2, "
                "maximum 9223372036854775807 -> 99, type bigint -> integer"
            ),
        ),
    ),
    Case(
        name="sequence owned by",
        before=TABLE + "CREATE SEQUENCE s",
        change="ALTER SEQUENCE s OWNED BY t.id",
        texts=("sequence public.s: owned by none -> public.t.id",),
    ),
    Case(
        name="sequence values are data",
        before="CREATE SEQUENCE s",
        change="SELECT setval('s', 50)",
        texts=(),
    ),
)

_VIEWS = (
    Case(
        name="view query",
        before=TABLE + "CREATE VIEW v AS SELECT id FROM t WHERE id > 0",
        change="CREATE OR REPLACE VIEW v AS SELECT id FROM t WHERE id > 1",
        texts=("view public.v: line 4, WHERE (id > 0) -> WHERE (id > 1)",),
        since=16,
    ),
    Case(
        name="view column appended",
        before="CREATE VIEW v AS SELECT 1 AS a",
        change="CREATE OR REPLACE VIEW v AS SELECT 1 AS a, 'x'::varchar(3) AS b",
        texts=(
            (
                "view public.v: columns a integer -> a integer, b character varying(3), "
                "line 2, SELECT 1 AS a -> SELECT 1 AS a,"
            ),
        ),
        since=16,
    ),
    Case(
        name="view options",
        before="CREATE VIEW v AS SELECT 1 AS a",
        change="ALTER VIEW v SET (security_barrier)",
        texts=(
            (
                "view public.v: options none -> security_barrier=true, "
                "line 1, CREATE VIEW public.v AS -> "
                "CREATE VIEW public.v WITH (security_barrier=true) AS"
            ),
        ),
    ),
    Case(
        name="materialized view created",
        change="CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
        texts=("materialized view public.m: created",),
    ),
    Case(
        name="materialized view populated is data",
        before="CREATE MATERIALIZED VIEW m AS SELECT 1 AS a WITH NO DATA",
        change="REFRESH MATERIALIZED VIEW m",
        texts=(),
    ),
    Case(
        name="materialized view statistics target",
        before="CREATE MATERIALIZED VIEW m AS SELECT 1 AS a",
        change="ALTER MATERIALIZED VIEW m ALTER a SET STATISTICS 9",
        texts=("column public.m.a: created, a integer",),
    ),
    Case(
        name="rule enabled",
        before=TABLE + "CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING",
        change="ALTER TABLE t DISABLE RULE r",
        texts=("rule public.t.r: enabled none -> no",),
    ),
)

_ROUTINES = (
    Case(
        name="function body",
        before=FUNCTION,
        change="CREATE OR REPLACE FUNCTION f(n integer) RETURNS integer LANGUAGE sql"
        " AS $$SELECT n + 1$$",
        texts=(
            (
                "function public.f(integer): line 4, AS $function$SELECT n$function$ -> "
                "AS $function$SELECT n + 1$function$"
            ),
        ),
    ),
    Case(
        name="function overloaded",
        before=FUNCTION,
        change="CREATE FUNCTION f(n text) RETURNS integer LANGUAGE sql AS $$SELECT 1$$",
        texts=("function public.f(text): created",),
    ),
    Case(
        name="function security",
        before=FUNCTION,
        change="ALTER FUNCTION f(integer) SECURITY DEFINER",
        texts=(
            (
                "function public.f(integer): line 4, AS $function$SELECT n$function$ -> "
                "SECURITY DEFINER"
            ),
        ),
    ),
    Case(
        name="procedure created",
        change="CREATE PROCEDURE q(n integer) LANGUAGE sql AS ''",
        texts=("procedure public.q(integer): created",),
    ),
    Case(
        name="aggregate initial value",
        before="CREATE AGGREGATE a(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0')",
        change="CREATE OR REPLACE AGGREGATE a(integer)"
        " (SFUNC = int4pl, STYPE = integer, INITCOND = '1')",
        texts=("aggregate public.a(integer): line 4, INITCOND = '0' -> INITCOND = '1'",),
    ),
    Case(
        name="trigger condition",
        before=TABLE
        + TRIGGER_FUNCTION
        + "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()",
        change="CREATE OR REPLACE TRIGGER r BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g()",
        texts=(
            (
                "trigger public.t.r: CREATE TRIGGER r BEFORE INSERT ON public.t FOR EACH ROW "
                "EXECUTE FUNCTION public.g() -> CREATE TRIGGER r BEFORE UPDATE ON public.t "
                "FOR EACH ROW EXECUTE FUNCTION public.g()"
            ),
        ),
    ),
    Case(
        name="trigger enabled",
        before=TABLE
        + TRIGGER_FUNCTION
        + "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()",
        change="ALTER TABLE t ENABLE ALWAYS TRIGGER r",
        texts=("trigger public.t.r: enabled none -> always",),
    ),
    Case(
        name="trigger of a partitioned table, told once",
        before=PARTITIONED + TRIGGER_FUNCTION,
        change="CREATE TRIGGER r AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION g()",
        texts=("trigger public.p.r: created",),
    ),
    Case(
        name="trigger disabled on one partition",
        before=PARTITIONED
        + TRIGGER_FUNCTION
        + "CREATE TRIGGER r AFTER INSERT ON p FOR EACH ROW EXECUTE FUNCTION g()",
        change="ALTER TABLE p1 DISABLE TRIGGER r",
        texts=("trigger public.p1.r: created",),
    ),
    Case(
        name="event trigger enabled",
        before="CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER w ON sql_drop EXECUTE FUNCTION e()",
        change="ALTER EVENT TRIGGER w DISABLE",
        texts=("event trigger w: enabled none -> no",),
    ),
)

_TYPES = (
    Case(
        name="enum label inserted",
        before="CREATE TYPE e AS ENUM ('a', 'c')",
        change="ALTER TYPE e ADD VALUE 'b''b' BEFORE 'c'",
        texts=("enum public.e: labels 'a', 'c' -> 'a', 'b''b', 'c'",),
    ),
    Case(
        name="domain default and nullability",
        before="CREATE DOMAIN d AS text",
        change="ALTER DOMAIN d SET DEFAULT 'x'; ALTER DOMAIN d SET NOT NULL",
        texts=("domain public.d: default none -> 'x'::text, nullable yes -> no",),
    ),
    Case(
        name="domain constraint",
        before="CREATE DOMAIN d AS integer",
        change="ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID",
        texts=("constraint public.d.c: created, CHECK ((VALUE > 0)) NOT VALID",),
    ),
    Case(
        name="composite type attribute",
        before="CREATE TYPE c AS (a integer)",
        change="ALTER TYPE c ADD ATTRIBUTE b text",
        texts=(
            (
                "composite type public.c: attributes a integer -> a integer, b text, "
                "CREATE TYPE public.c AS (a integer) -> CREATE TYPE public.c AS (a integer, b text)"
            ),
        ),
    ),
    Case(
        name="range type, its functions are not told",
        change="CREATE TYPE r AS RANGE (subtype = float8, subtype_diff = float8mi)",
        texts=("range type public.r: created",),
    ),
    Case(
        name="collation created",
        change="CREATE COLLATION c (provider = libc, locale = 'C')",
        texts=("collation public.c: created",),
    ),
)

_SECURITY = (
    Case(
        name="policy changed",
        before=TABLE + "CREATE POLICY p ON t USING (id > 0)",
        change="ALTER POLICY p ON t TO staff, anon USING (id > 1)",
        texts=(
            (
                "policy public.t.p: CREATE POLICY p ON public.t FOR ALL TO PUBLIC USING ((id > 0)) -> "
                "CREATE POLICY p ON public.t FOR ALL TO anon, staff USING ((id > 1))"
            ),
        ),
    ),
    Case(
        name="grant on a table",
        before=TABLE,
        change="GRANT INSERT, SELECT ON t TO anon",
        texts=(
            "grant on table public.t to anon: created, GRANT INSERT, SELECT ON TABLE public.t TO anon",
        ),
    ),
    Case(
        name="grant widened",
        before=TABLE + "GRANT SELECT ON t TO anon",
        change="GRANT INSERT ON t TO anon WITH GRANT OPTION",
        texts=("grant on table public.t to anon: with grant option none -> INSERT",),
    ),
    Case(
        name="grant narrowed",
        before=TABLE + "GRANT SELECT, INSERT ON t TO anon",
        change="REVOKE INSERT ON t FROM anon",
        texts=("grant on table public.t to anon: privileges INSERT, SELECT -> SELECT",),
    ),
    Case(
        name="grant and revoke is no change",
        before=TABLE,
        change="GRANT SELECT ON t TO anon; REVOKE SELECT ON t FROM anon",
        texts=(),
    ),
    Case(
        name="grant on a column",
        before=TABLE,
        change='GRANT UPDATE (name), SELECT (name) ON t TO "Größe"',
        texts=(
            (
                'grant on column public.t.name to "Größe": created, '
                'GRANT SELECT (name), UPDATE (name) ON TABLE public.t TO "Größe"'
            ),
        ),
    ),
    Case(
        name="grant on a column of a view",
        before="CREATE VIEW v AS SELECT 1 AS a",
        change="GRANT SELECT (a) ON v TO anon",
        texts=(
            "grant on column public.v.a to anon: created, GRANT SELECT (a) ON TABLE public.v TO anon",
        ),
    ),
    Case(
        name="grant that PUBLIC has by default revoked",
        before=FUNCTION,
        change="REVOKE EXECUTE ON FUNCTION f FROM PUBLIC",
        texts=(
            (
                "grant on function public.f(integer) to PUBLIC: created, "
                "REVOKE EXECUTE ON FUNCTION public.f(integer) FROM PUBLIC"
            ),
        ),
    ),
    Case(
        name="grant that PUBLIC has by default granted is no change",
        before=FUNCTION,
        change="GRANT EXECUTE ON FUNCTION f TO PUBLIC",
        texts=(),
    ),
    Case(
        name="grants to others follow the owner",
        before=TABLE + "GRANT SELECT ON t TO anon",
        change="ALTER TABLE t OWNER TO staff",
        texts=("table public.t: owner postgres -> staff",),
    ),
    Case(
        name="grant by another role",
        before=TABLE + "GRANT SELECT ON t TO anon WITH GRANT OPTION",
        change="SET ROLE anon; GRANT SELECT ON t TO staff; RESET ROLE",
        texts=(
            (
                "grant on table public.t to staff granted by anon: created, "
                "GRANT SELECT ON TABLE public.t TO staff"
            ),
        ),
    ),
    Case(
        name="grants on schema, sequence and type",
        before="CREATE SCHEMA s; CREATE SEQUENCE q; CREATE TYPE e AS ENUM ('a');",
        change="GRANT USAGE ON SCHEMA s TO anon; GRANT USAGE ON SEQUENCE q TO anon;"
        "REVOKE USAGE ON TYPE e FROM PUBLIC",
        texts=(
            "grant on enum public.e to PUBLIC: created, REVOKE USAGE ON TYPE public.e FROM PUBLIC",
            "grant on schema s to anon: created, GRANT USAGE ON SCHEMA s TO anon",
            "grant on sequence public.q to anon: created, GRANT USAGE ON SEQUENCE public.q TO anon",
        ),
    ),
    Case(
        name="default privileges in a schema",
        change="ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO anon",
        texts=(
            (
                "default privileges for postgres in schema public on tables to anon: created, "
                "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA public "
                "GRANT SELECT ON TABLES TO anon"
            ),
        ),
    ),
    Case(
        name="default privileges that take away",
        change="ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        texts=(
            (
                "default privileges for postgres on functions to PUBLIC: created, "
                "ALTER DEFAULT PRIVILEGES FOR ROLE postgres REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
            ),
        ),
    ),
)

_OTHERS = (
    Case(
        name="comment changed",
        before=TABLE + "COMMENT ON TABLE t IS 'old'",
        change="COMMENT ON TABLE t IS 'it''s new'",
        texts=("comment on table public.t: old -> it's new",),
    ),
    Case(
        name="comment removed",
        before=TABLE + "COMMENT ON COLUMN t.id IS 'old'",
        change="COMMENT ON COLUMN t.id IS NULL",
        texts=("comment on column public.t.id: dropped",),
    ),
    Case(
        name="comment on what another object tells",
        before="CREATE TABLE t (id integer PRIMARY KEY); CREATE TYPE c AS (a integer)",
        change="COMMENT ON INDEX t_pkey IS 'backs the key'; COMMENT ON COLUMN c.a IS 'attribute'",
        texts=(
            "comment on column public.c.a: created, attribute",
            "comment on index public.t_pkey: created, backs the key",
        ),
    ),
    Case(
        name="statistics target",
        before=TABLE + "CREATE STATISTICS s (mcv) ON id, name FROM t",
        change="ALTER STATISTICS s SET STATISTICS 44",
        texts=("statistics public.s: statistics target none -> 44",),
    ),
    Case(
        name="publication tables and operations",
        before=TABLE + "CREATE PUBLICATION p",
        change="ALTER PUBLICATION p ADD TABLE t; ALTER PUBLICATION p SET (publish = 'insert')",
        texts=(
            (
                "publication p: options publish = 'insert, update, delete, truncate' -> "
                "publish = 'insert', tables none -> public.t"
            ),
        ),
    ),
    Case(
        name="publication columns, rows and schemas",
        before=TABLE + "CREATE SCHEMA s; CREATE PUBLICATION p FOR TABLE t",
        change="ALTER PUBLICATION p SET TABLE t (id, name) WHERE (id > 3)",
        texts=("publication p: tables public.t -> public.t (id, name) WHERE ((id > 3))",),
        since=15,
    ),
    Case(
        name="publication of a schema",
        before="CREATE SCHEMA s; CREATE PUBLICATION p",
        change="ALTER PUBLICATION p ADD TABLES IN SCHEMA s",
        texts=("publication p: schemas none -> s",),
        since=15,
    ),
    Case(
        name="foreign server and table options",
        before="CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
        "CREATE FOREIGN TABLE f (id integer) SERVER s",
        change="ALTER SERVER s VERSION '2' OPTIONS (port '1', host 'h');"
        "ALTER FOREIGN TABLE f OPTIONS (path '/x'); ALTER FOREIGN TABLE f ALTER id OPTIONS (k 'v')",
        texts=(
            "column public.f.id: options none -> k 'v'",
            (
                "foreign server s: options none -> host 'h', port '1', "
                "CREATE SERVER s FOREIGN DATA WRAPPER w -> CREATE SERVER s VERSION '2' "
                "FOREIGN DATA WRAPPER w OPTIONS (host 'h', port '1')"
            ),
            "foreign table public.f: options none -> path '/x'",
        ),
    ),
    Case(
        name="cast",
        before="CREATE TYPE c AS (a integer)",
        change="CREATE CAST (text AS c) WITH INOUT AS ASSIGNMENT",
        texts=("cast (text AS public.c): created",),
    ),
    Case(
        name="operator",
        change="CREATE OPERATOR <<>> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4pl)",
        texts=("operator public.<<>>(integer,integer): created",),
    ),
    Case(
        name="operator class, its family is told too",
        change="CREATE OPERATOR CLASS k FOR TYPE integer USING hash AS OPERATOR 1 =",
        texts=(
            "operator class public.k USING hash: created",
            "operator family public.k USING hash: created",
        ),
    ),
    Case(
        name="text search mapping",
        before="CREATE TEXT SEARCH CONFIGURATION c (PARSER = default)",
        change="ALTER TEXT SEARCH CONFIGURATION c ADD MAPPING FOR word WITH simple",
        texts=(
            (
                "text search configuration public.c: line 1, CREATE TEXT SEARCH CONFIGURATION public.c "
                '(PARSER = pg_catalog."default") -> CREATE TEXT SEARCH CONFIGURATION public.c '
                '(PARSER = pg_catalog."default");'
            ),
        ),
    ),
    Case(
        name="temporary objects are left out",
        change="CREATE TEMPORARY TABLE t (id serial PRIMARY KEY); CREATE VIEW pg_temp.v AS SELECT 1",
        texts=(),
    ),
)

CASES = (
    *_SCHEMAS,
    *_TABLES,
    *_COLUMNS,
    *_CONSTRAINTS,
    *_INDEXES,
    *_SEQUENCES,
    *_VIEWS,
    *_ROUTINES,
    *_TYPES,
    *_SECURITY,
    *_OTHERS,
)
