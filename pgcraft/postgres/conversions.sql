-- For pairs of types, how ALTER COLUMN ... TYPE must be told to convert: null where the server does
-- it by itself, 'cast' where it knows an explicit cast, 'text' where text is the way.
WITH RECURSIVE pair AS (
    SELECT number, to_regtype(old)::oid AS old, to_regtype(new)::oid AS new
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS p (old, new, number)
),
-- A domain converts as the type below it, an array as its elements.
plain AS (
    SELECT number, old, new FROM pair
    UNION
    SELECT
        p.number,
        CASE WHEN o.typtype = 'd' THEN o.typbasetype WHEN a.arrays THEN o.typelem ELSE p.old END,
        CASE WHEN n.typtype = 'd' THEN n.typbasetype WHEN a.arrays THEN n.typelem ELSE p.new END
    FROM plain AS p
    JOIN pg_type AS o ON o.oid = p.old
    JOIN pg_type AS n ON n.oid = p.new
    CROSS JOIN LATERAL (SELECT o.typcategory = 'A' AND n.typcategory = 'A' AS arrays) AS a
),
known AS (
    SELECT
        p.number,
        p.old = p.new OR n.typcategory = 'S' OR c.castcontext IN ('a', 'i') AS by_itself,
        c.castcontext = 'e' AS by_cast
    FROM plain AS p
    JOIN pg_type AS n ON n.oid = p.new
    LEFT JOIN pg_cast AS c ON c.castsource = p.old AND c.casttarget = p.new
)
SELECT CASE WHEN bool_or(k.by_itself) THEN NULL WHEN bool_or(k.by_cast) THEN 'cast' ELSE 'text' END
FROM pair AS p
LEFT JOIN known AS k ON k.number = p.number
GROUP BY p.number
ORDER BY p.number
