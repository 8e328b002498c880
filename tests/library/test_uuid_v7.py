"""The key that needs PostgreSQL 18, on the server that comes as a wheel."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Text, create_engine, insert, select
from sqlalchemy.schema import CreateSchema

from pgcraft.errors import ServerUnavailableError
from pgcraft.factory import PGCraftSimple
from pgcraft.plugins.pk import UUIDV7PKPlugin
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.server import scratch_server


def test_uuid_v7_keys_are_made_by_the_server_and_grow(metadata):
    """Keys sort in the order of their making."""
    try:
        programs = find_programs("18")
    except ServerUnavailableError:
        pytest.skip("uuidv7() came with PostgreSQL 18, which is not here")
    table = PGCraftSimple(
        "events", "s", metadata, [Column("what", Text)], extra_plugins=[UUIDV7PKPlugin()]
    ).table
    with scratch_server(programs) as server:
        server.create_database("keys")
        arguments = server.conninfo("keys")
        engine = create_engine("postgresql+psycopg://", connect_args=arguments)
        with engine.begin() as connection:
            connection.execute(CreateSchema("s"))
            metadata.create_all(connection)
            for number in range(20):
                connection.execute(insert(table).values(what=str(number)))
            rows = connection.execute(select(table).order_by(table.c.id)).all()
        engine.dispose()
    assert [row.what for row in rows] == [str(number) for number in range(20)]
    assert {row.id.version for row in rows} == {7}
