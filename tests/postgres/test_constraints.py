"""Constraints as the server writes them."""

from __future__ import annotations

import pytest

from pgcraft.postgres.constraints import deparsed_constraints
from pgcraft.postgres.snapshot import take_snapshot

TABLE = 'CREATE TABLE "a %s" (id integer PRIMARY KEY, a integer, b varchar(9), "c d" integer)'
DEPARSED = {
    "CHECK (a>1)": "CHECK ((a > 1))",
    "CHECK (b IN ('x', 'y%'))": "CHECK (((b)::text = ANY ((ARRAY['x'::character varying, 'y%'::character varying])::text[])))",
    "CHECK (f(a))": "CHECK (public.f(a))",
    "CHECK (a>1) NO INHERIT": "CHECK ((a > 1)) NO INHERIT",
    'UNIQUE ("c d", a) DEFERRABLE': 'UNIQUE ("c d", a) DEFERRABLE',
    'FOREIGN KEY(a) REFERENCES "a %s" (id) ON DELETE CASCADE': 'FOREIGN KEY (a) REFERENCES public."a %s"(id) ON DELETE CASCADE',
    "EXCLUDE USING btree (a WITH =) WHERE (a>2)": "EXCLUDE USING btree (a WITH =) WHERE ((a > 2))",
}
REFUSED = ["CHECK (missing > 1)", "CHECK (", "FOREIGN KEY(a) REFERENCES missing (id)"]


@pytest.fixture
def connection(server, database):
    """To a database with a table."""
    with server.connect(database) as connection:
        connection.execute(TABLE.encode())
        connection.execute("CREATE FUNCTION f(integer) RETURNS bool LANGUAGE sql RETURN $1 <> 9")
        yield connection


@pytest.mark.parametrize("refused", [[], REFUSED])
def test_constraints_are_deparsed_without_being_made(refused, connection):
    """Those that the server refuses do not hinder the others, and nothing is left behind."""
    before = take_snapshot(connection)
    asked = [*refused, *DEPARSED]
    answers = deparsed_constraints(connection, 'public."a %s"', asked)
    assert dict(zip(asked, answers, strict=True)) == dict.fromkeys(refused) | DEPARSED
    assert take_snapshot(connection) == before
