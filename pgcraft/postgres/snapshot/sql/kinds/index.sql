-- Indexes. Named only, so that comments find them: those that back a constraint and those that
-- a partition has from its parent.
SELECT
    'index' AS kind,
    'pg_class'::regclass::oid AS classid,
    i.oid AS objid,
    0 AS objsubid,
    quote_ident(r.schema) || '.' || quote_ident(i.relname) AS identity,
    r.schema,
    r.kind AS parent_kind,
    r.identity AS parent,
    CASE WHEN c.oid IS NULL AND NOT i.relispartition THEN
        -- The server writes ONLY for each index of a partitioned table, though partitions have it too.
        replace(
            pg_get_indexdef(i.oid),
            ' ON ONLY ' || r.identity || ' USING ', ' ON ' || r.identity || ' USING '
        )
    END AS definition,
    CASE WHEN NOT x.indisvalid THEN 'no' END AS valid,
    CASE WHEN x.indisclustered THEN 'yes' END AS clustered,
    quote_ident(ts.spcname) AS tablespace,
    (
        SELECT string_agg(format('column %s: %s', a.attnum, a.attstattarget), ', ' ORDER BY a.attnum)
        FROM pg_attribute AS a
        WHERE a.attrelid = i.oid AND a.attstattarget >= 0
    ) AS "statistics target"
FROM pg_index AS x
JOIN pg_class AS i ON i.oid = x.indexrelid
JOIN relation AS r ON r.oid = x.indrelid
LEFT JOIN pg_constraint AS c ON c.conindid = i.oid AND c.contype IN ('p', 'u', 'x')
LEFT JOIN pg_tablespace AS ts ON ts.oid = i.reltablespace
