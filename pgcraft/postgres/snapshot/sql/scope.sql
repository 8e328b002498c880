-- What the queries of all kinds begin with. In scope is what is in a schema of the user
-- and is no member of an extension; unused parts of a WITH cost nothing.
WITH namespace AS (
    SELECT n.oid, n.nspname AS name
    FROM pg_namespace AS n
    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
),
member AS (
    SELECT d.classid, d.objid
    FROM pg_depend AS d
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
),
relation AS (
    SELECT
        c.*,
        n.name AS schema,
        quote_ident(n.name) || '.' || quote_ident(c.relname) AS identity,
        CASE c.relkind
            WHEN 'r' THEN 'table'
            WHEN 'p' THEN 'table'
            WHEN 'f' THEN 'foreign table'
            WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view'
            WHEN 'S' THEN 'sequence'
            WHEN 'c' THEN 'composite type'
        END AS kind,
        quote_ident(pg_get_userbyid(c.relowner)) AS owner,
        CASE c.relpersistence WHEN 'u' THEN 'unlogged' END AS persistence,
        quote_ident(ts.spcname) AS tablespace,
        (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(c.reloptions) AS o) AS options
    FROM pg_class AS c
    JOIN namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_tablespace AS ts ON ts.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S', 'c')
        AND NOT EXISTS (
            SELECT FROM member AS m WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid
        )
)
