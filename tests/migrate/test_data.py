"""Rows outlive a migration, and what need not rewrite a table does not."""

from __future__ import annotations

import pytest

from pgcraft.migrate import Described, OperationStep, plan_migration
from pgcraft.postgres.snapshot import compare

NUMBERED = "CREATE TABLE s.t (id {}, a text);"
GIVEN = "INSERT INTO s.t (a) VALUES ('x'), ('y');"
ENUM = "CREATE TYPE s.e AS ENUM ({}); CREATE TABLE s.t (id integer, e s.e DEFAULT 'a', m s.e[]);"
LABELS = "INSERT INTO s.t VALUES (1, 'a', '{a,b}'), (2, 'b', '{}'), (3, NULL, NULL);"
PARTITIONED = "CREATE TABLE s.t (id integer, n {} DEFAULT 1) PARTITION BY RANGE (id);"
PARTS = "CREATE TABLE s.t_1 PARTITION OF s.t FOR VALUES FROM (0) TO (10);"

# Name: the first state, rows, the second state, and what a query answers in all of them.
KEPT = {
    "appended label": (ENUM.format("'a', 'b'"), LABELS, ENUM.format("'a', 'b', 'c'")),
    "inserted label": (ENUM.format("'a', 'b'"), LABELS, ENUM.format("'c', 'a', 'b'")),
    "reordered labels": (ENUM.format("'a', 'b'"), LABELS, ENUM.format("'b', 'a'")),
    "enum to text": (
        "CREATE TYPE s.e AS ENUM ('a', 'b'); CREATE TABLE s.t (id integer, e s.e);",
        "INSERT INTO s.t VALUES (1, 'a'), (2, 'b');",
        "CREATE TABLE s.t (id integer, e text);",
    ),
    "enum to domain of its name": (
        "CREATE TYPE s.e AS ENUM ('a', 'b'); CREATE TABLE s.t (id integer, e s.e);",
        "INSERT INTO s.t VALUES (1, 'a'), (2, 'b');",
        "CREATE DOMAIN s.e AS text; CREATE TABLE s.t (id integer, e s.e);",
    ),
    "text to numbers, dates and booleans": (
        "CREATE TABLE s.t (id integer, a text, b text DEFAULT '2024-01-01', c text);",
        "INSERT INTO s.t VALUES (1, '7', '2024-02-03', 'true'), (2, NULL, NULL, 'false');",
        "CREATE TABLE s.t (id integer, a integer, b date DEFAULT '2024-01-01', c boolean);",
    ),
    "numbers widened": (
        "CREATE TABLE s.t (id integer, a smallint, b numeric(6, 2), c varchar(3));",
        "INSERT INTO s.t VALUES (1, 7, 3.25, 'abc');",
        "CREATE TABLE s.t (id bigint, a integer, b numeric(8, 2), c text);",
    ),
    "domain's type": (
        "CREATE DOMAIN s.d AS integer CHECK (value > 0); CREATE TABLE s.t (id integer, d s.d);",
        "INSERT INTO s.t VALUES (1, 5), (2, NULL);",
        "CREATE DOMAIN s.d AS bigint CHECK (value > 0); CREATE TABLE s.t (id integer, d s.d);",
    ),
    "domain's rules": (
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (id integer, d s.d);",
        "INSERT INTO s.t VALUES (1, 5);",
        (
            "CREATE DOMAIN s.d AS integer DEFAULT 3 NOT NULL CHECK (value > 1);"
            "CREATE TABLE s.t (id integer, d s.d);"
        ),
    ),
    "domain within an array gets a check": (
        "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (id integer, d s.d, m s.d[]);",
        "INSERT INTO s.t VALUES (1, 5, '{2,3,NULL}'), (2, NULL, NULL);",
        (
            "CREATE DOMAIN s.d AS integer CHECK (value > 1);"
            "CREATE TABLE s.t (id integer, d s.d, m s.d[]);"
        ),
    ),
    "domain over enum over array": (
        (
            "CREATE TYPE s.e AS ENUM ('a', 'b'); CREATE DOMAIN s.d AS s.e[];"
            "CREATE TABLE s.t (id integer, d s.d);"
        ),
        "INSERT INTO s.t VALUES (1, '{a,b}');",
        (
            "CREATE TYPE s.e AS ENUM ('b', 'a'); CREATE DOMAIN s.d AS s.e[];"
            "CREATE TABLE s.t (id integer, d s.d);"
        ),
    ),
    "composite type's attribute retyped": (
        "CREATE TYPE s.c AS (x integer, y text); CREATE TABLE s.t (id integer, c s.c);",
        "INSERT INTO s.t VALUES (1, '(3,\"a b\")');",
        "CREATE TYPE s.c AS (x bigint, y text); CREATE TABLE s.t (id integer, c s.c);",
    ),
    "range's subtype": (
        "CREATE TYPE s.r AS RANGE (subtype = integer); CREATE TABLE s.t (id integer, r s.r);",
        "INSERT INTO s.t VALUES (1, '[1,5)');",
        "CREATE TYPE s.r AS RANGE (subtype = bigint); CREATE TABLE s.t (id integer, r s.r);",
    ),
    "column's type under a view on a partition": (
        PARTITIONED.format("integer") + PARTS + "CREATE VIEW s.v AS SELECT n FROM s.t_1;",
        "INSERT INTO s.t VALUES (1, 5), (2, 6);",
        PARTITIONED.format("bigint") + PARTS + "CREATE VIEW s.v AS SELECT n FROM s.t_1;",
    ),
    "partition detached": (
        PARTITIONED.format("integer") + PARTS,
        "INSERT INTO s.t VALUES (1, 5), (2, 6);",
        PARTITIONED.format("integer") + "CREATE TABLE s.t_1 (id integer, n integer DEFAULT 1);",
        "SELECT id, n FROM s.t_1 ORDER BY id",
    ),
    "keys, owner, options, unlogged": (
        "CREATE TABLE s.t (id integer PRIMARY KEY, a integer);",
        "INSERT INTO s.t VALUES (1, 5), (2, 6);",
        (
            "CREATE UNLOGGED TABLE s.t (id integer, a integer NOT NULL UNIQUE) WITH (fillfactor = 50);"
            "ALTER TABLE s.t OWNER TO staff; ALTER TABLE s.t ENABLE ROW LEVEL SECURITY;"
        ),
    ),
    "composite type's attribute becomes text": (
        "CREATE TYPE s.c AS (x text, n integer); CREATE TABLE s.t (id integer, c s.c, m s.c[]);",
        "INSERT INTO s.t VALUES (1, '(a,7)', ARRAY['(\"b, c\",8)'::s.c]);",
        "CREATE TYPE s.c AS (x text, n text); CREATE TABLE s.t (id integer, c s.c, m s.c[]);",
        "SELECT id, c::text, m::text FROM s.t",
    ),
    "generated column becomes a plain one, and its base column another type": (
        (
            "CREATE TABLE s.t (id integer, b varchar(10),"
            " g text GENERATED ALWAYS AS (b || 'x') STORED);"
        ),
        "INSERT INTO s.t VALUES (1, 'a'), (2, 'b');",
        "CREATE TABLE s.t (id integer, b text, g text);",
    ),
    "generated column becomes a plain one": (
        "CREATE TABLE s.t (id integer, g integer GENERATED ALWAYS AS (id * 2) STORED);",
        "INSERT INTO s.t VALUES (1), (2);",
        "CREATE TABLE s.t (id integer, g integer);",
    ),
    "function under all that calls it": (
        (
            "CREATE FUNCTION s.f(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';"
            "CREATE TABLE s.t (id integer DEFAULT s.f(3), a integer CHECK (s.f(a) > 0),"
            " g integer GENERATED ALWAYS AS (s.f(a)) STORED);"
        ),
        "INSERT INTO s.t (id, a) VALUES (1, 5), (2, 6);",
        (
            "CREATE FUNCTION s.f(integer) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1::bigint';"
            "CREATE TABLE s.t (id integer DEFAULT s.f(3), a integer CHECK (s.f(a) > 0),"
            " g integer GENERATED ALWAYS AS (s.f(a)) STORED);"
        ),
    ),
}
ALL = "SELECT {} FROM s.t ORDER BY id"


