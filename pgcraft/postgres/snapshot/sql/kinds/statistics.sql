SELECT
    'statistics' AS kind,
    'pg_statistic_ext'::regclass::oid AS classid,
    s.oid AS objid,
    0 AS objsubid,
    quote_ident(n.name) || '.' || quote_ident(s.stxname) AS identity,
    n.name AS schema,
    r.kind AS parent_kind,
    r.identity AS parent,
    pg_get_statisticsobjdef(s.oid) AS definition,
    quote_ident(pg_get_userbyid(s.stxowner)) AS owner,
    CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget::text END AS "statistics target"
FROM pg_statistic_ext AS s
JOIN namespace AS n ON n.oid = s.stxnamespace
JOIN relation AS r ON r.oid = s.stxrelid
