"""Timestamps, soft delete and protection on a real server."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sqlalchemy import (
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSON
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from pgcraft import PGCraftCheck, PGCraftConfig, PGCraftFK, PGCraftIndex
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.plugin import Plugin, requires
from pgcraft.plugins.pk import SerialPKPlugin
from pgcraft.plugins.protection import ProtectionPlugin
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin

NAMES = ("t", "T 1", 'quo"te', "50% :x", "order", "loop", "ä" * 31 + "x")


def in_transaction(engine, *statements):
    """Run statements in a transaction of their own; return its time and the last result."""
    with engine.begin() as connection:
        for statement in statements:
            result = connection.execute(statement)
        rows = result.all() if result.returns_rows else result.rowcount
        return connection.scalar(select(func.now())), rows


def test_timestamps_say_when_a_row_was_made_and_changed(engine, metadata, create):
    """Both are the transaction's time; the second moves with each change."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [Column("x", Text), Column("data", JSON)],
        extra_plugins=[TimestampsPlugin()],
    ).table
    create(metadata)
    made, [row] = in_transaction(engine, insert(table).values(x="1", data=[1]).returning(table))
    assert row.created_at == row.updated_at == made
    changed, [row] = in_transaction(engine, update(table).values(data=[2]).returning(table))
    assert (row.created_at, row.updated_at) == (made, changed)
    assert made < changed


def test_update_that_changes_nothing_leaves_the_timestamp(engine, metadata, create):
    """Also in a table with a computed column, which a trigger sees empty."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("x", Integer),
            Column("double", Integer, Computed("x * 2", persisted=True)),
        ],
        extra_plugins=[TimestampsPlugin()],
    ).table
    create(metadata)
    made, _ = in_transaction(engine, insert(table).values(x=1))
    _, [row] = in_transaction(engine, update(table).values(x=1).returning(table))
    assert (row.double, row.updated_at) == (2, made)
    changed, [row] = in_transaction(engine, update(table).values(x=2).returning(table))
    assert (row.double, row.updated_at) == (4, changed)


@pytest.mark.parametrize("moment", ["'2001-01-01'", "'infinity'", "NULL"])
def test_moments_given_by_a_statement_do_not_count(moment, engine, metadata, create):
    """The server's word is the last, for both and from the first."""
    table = PGCraftSimple(
        "t", "s", metadata, [Column("x", Integer)], extra_plugins=[TimestampsPlugin()]
    ).table
    create(metadata)
    given = {one: text(f"{moment}::timestamptz") for one in ("created_at", "updated_at")}
    made, [row] = in_transaction(engine, insert(table).values(x=1, **given).returning(table))
    assert (row.created_at, row.updated_at) == (made, made)
    _, [row] = in_transaction(engine, update(table).values(given).returning(table))
    assert (row.created_at, row.updated_at) == (made, made)
    changed, [row] = in_transaction(engine, update(table).values(x=2, **given).returning(table))
    assert (row.created_at, row.updated_at) == (made, changed)


@pytest.mark.parametrize("name", NAMES)
def test_timestamps_have_the_names_given(name, engine, metadata, create, differences):
    """Names that need quoting included; the user's items may mark the columns."""
    schema = f"s{name}"[-31:]
    made, changed = f"{name[:30]}1", f"{name[:30]}2"
    table = PGCraftSimple(
        name,
        schema,
        metadata,
        [
            Column("loop", Integer, Computed("1", persisted=True)),
            Column("x", Integer),
            PGCraftIndex("ix_changed", f"{{{changed}}} DESC"),
        ],
        extra_plugins=[TimestampsPlugin(made, changed)],
    ).table
    create(metadata)
    in_transaction(engine, insert(table).values(x=1))
    when, [row] = in_transaction(engine, update(table).values(x=2).returning(table.c[changed]))
    assert row[0] == when
    assert differences(metadata) == []
    metadata.drop_all(engine)
    with engine.connect() as connection:
        functions = text("SELECT count(*) FROM pg_proc WHERE pronamespace::regnamespace::text = :s")
        quoted = connection.scalar(text("SELECT quote_ident(:s)"), {"s": schema})
        assert connection.scalar(functions, {"s": quoted}) == 0


