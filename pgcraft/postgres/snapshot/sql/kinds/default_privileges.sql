-- ALTER DEFAULT PRIVILEGES, one object for each role, schema, kind of object and grantee. Without
-- a schema the list replaces PostgreSQL's default, so what it lacks is told as revoked; with one
-- it adds to that.
SELECT
    'default privileges' AS kind,
    p.classid,
    p.objid,
    0 AS objsubid,
    'for ' || p.role || coalesce(' in schema ' || p.in_schema, '')
        || ' on ' || lower(p.objects) || ' to ' || p.grantee AS identity,
    p.schema,
    concat_ws(
        E';\n',
        p.alter || ' GRANT ' || p.granted || ' ON ' || p.objects || ' TO ' || p.grantee,
        p.alter || ' GRANT ' || p.grantable || ' ON ' || p.objects || ' TO ' || p.grantee
        || ' WITH GRANT OPTION',
        p.alter || ' REVOKE ' || p.revoked || ' ON ' || p.objects || ' FROM ' || p.grantee
    ) AS definition,
    concat_ws(
        E';\n',
        p.alter || ' REVOKE ' || nullif(concat_ws(', ', p.granted, p.grantable), '')
        || ' ON ' || p.objects || ' FROM ' || p.grantee,
        p.alter || ' GRANT ' || p.revoked || ' ON ' || p.objects || ' TO ' || p.grantee
    ) AS undo,
    p.role,
    lower(p.objects) AS "on",
    p.grantee AS "to",
    p.granted AS privileges,
    p.grantable AS "with grant option",
    p.revoked
FROM (
    SELECT
        'pg_default_acl'::regclass::oid AS classid,
        a.oid AS objid,
        quote_ident(pg_get_userbyid(a.defaclrole)) AS role,
        n.nspname AS schema,
        quote_ident(n.nspname) AS in_schema,
        'ALTER DEFAULT PRIVILEGES FOR ROLE ' || quote_ident(pg_get_userbyid(a.defaclrole))
        || coalesce(' IN SCHEMA ' || quote_ident(n.nspname), '') AS alter,
        CASE a.defaclobjtype
            WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
            WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' WHEN 'L' THEN 'LARGE OBJECTS'
        END AS objects,
        CASE d.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(d.grantee)) END
            AS grantee,
        string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
            FILTER (WHERE d.granted AND NOT d.is_grantable) AS granted,
        string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
            FILTER (WHERE d.granted AND d.is_grantable) AS grantable,
        string_agg(d.privilege_type, ', ' ORDER BY d.privilege_type)
            FILTER (WHERE NOT d.granted) AS revoked
    FROM pg_default_acl AS a
    LEFT JOIN pg_namespace AS n ON n.oid = a.defaclnamespace
    CROSS JOIN LATERAL (
        SELECT CASE WHEN n.oid IS NULL THEN
            acldefault(
                CASE a.defaclobjtype WHEN 'S' THEN 's' ELSE a.defaclobjtype END::"char", a.defaclrole
            )
        END AS acl
    ) AS usual
    CROSS JOIN LATERAL (
        (
            SELECT true AS granted, * FROM aclexplode(a.defaclacl)
            EXCEPT
            SELECT true, * FROM aclexplode(usual.acl)
        )
        UNION ALL
        (
            SELECT false, * FROM aclexplode(usual.acl)
            EXCEPT
            SELECT false, * FROM aclexplode(a.defaclacl)
        )
    ) AS d
    GROUP BY a.oid, a.defaclrole, n.nspname, a.defaclobjtype, d.grantee
) AS p
