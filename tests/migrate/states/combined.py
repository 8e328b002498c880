"""Several hard changes at once."""

from __future__ import annotations

from migrate.states.pair import Pair

SHOP = """
CREATE TYPE s.status AS ENUM ({labels});
CREATE FUNCTION s.net(integer) RETURNS {net} LANGUAGE sql IMMUTABLE AS 'SELECT ($1 * 2)::{net}';
CREATE TABLE s.customers (id integer PRIMARY KEY, name {name}, best integer);
CREATE TABLE s.orders (
    id integer PRIMARY KEY, customer integer CONSTRAINT f REFERENCES s.customers,
    status s.status DEFAULT '{default}', price {price} CONSTRAINT ck CHECK (s.net(price::integer) > 0),
    half {price} GENERATED ALWAYS AS (price / 2) STORED
);
ALTER TABLE s.customers ADD CONSTRAINT best_fk FOREIGN KEY (best) REFERENCES s.orders;
CREATE INDEX i ON s.orders (s.net(price::integer)) WHERE status = 'new';
CREATE VIEW s.v AS SELECT o.id, c.name, o.status, o.half FROM s.orders AS o
    JOIN s.customers AS c ON c.id = o.customer WHERE s.net(o.id) > 1;
CREATE MATERIALIZED VIEW s.m AS SELECT name, status, sum(half) AS half FROM s.v GROUP BY 1, 2;
CREATE UNIQUE INDEX m_i ON s.m (name, status);
CREATE FUNCTION s.cheap() RETURNS SETOF s.v LANGUAGE sql AS 'SELECT * FROM s.v';
CREATE VIEW s.w AS SELECT name FROM s.cheap();
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER t INSTEAD OF UPDATE ON s.v FOR EACH ROW EXECUTE FUNCTION s.note();
CREATE TRIGGER t BEFORE UPDATE OF price ON s.orders FOR EACH ROW WHEN (new.price > 0)
    EXECUTE FUNCTION s.note();
ALTER TABLE s.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON s.orders TO anon USING (status = 'new' AND s.net(id) > 1);
GRANT SELECT ON s.v, s.w, s.m TO anon; COMMENT ON COLUMN s.v.name IS 'x'; COMMENT ON VIEW s.w IS 'y';
GRANT SELECT (name) ON s.v TO staff; ALTER VIEW s.v ALTER id SET DEFAULT 1;
"""
OLD = {
    "labels": "'new', 'paid'",
    "net": "integer",
    "name": "text",
    "default": "new",
    "price": "integer",
}
BACK = "CREATE FUNCTION s.of_t(s.t) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';"

STATES = {
    "everything comes and goes": Pair("", SHOP.format(**OLD)),
    "every type changes": Pair(
        SHOP.format(**OLD),
        SHOP.format(
            **OLD
            | {"labels": "'paid', 'new'", "net": "bigint", "name": "varchar(9)", "price": "bigint"}
        ),
    ),
    "label appended that is a default, and types change": Pair(
        SHOP.format(**OLD),
        SHOP.format(
            **OLD | {"labels": "'new', 'paid', 'sent'", "default": "sent", "price": "numeric(9,2)"}
        ),
    ),
    "all moved to another schema": Pair(
        SHOP.format(**OLD), "CREATE SCHEMA x;" + SHOP.format(**OLD).replace("s.", "x.")
    ),
    "tables renamed under everything": Pair(
        SHOP.format(**OLD),
        SHOP.format(**OLD).replace("s.orders", "s.sales").replace("s.customers", "s.people"),
    ),
    "table becomes a view, and its view a table": Pair(
        "CREATE TABLE s.a (id integer PRIMARY KEY, x text); CREATE VIEW s.b AS SELECT id, x FROM s.a;"
        "CREATE VIEW s.c AS SELECT x FROM s.b; GRANT SELECT ON s.b TO anon;",
        "CREATE TABLE s.b (id integer PRIMARY KEY, x text); CREATE VIEW s.a AS SELECT id, x FROM s.b;"
        "CREATE VIEW s.c AS SELECT x FROM s.b; GRANT SELECT ON s.a TO anon;",
    ),
    "index, constraint and sequence swap their names": Pair(
        "CREATE TABLE s.t (a integer CONSTRAINT one UNIQUE, b integer); CREATE INDEX two ON s.t (b);"
        "CREATE SEQUENCE s.three;",
        "CREATE TABLE s.t (a integer CONSTRAINT two UNIQUE, b integer); CREATE INDEX three ON s.t (b);"
        "CREATE SEQUENCE s.one;",
    ),
    "function's argument is the row of a table that changes": Pair(
        "CREATE TABLE s.t (id integer, a integer);"
        + BACK
        + "CREATE INDEX i ON s.t (s.of_t(t.*)); CREATE VIEW s.v AS SELECT s.of_t(t.*) AS n FROM s.t;",
        "CREATE TABLE s.t (id bigint, b integer);"
        + BACK
        + "CREATE INDEX i ON s.t (s.of_t(t.*)); CREATE VIEW s.v AS SELECT s.of_t(t.*) AS n FROM s.t;",
    ),
}
