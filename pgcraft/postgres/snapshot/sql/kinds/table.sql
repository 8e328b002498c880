-- Tables, partitioned tables, partitions and foreign tables. The definition lacks the list
-- of columns, which are objects of their own.
SELECT
    t.kind,
    'pg_class'::regclass::oid AS classid,
    t.oid AS objid,
    0 AS objsubid,
    t.identity,
    t.schema,
    concat_ws(
        ' ',
        'CREATE', upper(t.persistence), upper(t.kind), t.identity,
        'OF ' || t."of type",
        'PARTITION OF ' || t."partition of", t."partition bound",
        'INHERITS (' || t.inherits || ')',
        'PARTITION BY ' || t."partition by",
        'USING ' || t."access method",
        'WITH (' || t."storage options" || ')',
        'TABLESPACE ' || t.tablespace,
        'SERVER ' || t.server,
        'OPTIONS (' || t.options || ')'
    ) AS definition,
    t.owner,
    t.persistence,
    t."of type",
    t."partition of",
    t."partition bound",
    t.inherits,
    t."partition by",
    t."access method",
    t."storage options",
    t.tablespace,
    t."replica identity",
    t."row security",
    t.server,
    t.options
FROM (
    SELECT
        r.oid, r.kind, r.identity, r.schema, r.owner, r.persistence, r.tablespace,
        CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END AS "of type",
        CASE WHEN r.relispartition THEN i.parents END AS "partition of",
        pg_get_expr(r.relpartbound, r.oid) AS "partition bound",
        CASE WHEN NOT r.relispartition THEN i.parents END AS inherits,
        CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END AS "partition by",
        CASE WHEN am.amname <> 'heap' THEN quote_ident(am.amname) END AS "access method",
        nullif(
            concat_ws(
                ', ',
                r.options,
                (
                    SELECT string_agg('toast.' || o, ', ' ORDER BY o COLLATE "C")
                    FROM unnest(toast.reloptions) AS o
                )
            ),
            ''
        ) AS "storage options",
        CASE WHEN r.relkind <> 'f' THEN CASE r.relreplident
            WHEN 'n' THEN 'nothing'
            WHEN 'f' THEN 'full'
            WHEN 'i' THEN (
                SELECT 'index ' || x.indexrelid::regclass::text
                FROM pg_index AS x
                WHERE x.indrelid = r.oid AND x.indisreplident
            )
        END END AS "replica identity",
        CASE
            WHEN r.relrowsecurity AND r.relforcerowsecurity THEN 'enabled and forced'
            WHEN r.relrowsecurity THEN 'enabled'
            WHEN r.relforcerowsecurity THEN 'forced but not enabled'
        END AS "row security",
        quote_ident(s.srvname) AS server,
        (
            SELECT string_agg(
                quote_ident(o.option_name) || ' ' || quote_literal(o.option_value),
                ', ' ORDER BY o.option_name COLLATE "C"
            )
            FROM pg_options_to_table(f.ftoptions) AS o
        ) AS options
    FROM relation AS r
    LEFT JOIN pg_class AS toast ON toast.oid = r.reltoastrelid AND toast.reloptions IS NOT NULL
    LEFT JOIN pg_am AS am ON am.oid = r.relam
    LEFT JOIN pg_foreign_table AS f ON f.ftrelid = r.oid
    LEFT JOIN pg_foreign_server AS s ON s.oid = f.ftserver
    LEFT JOIN (
        SELECT inhrelid, string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) AS parents
        FROM pg_inherits
        GROUP BY inhrelid
    ) AS i ON i.inhrelid = r.oid
    WHERE r.relkind IN ('r', 'p', 'f')
) AS t
