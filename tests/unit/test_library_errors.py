"""Errors of the library, by their words: what, where, what to do."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, PrimaryKeyConstraint, String, Table
from sqlalchemy.orm import DeclarativeBase

from pgcraft import (
    PGCraftCheck,
    PGCraftConfig,
    PGCraftExtension,
    PGCraftFK,
    PGCraftIndex,
    PGCraftValidationError,
)
from pgcraft.declarative import register
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.factory.order import sort_plugins
from pgcraft.plugin import Dynamic, Plugin, produces, requires, singleton
from pgcraft.plugins.pk import SerialPKPlugin, UUIDV4PKPlugin
from pgcraft.plugins.soft_delete import SoftDeletePlugin
from pgcraft.plugins.timestamps import TimestampsPlugin


def simple(*items, **options):
    """Define the dimension inventory.products with some items."""
    return PGCraftSimple("products", "inventory", MetaData(), items, **options)


def sku():
    """A column to name wrongly."""
    return Column("sku", String)


def duplicate_table():
    """Define one dimension twice."""
    metadata = MetaData()
    PGCraftSimple("products", "inventory", metadata, [])
    PGCraftSimple("products", "inventory", metadata, [])


def attached_column():
    """Give a factory the column of another table."""
    table = Table("old", MetaData(), Column("sku", String))
    simple(table.c.sku)


def foreign_key_to_a_wrong_column():
    """Reference a column that the dimension's root does not have."""
    metadata = MetaData()
    PGCraftAppendOnly("customers", "crm", metadata, [Column("name", String)])
    items = [Column("customer", Integer), PGCraftFK(references={"{customer}": "customers.idd"})]
    PGCraftSimple("products", "inventory", metadata, items)


def register_class(*, table="users", **arguments):
    """Register a class that has a table name or not."""
    namespace = {"__tablename__": table} if table else {}
    return register(**arguments)(type("User", (), namespace))


def mapped_class():
    """Register a class that the declarative base mapped already."""
    base = type("Base", (DeclarativeBase,), {})
    mapped = type(
        "User",
        (base,),
        {"__tablename__": "users", "id": Column(Integer, primary_key=True)},
    )
    register(base=base, schema="s")(mapped)


@produces("one")
@requires("two")
class FirstPlugin(Plugin):
    """Needs the second."""


@produces("two")
@requires(Dynamic("key"))
class SecondPlugin(Plugin):
    """Needs the first."""

    key = "one"


@singleton("audit")
class AuditPlugin(Plugin):
    """One of a group."""


@singleton("audit")
class OtherAuditPlugin(Plugin):
    """Another of the group."""


@produces("nothing")
class ForgetfulPlugin(Plugin):
    """Makes nothing."""

    def run(self, ctx):
        """Do nothing."""


class CuriousPlugin(Plugin):
    """Asks for what it did not require."""

    def run(self, ctx):
        """Ask."""
        assert ctx["tabel"]


class Grants(PGCraftExtension):
    """Depends on another."""

    depends_on = ("Roles",)


class Roles(PGCraftExtension):
    """Depends on the first."""

    depends_on = ("Grants",)