@pytest.mark.parametrize("plugin", [TimestampsPlugin(), SoftDeletePlugin()])
def test_plugin_for_tables_is_refused_by_an_append_only_dimension(plugin, metadata):
    """It has its own moments, and loses nothing."""
    words = f"{type(plugin).__name__} is for tables, but an append-only dimension keeps"
    for argument in ("plugins", "extra_plugins"):
        with pytest.raises(PGCraftValidationError, match=words):
            PGCraftAppendOnly("t", "s", metadata, [], **{argument: [plugin]})
    config = PGCraftConfig().register(plugin)
    factory = PGCraftAppendOnly("t", "s", metadata, [], config=config)
    assert factory.table.columns.keys() == ["id", "created_at", "updated_at"]


def test_config_gives_timestamps_to_every_table(engine, metadata, create):
    """A plugin of the configuration is one of every factory that has it."""
    config = PGCraftConfig().register(TimestampsPlugin())
    tables = [
        PGCraftSimple(name, "s", metadata, [Column("x", Integer)], config=config).table
        for name in ("a", "b")
    ]
    create(metadata)
    for table in tables:
        in_transaction(engine, insert(table).values(x=1))
        when, [row] = in_transaction(engine, update(table).values(x=2).returning(table))
        assert row.updated_at == when


def test_deleted_row_stays_and_leaves_the_live_view(engine, metadata, create):
    """The table shows when it was deleted; a second DELETE does not change that."""
    factory = PGCraftSimple(
        "t", "s", metadata, [Column("x", Text)], extra_plugins=[SoftDeletePlugin()]
    )
    table, live = factory.table, factory.ctx["live"].table
    create(metadata)
    in_transaction(engine, insert(table).values([{"x": "a"}, {"x": "b"}]))
    deleted, _ = in_transaction(engine, delete(table).where(table.c.x == "a"))
    in_transaction(engine, delete(table).where(table.c.x == "a"))
    _, rows = in_transaction(engine, select(table.c.x, table.c.deleted_at).order_by("x"))
    assert [tuple(row) for row in rows] == [("a", deleted), ("b", None)]
    _, rows = in_transaction(engine, select(live))
    assert [tuple(row) for row in rows] == [(2, "b")]


def test_live_view_is_written_like_the_table(engine, metadata, create):
    """It takes new rows, changes those it shows, and deletes softly."""
    factory = PGCraftSimple(
        "t", "s", metadata, [Column("x", Text)], extra_plugins=[SoftDeletePlugin()]
    )
    table, live = factory.table, factory.ctx["live"].table
    create(metadata)
    in_transaction(engine, insert(live).values(x="a"))
    in_transaction(engine, update(live).values(x="b"))
    in_transaction(engine, delete(live))
    assert in_transaction(engine, select(live))[1] == []
    assert in_transaction(engine, update(live).values(x="c"))[1] == 0
    _, [row] = in_transaction(engine, select(table))
    assert row.x == "b"
    assert row.deleted_at is not None


def test_role_that_may_delete_need_not_update(engine, metadata, create):
    """What the DELETE becomes is the server's own affair."""
    table = PGCraftSimple(
        "t", "s", metadata, [Column("x", Text)], extra_plugins=[SoftDeletePlugin()]
    ).table
    create(metadata)
    in_transaction(engine, insert(table).values(x="a"), text("CREATE ROLE clerk"))
    try:
        in_transaction(
            engine,
            text("GRANT USAGE ON SCHEMA s TO clerk"),
            text("GRANT SELECT, DELETE ON s.t TO clerk"),
        )
        in_transaction(engine, text("SET LOCAL ROLE clerk"), delete(table))
        assert in_transaction(engine, select(table.c.deleted_at))[1][0][0] is not None
    finally:
        in_transaction(engine, text("DROP OWNED BY clerk"), text("DROP ROLE clerk"))