def _texts(rows):
    return [tuple(None if value is None else str(value).lower() for value in row) for row in rows]


@pytest.mark.parametrize("name", KEPT)
def test_rows_survive_both_ways(desk, name):
    """Values read the same in the second state and back in the first."""
    first, rows, second, *query = KEPT[name]
    moved, old, new = desk.make(first + rows), desk.make(first), desk.make(second)
    columns = desk.rows(
        moved,
        "SELECT string_agg(quote_ident(attname) || '::text', ', ' ORDER BY attname)"
        " FROM pg_attribute WHERE attrelid = 's.t'::regclass AND attnum > 0",
    )[0][0]
    ask = query[0] if query else ALL.format(columns)
    before = _texts(desk.rows(moved, ask))
    assert before
    for wanted in (new, old):
        desk.migrate(moved, wanted)
        assert desk.left(moved, wanted) == ([], [])
        assert _texts(desk.rows(moved, ask)) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("serial", "integer NOT NULL GENERATED BY DEFAULT AS IDENTITY"),
        ("serial", "bigserial"),
        ("integer GENERATED BY DEFAULT AS IDENTITY", "bigserial"),
        ("integer GENERATED BY DEFAULT AS IDENTITY", "bigint GENERATED BY DEFAULT AS IDENTITY"),
    ],
)
def test_numbers_go_on_behind_those_in_use(desk, first, second):
    """No number is given twice, whatever gives them."""
    moved = desk.make(NUMBERED.format(first) + GIVEN)
    for kind in (second, first):
        wanted = desk.make(NUMBERED.format(kind))
        desk.migrate(moved, wanted)
        desk.run(moved, GIVEN)
    numbers = [row[0] for row in desk.rows(moved, "SELECT id FROM s.t ORDER BY id")]
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_generated_values_are_computed_again(desk):
    """A changed expression gives new values, and the old ones on the way back."""
    state = "CREATE TABLE s.t (a integer, g integer GENERATED ALWAYS AS (a * {}) STORED);"
    moved = desk.make(state.format(2) + "INSERT INTO s.t VALUES (5);")
    for factor in (3, 2):
        desk.migrate(moved, desk.make(state.format(factor)))
        assert desk.rows(moved, "SELECT g FROM s.t") == [(5 * factor,)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ENUM.format("'a', 'b'"), ENUM.format("'a', 'b', 'c'")),
        (
            "CREATE TABLE s.t (id integer, a varchar(5) DEFAULT 'x');",
            (
                "CREATE TABLE s.t (id integer NOT NULL, a varchar(9), b integer DEFAULT 3);"
                "COMMENT ON TABLE s.t IS 'x'; GRANT SELECT ON s.t TO anon;"
                "ALTER TABLE s.t OWNER TO staff; ALTER TABLE s.t ADD CHECK (a <> '');"
            ),
        ),
        (
            "CREATE TABLE s.t (id integer, a varchar(5));",
            (
                "CREATE TABLE s.t (id integer, a text); CREATE VIEW s.v AS SELECT a FROM s.t;"
                "CREATE INDEX i ON s.t (a);"
            ),
        ),
        (
            "CREATE DOMAIN s.d AS integer; CREATE TABLE s.t (id integer, d s.d);",
            (
                "CREATE DOMAIN s.d AS integer DEFAULT 3 CHECK (value > 0);"
                "CREATE TABLE s.t (id integer, d s.d);"
            ),
        ),
        (
            "CREATE TYPE s.c AS (x integer); CREATE TABLE s.t (id integer, c s.c);",
            "CREATE TYPE s.c AS (x integer, y text); CREATE TABLE s.t (id integer, c s.c);",
        ),
    ],
    ids=[
        "label",
        "widened, constant default, comment, grant, owner",
        "text",
        "domain",
        "composite",
    ],
)
def test_table_is_not_rewritten(desk, first, second):
    """Its file stays the same."""
    moved, wanted = desk.make(first), desk.make(second)
    file = "SELECT pg_relation_filenode('s.t')"
    before = desk.rows(moved, file)
    desk.migrate(moved, wanted)
    assert desk.left(moved, wanted) == ([], [])
    assert desk.rows(moved, file) == before


