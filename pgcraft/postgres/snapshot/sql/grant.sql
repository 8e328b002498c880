-- What each role may do with an object beyond, or short of, what it may by default: an absent
-- list of privileges means the owner's default, and so does a list that says the same.
-- All addresses, one row for each grantee and grantor; the grantor is told unless it is the owner.
WITH listed AS (
    SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid, 0 AS objsubid, c.relowner AS owner,
        c.relacl AS acl,
        acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner) AS usual
    FROM pg_class AS c
    WHERE c.relacl IS NOT NULL
    UNION ALL
    SELECT
        'pg_class'::regclass, a.attrelid, a.attnum, c.relowner, a.attacl,
        acldefault('c', c.relowner)
    FROM pg_attribute AS a
    JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, 0, proowner, proacl, acldefault('f', proowner)
    FROM pg_proc
    WHERE proacl IS NOT NULL
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl, acldefault('n', nspowner)
    FROM pg_namespace
    WHERE nspacl IS NOT NULL
    UNION ALL
    SELECT 'pg_type'::regclass, oid, 0, typowner, typacl, acldefault('T', typowner)
    FROM pg_type
    WHERE typacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwowner, fdwacl, acldefault('F', fdwowner)
    FROM pg_foreign_data_wrapper
    WHERE fdwacl IS NOT NULL
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 0, srvowner, srvacl, acldefault('S', srvowner)
    FROM pg_foreign_server
    WHERE srvacl IS NOT NULL
),
difference AS (
    SELECT l.classid, l.objid, l.objsubid, l.owner, d.*
    FROM listed AS l
    CROSS JOIN LATERAL (
        (
            SELECT true AS granted, * FROM aclexplode(l.acl)
            EXCEPT
            SELECT true, * FROM aclexplode(l.usual)
        )
        UNION ALL
        (
            SELECT false, * FROM aclexplode(l.usual)
            EXCEPT
            SELECT false, * FROM aclexplode(l.acl)
        )
    ) AS d
    -- The smaller ones are the system's, but for the schema public.
    WHERE l.objid >= 16384 OR l.classid = 'pg_namespace'::regclass
)
SELECT
    d.classid,
    d.objid,
    d.objsubid,
    CASE d.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(d.grantee)) END AS grantee,
    CASE WHEN d.grantor <> d.owner THEN quote_ident(pg_get_userbyid(d.grantor)) END AS grantor,
    string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
        FILTER (WHERE d.granted AND NOT d.is_grantable) AS granted,
    string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
        FILTER (WHERE d.granted AND d.is_grantable) AS grantable,
    string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
        FILTER (WHERE NOT d.granted) AS revoked
FROM difference AS d
GROUP BY 1, 2, 3, d.grantee, d.grantor, d.owner
