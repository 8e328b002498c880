-- Which object needs which. What the catalog keeps apart stands for what people know: the rule of
-- a view for the view, a default for its column, a row type for its relation, an array type for
-- its element's type, a multirange type for its range's, an index for its constraint, and a member of an extension for the extension.
WITH known_as AS (
    SELECT 'pg_rewrite'::regclass::oid AS classid, r.oid AS objid,
        'pg_class'::regclass::oid AS known_classid, r.ev_class AS known_objid, 0 AS known_objsubid
    FROM pg_rewrite AS r
    WHERE r.rulename = '_RETURN'
    UNION ALL
    SELECT 'pg_attrdef'::regclass, d.oid, 'pg_class'::regclass, d.adrelid, d.adnum
    FROM pg_attrdef AS d
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 'pg_class'::regclass, t.typrelid, 0
    FROM pg_type AS t
    JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind <> 'c'
    UNION ALL
    SELECT 'pg_type'::regclass, a.oid,
        CASE WHEN c.oid IS NULL THEN 'pg_type'::regclass ELSE 'pg_class'::regclass END,
        coalesce(c.oid, r.rngtypid, t.oid), 0
    FROM pg_type AS t
    JOIN pg_type AS a ON a.oid = t.typarray
    LEFT JOIN pg_range AS r ON r.rngmultitypid = t.oid
    LEFT JOIN pg_class AS c ON c.oid = t.typrelid AND c.relkind <> 'c'
    UNION ALL
    SELECT 'pg_type'::regclass, r.rngmultitypid, 'pg_type'::regclass, r.rngtypid, 0
    FROM pg_range AS r
    UNION ALL
    SELECT 'pg_class'::regclass, k.conindid, 'pg_constraint'::regclass, k.oid, 0
    FROM pg_constraint AS k
    WHERE k.contype IN ('p', 'u', 'x')
    UNION ALL
    SELECT m.classid, m.objid, m.refclassid, m.refobjid, 0
    FROM pg_depend AS m
    WHERE m.deptype = 'e'
)
SELECT DISTINCT
    coalesce(f.known_classid, d.classid) AS classid,
    coalesce(f.known_objid, d.objid) AS objid,
    coalesce(f.known_objsubid, d.objsubid) AS objsubid,
    coalesce(t.known_classid, d.refclassid) AS refclassid,
    coalesce(t.known_objid, d.refobjid) AS refobjid,
    coalesce(t.known_objsubid, d.refobjsubid) AS refobjsubid
FROM pg_depend AS d
LEFT JOIN known_as AS f ON f.classid = d.classid AND f.objid = d.objid
LEFT JOIN known_as AS t ON t.classid = d.refclassid AND t.objid = d.refobjid
-- The smaller ones are the system's.
WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype <> 'e'
    -- A sequence that a column owns is needed by its default as well: the one circle there is.
    AND NOT (
        d.deptype = 'a' AND d.classid = 'pg_class'::regclass AND d.refobjsubid <> 0
        AND EXISTS (SELECT FROM pg_class AS s WHERE s.oid = d.objid AND s.relkind = 'S')
    )
