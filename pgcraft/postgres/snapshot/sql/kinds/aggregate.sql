SELECT
    'aggregate' AS kind,
    'pg_proc'::regclass::oid AS classid,
    p.oid AS objid,
    0 AS objsubid,
    p.oid::regprocedure::text AS identity,
    n.name AS schema,
    'CREATE AGGREGATE ' || quote_ident(n.name) || '.' || quote_ident(p.proname)
    || '(' || CASE WHEN p.pronargs = 0 THEN '*' ELSE pg_get_function_arguments(p.oid) END || E') (\n    '
    || concat_ws(
        E',\n    ',
        'SFUNC = ' || a.aggtransfn::regproc::text,
        'STYPE = ' || format_type(a.aggtranstype, NULL),
        'SSPACE = ' || nullif(a.aggtransspace, 0),
        'FINALFUNC = ' || CASE WHEN a.aggfinalfn <> 0 THEN a.aggfinalfn::regproc::text END,
        CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
        'FINALFUNC_MODIFY = ' || CASE WHEN a.aggfinalfn <> 0 THEN
            CASE a.aggfinalmodify
                WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE'
            END
        END,
        'COMBINEFUNC = ' || CASE WHEN a.aggcombinefn <> 0 THEN a.aggcombinefn::regproc::text END,
        'SERIALFUNC = ' || CASE WHEN a.aggserialfn <> 0 THEN a.aggserialfn::regproc::text END,
        'DESERIALFUNC = ' || CASE WHEN a.aggdeserialfn <> 0 THEN a.aggdeserialfn::regproc::text END,
        'INITCOND = ' || quote_literal(a.agginitval),
        'MSFUNC = ' || CASE WHEN a.aggmtransfn <> 0 THEN a.aggmtransfn::regproc::text END,
        'MINVFUNC = ' || CASE WHEN a.aggminvtransfn <> 0 THEN a.aggminvtransfn::regproc::text END,
        'MSTYPE = ' || CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END,
        'MSSPACE = ' || nullif(a.aggmtransspace, 0),
        'MFINALFUNC = ' || CASE WHEN a.aggmfinalfn <> 0 THEN a.aggmfinalfn::regproc::text END,
        CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
        'MFINALFUNC_MODIFY = ' || CASE WHEN a.aggmfinalfn <> 0 THEN
            CASE a.aggmfinalmodify
                WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE'
            END
        END,
        'MINITCOND = ' || quote_literal(a.aggminitval),
        'SORTOP = ' || CASE WHEN a.aggsortop <> 0 THEN (
            SELECT 'OPERATOR(' || quote_ident(s.nspname) || '.' || o.oprname || ')'
            FROM pg_operator AS o
            JOIN pg_namespace AS s ON s.oid = o.oprnamespace
            WHERE o.oid = a.aggsortop
        ) END,
        CASE WHEN a.aggkind = 'h' THEN 'HYPOTHETICAL' END,
        'PARALLEL = ' || CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END
    ) || E'\n)' AS definition,
    quote_ident(pg_get_userbyid(p.proowner)) AS owner,
    pg_get_function_arguments(p.oid) AS arguments,
    pg_get_function_result(p.oid) AS returns
FROM pg_proc AS p
JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
JOIN namespace AS n ON n.oid = p.pronamespace
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid
)
