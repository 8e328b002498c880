-- Roles as create-if-missing, and memberships. Passwords are not read. DO sorts before GRANT.
SELECT format(
    E'DO $role$\nBEGIN\n    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %L) THEN\n'
    '        CREATE ROLE %I%s;\n    END IF;\nEND;\n$role$',
    rolname,
    rolname,
    concat(
        CASE WHEN rolcanlogin THEN ' LOGIN' END,
        CASE WHEN NOT rolinherit THEN ' NOINHERIT' END,
        CASE WHEN rolsuper THEN ' SUPERUSER' END,
        CASE WHEN rolcreaterole THEN ' CREATEROLE' END,
        CASE WHEN rolcreatedb THEN ' CREATEDB' END,
        CASE WHEN rolreplication THEN ' REPLICATION' END,
        CASE WHEN rolbypassrls THEN ' BYPASSRLS' END
    )
)
FROM pg_catalog.pg_roles
WHERE oid >= 16384
UNION ALL
SELECT format('GRANT %I TO %I', g.rolname, m.rolname)
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
WHERE m.oid >= 16384