ERRORS = {
    "primary key column": (
        lambda: simple(Column("pid", Integer, primary_key=True)),
        (
            "The items of inventory.products have the primary key column 'pid', but the key comes "
            "from a plugin. Take it away to get a serial 'id', or choose the key with "
            "extra_plugins=[UUIDV4PKPlugin('name')] or another of pgcraft.plugins.pk."
        ),
    ),
    "primary key constraint": (
        lambda: simple(sku(), PrimaryKeyConstraint("sku")),
        "The items of inventory.products have a PrimaryKeyConstraint, but the key comes",
    ),
    "column named as the key": (
        lambda: simple(Column("id", Integer)),
        (
            "inventory.products has two columns with the name 'id': one that you gave, and the "
            "key, which a plugin makes: SerialPKPlugin() where you chose no other. Take yours away "
            "to use the key 'id', or give the key another name: "
            "extra_plugins=[SerialPKPlugin('product_id')]."
        ),
    ),
    "column with the key of the key": (
        lambda: simple(Column("x", Integer, key="id")),
        "inventory.products has two columns with the name 'id': one that you gave, and the key",
    ),
    "column named as the key that was chosen": (
        lambda: simple(Column("pid", Integer), extra_plugins=[UUIDV4PKPlugin("pid")]),
        "inventory.products has two columns with the name 'pid': one that you gave, and the key",
    ),
    "column named as the key of an append-only dimension": (
        lambda: PGCraftAppendOnly("a", "s", MetaData(), [Column("id", Integer)]),
        "s.a has two columns with the name 'id': one that you gave, and the key",
    ),
    "two columns of one name": (
        lambda: simple(sku(), sku()),
        "inventory.products has two columns with the name 'sku'. Give one another name;",
    ),
    "two columns of one key": (
        lambda: simple(sku(), Column("x", String, key="sku")),
        "inventory.products has two columns with the key 'sku'. Give one another name;",
    ),
    "column of a plugin named as one given": (
        lambda: simple(Column("made", String), extra_plugins=[TimestampsPlugin("made")]),
        "inventory.products has two columns with the name 'made'. Give one another name; where a",
    ),
    "column without name": (
        lambda: simple(Column(Integer)),
        "A name in the columns of inventory.products is empty. Give a name.",
    ),
    "key without name": (
        lambda: simple(extra_plugins=[SerialPKPlugin("")]),
        "A name in the columns of inventory.products is empty. Give a name.",
    ),
    "key with a name of 64 bytes": (
        lambda: simple(extra_plugins=[UUIDV4PKPlugin("ä" * 32)]),
        f"The name '{'ä' * 32}' in the columns of inventory.products has 64 bytes, and PostgreSQL",
    ),
    "key of an append-only dimension with a name of 64 bytes": (
        lambda: PGCraftAppendOnly("a", "s", MetaData(), [], plugins=[SerialPKPlugin("k" * 64)]),
        "in the columns of s.a has 64 bytes, and PostgreSQL cuts names at 63.",
    ),
    "key with a name that ends in a line end": (
        lambda: simple(extra_plugins=[SerialPKPlugin("a\n")]),
        r"The name 'a\n' in the columns of inventory.products ends in a line end, and SQLAlchemy",
    ),
    "key with a zero byte in its name": (
        lambda: simple(extra_plugins=[SerialPKPlugin("a\0")]),
        r"The name 'a\x00' in the columns of inventory.products has a zero byte.",
    ),
    "column of a plugin with a name of 64 bytes": (
        lambda: simple(extra_plugins=[SoftDeletePlugin("d" * 64)]),
        "in the columns of inventory.products has 64 bytes, and PostgreSQL cuts names at 63.",
    ),
    "unknown marker in an index": (
        lambda: simple(sku(), PGCraftIndex("ix", "lower({skuu})")),
        (
            "PGCraftIndex('ix', 'lower({skuu})') on inventory.products names the column 'skuu', "
            "which does not exist. Did you mean 'sku'? The columns are: id, sku."
        ),
    ),
    "unknown marker in an index predicate": (
        lambda: simple(sku(), PGCraftIndex("ix", "{sku}", postgresql_where="{zzz} > 1")),
        "names the column 'zzz', which does not exist. The columns are: id, sku.",
    ),
    "unknown marker in included columns": (
        lambda: simple(sku(), PGCraftIndex("ix", "{sku}", postgresql_include=["{idd}"])),
        "names the column 'idd', which does not exist. Did you mean 'id'?",
    ),
    "unknown marker in a check": (
        lambda: simple(sku(), PGCraftCheck("{SKU} <> ''", "ck")),
        (
            "PGCraftCheck(expression=\"{SKU} <> ''\", name='ck') on inventory.products names the "
            "column 'SKU', which does not exist."
        ),
    ),
    "unknown marker in a foreign key": (
        lambda: simple(sku(), PGCraftFK(references={"{skus}": "products.id"})),
        (
            "PGCraftFK(references={'{skus}': 'products.id'}) on inventory.products names the column "
            "'skus', which does not exist. Did you mean 'sku'?"
        ),
    ),
    "foreign key to an unknown column": (
        lambda: simple(sku(), PGCraftFK(references={"{sku}": "products.sku_"})),
        (
            "PGCraftFK(references={'{sku}': 'products.sku_'}) on inventory.products references the "
            "column 'sku_' of inventory.products, which does not exist. Did you mean 'sku'? The "
            "columns of inventory.products are: id, sku."
        ),
    ),
    "foreign key to an unknown column of another table": (
        foreign_key_to_a_wrong_column,
        (
            "on inventory.products references the column 'idd' of the dimension 'customers', of "
            "which only the key can be referenced, in crm.customers_root: its other columns are "
            "kept once a version. Did you mean 'id'? The key is: id."
        ),
    ),
    "unknown name in resolve": (
        lambda: PGCraftCheck("{price} > 0", "ck").resolve({"prize": "p"}),
        "names the column 'price', which does not exist. Did you mean 'prize'?",
    ),
    "reference of one part": (
        lambda: PGCraftFK(references={"{a}": "customers"}),
        (
            "PGCraftFK(references={'{a}': 'customers'}) has the reference 'customers' of 1 part. "
            "Write 'dimension.column' or 'schema.dimension.column';"
        ),
    ),
    "reference of four parts": (
        lambda: PGCraftFK(references={"{a}": "a.b.c.d"}),
        "has the reference 'a.b.c.d' of 4 parts. Write 'dimension.column' or",
    ),
    "raw reference of one part": (
        lambda: PGCraftFK(raw_references={"{a}": "customers"}),
        "has the reference 'customers' of 1 part. Write 'schema.table.column';",
    ),
    "reference with an empty part": (
        lambda: PGCraftFK(references={"{a}": "customers..id"}),
        "has the reference 'customers..id' of no parts.",
    ),
    "both reference forms": (
        lambda: PGCraftFK(references={"{a}": "b.c"}, raw_references={"{a}": "s.b.c"}, name="fk_a"),
        (
            "name='fk_a') has both of references and raw_references. Give exactly one: references "
            "for dimensions, raw_references for tables."
        ),
    ),
    "neither reference form": (
        lambda: PGCraftFK(name="fk_a"),
        "PGCraftFK(name='fk_a') has neither of references and raw_references. Give exactly one",
    ),
    "composite reference to two tables": (
        lambda: PGCraftFK(references={"{a}": "b.x", "{c}": "s.d.x"}),
        "references several tables: b, s.d. One foreign key references one table;",
    ),
    "duplicate table": (
        duplicate_table,
        (
            f"The table inventory.products is already defined at {__file__}, line {duplicate_table.__code__.co_firstlineno + 3}. Give one of "
            "the two another name or schema."
        ),
    ),
    "attached column": (
        attached_column,
        (
            "The column 'sku' given to inventory.products belongs to the table old already. Make a "
            "new Column for each table;"
        ),
    ),
    "no schema": (
        lambda: PGCraftSimple("products", "", MetaData(), []),
        "The factory for 'products' got no schema. Give it as schemaname='inventory',",
    ),
    "no table name": (
        lambda: PGCraftSimple("", "s", MetaData(), []),
        "A factory got no table name. Give it as tablename='products'.",
    ),
    "name of 64 bytes": (
        lambda: simple(Column("ä" * 32, Integer)),
        (
            f"The name '{'ä' * 32}' in the columns of inventory.products has 64 bytes, and PostgreSQL cuts names at "
            "63. Give a shorter name."
        ),
    ),
    "index without expression": (
        lambda: PGCraftIndex("ix"),
        (
            "PGCraftIndex('ix') has no expression. Say what it indexes: "
            'PGCraftIndex("ix_name", "{column}").'
        ),
    ),
    "index on an object": (
        lambda: PGCraftIndex("ix", sku()),
        "as an expression, no text. Mark columns in text, such as",
    ),
    "class already mapped": (
        mapped_class,
        "The class 'User' is already mapped or registered. Decorate a plain class:",
    ),
    "class without schema": (
        lambda: register_class(metadata=MetaData()),
        (
            'The class \'User\' has no schema. Add __table_args__ = {"schema": "public"} to it, or '
            "say register(schema=…)."
        ),
    ),
    "class without table name": (
        lambda: register_class(metadata=MetaData(), schema="s", table=None),
        "The class 'User' has no table name. Add __tablename__",
    ),
    "register without base and metadata": (
        lambda: register_class(schema="s"),
        "register() for the class 'User' got neither of base and metadata. Give base=Base",
    ),
    "register with base and metadata": (
        lambda: register_class(base=DeclarativeBase, metadata=MetaData()),
        "register() for the class 'User' got both of base and metadata.",
    ),
    "plugin cycle": (
        lambda: sort_plugins([SerialPKPlugin(), FirstPlugin(), SecondPlugin()]),
        (
            "Plugins require each other in a cycle: FirstPlugin requires SecondPlugin requires "
            "FirstPlugin. Take one of these @requires away."
        ),
    ),
    "two of one singleton group": (
        lambda: simple(extra_plugins=[AuditPlugin(), OtherAuditPlugin()]),
        "AuditPlugin and OtherAuditPlugin both belong to the singleton group 'audit'. Keep one",
    ),
    "two keys": (
        lambda: simple(plugins=[SerialPKPlugin(), UUIDV4PKPlugin()]),
        "SerialPKPlugin and UUIDV4PKPlugin both belong to the singleton group 'primary key'.",
    ),
    "no key": (
        lambda: simple(plugins=[]),
        "TablePlugin requires 'pk_columns', which no plugin produces. Did you mean 'columns'? Add",
    ),
    "name that SQLAlchemy does not quote": (
        lambda: simple(Column("a\n", String)),
        r"The name 'a\n' in the columns of inventory.products ends in a line end, and SQLAlchemy does",
    ),
    "index of a name that the table has": (
        lambda: simple(sku(), PGCraftIndex("ix", "{sku}"), PGCraftIndex("ix", "lower({sku})")),
        "inventory.products has two indexes with the name 'ix'. Give one another name, or none",
    ),
    "plugin that makes nothing": (
        lambda: simple(extra_plugins=[ForgetfulPlugin()]),
        "ForgetfulPlugin of inventory.products declares @produces('nothing'), but its run() put nothing there.",
    ),
    "plugin that asks for an unknown key": (
        lambda: simple(extra_plugins=[CuriousPlugin()]),
        "Nothing was made under the key 'tabel' for inventory.products. There are: columns,",
    ),
    "extension that misses another": (
        lambda: PGCraftConfig().use(Grants()).all_extensions(),
        "The extension 'Grants' depends on 'Roles', which is not in use.",
    ),
    "extensions that depend on each other": (
        lambda: PGCraftConfig().use(Grants(), Roles()).all_plugins(),
        "Extensions depend on each other: Grants, Roles. Take one of these names out of depends_on.",
    ),
    "extension in use twice": (
        lambda: PGCraftConfig().use(Grants(), Grants()).all_plugins(),
        "The extension 'Grants' is in use twice. Use it once.",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_mistake_is_answered_with_a_sentence(mistake):
    """What happened, where, and what to do next."""
    make, sentence = ERRORS[mistake]
    with pytest.raises(PGCraftValidationError) as raised:
        make()
    assert sentence in str(raised.value)
