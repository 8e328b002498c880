-- Functions and procedures. That is all the server deparses whole; aggregates are apart.
SELECT
    CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
    'pg_proc'::regclass::oid AS classid,
    p.oid AS objid,
    0 AS objsubid,
    p.oid::regprocedure::text AS identity,
    n.name AS schema,
    rtrim(pg_get_functiondef(p.oid), E'\n') AS definition,
    quote_ident(pg_get_userbyid(p.proowner)) AS owner,
    pg_get_function_arguments(p.oid) AS arguments,
    pg_get_function_result(p.oid) AS returns,
    l.lanname AS language
FROM pg_proc AS p
JOIN namespace AS n ON n.oid = p.pronamespace
JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.prokind <> 'a'
    -- The constructors of a range type come and go with the type.
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
            AND d.deptype IN ('i', 'e')
    )
