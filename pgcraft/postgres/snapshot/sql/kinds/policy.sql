SELECT
    'policy' AS kind,
    'pg_policy'::regclass::oid AS classid,
    p.oid AS objid,
    0 AS objsubid,
    r.identity || '.' || quote_ident(p.polname) AS identity,
    r.schema,
    r.kind AS parent_kind,
    r.identity AS parent,
    concat_ws(
        ' ',
        'CREATE POLICY', quote_ident(p.polname), 'ON', r.identity,
        CASE WHEN NOT p.polpermissive THEN 'AS RESTRICTIVE' END,
        'FOR', CASE p.polcmd
            WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
            WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL'
        END,
        'TO', (
            SELECT string_agg(coalesce(quote_ident(o.rolname), 'PUBLIC'), ', ' ORDER BY o.rolname)
            FROM unnest(p.polroles) AS u (oid)
            LEFT JOIN pg_roles AS o ON o.oid = u.oid
        ),
        'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'
    ) AS definition
FROM pg_policy AS p
JOIN relation AS r ON r.oid = p.polrelid
