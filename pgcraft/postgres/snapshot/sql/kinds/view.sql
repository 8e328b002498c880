-- Views and materialized views. Whether a materialized view is populated is data, not schema.
SELECT
    r.kind,
    'pg_class'::regclass::oid AS classid,
    r.oid AS objid,
    0 AS objsubid,
    r.identity,
    r.schema,
    concat_ws(
        ' ',
        'CREATE', upper(r.kind), r.identity,
        'USING ' || quote_ident(am.amname),
        'WITH (' || r.options || ')',
        'TABLESPACE ' || r.tablespace,
        'AS'
    ) || E'\n' || rtrim(pg_get_viewdef(r.oid), ';') AS definition,
    r.owner,
    r.options,
    quote_ident(am.amname) AS "access method",
    r.tablespace,
    (
        SELECT string_agg(
            concat_ws(
                ' ',
                quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attcollation <> t.typcollation
                    THEN 'COLLATE ' || a.attcollation::regcollation::text END
            ),
            ', ' ORDER BY a.attnum
        )
        FROM pg_attribute AS a
        JOIN pg_type AS t ON t.oid = a.atttypid
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS columns
FROM relation AS r
LEFT JOIN pg_am AS am ON am.oid = r.relam AND am.amname <> 'heap'
WHERE r.relkind IN ('v', 'm')