@pytest.mark.parametrize(
    ("default", "commits"), [("'a'", []), ("'c'", ["ALTER TYPE s.e ADD VALUE 'c'"])]
)
def test_label_is_committed_only_when_something_uses_it(desk, default, commits):
    """What is added to an enum stays in the transaction unless PostgreSQL would refuse its use."""
    moved = desk.make(ENUM.format("'a', 'b'"))
    wanted = desk.make(ENUM.format("'a', 'b', 'c'").replace("DEFAULT 'a'", f"DEFAULT {default}"))
    desk.migrate(moved, wanted)
    assert desk.left(moved, wanted) == ([], [])
    assert [step.sql for step in desk.plan.steps if step.commit] == commits


def test_default_privileges_are_suspended_only_for_what_must_not_have_them(desk):
    """A new table that is to have what they give gets it without a word about them."""
    given = "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;"
    made = "CREATE TABLE s.t (id integer);"
    for taken, words in (("", []), ("REVOKE SELECT ON s.t FROM anon;", ["REVOKE", "GRANT"])):
        moved, wanted = desk.make(given), desk.make(given + made + taken)
        desk.migrate(moved, wanted)
        assert desk.left(moved, wanted) == ([], [])
        said = [step.sql for step in desk.plan.steps if "DEFAULT PRIVILEGES" in step.sql]
        assert [word for sql in said for word in words if f" {word} " in sql] == words
        assert len(said) == len(words)


