SELECT
    'extension' AS kind,
    'pg_extension'::regclass::oid AS classid,
    e.oid AS objid,
    0 AS objsubid,
    quote_ident(e.extname) AS identity,
    n.nspname AS schema,
    concat_ws(
        ' ',
        'CREATE EXTENSION', quote_ident(e.extname),
        'WITH SCHEMA', quote_ident(n.nspname),
        'VERSION', quote_literal(e.extversion)
    ) AS definition,
    quote_ident(n.nspname) AS "in schema",
    e.extversion AS version
FROM pg_extension AS e
JOIN pg_namespace AS n ON n.oid = e.extnamespace
