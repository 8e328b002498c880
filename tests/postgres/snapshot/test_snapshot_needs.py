"""Which object needs which, by the server's own pg_depend."""

from __future__ import annotations

import pytest

from pgcraft.postgres.snapshot import Snapshot, take_snapshot

SCHEMA = """
CREATE SCHEMA s;
CREATE EXTENSION pg_trgm SCHEMA s;
CREATE TYPE s.status AS ENUM ('new', 'paid');
CREATE DOMAIN s.statuses AS s.status[];
CREATE FUNCTION s.net(numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 / 2';
CREATE SEQUENCE s.numbers;
CREATE TABLE s.customers (id int PRIMARY KEY, name text);
CREATE TABLE s.orders (
    id int PRIMARY KEY DEFAULT nextval('s.numbers'),
    customer int CONSTRAINT fk REFERENCES s.customers,
    kind s.status,
    history s.statuses,
    price numeric CONSTRAINT ck CHECK (s.net(price) > 0),
    half numeric GENERATED ALWAYS AS (s.net(price)) STORED
);
CREATE INDEX ix ON s.orders (s.net(price));
CREATE INDEX trgm ON s.customers USING gin (name s.gin_trgm_ops);
CREATE VIEW s.cheap AS SELECT id, price FROM s.orders WHERE s.net(price) < 3;
CREATE VIEW s.cheaper AS SELECT id FROM s.cheap;
CREATE MATERIALIZED VIEW s.counted AS SELECT count(*) FROM s.cheaper;
CREATE FUNCTION s.first() RETURNS SETOF s.orders LANGUAGE sql AS 'SELECT * FROM s.orders';
CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER noted BEFORE INSERT ON s.orders FOR EACH ROW EXECUTE FUNCTION s.note();
CREATE POLICY mine ON s.orders USING (s.net(price) > 1);
CREATE TABLE s.parts (id int) PARTITION BY RANGE (id);
CREATE TABLE s.parts_1 PARTITION OF s.parts FOR VALUES FROM (0) TO (9);
CREATE TABLE s.parts_2 PARTITION OF s.parts (id DEFAULT 3) FOR VALUES FROM (9) TO (19);
CREATE VIEW s.first_part AS SELECT id FROM s.parts_1;
CREATE TYPE s.span AS RANGE (subtype = integer);
CREATE TABLE s.spans (many s.span_multirange, more s.span_multirange[]);
GRANT USAGE ON SCHEMA s TO anon;
GRANT SELECT ON s.customers TO anon WITH GRANT OPTION;
SET ROLE anon;
GRANT SELECT ON s.customers TO staff;
RESET ROLE;
"""

EDGES = {
    ("column s.orders.kind", "enum s.status"),
    ("column s.orders.history", "domain s.statuses"),
    ("domain s.statuses", "enum s.status"),
    ("column s.orders.id", "sequence s.numbers"),
    ("column s.orders.half", "function s.net(numeric)"),
    ("column s.orders.half", "column s.orders.price"),
    ("constraint s.orders.ck", "function s.net(numeric)"),
    ("constraint s.orders.ck", "column s.orders.price"),
    ("constraint s.orders.fk", "column s.customers.id"),
    ("constraint s.orders.fk", "constraint s.customers.customers_pkey"),
    ("index s.ix", "function s.net(numeric)"),
    ("index s.trgm", "extension pg_trgm"),
    ("view s.cheap", "column s.orders.price"),
    ("view s.cheap", "function s.net(numeric)"),
    ("view s.cheaper", "view s.cheap"),
    ("materialized view s.counted", "view s.cheaper"),
    ("function s.first()", "table s.orders"),
    ("trigger s.orders.noted", "function s.note()"),
    ("trigger s.orders.noted", "table s.orders"),
    ("policy s.orders.mine", "function s.net(numeric)"),
    ("table s.parts_1", "table s.parts"),
    ("view s.first_part", "column s.parts.id"),
    ("column s.parts_2.id", "column s.parts.id"),
    ("column s.spans.many", "range type s.span"),
    ("column s.spans.more", "range type s.span"),
    ("grant on table s.customers to staff granted by anon", "grant on table s.customers to anon"),
    ("table s.orders", "schema s"),
}


@pytest.fixture
def taken(database) -> Snapshot:
    """The schema above."""
    return take_snapshot(database(SCHEMA))


def test_objects_need_what_the_server_says(taken):
    """Views, defaults, row types and array types stand for what people know them by."""
    edges = {(str(one), str(other)) for one, other in taken.needs}
    assert edges >= EDGES, sorted(EDGES - edges)


def test_needs_name_objects_of_the_snapshot_only(taken):
    """So an order can be made of them without looking anything up."""
    assert {key for pair in taken.needs for key in pair} <= {item.key for item in taken}
    assert all(one != other for one, other in taken.needs)


def test_needs_survive_json(taken):
    """A snapshot can be kept in a file."""
    assert Snapshot.from_json(taken.to_json()).needs == taken.needs
