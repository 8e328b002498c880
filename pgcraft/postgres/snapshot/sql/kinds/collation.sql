SELECT
    'collation' AS kind,
    'pg_collation'::regclass::oid AS classid,
    c.oid AS objid,
    0 AS objsubid,
    quote_ident(n.name) || '.' || quote_ident(c.collname) AS identity,
    n.name AS schema,
    'CREATE COLLATION ' || quote_ident(n.name) || '.' || quote_ident(c.collname) || ' ('
    || concat_ws(
        ', ',
        'PROVIDER = ' || CASE c.collprovider
            WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' WHEN 'd' THEN 'default'
        END,
        'LOCALE = ' || quote_literal(c.colllocale), -- since 17
        'LOCALE = ' || quote_literal(c.colliculocale), -- since 15, before 17
        'LC_COLLATE = ' || quote_literal(c.collcollate),
        'LC_CTYPE = ' || quote_literal(c.collctype),
        'RULES = ' || quote_literal(c.collicurules), -- since 16
        CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END
    ) || ')' AS definition,
    quote_ident(pg_get_userbyid(c.collowner)) AS owner
FROM pg_collation AS c
JOIN namespace AS n ON n.oid = c.collnamespace
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid
)
