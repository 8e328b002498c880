"""Plain Alembic with pgcraft's three calls drafts what ``pgcraft review`` drafts."""

from __future__ import annotations

import itertools

import pytest
from projects.desk import ENV, Desk

from pgcraft.errors import UsageError
from pgcraft.postgres.snapshot import compare, take_snapshot

_numbers = itertools.count(1)

OLD = """
from sqlalchemy import Column, Integer, MetaData, Numeric
from pgcraft import pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import EnumType, Grant, Role, declare
from pgcraft.views import PGCraftView
from sqlalchemy import select

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
status = EnumType("status", "shop", metadata, ["new", "paid"])
orders = PGCraftSimple(
    "orders", "shop", metadata, [Column("price", Numeric(10, 2)), Column("status", status)]
)
customers = PGCraftAppendOnly("customers", "shop", metadata, [Column("age", Integer)])
cheap = PGCraftView("cheap", "shop", metadata, select(orders.table.c.price))
declare(metadata, Role("desk_reader"), Grant("SELECT", cheap, to="desk_reader"))
"""
NEW = (
    OLD.replace('["new", "paid"]', '["new", "paid", "sent"]')
    .replace("Numeric(10, 2)", "Numeric(12, 2)")
    .replace('"age", Integer', '"years", Integer')
)


@pytest.fixture
def desk(tmp_path, server):
    """A desk with an empty database."""
    return Desk(tmp_path, server, f"desk_{next(_numbers)}")


def schema(desk):
    with desk.server.connect(desk.name) as connection:
        return take_snapshot(connection)


def test_change_goes_up_and_down_with_alembics_own_commands(desk):
    """Each draft is complete, and needs no pgcraft to run."""
    desk.models(OLD)
    first = desk.autogenerate()
    assert "import pgcraft" not in first.read_text(encoding="utf-8")
    desk.apply(desk.sql("head"))
    assert desk.is_complete()
    before = schema(desk)
    desk.models(NEW)
    desk.autogenerate()
    desk.apply(desk.sql("r001:r002"))
    assert desk.is_complete()
    after = schema(desk)
    desk.apply(desk.sql("r002:r001", down=True))
    assert compare(schema(desk), before) == ()
    desk.apply(desk.sql("r001:r002"))
    assert compare(schema(desk), after) == ()


def test_databases_and_roles_of_the_comparison_are_gone(desk):
    """What the models' database needed is not left on the developer's server."""
    desk.models(OLD.replace("desk_reader", "desk_gone"))
    desk.autogenerate()
    with desk.server.connect("postgres") as connection:
        names = connection.execute("SELECT datname FROM pg_database").fetchall()
        roles = connection.execute("SELECT rolname FROM pg_roles").fetchall()
    assert not [name for (name,) in names if name.startswith("pgcraft_models")]
    assert "desk_gone" not in {role for (role,) in roles}


def test_server_that_allows_no_database_is_replaced_by_a_scratch_server(tmp_path, server):
    """History and models are made side by side there."""
    name = f"desk_{next(_numbers)}"
    env = ENV.replace(
        'psycopg.connect(**context.config.attributes["database"])',
        'psycopg.connect(**context.config.attributes["database"] | {"user": "desk_poor"})',
    )
    desk = Desk(tmp_path, server, name, env)
    with server.connect(name) as connection:
        connection.execute("CREATE ROLE desk_poor LOGIN")
        connection.execute("GRANT ALL ON SCHEMA public TO desk_poor")
    desk.models(OLD)
    desk.autogenerate()
    desk.apply(desk.sql("head"))
    desk.apply(
        "GRANT SELECT ON alembic_version TO desk_poor; GRANT USAGE ON SCHEMA shop TO desk_poor;"
    )
    assert desk.is_complete()
    desk.models(NEW)
    assert "ADD VALUE" in desk.autogenerate().read_text(encoding="utf-8")


def test_label_that_is_used_at_once_is_committed_first(desk):
    """PostgreSQL refuses to use a label in the transaction that added it."""
    column = 'Column("status", status)'
    used = 'Column("status", status, server_default="sent")'
    desk.models(OLD)
    desk.autogenerate()
    desk.apply(desk.sql("head"))
    desk.models(NEW.replace(column, used))
    text = desk.autogenerate().read_text(encoding="utf-8")
    assert "with op.get_context().autocommit_block():\n        op.execute(" in text
    desk.apply(desk.sql("r001:r002"))
    assert desk.is_complete()
    desk.apply(desk.sql("r002:r001", down=True))


def test_settings_of_the_project_count_at_the_desk(desk):
    """``manage`` in ``pgcraft.toml``: the models are the whole truth for views."""
    desk.models(OLD)
    desk.autogenerate()
    desk.apply(desk.sql("head"))
    desk.apply("CREATE VIEW shop.hand AS SELECT 1 AS one;")
    assert desk.is_complete()
    (desk.root / "pgcraft.toml").write_text('manage = ["view"]\n', encoding="utf-8")
    assert not desk.is_complete()
    assert "DROP VIEW shop.hand" in desk.autogenerate().read_text(encoding="utf-8")


def test_kind_that_does_not_exist_is_a_sentence_at_the_desk(desk):
    """A misspelt kind in the settings is no silence."""
    desk.models(OLD)
    (desk.root / "pgcraft.toml").write_text('manage = ["veiw"]\n', encoding="utf-8")
    with pytest.raises(UsageError, match=r"there is no kind 'veiw'\. Did you mean 'view'\?"):
        desk.autogenerate()


ASYNC = """\
import asyncio

from sqlalchemy.ext.asyncio import create_async_engine


def migrate(connection):
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    place = context.config.attributes["database"]
    engine = create_async_engine(
        "postgresql+asyncpg://{user}@/{dbname}?host={host}&port={port}".format(**place),
        poolclass=pool.NullPool,
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
        await connection.commit()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(main())
"""


def test_asyncpg_with_the_place_in_the_query(tmp_path, server):
    """The form that SQLAlchemy documents for sockets; no other server may be taken for it."""
    name = f"desk_{next(_numbers)}"
    head, _, _ = ENV.partition("if context.is_offline_mode()")
    desk = Desk(tmp_path, server, name, head + ASYNC)
    desk.models(OLD)
    assert "CREATE TYPE shop.status" in desk.autogenerate().read_text(encoding="utf-8")
    desk.apply(desk.sql("head"))
    assert desk.is_complete()


def test_connection_whose_place_is_hidden_leads_to_a_scratch_server(tmp_path, server, monkeypatch):
    """What answers where the URL points is another database, and nothing is made there."""
    server.create_database("desk_elsewhere")
    with server.connect("desk_elsewhere") as connection:
        connection.execute("CREATE SCHEMA shop; CREATE TYPE shop.status AS ENUM ('new', 'paid')")
    monkeypatch.setattr(
        "pgcraft.alembic.side_by_side.connection_parameters",
        lambda _: server.conninfo("desk_elsewhere"),
    )
    desk = Desk(tmp_path, server, f"desk_{next(_numbers)}")
    desk.models(OLD)
    assert "CREATE TYPE shop.status" in desk.autogenerate().read_text(encoding="utf-8")
