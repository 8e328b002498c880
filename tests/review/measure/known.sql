CREATE SCHEMA s;
CREATE TABLE s.owners (id integer PRIMARY KEY, name text);
CREATE TABLE s.t (
    id integer PRIMARY KEY,
    a integer,
    b integer,
    v varchar(10),
    n numeric(10, 2),
    ts timestamp,
    owner_id integer,
    doc text,
    CONSTRAINT b_there CHECK (b IS NOT NULL)
);
-- Apart, because those of a CREATE TABLE are valid at once.
ALTER TABLE s.t
    ADD CONSTRAINT a_small CHECK (a < 10) NOT VALID,
    ADD CONSTRAINT t_owner FOREIGN KEY (owner_id) REFERENCES s.owners (id) NOT VALID;
CREATE INDEX t_a ON s.t (a);
CREATE UNIQUE INDEX t_id_a ON s.t (id, a);
CREATE TABLE s.plain (id integer NOT NULL, b integer);
CREATE UNIQUE INDEX plain_id ON s.plain (id);
CREATE TABLE s.parent_of (id integer, b integer);
CREATE UNLOGGED TABLE s.unlogged (id integer, doc text);
CREATE VIEW s.view AS SELECT id, a FROM s.t;
CREATE MATERIALIZED VIEW s.matview AS SELECT id, a FROM s.t;
CREATE UNIQUE INDEX matview_id ON s.matview (id);
CREATE TABLE s.parted (id integer, at date) PARTITION BY RANGE (at);
CREATE TABLE s.p1 PARTITION OF s.parted FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE s.p2 PARTITION OF s.parted FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE s.p3 (id integer, at date);
CREATE TABLE s.p4 (
    id integer,
    at date,
    CHECK (at IS NOT NULL AND at >= '2023-01-01' AND at < '2024-01-01')
);
CREATE TYPE s.mood AS ENUM ('ok');
CREATE DOMAIN s.positive AS integer;
CREATE TABLE s.with_domain (id integer, p s.positive, m s.mood);
CREATE SEQUENCE s.seq;
CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER on_t BEFORE INSERT ON s.t FOR EACH ROW EXECUTE FUNCTION s.f();
CREATE TABLE s."Odd.Name ""x""" (id integer);
CREATE ROLE measured_reader;