def test_soft_deleted_row_is_still_referenced_and_unique(engine, metadata, create):
    """Unless an index is about live rows only."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("x", Text),
            Column("y", Text),
            UniqueConstraint("x", name="uq_x"),
            PGCraftIndex("ux_y", "{y}", unique=True, postgresql_where="{deleted_at} IS NULL"),
        ],
        extra_plugins=[SoftDeletePlugin()],
    ).table
    child = PGCraftSimple(
        "child",
        "s",
        metadata,
        [Column("t_id", Integer), PGCraftFK({"{t_id}": "t.id"}, ondelete="CASCADE")],
    ).table
    create(metadata)
    in_transaction(engine, insert(table).values(x="a", y="a"), insert(child).values(t_id=1))
    in_transaction(engine, delete(table))
    assert len(in_transaction(engine, select(child))[1]) == 1
    in_transaction(engine, insert(table).values(x="b", y="a"))
    with pytest.raises(IntegrityError, match="uq_x"):
        in_transaction(engine, insert(table).values(x="a"))


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (
            [Column("p", Integer), PGCraftFK({"{p}": "p.id"}, ondelete="CASCADE")],
            r"PGCraftFK\(references=\{'\{p\}': 'p.id'\}, ondelete='CASCADE'\) of s.t says ON DELETE",
        ),
        (
            [Column("p", Integer), ForeignKeyConstraint(["p"], ["s.p.id"], ondelete="cascade")],
            "A ForeignKeyConstraint of s.t says ON DELETE CASCADE",
        ),
        (
            [Column("p", ForeignKey("s.p.id", ondelete="CASCADE"))],
            "The foreign key of the column 'p' of s.t says ON DELETE CASCADE",
        ),
    ],
)
def test_cascade_into_a_soft_deleted_table_is_refused(items, words, metadata):
    """PostgreSQL would leave a row that references nothing."""
    PGCraftSimple("p", "s", metadata, [])
    with pytest.raises(PGCraftValidationError, match=words):
        PGCraftSimple("t", "s", metadata, items, extra_plugins=[SoftDeletePlugin()])


@pytest.mark.parametrize("name", ["old", "new", "found", "stored", "tg_op", "loop"])
def test_soft_delete_marks_one_row_whatever_the_table_is_called(name, engine, metadata, create):
    """A table may have the name of a variable of its trigger."""
    factory = PGCraftSimple(
        name,
        "s",
        metadata,
        [Column("x", Integer)],
        extra_plugins=[SoftDeletePlugin(), TimestampsPlugin()],
    )
    table = factory.table
    create(metadata)
    in_transaction(engine, insert(table).values([{"x": 1}, {"x": 2}, {"x": 3}]))
    in_transaction(engine, delete(table).where(table.c.x == 2))
    _, rows = in_transaction(engine, select(table.c.x, table.c.deleted_at).order_by("x"))
    assert [(row.x, row.deleted_at is None) for row in rows] == [(1, True), (2, False), (3, True)]


def test_row_of_a_partition_is_deleted_softly(engine, metadata, create):
    """The trigger of a partitioned table is at its partitions."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [Column("x", Integer)],
        extra_plugins=[SoftDeletePlugin(), TimestampsPlugin()],
        table_args={"postgresql_partition_by": "HASH (id)"},
    ).table
    create(metadata)
    partition = "CREATE TABLE s.t_{0} PARTITION OF s.t FOR VALUES WITH (MODULUS 2, REMAINDER {0})"
    in_transaction(engine, text(partition.format(0)), text(partition.format(1)))
    in_transaction(engine, insert(table).values([{"x": one} for one in range(6)]))
    in_transaction(engine, delete(table).where(table.c.x > 3))
    _, rows = in_transaction(engine, select(table.c.x).where(table.c.deleted_at.is_not(None)))
    assert sorted(row.x for row in rows) == [4, 5]


def test_refused_soft_delete_tells_nothing_of_the_row(engine, metadata, create):
    """It is written with its owner's rights, for one who may not read all of it."""
    table = PGCraftSimple(
        "t",
        "s",
        metadata,
        [
            Column("secret", Text),
            PGCraftCheck("{deleted_at} IS NULL OR {secret} <> 'hush'", "ck_kept"),
        ],
        extra_plugins=[SoftDeletePlugin()],
    ).table
    create(metadata)
    in_transaction(engine, insert(table).values(secret="hush"), text("CREATE ROLE clerk"))
    try:
        in_transaction(
            engine,
            text("GRANT USAGE ON SCHEMA s TO clerk"),
            text("GRANT DELETE ON s.t TO clerk"),
        )
        with pytest.raises(IntegrityError) as error:
            in_transaction(engine, text("SET LOCAL ROLE clerk"), delete(table))
        told = error.value.orig.diag
        assert (told.constraint_name, told.message_detail) == ("ck_kept", None)
    finally:
        in_transaction(engine, text("DROP OWNED BY clerk"), text("DROP ROLE clerk"))


