-- Enums, domains (their constraints are objects of their own), composite, range and base types.
SELECT
    t.kind,
    t.classid,
    t.objid,
    0 AS objsubid,
    t.identity,
    t.schema,
    CASE t.typtype
        WHEN 'e' THEN 'CREATE TYPE ' || t.identity || ' AS ENUM (' || coalesce(t.labels, '') || ')'
        WHEN 'd' THEN concat_ws(
            ' ',
            'CREATE DOMAIN', t.identity, 'AS', t.type,
            'COLLATE ' || t."collation", 'DEFAULT ' || t."default",
            CASE WHEN t.nullable = 'no' THEN 'NOT NULL' END
        )
        WHEN 'c' THEN 'CREATE TYPE ' || t.identity || ' AS (' || coalesce(t.attributes, '') || ')'
        WHEN 'r' THEN 'CREATE TYPE ' || t.identity || ' AS RANGE (' || t.range || ')'
        WHEN 'b' THEN 'CREATE TYPE ' || t.identity || ' (' || t.base || ')'
    END AS definition,
    t.owner,
    t.labels,
    t.attributes,
    t.type,
    t."collation",
    t."default",
    t.nullable,
    t.subtype,
    t.multirange
FROM (
    SELECT
        t.typtype,
        CASE t.typtype
            WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'c' THEN 'composite type'
            WHEN 'r' THEN 'range type' WHEN 'b' THEN 'base type'
        END AS kind,
        'pg_type'::regclass::oid AS classid,
        t.oid AS objid,
        quote_ident(n.name) || '.' || quote_ident(t.typname) AS identity,
        n.name AS schema,
        quote_ident(pg_get_userbyid(t.typowner)) AS owner,
        CASE WHEN t.typtype = 'e' THEN (
            SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
            FROM pg_enum AS e
            WHERE e.enumtypid = t.oid
        ) END AS labels,
        CASE WHEN t.typtype = 'c' THEN (
            SELECT string_agg(
                concat_ws(
                    ' ',
                    quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
                    CASE WHEN a.attcollation <> u.typcollation
                        THEN 'COLLATE ' || a.attcollation::regcollation::text END
                ),
                ', ' ORDER BY a.attnum
            )
            FROM pg_attribute AS a
            JOIN pg_type AS u ON u.oid = a.atttypid
            WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ) END AS attributes,
        CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS type,
        CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
            THEN t.typcollation::regcollation::text END AS "collation",
        CASE WHEN t.typtype = 'd' THEN
            coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault) END AS "default",
        CASE WHEN t.typtype = 'd' THEN
            CASE WHEN t.typnotnull THEN 'no' ELSE 'yes' END END AS nullable,
        CASE WHEN t.typtype = 'r' THEN (
            SELECT format_type(r.rngsubtype, NULL) FROM pg_range AS r WHERE r.rngtypid = t.oid
        ) END AS subtype,
        CASE WHEN t.typtype = 'r' THEN (
            SELECT r.rngmultitypid::regtype::text FROM pg_range AS r WHERE r.rngtypid = t.oid
        ) END AS multirange,
        CASE WHEN t.typtype = 'r' THEN (
            SELECT concat_ws(
                ', ',
                'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
                'SUBTYPE_OPCLASS = ' || (
                    SELECT quote_ident(s.nspname) || '.' || quote_ident(o.opcname)
                    FROM pg_opclass AS o
                    JOIN pg_namespace AS s ON s.oid = o.opcnamespace
                    WHERE o.oid = r.rngsubopc
                ),
                'COLLATION = ' || CASE WHEN r.rngcollation <> 0 THEN r.rngcollation::regcollation::text END,
                'CANONICAL = ' || CASE WHEN r.rngcanonical <> 0 THEN r.rngcanonical::regproc::text END,
                'SUBTYPE_DIFF = ' || CASE WHEN r.rngsubdiff <> 0 THEN r.rngsubdiff::regproc::text END,
                'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype::text
            )
            FROM pg_range AS r
            WHERE r.rngtypid = t.oid
        ) END AS range,
        CASE WHEN t.typtype = 'b' THEN concat_ws(
            ', ',
            'INPUT = ' || t.typinput::regproc::text,
            'OUTPUT = ' || t.typoutput::regproc::text,
            'RECEIVE = ' || CASE WHEN t.typreceive <> 0 THEN t.typreceive::regproc::text END,
            'SEND = ' || CASE WHEN t.typsend <> 0 THEN t.typsend::regproc::text END,
            'TYPMOD_IN = ' || CASE WHEN t.typmodin <> 0 THEN t.typmodin::regproc::text END,
            'TYPMOD_OUT = ' || CASE WHEN t.typmodout <> 0 THEN t.typmodout::regproc::text END,
            'ANALYZE = ' || CASE WHEN t.typanalyze <> 0 THEN t.typanalyze::regproc::text END,
            'SUBSCRIPT = ' || CASE WHEN t.typsubscript <> 0 THEN t.typsubscript::regproc::text END,
            'INTERNALLENGTH = ' || CASE WHEN t.typlen < 0 THEN 'VARIABLE' ELSE t.typlen::text END,
            CASE WHEN t.typbyval THEN 'PASSEDBYVALUE' END,
            'ALIGNMENT = ' || CASE t.typalign
                WHEN 'c' THEN 'char' WHEN 's' THEN 'int2' WHEN 'i' THEN 'int4' WHEN 'd' THEN 'double'
            END,
            'STORAGE = ' || CASE t.typstorage
                WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external'
                WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended'
            END,
            'CATEGORY = ' || quote_literal(t.typcategory::text),
            CASE WHEN t.typispreferred THEN 'PREFERRED' END,
            'DEFAULT = ' || quote_literal(t.typdefault),
            'ELEMENT = ' || CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
            'DELIMITER = ' || quote_literal(t.typdelim::text),
            CASE WHEN t.typcollation <> 0 THEN 'COLLATABLE' END
        ) END AS base
    FROM pg_type AS t
    JOIN namespace AS n ON n.oid = t.typnamespace
    LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
    WHERE t.typtype IN ('e', 'd', 'c', 'r', 'b')
        AND (t.typrelid = 0 OR c.relkind = 'c')
        -- The array type of another type comes and goes with it.
        AND NOT EXISTS (SELECT FROM pg_type AS element WHERE element.typarray = t.oid)
        AND NOT EXISTS (
            SELECT FROM member AS m WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid
        )
) AS t
