"""What a snapshot holds, and what it does not depend on."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
import pytest

from pgcraft.postgres.snapshot import Key, Snapshot, compare, take_snapshot

ONE_ORDER = """
CREATE TABLE a (id integer PRIMARY KEY, name text);
CREATE TABLE b (id integer REFERENCES a, n integer);
CREATE VIEW v AS SELECT id FROM a;
CREATE VIEW w AS SELECT n FROM b;
CREATE INDEX i ON a (name);
CREATE INDEX j ON b (n);
ALTER TABLE a SET (fillfactor = 50, autovacuum_enabled = off);
GRANT SELECT ON a TO anon, staff;
GRANT INSERT ON a TO anon;
CREATE POLICY p ON a TO anon, staff USING (true);
"""
OTHER_ORDER = """
CREATE TABLE b (id integer, n integer);
CREATE INDEX j ON b (n);
CREATE VIEW w AS SELECT n FROM b;
CREATE TABLE a (id integer, name text) WITH (autovacuum_enabled = off, fillfactor = 50);
CREATE INDEX i ON a (name);
CREATE POLICY p ON a TO staff, anon USING (true);
GRANT INSERT, SELECT ON a TO anon;
GRANT SELECT ON a TO staff;
ALTER TABLE a ADD CONSTRAINT a_pkey PRIMARY KEY (id);
CREATE VIEW v AS SELECT id FROM a;
ALTER TABLE b ADD CONSTRAINT b_id_fkey FOREIGN KEY (id) REFERENCES a;
"""


def test_schema_made_in_another_order_is_equal(database):
    """Neither OIDs nor the order of statements are part of a snapshot."""
    one, other = take_snapshot(database(ONE_ORDER)), take_snapshot(database(OTHER_ORDER))

    assert compare(one, other) == ()
    assert one == other
    assert hash(one) == hash(other)
    assert one.fingerprint == other.fingerprint
    assert one.to_json() == other.to_json()


def test_snapshot_does_not_depend_on_the_session(rich_template, database):
    """The session's settings change nothing, and are as they were afterwards."""
    connection = database(template=rich_template)
    plain = take_snapshot(connection)
    connection.execute("SET search_path = inventory, public")
    connection.execute("SET quote_all_identifiers = on")
    connection.execute("SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'")
    connection.execute("SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape'")
    connection.execute("SET extra_float_digits = 0; SET standard_conforming_strings = off")

    assert take_snapshot(connection).to_json() == plain.to_json()
    assert connection.execute("SHOW search_path").fetchone() == ("inventory, public",)
    assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_snapshot_as_json_comes_back_equal(rich_template, database):
    """A snapshot survives JSON with all it has, the order of columns included."""
    snapshot = take_snapshot(database(template=rich_template))
    again = Snapshot.from_json(snapshot.to_json())

    assert again == snapshot
    assert [item.parent for item in again] == [item.parent for item in snapshot]
    assert again.column_order == snapshot.column_order
    assert again.fingerprint == snapshot.fingerprint
    assert again.to_json() == snapshot.to_json()


@pytest.mark.parametrize("seed", ["0", "1", "77"])
def test_fingerprint_is_the_same_for_every_hash_seed(seed, rich_template, database):
    """Another process with another hash seed computes the same fingerprint."""
    snapshot = take_snapshot(database(template=rich_template))
    code = (
        "import sys; from pgcraft.postgres.snapshot import Snapshot;"
        "print(Snapshot.from_json(sys.stdin.buffer.read().decode()).fingerprint)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        input=snapshot.to_json().encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    assert answer.stdout.decode().strip() == snapshot.fingerprint


def test_objects_are_sorted_and_parents_are_there(rich_template, database):
    """Objects come in the order of their keys, each key once, each parent among them."""
    snapshot = take_snapshot(database(template=rich_template))
    keys = [item.key for item in snapshot]

    assert keys == sorted(set(keys))
    assert all(item.parent is None or item.parent in snapshot for item in snapshot)
    assert all(item.definition for item in snapshot)
    assert all(list(item.details) == sorted(item.details) for item in snapshot)


def test_rich_schema_has_every_kind(rich_template, database):
    """The schema that the other tests work on has an object of every kind."""
    kinds = {item.key.kind for item in take_snapshot(database(template=rich_template))}

    assert kinds == {
        "aggregate", "cast", "collation", "column", "comment", "composite type", "constraint",
        "default privileges", "domain", "enum", "event trigger", "extension",
        "foreign data wrapper", "foreign server", "foreign table", "function", "grant", "index",
        "materialized view", "operator", "operator class", "operator family", "policy",
        "procedure", "publication", "range type", "rule", "schema", "sequence", "statistics",
        "table", "text search configuration", "text search dictionary", "trigger", "view",
    }  # fmt: skip


def test_names_are_quoted_as_the_server_does(rich_template, database):
    """Upper case, quotes and other letters are quoted in keys; schemas are told as they are."""
    snapshot = take_snapshot(database(template=rich_template))
    column = snapshot[Key(kind="column", identity='"my-Inv"."Products"."q""uote"')]

    assert column.schema == "my-Inv"
    assert column.parent == Key(kind="table", identity='"my-Inv"."Products"')
    assert Key(kind="column", identity='"my-Inv"."Products"."ünïcode"') in snapshot
    assert Key(kind="index", identity='"my-Inv"."Mixed Index"') in snapshot
    assert snapshot.get(Key(kind="table", identity='"my-Inv".products')) is None


def test_members_of_extensions_are_left_out(database):
    """Of an extension only itself is told, not its objects nor the comment that it brings."""
    connection = database("CREATE SCHEMA e")
    before = take_snapshot(connection)
    connection.execute("CREATE EXTENSION hstore SCHEMA e; CREATE EXTENSION file_fdw SCHEMA e")
    after = take_snapshot(connection)

    assert [str(difference.key) for difference in compare(before, after)] == [
        "extension file_fdw",
        "extension hstore",
    ]


def test_column_added_again_differs_in_the_order_only(database):
    """A column at another place is no difference; where it is can be read apart."""
    connection = database("CREATE TABLE t (a integer, b integer)")
    before = take_snapshot(connection)
    connection.execute("ALTER TABLE t DROP a; ALTER TABLE t ADD a integer")
    after = take_snapshot(connection)

    assert before == after
    assert before.fingerprint == after.fingerprint
    assert before.column_order == (("public.t", ("a", "b")),)
    assert after.column_order == (("public.t", ("b", "a")),)


def test_snapshot_inside_a_transaction_is_refused(database):
    """The snapshot needs a transaction of its own: half of somebody's work is not a schema."""
    connection = database()
    connection.execute("BEGIN; CREATE TABLE t (id integer)")
    with pytest.raises(psycopg.errors.ActiveSqlTransaction):
        take_snapshot(connection)


def test_number_of_queries_does_not_grow_with_the_schema(database, monkeypatch):
    """Ten tables cost as many statements as none."""
    counts: list[int] = []
    execute = psycopg.Cursor.execute

    def counting(cursor, *args, **kwargs):
        counts[-1] += 1
        return execute(cursor, *args, **kwargs)

    empty, full = database(), database()
    for number in range(10):
        full.execute(f"CREATE TABLE t{number} (id serial PRIMARY KEY, n integer CHECK (n > 0))")
    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    for connection in (empty, full):
        counts.append(0)
        take_snapshot(connection)

    assert counts[0] == counts[1] > 0
