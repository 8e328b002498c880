-- Operator families and classes. What is in a class is told by it, the rest by the family.
SELECT
    o.kind,
    o.classid,
    o.objid,
    0 AS objsubid,
    o.identity,
    o.schema,
    'CREATE ' || upper(o.kind) || ' ' || o.words
    || coalesce(
        CASE o.kind
            WHEN 'operator class' THEN ' AS '
            ELSE E';\nALTER OPERATOR FAMILY ' || o.identity || ' ADD '
        END
        || nullif(concat_ws(
            ', ',
            o.storage,
            (
                SELECT string_agg(
                    format(
                        'OPERATOR %s %s', p.amopstrategy, p.amopopr::regoperator::text
                    ) || CASE WHEN p.amopsortfamily <> 0 THEN (
                        SELECT
                            ' FOR ORDER BY '
                            || quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
                        FROM pg_opfamily AS f
                        JOIN pg_namespace AS fn ON fn.oid = f.opfnamespace
                        WHERE f.oid = p.amopsortfamily
                    ) ELSE '' END,
                    ', ' ORDER BY p.amopstrategy, p.amopopr::regoperator::text COLLATE "C"
                )
                FROM pg_depend AS d
                JOIN pg_amop AS p ON p.oid = d.objid
                WHERE d.classid = 'pg_amop'::regclass AND d.deptype IN ('i', 'a')
                    AND d.refclassid = o.classid AND d.refobjid = o.objid
            ),
            (
                SELECT string_agg(
                    format(
                        'FUNCTION %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, NULL),
                        format_type(p.amprocrighttype, NULL), p.amproc::regprocedure::text
                    ),
                    ', ' ORDER BY p.amprocnum, p.amproc::regprocedure::text COLLATE "C"
                )
                FROM pg_depend AS d
                JOIN pg_amproc AS p ON p.oid = d.objid
                WHERE d.classid = 'pg_amproc'::regclass AND d.deptype IN ('i', 'a')
                    AND d.refclassid = o.classid AND d.refobjid = o.objid
            )
        ), ''),
        ''
    ) AS definition,
    o.owner
FROM (
    SELECT
        'operator class' AS kind,
        'pg_opclass'::regclass::oid AS classid,
        c.oid AS objid,
        quote_ident(n.name) || '.' || quote_ident(c.opcname) || ' USING ' || quote_ident(am.amname)
            AS identity,
        n.name AS schema,
        concat_ws(
            ' ',
            quote_ident(n.name) || '.' || quote_ident(c.opcname),
            CASE WHEN c.opcdefault THEN 'DEFAULT' END,
            'FOR TYPE', format_type(c.opcintype, NULL), 'USING', quote_ident(am.amname),
            'FAMILY', quote_ident(fn.nspname) || '.' || quote_ident(f.opfname)
        ) AS words,
        'STORAGE ' || CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END AS storage,
        quote_ident(pg_get_userbyid(c.opcowner)) AS owner
    FROM pg_opclass AS c
    JOIN namespace AS n ON n.oid = c.opcnamespace
    JOIN pg_am AS am ON am.oid = c.opcmethod
    JOIN pg_opfamily AS f ON f.oid = c.opcfamily
    JOIN pg_namespace AS fn ON fn.oid = f.opfnamespace
    UNION ALL
    SELECT
        'operator family',
        'pg_opfamily'::regclass::oid,
        f.oid,
        quote_ident(n.name) || '.' || quote_ident(f.opfname) || ' USING ' || quote_ident(am.amname),
        n.name,
        quote_ident(n.name) || '.' || quote_ident(f.opfname) || ' USING ' || quote_ident(am.amname),
        NULL,
        quote_ident(pg_get_userbyid(f.opfowner))
    FROM pg_opfamily AS f
    JOIN namespace AS n ON n.oid = f.opfnamespace
    JOIN pg_am AS am ON am.oid = f.opfmethod
) AS o
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = o.classid AND m.objid = o.objid
)
