"""Statements that one schema knows, prepared on another: a table of changes."""

from __future__ import annotations

import pytest

from pgcraft.postgres.snapshot import compare, take_snapshot
from pgcraft.review.lossless import find_losses, take_places
from pgcraft.review.running_code import RunningCode, touched
from pgcraft.review.running_findings import find_in_running_code

FIRST = """
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE orders (
    id serial PRIMARY KEY, name text NOT NULL, note varchar(20), amount integer,
    twice integer GENERATED ALWAYS AS (amount * 2) STORED
);
CREATE TABLE others (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text);
CREATE TABLE apart (id integer PRIMARY KEY, m mood);
CREATE TABLE small (id integer PRIMARY KEY);
CREATE VIEW plain AS SELECT id, name FROM orders;
CREATE VIEW counted AS SELECT count(*) AS n FROM others;
CREATE VIEW written AS SELECT count(*) AS n FROM apart;
CREATE FUNCTION ignored() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER instead INSTEAD OF INSERT ON written FOR EACH ROW EXECUTE FUNCTION ignored();
CREATE FUNCTION price(a integer, b text DEFAULT '') RETURNS integer LANGUAGE sql RETURN a;
CREATE PROCEDURE work(a integer) LANGUAGE plpgsql AS 'BEGIN END';
CREATE SEQUENCE numbers;
"""


@pytest.fixture
def two(server, database):
    """A database with a schema and a copy of it."""
    copy = f"{database}_copy"
    with server.connect(database) as connection:
        connection.execute(FIRST)
    server.create_database(copy, template=database)
    with server.connect(database) as before, server.connect(copy) as after:
        yield before, after
    server.drop_database(copy)


@pytest.mark.parametrize(
    ("up", "expected"),
    [
        ("ALTER TABLE orders ADD COLUMN c integer", []),
        ("ALTER TABLE orders ADD COLUMN c integer NOT NULL DEFAULT 1", []),
        ("ALTER TABLE orders ADD COLUMN c integer GENERATED ALWAYS AS IDENTITY", []),
        ("CREATE TABLE more (id integer PRIMARY KEY)", []),
        ("CREATE INDEX ON orders (name)", []),
        ("ALTER TABLE apart ALTER COLUMN id TYPE bigint", []),
        ("ALTER TABLE orders ALTER COLUMN note TYPE text", []),
        ("ALTER TYPE mood ADD VALUE 'calm'", []),
        ("DROP FUNCTION price", ["warning", "price(integer,text)", "call", "does not exist"]),
        ("DROP PROCEDURE work", ["warning", "work(integer)", "does not exist"]),
        ("DROP SEQUENCE numbers", ["warning", "numbers", "nextval"]),
        ("DROP VIEW counted", ["warning", "view public.counted", "does not exist"]),
        ("DROP TABLE small", ["warning", 'table public.small: relation "public.small" does not']),
        (
            "ALTER TABLE orders ADD COLUMN c integer NOT NULL",
            ["warning", "inserts into the table public.orders without c,"],
        ),
        (
            "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
            ["info", "without note, which could be NULL"],
        ),
        (
            "ALTER TABLE orders ALTER COLUMN id DROP DEFAULT",
            ["warning", "inserts into the table public.orders without id,"],
        ),
        (
            "ALTER TABLE orders RENAME COLUMN note TO remark",
            ["warning", "SELECT no longer prepares (column", "INSERT of all columns and UPDATE"],
        ),
        (
            "ALTER TABLE orders DROP COLUMN note, DROP COLUMN twice",
            ["warning", "Gone are the columns note, twice."],
        ),
        (
            "ALTER TABLE others ALTER COLUMN name TYPE integer USING 1",
            ["warning", "INSERT of all columns and UPDATE", "is of type integer but"],
        ),
        (
            "DROP TRIGGER instead ON written",
            ["warning", "view public.written", "INSERT", "cannot insert into view"],
        ),
        (
            "CREATE RULE closed AS ON DELETE TO others DO INSTEAD NOTHING",
            [],
        ),
        (
            (
                "ALTER TABLE others DROP COLUMN name;"
                "ALTER TABLE others ADD COLUMN name text GENERATED ALWAYS AS ('x') STORED"
            ),
            ["warning", "UPDATE no longer prepares (", "non-DEFAULT value"],
        ),
    ],
)
def test_old_code_on_new_schema_is_found_to_break_or_not(two, up, expected):
    """One finding for what breaks, with the server's own words; none for what does not."""
    before, after = two
    after.execute(up)
    base = take_snapshot(before)
    code = RunningCode(before, touched(compare(base, take_snapshot(after)), base))
    found = [*find_in_running_code(code.broken_on(after), ())]
    assert [one.level for one in found] == expected[:1]
    for words in expected[1:]:
        assert words in found[0].message


