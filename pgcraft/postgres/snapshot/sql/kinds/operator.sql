-- Operators that have a function; the others are only mentioned by their commutator or negator.
SELECT
    'operator' AS kind,
    'pg_operator'::regclass::oid AS classid,
    o.oid AS objid,
    0 AS objsubid,
    o.oid::regoperator::text AS identity,
    n.name AS schema,
    'CREATE OPERATOR ' || quote_ident(n.name) || '.' || o.oprname || ' (' || concat_ws(
        ', ',
        'FUNCTION = ' || o.oprcode::regproc::text,
        'LEFTARG = ' || CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END,
        'RIGHTARG = ' || format_type(o.oprright, NULL),
        'COMMUTATOR = OPERATOR(' || quote_ident(cn.nspname) || '.' || c.oprname || ')',
        'NEGATOR = OPERATOR(' || quote_ident(nn.nspname) || '.' || g.oprname || ')',
        'RESTRICT = ' || CASE WHEN o.oprrest <> 0 THEN o.oprrest::regproc::text END,
        'JOIN = ' || CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regproc::text END,
        CASE WHEN o.oprcanhash THEN 'HASHES' END,
        CASE WHEN o.oprcanmerge THEN 'MERGES' END
    ) || ')' AS definition,
    quote_ident(pg_get_userbyid(o.oprowner)) AS owner
FROM pg_operator AS o
JOIN namespace AS n ON n.oid = o.oprnamespace
LEFT JOIN pg_operator AS c ON c.oid = o.oprcom
LEFT JOIN pg_namespace AS cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_operator AS g ON g.oid = o.oprnegate
LEFT JOIN pg_namespace AS nn ON nn.oid = g.oprnamespace
WHERE o.oprcode <> 0
    AND NOT EXISTS (
        SELECT FROM member AS m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid
    )