@pytest.mark.parametrize("name", NAMES)
def test_soft_delete_works_with_any_names(name, engine, metadata, create, differences):
    """Names that need quoting, for the key and the column too; beside timestamps."""
    column = f"{name[:30]}2"
    factory = PGCraftSimple(
        name,
        f"s{name}"[-31:],
        metadata,
        [Column("x", Text)],
        extra_plugins=[SerialPKPlugin(name), SoftDeletePlugin(column), TimestampsPlugin()],
    )
    table = factory.table
    create(metadata)
    in_transaction(engine, insert(table).values(x="a"))
    when, _ = in_transaction(engine, delete(table))
    _, [row] = in_transaction(engine, select(table.c[column], table.c.updated_at))
    assert tuple(row) == (when, when)
    assert in_transaction(engine, select(factory.ctx["live"].table))[1] == []
    assert differences(metadata) == []
    metadata.drop_all(engine)
    assert inspect(engine).get_view_names(table.schema) == []


def test_orm_deletes_softly(engine, metadata, create):
    """With the option that says that a DELETE may count no row."""
    factory = PGCraftSimple(
        "t", "s", metadata, [Column("x", Text)], extra_plugins=[SoftDeletePlugin()]
    )
    create(metadata)

    class Base(DeclarativeBase):
        pass

    class Note(Base):
        __table__ = factory.table
        __mapper_args__: ClassVar = {"confirm_deleted_rows": False}

    with Session(engine) as session:
        note = Note(x="a")
        session.add(note)
        session.commit()
        session.delete(note)
        session.commit()
        assert session.scalar(select(Note.deleted_at)) is not None


@pytest.fixture
def protected(metadata, create):
    """An append-only dimension whose tables are protected."""
    factory = PGCraftAppendOnly(
        "notes",
        "My crm",
        metadata,
        [Column("note", Text, unique=True)],
        extra_plugins=[ProtectionPlugin()],
    )
    create(metadata)
    return factory


def test_protected_dimension_is_written_through_its_view(engine, protected):
    """The view's triggers pass."""
    view = protected.table
    in_transaction(engine, insert(view).values(note="a"))
    in_transaction(engine, update(view).values(note="b"))
    in_transaction(engine, delete(view))
    in_transaction(engine, insert(view).values(id=1, note="c"))
    versions = select(func.count()).select_from(protected.ctx["attributes"])
    assert in_transaction(engine, versions)[1] == [(3,)]


@pytest.mark.parametrize("key", ["root", "attributes"])
@pytest.mark.parametrize("operation", ["insert", "update", "delete", "truncate"])
def test_direct_write_to_a_protected_table_is_refused(key, operation, engine, protected):
    """Even a superuser's; the sentence names the table and the view to write to."""
    in_transaction(engine, insert(protected.table).values(note="a"))
    table = protected.ctx[key]
    statement = {
        "insert": insert(table),
        "update": update(table).values(id=5),
        "delete": delete(table),
        "truncate": text(f'TRUNCATE "My crm".notes_{key} CASCADE'),
    }[operation]
    words = f'The table "My crm".notes_{key} keeps the history of "My crm".notes and is not written'
    with pytest.raises(DBAPIError, match=words):
        in_transaction(engine, statement)
    assert len(in_transaction(engine, select(table))[1]) == 1


def test_protection_without_a_view_is_refused(metadata):
    """A Simple dimension has no other way to be written."""
    with pytest.raises(PGCraftValidationError, match="ProtectionPlugin requires 'root'"):
        PGCraftSimple("t", "s", metadata, [], extra_plugins=[ProtectionPlugin()])


def test_protection_in_a_config_protects_what_has_a_view_and_passes_over_the_rest(
    engine, metadata, create
):
    """One configuration for both kinds of dimensions."""
    config = PGCraftConfig().register(ProtectionPlugin())
    plain = PGCraftSimple("plain", "s", metadata, [Column("x", Text)], config=config)
    kept = PGCraftAppendOnly("kept", "s", metadata, [Column("x", Text)], config=config)
    create(metadata)
    in_transaction(engine, insert(plain.table).values(x="a"), insert(kept.table).values(x="a"))
    with pytest.raises(DBAPIError, match=r"keeps the history of s\.kept"):
        in_transaction(engine, delete(kept.ctx["attributes"]))


def test_plugin_of_a_config_that_says_nothing_is_for_every_factory(metadata):
    """A key that is misspelled must not pass silently."""

    @requires("tabel")
    class Misspelled(Plugin):
        pass

    config = PGCraftConfig().register(Misspelled())
    words = "Misspelled requires 'tabel', which no plugin produces"
    with pytest.raises(PGCraftValidationError, match=words):
        PGCraftSimple("t", "s", metadata, [], config=config)
