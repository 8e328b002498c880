-- Memberships, and roles as create-if-missing: what each is called, what makes it, what puts it out
-- of the way, gives it back, and drops it. Passwords are not read.
-- A name may hold whatever ends a dollar quote, so the tag has a digest of it.
SELECT
    format('role %I', rolname),
    format(
        E'DO $%1$s$\nBEGIN\n    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = %2$L) THEN\n'
        '        CREATE ROLE %2$I%3$s;\n    END IF;\nEND;\n$%1$s$',
        CASE WHEN strpos(rolname, '$') > 0 THEN 'role_' || md5(rolname) ELSE 'role' END,
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
    ),
    format('ALTER ROLE %I RENAME TO pgcraft_aside_%s', rolname, oid),
    format('ALTER ROLE pgcraft_aside_%s RENAME TO %I', oid, rolname),
    format('DROP ROLE %I', rolname)
FROM pg_catalog.pg_roles
WHERE oid >= 16384 AND rolname !~ '^pgcraft_aside_'
UNION ALL
SELECT name, make, undo, make, undo
FROM pg_catalog.pg_auth_members AS a
JOIN pg_catalog.pg_roles AS g ON g.oid = a.roleid
JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
CROSS JOIN LATERAL (
    SELECT
        format('membership of %I in %I', m.rolname, g.rolname) AS name,
        format(
            'GRANT %I TO %I%s',
            g.rolname, m.rolname, CASE WHEN a.admin_option THEN ' WITH ADMIN OPTION' END
        ) AS make,
        format('REVOKE %I FROM %I', g.rolname, m.rolname) AS undo
) AS said
WHERE m.oid >= 16384 AND m.rolname !~ '^pgcraft_aside_'
