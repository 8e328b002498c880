-- Foreign-data wrappers and servers. User mappings are left out: their options hold passwords.
SELECT
    'foreign data wrapper' AS kind,
    'pg_foreign_data_wrapper'::regclass::oid AS classid,
    w.oid AS objid,
    0 AS objsubid,
    quote_ident(w.fdwname) AS identity,
    NULL AS schema,
    concat_ws(
        ' ',
        'CREATE FOREIGN DATA WRAPPER', quote_ident(w.fdwname),
        'HANDLER ' || CASE WHEN w.fdwhandler <> 0 THEN w.fdwhandler::regproc::text END,
        'VALIDATOR ' || CASE WHEN w.fdwvalidator <> 0 THEN w.fdwvalidator::regproc::text END,
        'OPTIONS (' || o.options || ')'
    ) AS definition,
    quote_ident(pg_get_userbyid(w.fdwowner)) AS owner,
    o.options
FROM pg_foreign_data_wrapper AS w
CROSS JOIN LATERAL (
    SELECT string_agg(
        quote_ident(o.option_name) || ' ' || quote_literal(o.option_value),
        ', ' ORDER BY o.option_name COLLATE "C"
    ) AS options
    FROM pg_options_to_table(w.fdwoptions) AS o
) AS o
WHERE NOT EXISTS (
    SELECT FROM member AS m
    WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid
)
UNION ALL
SELECT
    'foreign server',
    'pg_foreign_server'::regclass::oid,
    s.oid,
    0,
    quote_ident(s.srvname),
    NULL,
    concat_ws(
        ' ',
        'CREATE SERVER', quote_ident(s.srvname),
        'TYPE ' || quote_literal(s.srvtype), 'VERSION ' || quote_literal(s.srvversion),
        'FOREIGN DATA WRAPPER', quote_ident(w.fdwname),
        'OPTIONS (' || o.options || ')'
    ),
    quote_ident(pg_get_userbyid(s.srvowner)),
    o.options
FROM pg_foreign_server AS s
JOIN pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
CROSS JOIN LATERAL (
    SELECT string_agg(
        quote_ident(o.option_name) || ' ' || quote_literal(o.option_value),
        ', ' ORDER BY o.option_name COLLATE "C"
    ) AS options
    FROM pg_options_to_table(s.srvoptions) AS o
) AS o
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = s.oid
)
