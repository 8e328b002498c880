SELECT
    'schema' AS kind,
    'pg_namespace'::regclass::oid AS classid,
    n.oid AS objid,
    0 AS objsubid,
    quote_ident(n.name) AS identity,
    n.name AS schema,
    'CREATE SCHEMA ' || quote_ident(n.name) AS definition,
    quote_ident(pg_get_userbyid(ns.nspowner)) AS owner
FROM namespace AS n
JOIN pg_namespace AS ns ON ns.oid = n.oid
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid
)
