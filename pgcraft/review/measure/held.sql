-- What the session holds on relations that are not newer than the script.
SELECT
    held.relation,
    held.modes,
    pg_catalog.pg_relation_filenode(held.relation) AS filenode,
    pg_catalog.pg_stat_get_xact_numscans(held.relation) AS scans,
    (
        SELECT pg_catalog.format('%%I.%%I', n.nspname, c.relname)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = held.relation
    ) AS name
FROM (
    SELECT l.relation, pg_catalog.array_agg(l.mode) AS modes
    FROM pg_catalog.pg_locks l
    WHERE
        l.pid = pg_catalog.pg_backend_pid()
        AND l.locktype = 'relation'
        AND l.granted
        AND l.database <> 0
        AND l.relation BETWEEN 16384 AND %(newest)s
    GROUP BY l.relation
) held
