-- One object of every kind that a snapshot covers, for PostgreSQL 14 and later.
CREATE SCHEMA inventory;
CREATE SCHEMA "my-Inv";
CREATE EXTENSION citext WITH SCHEMA inventory;
CREATE TYPE inventory.state AS ENUM ('new', 'it''s old', 'gone');
CREATE DOMAIN inventory.positive AS integer DEFAULT 1 CONSTRAINT positive_check CHECK (VALUE > 0);
CREATE TYPE inventory.size AS (width integer, height integer, "Größe" text COLLATE "C");
CREATE TYPE inventory.price_range AS RANGE (subtype = numeric);
CREATE COLLATION inventory.plain (provider = libc, locale = 'C');
CREATE SEQUENCE inventory.numbers AS bigint INCREMENT BY 5 CYCLE;
CREATE FUNCTION inventory.twice(n integer DEFAULT 2) RETURNS integer
    LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2 $$;
CREATE FUNCTION inventory.touch() RETURNS trigger
    LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
	RETURN NEW; -- a tab, 100 %, a \ and :name
END
$$;
CREATE PROCEDURE inventory.tidy(INOUT n integer) LANGUAGE sql AS $$ SELECT 1 $$;
CREATE AGGREGATE inventory.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE TABLE inventory.customers (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL COLLATE "C" UNIQUE
);
CREATE TABLE inventory.products (
    id serial PRIMARY KEY,
    customer_id integer REFERENCES inventory.customers ON DELETE CASCADE DEFERRABLE,
    name varchar(40) NOT NULL,
    price numeric(10, 2) DEFAULT 0,
    gross numeric GENERATED ALWAYS AS (price * 1.2) STORED,
    state inventory.state DEFAULT 'new',
    amount inventory.positive,
    "order" inventory.size[],
    during tstzrange,
    CONSTRAINT price_check CHECK (price >= 0),
    CONSTRAINT during_excl EXCLUDE USING gist (during WITH &&)
) WITH (fillfactor = 90);
CREATE INDEX products_name ON inventory.products (lower(name)) WHERE price > 0;
CREATE TABLE "my-Inv"."Products" ("camelCase" integer, "q""uote" text, "ünïcode" text);
CREATE UNIQUE INDEX "Mixed Index" ON "my-Inv"."Products" ("camelCase");
CREATE UNLOGGED TABLE inventory.scratch (id integer);
CREATE TABLE inventory.events (id bigint NOT NULL, at date NOT NULL, PRIMARY KEY (id, at))
    PARTITION BY RANGE (at);
CREATE INDEX events_at ON inventory.events (at);
CREATE TABLE inventory.events_2024 PARTITION OF inventory.events
    FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE inventory.child (extra text) INHERITS (inventory.scratch);
CREATE VIEW inventory.stock WITH (security_barrier) AS
    SELECT p.id, p.name, inventory.twice(p.customer_id) AS n FROM inventory.products AS p;
CREATE VIEW inventory.stock_names AS SELECT name FROM inventory.stock;
CREATE MATERIALIZED VIEW inventory.sums AS SELECT count(*) AS n FROM inventory.products WITH NO DATA;
CREATE UNIQUE INDEX sums_n ON inventory.sums (n);
CREATE RULE no_delete AS ON DELETE TO inventory.scratch DO INSTEAD NOTHING;
CREATE TRIGGER touch BEFORE UPDATE ON inventory.products
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION inventory.touch();
CREATE TRIGGER touch AFTER INSERT ON inventory.events FOR EACH ROW EXECUTE FUNCTION inventory.touch();
ALTER TABLE inventory.products ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON inventory.products AS RESTRICTIVE FOR SELECT TO anon, staff
    USING (inventory.twice(id) > 0);
CREATE STATISTICS inventory.products_stats (dependencies) ON name, price FROM inventory.products;
CREATE PUBLICATION changes FOR TABLE inventory.products WITH (publish = 'insert, update');
CREATE FOREIGN DATA WRAPPER files OPTIONS (debug 'true');
CREATE SERVER remote VERSION '1' FOREIGN DATA WRAPPER files OPTIONS (host 'a''b');
CREATE FOREIGN TABLE inventory.far (id integer OPTIONS (name 'x')) SERVER remote OPTIONS (path '/p');
CREATE FUNCTION inventory.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION inventory.on_ddl();
CREATE FUNCTION inventory.to_size(integer) RETURNS inventory.size
    LANGUAGE sql IMMUTABLE AS $$ SELECT ROW($1, $1, '')::inventory.size $$;
CREATE CAST (integer AS inventory.size) WITH FUNCTION inventory.to_size(integer) AS ASSIGNMENT;
CREATE OPERATOR inventory.<<>> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4pl);
CREATE OPERATOR CLASS inventory.backwards FOR TYPE integer USING btree AS
    OPERATOR 1 >, OPERATOR 2 >=, OPERATOR 3 =, OPERATOR 4 <=, OPERATOR 5 <, FUNCTION 1 btint4cmp(integer, integer);
CREATE TEXT SEARCH DICTIONARY inventory.words (TEMPLATE = simple, stopwords = english);
CREATE TEXT SEARCH CONFIGURATION inventory.search (PARSER = default);
ALTER TEXT SEARCH CONFIGURATION inventory.search ADD MAPPING FOR word WITH inventory.words, simple;
ALTER DEFAULT PRIVILEGES IN SCHEMA inventory GRANT SELECT ON TABLES TO anon;
GRANT USAGE ON SCHEMA inventory TO anon;
GRANT SELECT, INSERT ON inventory.products TO anon;
GRANT UPDATE (name) ON inventory.products TO anon WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION inventory.twice(integer) FROM PUBLIC;
COMMENT ON TABLE inventory.products IS 'what we sell';
COMMENT ON COLUMN inventory.stock.n IS 'a comment on a view''s column';
COMMENT ON CONSTRAINT price_check ON inventory.products IS 'not below zero';
COMMENT ON CONSTRAINT positive_check ON DOMAIN inventory.positive IS 'above zero';
