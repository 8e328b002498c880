SELECT
    'event trigger' AS kind,
    'pg_event_trigger'::regclass::oid AS classid,
    e.oid AS objid,
    0 AS objsubid,
    quote_ident(e.evtname) AS identity,
    NULL AS schema,
    concat_ws(
        ' ',
        'CREATE EVENT TRIGGER', quote_ident(e.evtname), 'ON', e.evtevent,
        'WHEN TAG IN (' || (
            SELECT string_agg(quote_literal(t), ', ' ORDER BY t COLLATE "C") FROM unnest(e.evttags) AS t
        ) || ')',
        'EXECUTE FUNCTION', e.evtfoid::regproc::text || '()'
    ) AS definition,
    quote_ident(pg_get_userbyid(e.evtowner)) AS owner,
    CASE e.evtenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'replica' WHEN 'A' THEN 'always' END AS enabled
FROM pg_event_trigger AS e
WHERE NOT EXISTS (
    SELECT FROM member AS m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid
)
