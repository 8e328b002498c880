-- Triggers. Those that a partition has from its parent are named only, unless they are enabled
-- or disabled apart from it.
SELECT
    'trigger' AS kind,
    'pg_trigger'::regclass::oid AS classid,
    t.oid AS objid,
    0 AS objsubid,
    r.identity || '.' || quote_ident(t.tgname) AS identity,
    r.schema,
    r.kind AS parent_kind,
    r.identity AS parent,
    CASE WHEN p.oid IS NULL OR p.tgenabled <> t.tgenabled
        THEN pg_get_triggerdef(t.oid) END AS definition,
    CASE t.tgenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled,
    'ALTER TABLE ' || r.identity
    || CASE p.tgenabled
        WHEN 'O' THEN ' ENABLE ' WHEN 'D' THEN ' DISABLE '
        WHEN 'R' THEN ' ENABLE REPLICA ' WHEN 'A' THEN ' ENABLE ALWAYS '
    END || 'TRIGGER ' || quote_ident(t.tgname) AS undo,
    CASE WHEN p.oid IS NOT NULL THEN 'yes' END AS inherited
FROM pg_trigger AS t
JOIN relation AS r ON r.oid = t.tgrelid
LEFT JOIN pg_trigger AS p ON p.oid = t.tgparentid
-- Before PostgreSQL 15 a partition's trigger from its parent is marked internal as well; those of
-- foreign keys belong to a constraint.
WHERE NOT t.tgisinternal OR (t.tgparentid <> 0 AND t.tgconstraint = 0)
