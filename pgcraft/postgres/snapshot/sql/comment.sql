-- Comments of all objects, by their address. An extension's own comment comes from its control
-- file with CREATE EXTENSION and is left out, as those of the objects that initdb makes.
SELECT
    d.classoid, d.objoid, d.objsubid, d.description,
    (
        SELECT a.comment
        FROM pg_extension AS e
        JOIN pg_available_extensions() AS a ON a.name = e.extname
        WHERE d.classoid = 'pg_extension'::regclass AND e.oid = d.objoid
    ) AS usual
FROM pg_description AS d
WHERE (d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))
    AND NOT (
        d.classoid = 'pg_extension'::regclass AND EXISTS (
            SELECT FROM pg_extension AS e
            JOIN pg_available_extensions() AS a ON a.name = e.extname
            WHERE e.oid = d.objoid AND a.comment = d.description
        )
    )
