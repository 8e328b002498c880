-- The session's locks on relations that are not newer than the script.
SELECT l.mode, pg_catalog.array_agg(l.relation::pg_catalog.int8)
FROM pg_catalog.pg_locks l
WHERE
    l.pid = pg_catalog.pg_backend_pid()
    AND l.locktype = 'relation'
    AND l.granted
    AND l.database <> 0
    AND l.relation BETWEEN 16384 AND %(newest)s
GROUP BY l.mode
