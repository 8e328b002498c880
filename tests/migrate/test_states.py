"""Every change of a schema is planned in an order that works, in both directions."""

from __future__ import annotations

import itertools

import pytest
from migrate.states import STATES

from pgcraft.migrate import SqlStep, plan_migration, retyped_columns
from pgcraft.postgres.conversions import conversions
from pgcraft.postgres.snapshot import compare, take_snapshot

_numbers = itertools.count(1)
ROLES = "DO $$ BEGIN CREATE ROLE anon; CREATE ROLE staff; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"


@pytest.fixture
def state(server):
    """Make a database in a state; its snapshot and a function that runs SQL in it."""

    def make(sql):
        name = f"migrate_{next(_numbers)}"
        server.create_database(name)
        with server.connect(name) as connection:
            connection.execute(ROLES)
            connection.execute(f"CREATE SCHEMA s; {sql}".encode())
        return name

    return make


def snapshot(server, name):
    with server.connect(name) as connection:
        return take_snapshot(connection)


def migrate(server, name, before, after, wanted):
    retyped = retyped_columns(compare(before, after))
    with server.connect(wanted) as connection:
        ways = conversions(connection, list(retyped.values()))
    using = {key: way for key, way in zip(retyped, ways, strict=True) if way is not None}
    with server.connect(name) as connection:
        (owner,) = connection.execute("SELECT quote_ident(current_user)").fetchone()
        plan = plan_migration(compare(before, after), before, after, owner=owner, using=using)
        text = ";\n".join(step.sql for step in plan.steps if isinstance(step, SqlStep))
        print(text, "\n-- blocked:", plan.blocked, "\n")
        with connection.transaction():
            connection.execute(text.encode())


@pytest.mark.parametrize("name", STATES)
def test_state_reached_and_left(server, state, name):
    """From the first to the second, back to the first, and to the second again."""
    first, second = (state(sql) for sql in STATES[name])
    before, after = snapshot(server, first), snapshot(server, second)
    for old, new, like in (
        (before, after, second),
        (after, before, state(STATES[name][0])),
        (before, after, second),
    ):
        migrate(server, first, old, new, like)
        assert [one.text for one in compare(snapshot(server, first), new)] == []