@pytest.mark.parametrize(
    ("first", "rows"),
    [
        ("CREATE TABLE s.t (id serial, a text); ALTER SEQUENCE s.t_id_seq RENAME TO o;", GIVEN),
        ("CREATE TABLE s.t (id integer NOT NULL, a text);", "INSERT INTO s.t VALUES (2, 'x');"),
    ],
    ids=["sequence of another name", "no sequence"],
)
def test_new_sequence_goes_on_behind_the_numbers_in_use(desk, first, rows):
    """As after a table was renamed, whose sequence kept its name."""
    moved, wanted = desk.make(first + rows), desk.make(NUMBERED.format("serial"))
    desk.migrate(moved, wanted)
    assert desk.left(moved, wanted) == ([], [])
    desk.run(moved, "INSERT INTO s.t (a) VALUES ('z');")
    assert desk.rows(moved, "SELECT id FROM s.t WHERE a = 'z'") == [(3,)]


FILES = """
SELECT relname, pg_relation_filenode(oid) FROM pg_class
WHERE relnamespace = 's'::regnamespace AND pg_relation_filenode(oid) IS NOT NULL ORDER BY 2
"""
RENAMED = """
CREATE TABLE s.t (id integer CONSTRAINT {0}_pk PRIMARY KEY, a integer CONSTRAINT {0}_ck CHECK (a > 0),
    CONSTRAINT {0}_uq UNIQUE (a));
CREATE TABLE s.u (t integer CONSTRAINT {0}_fk REFERENCES s.t, a integer CONSTRAINT u_fk REFERENCES s.t (a));
CREATE INDEX {0}_ix ON s.u (a);
CREATE SEQUENCE s.{0}_numbers; CREATE MATERIALIZED VIEW s.{0}_seen AS SELECT id FROM s.t;
CREATE UNIQUE INDEX seen_ix ON s.{0}_seen (id);
"""


def test_renamed_objects_keep_their_files(desk):
    """No index is built, no row is looked at, and numbers and what a view has seen stay."""
    rows = (
        "INSERT INTO s.t VALUES (1, 5); INSERT INTO s.u VALUES (1, 5);"
        "SELECT nextval('s.one_numbers'); REFRESH MATERIALIZED VIEW s.one_seen;"
    )
    moved = desk.make(RENAMED.format("one") + rows)
    files = desk.rows(moved, FILES)
    for name in ("two", "one"):
        wanted = desk.make(RENAMED.format(name))
        desk.migrate(moved, wanted)
        assert desk.left(moved, wanted) == ([], [])
        assert [step.sql for step in desk.plan.steps if " RENAME " not in step.sql] == []
        renamed = [(relation.replace("one_", f"{name}_"), file) for relation, file in files]
        assert desk.rows(moved, FILES) == renamed
    assert desk.rows(moved, "SELECT id, nextval('s.one_numbers') FROM s.one_seen") == [(1, 2)]


