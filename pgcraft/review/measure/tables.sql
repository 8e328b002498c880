-- The file of each table, and how often the session's transaction has read it whole.
SELECT
    o,
    pg_catalog.pg_relation_filenode(o),
    pg_catalog.pg_stat_get_xact_numscans(o)
FROM pg_catalog.unnest(%(tables)s::pg_catalog.oid[]) o
