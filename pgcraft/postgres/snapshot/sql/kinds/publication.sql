SELECT
    'publication' AS kind,
    'pg_publication'::regclass::oid AS classid,
    p.oid AS objid,
    0 AS objsubid,
    p.identity,
    NULL AS schema,
    concat_ws(
        ' ',
        'CREATE PUBLICATION', p.identity,
        'FOR ' || nullif(
            concat_ws(
                ', ',
                p."all tables",
                'TABLES IN SCHEMA ' || p.schemas, -- since 15
                'TABLE ' || p.tables
            ),
            ''
        ),
        'WITH (' || p.options || ')'
    ) AS definition,
    p.owner,
    p."all tables",
    p.tables,
    p.schemas, -- since 15
    p.options
FROM (
    SELECT
        p.oid,
        quote_ident(p.pubname) AS identity,
        quote_ident(pg_get_userbyid(p.pubowner)) AS owner,
        CASE WHEN p.puballtables THEN 'ALL TABLES' END AS "all tables",
        (
            SELECT string_agg(
                concat_ws(
                    ' ',
                    t.prrelid::regclass::text,
                    '(' || ( -- since 15
                        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) -- since 15
                        FROM pg_attribute AS a -- since 15
                        WHERE a.attrelid = t.prrelid AND a.attnum = ANY (t.prattrs) -- since 15
                    ) || ')', -- since 15
                    'WHERE (' || pg_get_expr(t.prqual, t.prrelid) || ')', -- since 15
                    NULL
                ),
                ', ' ORDER BY t.prrelid::regclass::text COLLATE "C"
            )
            FROM pg_publication_rel AS t
            WHERE t.prpubid = p.oid
        ) AS tables,
        ( -- since 15
            SELECT string_agg(quote_ident(s.nspname), ', ' ORDER BY s.nspname) -- since 15
            FROM pg_publication_namespace AS m -- since 15
            JOIN pg_namespace AS s ON s.oid = m.pnnspid -- since 15
            WHERE m.pnpubid = p.oid -- since 15
        ) AS schemas, -- since 15
        concat_ws(
            ', ',
            'publish = ' || quote_literal(
                concat_ws(
                    ', ',
                    CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                    CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END
                )
            ),
            CASE WHEN p.pubviaroot THEN 'publish_via_partition_root = true' END,
            CASE p.pubgencols WHEN 's' THEN 'publish_generated_columns = stored' END, -- since 18
            NULL
        ) AS options
    FROM pg_publication AS p
) AS p
