-- Sequences. The column that owns one may default to it, so OWNED BY is a detail and no part of
-- the statement. Those of identity columns are named only: their column tells their options.
SELECT
    'sequence' AS kind,
    'pg_class'::regclass::oid AS classid,
    r.oid AS objid,
    0 AS objsubid,
    r.identity,
    r.schema,
    CASE WHEN d.deptype = 'i' THEN 'column' END AS parent_kind,
    CASE WHEN d.deptype = 'i' THEN d.owner END AS parent,
    CASE WHEN d.deptype IS DISTINCT FROM 'i' THEN
        concat_ws(
            ' ',
            'CREATE', upper(r.persistence), 'SEQUENCE', r.identity,
            'AS', format_type(s.seqtypid, NULL),
            'START WITH', s.seqstart, 'INCREMENT BY', s.seqincrement,
            'MINVALUE', s.seqmin, 'MAXVALUE', s.seqmax, 'CACHE', s.seqcache,
            CASE WHEN s.seqcycle THEN 'CYCLE' END
        )
    END AS definition,
    r.owner,
    r.persistence,
    format_type(s.seqtypid, NULL) AS type,
    s.seqstart::text AS start,
    s.seqincrement::text AS increment,
    s.seqmin::text AS minimum,
    s.seqmax::text AS maximum,
    s.seqcache::text AS cache,
    CASE WHEN s.seqcycle THEN 'yes' END AS cycle,
    d.owner AS "owned by"
FROM relation AS r
JOIN pg_sequence AS s ON s.seqrelid = r.oid
LEFT JOIN (
    SELECT
        d.objid, d.deptype,
        d.refobjid::regclass::text || '.' || quote_ident(a.attname) AS owner
    FROM pg_depend AS d
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.objsubid = 0
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
        AND d.deptype IN ('a', 'i')
) AS d ON d.objid = r.oid
