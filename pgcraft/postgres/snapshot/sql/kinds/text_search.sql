SELECT
    o.kind,
    o.classid,
    o.objid,
    0 AS objsubid,
    quote_ident(n.name) || '.' || quote_ident(o.name) AS identity,
    n.name AS schema,
    'CREATE ' || upper(o.kind) || ' ' || quote_ident(n.name) || '.' || quote_ident(o.name)
    || ' (' || o.words || ')'
    || coalesce(
        (
            SELECT string_agg(
                E';\nALTER TEXT SEARCH CONFIGURATION ' || quote_ident(n.name) || '.' || quote_ident(o.name)
                || ' ADD MAPPING FOR ' || quote_ident(m.token) || ' WITH ' || m.dictionaries,
                '' ORDER BY m.token COLLATE "C"
            )
            FROM (
                SELECT
                    t.alias AS token,
                    string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno) AS dictionaries
                FROM pg_ts_config_map AS m
                JOIN ts_token_type(o.parser) AS t ON t.tokid = m.maptokentype
                WHERE m.mapcfg = o.objid AND o.parser IS NOT NULL
                GROUP BY t.alias
            ) AS m
        ),
        ''
    ) AS definition,
    o.owner
FROM (
    SELECT
        'text search configuration' AS kind,
        'pg_ts_config'::regclass::oid AS classid,
        c.oid AS objid,
        c.cfgname AS name,
        c.cfgnamespace AS namespace,
        'PARSER = ' || quote_ident(pn.nspname) || '.' || quote_ident(p.prsname) AS words,
        c.cfgparser AS parser,
        quote_ident(pg_get_userbyid(c.cfgowner)) AS owner
    FROM pg_ts_config AS c
    JOIN pg_ts_parser AS p ON p.oid = c.cfgparser
    JOIN pg_namespace AS pn ON pn.oid = p.prsnamespace
    UNION ALL
    SELECT
        'text search dictionary',
        'pg_ts_dict'::regclass::oid,
        d.oid,
        d.dictname,
        d.dictnamespace,
        concat_ws(
            ', ', 'TEMPLATE = ' || quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname), d.dictinitoption
        ),
        NULL,
        quote_ident(pg_get_userbyid(d.dictowner))
    FROM pg_ts_dict AS d
    JOIN pg_ts_template AS t ON t.oid = d.dicttemplate
    JOIN pg_namespace AS tn ON tn.oid = t.tmplnamespace
    UNION ALL
    SELECT
        'text search template',
        'pg_ts_template'::regclass::oid,
        t.oid,
        t.tmplname,
        t.tmplnamespace,
        concat_ws(
            ', ',
            'INIT = ' || CASE WHEN t.tmplinit <> 0 THEN t.tmplinit::regproc::text END,
            'LEXIZE = ' || t.tmpllexize::regproc::text
        ),
        NULL,
        NULL
    FROM pg_ts_template AS t
    UNION ALL
    SELECT
        'text search parser',
        'pg_ts_parser'::regclass::oid,
        p.oid,
        p.prsname,
        p.prsnamespace,
        concat_ws(
            ', ',
            'START = ' || p.prsstart::regproc::text,
            'GETTOKEN = ' || p.prstoken::regproc::text,
            'END = ' || p.prsend::regproc::text,
            'LEXTYPES = ' || p.prslextype::regproc::text,
            'HEADLINE = ' || CASE WHEN p.prsheadline <> 0 THEN p.prsheadline::regproc::text END
        ),
        NULL,
        NULL
    FROM pg_ts_parser AS p
) AS o
JOIN namespace AS n ON n.oid = o.namespace
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = o.classid AND m.objid = o.objid
)
