SELECT
    'rule' AS kind,
    'pg_rewrite'::regclass::oid AS classid,
    w.oid AS objid,
    0 AS objsubid,
    r.identity || '.' || quote_ident(w.rulename) AS identity,
    r.schema,
    r.kind AS parent_kind,
    r.identity AS parent,
    rtrim(pg_get_ruledef(w.oid), ';') AS definition,
    CASE w.ev_enabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
FROM pg_rewrite AS w
JOIN relation AS r ON r.oid = w.ev_class
WHERE w.rulename <> '_RETURN'
