SELECT
    'cast' AS kind,
    'pg_cast'::regclass::oid AS classid,
    c.oid AS objid,
    0 AS objsubid,
    '(' || c.types || ')' AS identity,
    NULL AS schema,
    concat_ws(
        ' ',
        'CREATE CAST (' || c.types || ')',
        CASE c.castmethod
            WHEN 'f' THEN 'WITH FUNCTION ' || c.castfunc::regprocedure::text
            WHEN 'i' THEN 'WITH INOUT'
            WHEN 'b' THEN 'WITHOUT FUNCTION'
        END,
        CASE c.castcontext WHEN 'a' THEN 'AS ASSIGNMENT' WHEN 'i' THEN 'AS IMPLICIT' END
    ) AS definition
FROM (
    SELECT *, format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL) AS types
    FROM pg_cast
) AS c
WHERE c.oid >= 16384 -- the smaller ones are the system's
    -- A cast between a range and its multirange comes and goes with the type.
    AND NOT EXISTS (
        SELECT FROM pg_depend AS d
        WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype IN ('i', 'e')
    )
