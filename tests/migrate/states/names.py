"""Names that need quoting, and names at their greatest length."""

from __future__ import annotations

from migrate.states.pair import Pair

LONG = "x" * 62
ODD = '"it\'s 100% :n $1 \\ Größe"'

STATES = {
    "odd names everywhere": Pair(
        "",
        f"""
        CREATE SCHEMA "a.b";
        CREATE TYPE "a.b".{ODD} AS ENUM ('a', 'b');
        CREATE TABLE "a.b"."T" ("Id" integer PRIMARY KEY, {ODD} "a.b".{ODD} DEFAULT 'a',
            "q""uote" text CONSTRAINT "c.k" CHECK ("q""uote" <> ''));
        CREATE UNIQUE INDEX "i.x" ON "a.b"."T" ({ODD}, lower("q""uote"));
        CREATE VIEW "a.b"."V.w" AS SELECT "q""uote", {ODD} FROM "a.b"."T";
        CREATE FUNCTION "a.b"."F g"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
        CREATE TRIGGER "t.r" BEFORE UPDATE OF {ODD} ON "a.b"."T" FOR EACH ROW
            EXECUTE FUNCTION "a.b"."F g"();
        CREATE POLICY "p.q" ON "a.b"."T" USING ({ODD} = 'a');
        COMMENT ON COLUMN "a.b"."T".{ODD} IS 'it''s 100% :n $1 \\';
        GRANT SELECT ("q""uote") ON "a.b"."T" TO "Größe, 1";
        ALTER TABLE "a.b"."T" OWNER TO "Größe, 1";
        """,
    ),
    "odd names changed": Pair(
        f"""
        CREATE TYPE s.{ODD} AS ENUM ('a', 'b');
        CREATE TABLE s."T" ("Id" integer PRIMARY KEY, {ODD} s.{ODD} DEFAULT 'a', "c,d" integer
            CONSTRAINT "u.v" UNIQUE);
        CREATE VIEW s."V" AS SELECT "Id", {ODD}, "c,d" FROM s."T"; GRANT SELECT (id2) ON s."V" TO anon;
        """.replace("GRANT SELECT (id2)", 'GRANT SELECT ("c,d")'),
        f"""
        CREATE TYPE s.{ODD} AS ENUM ('b', 'a');
        CREATE TABLE s."T" ("Id" bigint PRIMARY KEY, {ODD} s.{ODD}[] DEFAULT ARRAY['a'::s.{ODD}],
            "c,d" bigint CONSTRAINT "u.v" UNIQUE DEFERRABLE);
        CREATE VIEW s."V" AS SELECT "Id", {ODD}, "c,d" FROM s."T"; GRANT SELECT ("c,d") ON s."V" TO staff;
        """,
    ),
    "longest names": Pair(
        f"CREATE TYPE s.{LONG}a AS ENUM ('a', 'b'); CREATE TYPE s.{LONG}b AS ENUM ('a', 'b');"
        f"CREATE TABLE s.{LONG}t (id serial, a s.{LONG}a, b s.{LONG}b);",
        f"CREATE TYPE s.{LONG}a AS ENUM ('b', 'a'); CREATE TYPE s.{LONG}b AS ENUM ('b', 'a');"
        f"CREATE TABLE s.{LONG}t (id bigserial, a s.{LONG}a, b s.{LONG}b);"
        f"CREATE INDEX {LONG}i ON s.{LONG}t (a);",
    ),
    "names that only differ by case": Pair(
        'CREATE TABLE s.t (a integer, "A" text); CREATE TABLE s."T" (a integer);',
        'CREATE TABLE s.t (a text, "A" integer); CREATE TABLE s."T" ("A" integer, b text);',
    ),
    "names with a dot and the same words": Pair(
        'CREATE TABLE s."a.b" (c integer); CREATE SCHEMA "s.a"; CREATE TABLE "s.a".b (c integer);',
        'CREATE TABLE s."a.b" (c bigint, "a.b.c" text); CREATE SCHEMA "s.a";'
        'CREATE TABLE "s.a".b (c text); COMMENT ON COLUMN s."a.b"."a.b.c" IS \'x\';',
    ),
}
