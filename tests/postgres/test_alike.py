"""Text that the server reads otherwise once what it deparsed was run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pgcraft.postgres.snapshot import Snapshot, alike, compare, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server

TABLE = "CREATE TABLE s.t (id integer PRIMARY KEY, c varchar(9) NOT NULL, r int4range)"
FUNCTION = "CREATE FUNCTION s.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"

# How each kind says {}; the second definition is the one that another text must not equal.
SAID = {
    "constraint s.t.k": "ALTER TABLE s.t ADD CONSTRAINT k CHECK ({})",
    "constraint s.t.x": "ALTER TABLE s.t ADD CONSTRAINT x EXCLUDE USING gist (r WITH &&) WHERE ({})",
    "constraint s.d.k": "CREATE DOMAIN s.d AS varchar CONSTRAINT k CHECK ({})",
    "view s.v": "CREATE VIEW s.v AS SELECT id FROM s.t WHERE {}",
    "materialized view s.m": "CREATE MATERIALIZED VIEW s.m AS SELECT id FROM s.t WHERE {}",
    "policy s.t.p": "CREATE POLICY p ON s.t USING ({})",
    "index s.i": "CREATE INDEX i ON s.t (id) WHERE {}",
    "rule s.t.r": "CREATE RULE r AS ON INSERT TO s.t WHERE new.{} DO INSTEAD NOTHING",
    "trigger s.t.g": f"{FUNCTION}; CREATE TRIGGER g BEFORE UPDATE ON s.t FOR EACH ROW"
    " WHEN (new.{}) EXECUTE FUNCTION s.f()",
    "column s.t.n": "ALTER TABLE s.t ADD n boolean GENERATED ALWAYS AS ({}) STORED",
    "column s.t.b": "ALTER TABLE s.t ADD b boolean DEFAULT ('a'::varchar IN ({list}))",
    "statistics s.st": "CREATE STATISTICS s.st ON ({}), id FROM s.t",
    "function s.a(character varying)": "CREATE FUNCTION s.a(c varchar) RETURNS boolean LANGUAGE sql"
    " BEGIN ATOMIC SELECT {}; END",
}


def _made(server: Server, name: str, *statements: str) -> Snapshot:
    server.create_database(name)
    with server.connect(name) as connection:
        for one in statements:
            connection.execute(one.encode())
        return take_snapshot(connection)


@pytest.fixture(params=SAID)
def said(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, Snapshot, str]]:
    """A kind, the schema in which it lists two strings, and how it says so."""
    said = SAID[request.param]
    listed = _filled(said, "'a', 'b'")
    yield request.param, _made(server, "listed", "CREATE SCHEMA s", TABLE, listed), said
    for name in ("listed", "other"):
        server.drop_database(name)


def _filled(said: str, strings: str) -> str:
    name = "VALUE" if "DOMAIN" in said else "c"
    return said.format(f"{name} IN ({strings})", list=strings)


def test_deparsed_text_that_was_run_is_alike(
    server: Server, said: tuple[str, Snapshot, str]
) -> None:
    """What a migration makes of the models' deparsed text is the models' object."""
    identity, models, _ = said
    item = next(one for one in models if str(one.key) == identity)
    made_before = [one.create for one in models if one.key.kind == "function" and one != item]
    domain = [one.create for one in models if one.key.kind == "domain"]
    got = _made(server, "other", "CREATE SCHEMA s", TABLE, *domain, *made_before, item.create)
    differences = compare(got, models)
    with server.connect("other") as connection:
        before = take_snapshot(connection)
        same = alike(connection, differences)
        assert take_snapshot(connection) == before
    assert same == {one.key for one in differences} <= {item.key}


def test_other_strings_are_not_alike(server: Server, said: tuple[str, Snapshot, str]) -> None:
    """A list with another string is another definition."""
    identity, models, text = said
    got = _made(server, "other", "CREATE SCHEMA s", TABLE, _filled(text, "'a', 'c'"))
    differences = compare(got, models)
    with server.connect("other") as connection:
        assert alike(connection, differences) == frozenset()
    assert [str(one.key) for one in differences] == [identity]


def test_check_that_was_not_validated_is_not_alike(server: Server) -> None:
    """The text of both may read the same, but rows were looked at for one of them only."""
    check = "ALTER TABLE s.t ADD CONSTRAINT k CHECK (c IN ('a', 'b'))"
    models = _made(server, "listed", "CREATE SCHEMA s", TABLE, check)
    got = _made(server, "other", "CREATE SCHEMA s", TABLE, f"{check} NOT VALID")
    with server.connect("other") as connection:
        assert alike(connection, compare(got, models)) == frozenset()
    for name in ("listed", "other"):
        server.drop_database(name)


@pytest.mark.parametrize(
    "said",
    [
        "ALTER TABLE s.t ADD CONSTRAINT {} CHECK (c IN ('a', 'b'))",
        "CREATE INDEX {} ON s.t (id) WHERE c IN ('a', 'b')",
        "ALTER TABLE s.t ADD {} boolean GENERATED ALWAYS AS (c IN ('a', 'b')) STORED",
    ],
)
def test_two_of_a_kind_in_one_place_are_both_alike(server: Server, said: str) -> None:
    """While they are run again, none is in another one's way."""
    made = "CREATE SCHEMA s", TABLE, said.format("one"), said.format("two")
    models = _made(server, "listed", *made)
    again = [one.create for one in models if str(one.key).endswith((".one", ".two"))]
    differences = compare(_made(server, "other", "CREATE SCHEMA s", TABLE, *again), models)
    with server.connect("other") as connection:
        same = alike(connection, differences)
    assert len(same) == len(again)
    assert same == {one.key for one in differences}
    for name in ("listed", "other"):
        server.drop_database(name)
