-- Constraints of tables and domains. Named only, so that comments find them: those that a
-- partition or child table has from its parent, and NOT NULL, which its column tells.
SELECT
    'constraint' AS kind,
    'pg_constraint'::regclass::oid AS classid,
    c.oid AS objid,
    0 AS objsubid,
    coalesce(r.identity, quote_ident(n.name) || '.' || quote_ident(t.typname))
        || '.' || quote_ident(c.conname) AS identity,
    n.name AS schema,
    coalesce(r.kind, 'domain') AS parent_kind,
    coalesce(r.identity, quote_ident(n.name) || '.' || quote_ident(t.typname)) AS parent,
    CASE
        WHEN c.contype <> 'n' AND c.conparentid = 0 AND (c.conislocal OR c.coninhcount = 0)
            THEN pg_get_constraintdef(c.oid)
    END AS definition,
    CASE c.contype
        WHEN 'c' THEN 'check'
        WHEN 'f' THEN 'foreign key'
        WHEN 'p' THEN 'primary key'
        WHEN 'u' THEN 'unique'
        WHEN 'x' THEN 'exclusion'
        WHEN 'n' THEN 'not null'
    END AS type,
    (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(i.reloptions) AS o) AS "storage options",
    quote_ident(ts.spcname) AS tablespace,
    CASE WHEN x.indisclustered THEN 'yes' END AS clustered
FROM pg_constraint AS c
JOIN namespace AS n ON n.oid = c.connamespace
LEFT JOIN relation AS r ON r.oid = c.conrelid
LEFT JOIN pg_type AS t ON t.oid = c.contypid
LEFT JOIN pg_class AS i ON i.oid = c.conindid AND c.contype IN ('p', 'u', 'x')
LEFT JOIN pg_index AS x ON x.indexrelid = i.oid
LEFT JOIN pg_tablespace AS ts ON ts.oid = i.reltablespace
WHERE c.contype IN ('c', 'f', 'p', 'u', 'x', 'n')
    AND (
        r.oid IS NOT NULL
        OR t.typtype = 'd' AND NOT EXISTS (
            SELECT FROM member AS m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
        )
    )
