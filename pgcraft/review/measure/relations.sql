-- The relations of the database that belong to no one initdb made, and what each belongs to.
SELECT
    c.oid,
    pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
    c.relkind::text AS kind,
    pg_catalog.pg_relation_filenode(c.oid) AS filenode,
    coalesce(i.indrelid, t.oid) AS owner,
    CASE WHEN c.relispartition AND i.indrelid IS NULL THEN h.inhparent END AS parent
FROM
    pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
    LEFT JOIN pg_catalog.pg_class t ON c.relkind = 't' AND t.reltoastrelid = c.oid
    LEFT JOIN pg_catalog.pg_inherits h ON c.relispartition AND h.inhrelid = c.oid
WHERE
    c.oid >= 16384
ORDER BY
    c.oid