def test_what_a_change_does_not_touch_is_not_tried(two):
    """Neither other tables nor what does not read the changed one."""
    before, after = two
    after.execute("ALTER TABLE others ADD COLUMN c integer")
    base = take_snapshot(before)
    keys = touched(compare(base, take_snapshot(after)), base)
    assert [str(one) for one in keys] == ["table public.others", "view public.counted"]


@pytest.mark.parametrize(
    ("up", "down", "after_upgrade", "after_use"),
    [
        ("ALTER TABLE orders RENAME note TO a", "ALTER TABLE orders RENAME a TO note", [], []),
        (
            "ALTER TABLE orders ADD COLUMN a integer",
            "ALTER TABLE orders DROP COLUMN a",
            [],
            ["column public.orders.a"],
        ),
        (
            "ALTER TABLE others DROP COLUMN name",
            "ALTER TABLE others ADD COLUMN name text",
            ["column public.others.name"],
            [],
        ),
        (
            "DROP TABLE small",
            "CREATE TABLE small (id integer PRIMARY KEY)",
            ["table public.small"],
            [],
        ),
        ("CREATE TABLE a (id serial)", "DROP TABLE a", [], ["table public.a"]),
        ("DROP SEQUENCE numbers", "CREATE SEQUENCE numbers", ["sequence public.numbers"], []),
        (
            "ALTER TABLE orders ALTER note TYPE varchar(10)",
            "ALTER TABLE orders ALTER note TYPE varchar(20)",
            ["column public.orders.note: character varying(20) -> character varying(10)"],
            [],
        ),
        (
            "ALTER TABLE orders ALTER note TYPE text",
            "ALTER TABLE orders ALTER note TYPE varchar(20)",
            [],
            ["column public.orders.note: text -> character varying(20)"],
        ),
        (
            "ALTER TYPE mood ADD VALUE 'calm'",
            (
                "ALTER TYPE mood RENAME TO old; CREATE TYPE mood AS ENUM ('glad', 'sad');"
                "ALTER TABLE apart ALTER m TYPE mood USING m::text::mood; DROP TYPE old"
            ),
            [],
            ["label calm of public.mood"],
        ),
        (
            "ALTER TABLE orders DROP COLUMN twice",
            "ALTER TABLE orders ADD COLUMN twice integer GENERATED ALWAYS AS (amount * 2) STORED",
            [],
            [],
        ),
        (
            # The schema is the same after either script.
            "ALTER TABLE others DROP COLUMN name; ALTER TABLE others ADD COLUMN name text",
            "SELECT 1",
            ["column public.others.name"],
            [],
        ),
        ("CREATE INDEX a ON orders (name)", "DROP INDEX a", [], []),
    ],
)
def test_data_that_does_not_come_back_is_listed(two, up, down, after_upgrade, after_use):
    """By the numbers of tables and columns, not by their names."""
    before, after = two
    places = [take_places(before, "public.none")]
    for script in (up, down):
        after.execute("RESET search_path")
        after.execute(script)
        places.append(take_places(after, "public.none"))
    losses = find_losses(*places)
    assert [*losses.after_upgrade] == after_upgrade
    assert [*losses.after_use] == after_use