RETYPED = """
CREATE TABLE s.t (id integer, a {0}, b {0} DEFAULT '1', "c, d" {0}, e s.e, f s.e[]);
CREATE INDEX ix ON s.t (a); CREATE VIEW s.v AS SELECT a, b FROM s.t;
"""
WRITTEN_ANEW = """
CREATE TABLE public.rewrites (relation text);
CREATE FUNCTION public.note() RETURNS event_trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO public.rewrites VALUES (pg_event_trigger_table_rewrite_oid()::regclass); END';
CREATE EVENT TRIGGER noted ON table_rewrite EXECUTE FUNCTION public.note();
"""


def test_columns_that_get_other_types_rewrite_their_table_once(desk):
    """However many they are, and whatever type they get."""
    states = [
        f"CREATE TYPE s.e AS ENUM ({labels});" + RETYPED.format(type_) + WRITTEN_ANEW
        for labels, type_ in (("'x', 'y'", "varchar(5)"), ("'y', 'x'", "bigint"))
    ]
    moved = desk.make(states[0] + "INSERT INTO s.t VALUES (1, 2, 3, 4, 'x', '{x,y}');")
    for wanted in (desk.make(states[1]), desk.make(states[0])):
        desk.migrate(moved, wanted)
        assert desk.left(moved, wanted) == ([], [])
        assert desk.rows(moved, "DELETE FROM public.rewrites RETURNING relation") == [("s.t",)]
    assert desk.rows(moved, 'SELECT a, b, "c, d", e::text, f::text[] FROM s.t') == [
        ("2", "3", "4", "x", ["x", "y"])
    ]


def _altered(table, column):
    return Described(do="alter column", schema="s", table=table, name=column, changes=("type",))


def _remade(kind, old, new):
    return [
        Described(do=f"{verb} {kind}", schema="s", table="t", name=name)
        for verb, name in (("drop", old), ("create", new))
    ]


COLUMNS = "CREATE TABLE s.t (id {0} CONSTRAINT {1} PRIMARY KEY, a {0}, b text);"


@pytest.mark.parametrize(
    ("first", "second", "operations", "used", "said"),
    [
        pytest.param(
            COLUMNS.format("integer", "p") + "CREATE INDEX i ON s.t (a);",
            COLUMNS.format("integer", "q") + "CREATE INDEX j ON s.t (a);",
            [*_remade("index", "i", "j"), *_remade("constraint", "p", "q")],
            [],
            ["ALTER TABLE s.t RENAME CONSTRAINT p TO q", "ALTER INDEX s.i RENAME TO j"],
            id="renamed",
        ),
        pytest.param(
            COLUMNS.format("integer", "p"),
            COLUMNS.format("bigint", "p"),
            [_altered("t", "id"), _altered("t", "a")],
            [],
            ["ALTER TABLE s.t ALTER COLUMN a TYPE bigint, ALTER COLUMN id TYPE bigint"],
            id="types",
        ),
        pytest.param(
            COLUMNS.format("integer", "p"),
            COLUMNS.format("integer", "p").replace("text", "varchar"),
            [_altered("t", "b")],
            [0],
            [],
            id="one type",
        ),
        pytest.param(
            COLUMNS.format("integer", "p") + "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a)"
            " REFERENCES s.t;",
            COLUMNS.format("integer", "p") + "ALTER TABLE s.t ADD CONSTRAINT f FOREIGN KEY (a)"
            " REFERENCES s.t DEFERRABLE;",
            _remade("constraint", "f", "f"),
            [],
            ["ALTER TABLE s.t ALTER CONSTRAINT f DEFERRABLE INITIALLY IMMEDIATE"],
            id="deferrable",
        ),
    ],
)
def test_operation_that_costs_more_than_it_must_is_left_out(
    desk, first, second, operations, used, said
):
    """What Alembic would drop and make again, or do one by one, is done where it is, at once."""
    (before, _), (after, _) = (desk.seen(desk.make(sql)) for sql in (first, second))
    plan = plan_migration(
        compare(before, after), before, after, owner="postgres", operations=operations
    )
    steps = [one for one in plan.steps if isinstance(one, OperationStep)]
    assert [one.index for one in steps] == used
    assert [one.sql for one in plan.steps if one not in steps] == said
