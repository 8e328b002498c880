-- Columns of tables. Three sorts are named only, so that comments and grants find them: columns
-- of views and composite types, which their definition tells, inherited columns that say nothing
-- that the parent table's do not, and those of typed tables that say nothing that the type does not.
SELECT
    'column' AS kind,
    'pg_class'::regclass::oid AS classid,
    c.attrelid AS objid,
    c.attnum AS objsubid,
    c.identity,
    c.schema,
    c.parent_kind,
    c.parent,
    CASE WHEN c.own THEN
        concat_ws(
            ' ',
            c.name, c.type,
            'OPTIONS (' || c.options || ')',
            'STORAGE ' || upper(c.storage), -- since 16
            'COMPRESSION ' || c.compression,
            'COLLATE ' || c."collation",
            'GENERATED ALWAYS AS (' || c.expression || ') ' || upper(c.generated),
            'DEFAULT ' || c."default",
            -- With an option it is added by itself.
            CASE WHEN c.attnotnull AND c."not null option" IS NULL
                THEN concat_ws(' ', 'CONSTRAINT ' || c."not null constraint", 'NOT NULL') END,
            'GENERATED ' || upper(c.identity_kind) || ' AS IDENTITY (SEQUENCE NAME '
            || c."sequence" || ' ' || c."sequence options" || ')'
        )
    END AS definition,
    CASE WHEN c.relkind IN ('r', 'p', 'f') THEN c.name END AS column_name,
    c.type,
    CASE WHEN c.attnotnull THEN 'no' ELSE 'yes' END AS nullable,
    c."not null constraint",
    c."not null option",
    c.inherited,
    c."collation",
    c."default",
    c.generated || ' as ' || c.expression AS generated,
    c.identity_kind AS "as identity",
    c."sequence",
    c."sequence options",
    c.storage,
    c.compression,
    c."statistics target",
    c."column options",
    c.options
FROM (
    SELECT
        a.attrelid, a.attnum, a.attnotnull,
        r.relkind,
        r.identity || '.' || quote_ident(a.attname) AS identity,
        r.schema,
        r.kind AS parent_kind,
        r.identity AS parent,
        quote_ident(a.attname) AS name,
        CASE
            WHEN r.relkind IN ('v', 'm') THEN
                d.adbin IS NOT NULL OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL
                OR (r.relkind = 'm' AND (a.attstorage <> t.typstorage OR a.attcompression <> ''))
            WHEN r.relkind = 'c' THEN false
            WHEN r.reloftype <> 0 THEN
                d.adbin IS NOT NULL OR a.attnotnull OR a.attstattarget >= 0
                OR a.attoptions IS NOT NULL OR a.attstorage <> t.typstorage OR a.attcompression <> ''
            WHEN a.attislocal OR a.attinhcount = 0 THEN true
            ELSE NOT EXISTS (
                SELECT
                FROM pg_inherits AS i
                JOIN pg_attribute AS pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname
                LEFT JOIN pg_attrdef AS pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
                WHERE i.inhrelid = a.attrelid
                    AND (
                        a.attnotnull, a.attstattarget, a.attoptions, a.attstorage,
                        a.attcompression, a.attfdwoptions, pg_get_expr(d.adbin, d.adrelid)
                    ) IS NOT DISTINCT FROM (
                        pa.attnotnull, pa.attstattarget, pa.attoptions, pa.attstorage,
                        pa.attcompression, pa.attfdwoptions, pg_get_expr(pd.adbin, pd.adrelid)
                    )
            )
        END AS own,
        format_type(a.atttypid, a.atttypmod) AS type,
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END
            AS "collation",
        -- An attached partition's columns are its own as well, and no less the parent's.
        CASE WHEN NOT a.attislocal AND NOT r.relispartition THEN 'yes' END AS inherited,
        CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS "default",
        CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END AS expression,
        CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END AS generated,
        CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END AS identity_kind,
        s.seqrelid::regclass::text AS "sequence",
        CASE WHEN s.seqrelid IS NOT NULL THEN
            concat_ws(
                ' ',
                'START WITH', s.seqstart, 'INCREMENT BY', s.seqincrement,
                'MINVALUE', s.seqmin, 'MAXVALUE', s.seqmax,
                'CACHE', s.seqcache, CASE WHEN s.seqcycle THEN 'CYCLE' END
            )
        END AS "sequence options",
        CASE WHEN a.attstorage <> t.typstorage THEN
            CASE a.attstorage
                WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended'
            END
        END AS storage,
        CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
        CASE WHEN a.attstattarget >= 0 THEN a.attstattarget::text END AS "statistics target",
        (SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(a.attoptions) AS o) AS "column options",
        CASE WHEN a.attfdwoptions IS NOT NULL THEN (
            SELECT string_agg(
                quote_ident(o.option_name) || ' ' || quote_literal(o.option_value),
                ', ' ORDER BY o.option_name COLLATE "C"
            )
            FROM pg_options_to_table(a.attfdwoptions) AS o
        ) END AS options,
        -- The name that the server gives by itself is left out, as pg_dump does.
        CASE WHEN n.conislocal AND n.conname <> r.relname || '_' || a.attname || '_not_null' -- since 18
            THEN quote_ident(n.conname) END -- since 18
        NULL::text -- before 18
            AS "not null constraint",
        nullif(concat_ws(', ', -- since 18
            CASE WHEN n.connoinherit THEN 'no inherit' END, -- since 18
            CASE WHEN NOT n.convalidated THEN 'not valid' END), '') -- since 18
        NULL::text -- before 18
            AS "not null option"
    FROM relation AS r
    JOIN pg_attribute AS a ON a.attrelid = r.oid
    JOIN pg_type AS t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_constraint AS n -- since 18
        ON n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey[1] = a.attnum -- since 18
    LEFT JOIN pg_depend AS dep
        ON a.attidentity <> '' AND dep.refclassid = 'pg_class'::regclass
        AND dep.refobjid = a.attrelid AND dep.refobjsubid = a.attnum
        AND dep.classid = 'pg_class'::regclass AND dep.deptype = 'i'
    LEFT JOIN pg_sequence AS s ON s.seqrelid = dep.objid
    WHERE r.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND a.attnum > 0 AND NOT a.attisdropped
) AS c
ORDER BY c.attrelid, c.attnum
