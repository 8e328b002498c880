"""The guard stops a script on a database that is at another revision, with a sentence."""

from __future__ import annotations

import psycopg
import pytest

from pgcraft.review.guard import guard_statement

END = frozenset({"c3"})
VERSION_TABLE = "CREATE TABLE {} (version_num varchar(32) PRIMARY KEY)"


@pytest.fixture
def connection(server, database):
    """An empty database."""
    with server.connect(database) as connection:
        yield connection


def with_heads(connection, table, *heads):
    connection.execute(VERSION_TABLE.format(table).encode())
    for head in heads:
        connection.execute(f"INSERT INTO {table} VALUES (%s)".encode(), (head,))


@pytest.mark.parametrize(
    ("table", "heads", "expected"),
    [
        (None, (), ()),
        ("alembic_version", (), ()),
        ("alembic_version", ("a1",), ("a1",)),
        ("alembic_version", ("b2", "a1"), ("a1", "b2")),
        ('"My Versions"', ("it's",), ("it's",)),
    ],
)
def test_guard_lets_the_expected_database_pass(connection, table, heads, expected):
    """No version table, an empty one, and heads in any order."""
    if table:
        with_heads(connection, table, *heads)
    connection.execute(
        guard_statement(
            "upgrade.sql", frozenset(expected), END, table or "alembic_version"
        ).encode()
    )


@pytest.mark.parametrize(
    ("heads", "expected", "words"),
    [
        ((), ("a1",), "upgrade.sql goes on from revision a1, but this database is at base"),
        (("b2",), ("a1",), "goes on from revision a1, but this database is at b2"),
        (("a1", "b2"), ("a1",), "but this database is at a1, b2"),
        (("a1",), (), "goes on from revision base, but this database is at a1"),
        (("%d",), ("a1",), "but this database is at %d"),
    ],
)
def test_guard_refuses_another_revision(connection, heads, expected, words):
    """The sentence says both revisions."""
    with_heads(connection, "alembic_version", *heads)
    with pytest.raises(psycopg.errors.RaiseException, match=words) as caught:
        connection.execute(
            guard_statement("upgrade.sql", frozenset(expected), END, "alembic_version").encode()
        )
    hint = caught.value.diag.message_hint
    assert hint.startswith("At c3 there is nothing left to do; from anywhere else, review again")


def test_guard_follows_the_search_path_and_schema(connection):
    """A version table in a schema of its own is looked for there."""
    connection.execute("CREATE SCHEMA ops")
    with_heads(connection, "ops.versions", "a1")
    connection.execute(
        guard_statement("downgrade.sql", frozenset({"a1"}), END, "ops.versions").encode()
    )
    with pytest.raises(psycopg.errors.RaiseException, match=r"downgrade\.sql"):
        connection.execute(
            guard_statement("downgrade.sql", frozenset({"z"}), END, "ops.versions").encode()
        )


def test_guard_names_any_script(connection):
    """A revision's identifier may have characters that mean something to RAISE or to SQL."""
    with pytest.raises(psycopg.errors.RaiseException, match=r"it's\.100%25\.upgrade\.sql goes on"):
        connection.execute(
            guard_statement(
                "it's.100%25.upgrade.sql", frozenset({"z"}), END, "alembic_version"
            ).encode()
        )
