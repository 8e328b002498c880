"""Columns: added, dropped, renamed, retyped, with defaults, computed, commented."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
table = PGCraftSimple("products", "inventory", metadata, [
    {}
]{}).table
"""


def models(*items: str, options: str = "") -> str:
    """A simple dimension of products."""
    return MODELS.format(",\n    ".join(items), options)


NAME = 'Column("name", String(10), nullable=False, server_default="?")'
PRICE = 'Column("price", Integer)'
FILLED = "INSERT INTO inventory.products (name) VALUES ('nut'), ('bolt')"
PRICED = "INSERT INTO inventory.products (name, price) VALUES ('nut', 3), ('bolt', 4)"
NAMES = {"SELECT name FROM inventory.products ORDER BY id": [("nut",), ("bolt",)]}
PRICES = {
    "SELECT name, price FROM inventory.products ORDER BY id": [("nut", 3), ("bolt", 4)],
}

SCENARIOS = {
    "column added, nullable": Scenario(
        old=models(NAME),
        new=models(NAME, PRICE),
        use_old=FILLED,
        use_new="UPDATE inventory.products SET price = 3 WHERE name = 'nut'",
        holds={
            "SELECT name, price FROM inventory.products ORDER BY id": [("nut", 3), ("bolt", None)]
        },
        kept=NAMES,
        drafted=(r"op\.add_column\(",),
    ),
    "column added, NOT NULL with a default": Scenario(
        old=models(NAME),
        new=models(NAME, 'Column("stock", Integer, nullable=False, server_default="5")'),
        use_old=FILLED,
        use_new="INSERT INTO inventory.products (name, stock) VALUES ('nail', 6)",
        holds={"SELECT stock FROM inventory.products ORDER BY id": [(5,), (5,), (6,)]},
        kept={"SELECT count(*) FROM inventory.products": [(3,)]},
    ),
    "column added, NOT NULL without a default, no rows": Scenario(
        old=models(NAME),
        new=models(NAME, 'Column("stock", Integer, nullable=False)'),
        use_new="INSERT INTO inventory.products (stock) VALUES (1); DELETE FROM inventory.products",
    ),
    "column dropped": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET name = upper(name)",
        holds={"SELECT name FROM inventory.products ORDER BY id": [("NUT",), ("BOLT",)]},
        kept={"SELECT price FROM inventory.products": [(None,), (None,)]},
        drafted=(r"op\.drop_column\(",),
    ),
    "column renamed": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME, PRICE.replace("price", "cost")),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET cost = 1",
        kept=NAMES,
        drafted=(r"op\.add_column\(", r"op\.drop_column\("),
    ),
    "column inserted in the middle": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME, 'Column("size", Integer)', PRICE),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET size = price",
        holds=PRICES,
        kept=PRICES,
    ),
    "string widened": Scenario(
        old=models(NAME),
        new=models(NAME.replace("10", "40")),
        use_old=FILLED,
        use_new="UPDATE inventory.products SET name = 'n' WHERE name = 'nut'",
        holds={"SELECT name FROM inventory.products ORDER BY id": [("n",), ("bolt",)]},
        drafted=(r"op\.alter_column\(",),
        undrafted=("USING",),
    ),
    "integer becomes bigint": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME, PRICE.replace("Integer", "BigInteger")),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET price = 5000000000 WHERE name = 'nut';"
        " UPDATE inventory.products SET price = 3 WHERE name = 'nut'",
        holds=PRICES,
        kept=PRICES,
    ),
    "text becomes integer": Scenario(
        old=models(NAME, 'Column("price", Text)'),
        new=models(NAME, PRICE),
        use_old=PRICED,
        holds=PRICES,
        kept={"SELECT price FROM inventory.products ORDER BY id": [("3",), ("4",)]},
    ),
    "column becomes NOT NULL": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME, PRICE.replace("Integer", "Integer, nullable=False")),
        use_old=PRICED,
        holds=PRICES,
        kept=PRICES,
    ),
    "column becomes nullable": Scenario(
        old=models(NAME, PRICE.replace("Integer", "Integer, nullable=False")),
        new=models(NAME, PRICE),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET name = name",
        kept=PRICES,
    ),
    "server default changed": Scenario(
        old=models(NAME),
        new=models(NAME.replace('"?"', "text(\"lower('A\\\\:b%')\")")),
        use_old="INSERT INTO inventory.products DEFAULT VALUES",
        use_new="INSERT INTO inventory.products DEFAULT VALUES",
        holds={"SELECT name FROM inventory.products ORDER BY id": [("?",), ("a:b%",)]},
        kept={"SELECT name FROM inventory.products ORDER BY id": [("?",), ("a:b%",)]},
    ),
    "server default added and another one taken away": Scenario(
        old=models(NAME, PRICE),
        new=models(
            NAME.replace(', server_default="?"', ""), 'Column("price", Integer, server_default="7")'
        ),
        use_old=FILLED,
        use_new="INSERT INTO inventory.products (name) VALUES ('nail')",
        holds={"SELECT price FROM inventory.products ORDER BY id": [(None,), (None,), (7,)]},
    ),
    "computed column added": Scenario(
        old=models(NAME, PRICE),
        new=models(NAME, PRICE, 'Column("double", Integer, Computed("price * 2"))'),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET price = 5 WHERE name = 'nut'",
        holds={"SELECT double FROM inventory.products ORDER BY id": [(10,), (8,)]},
    ),
    "computed column changed": Scenario(
        old=models(NAME, PRICE, 'Column("twice", Integer, Computed("price * 2", persisted=True))'),
        new=models(NAME, PRICE, 'Column("twice", Integer, Computed("price * 3", persisted=True))'),
        use_old=PRICED,
        use_new="UPDATE inventory.products SET name = name",
        holds={"SELECT twice FROM inventory.products ORDER BY id": [(9,), (12,)]},
        kept={"SELECT twice FROM inventory.products ORDER BY id": [(6,), (8,)]},
    ),
    "computed column becomes a plain one": Scenario(
        old=models(NAME, PRICE, 'Column("twice", Integer, Computed("price * 2", persisted=True))'),
        new=models(NAME, PRICE, 'Column("twice", Integer)'),
        use_old=PRICED,
        holds=PRICES,
        kept={"SELECT twice FROM inventory.products ORDER BY id": [(6,), (8,)]},
    ),
    "comments added": Scenario(
        old=models(NAME),
        new=models(
            NAME.replace(")", ', comment="It\'s \\"50 %\\" :off \\\\ ö")').replace(
                'String(10, comment="It\'s \\"50 %\\" :off \\\\ ö")', "String(10)"
            ),
            options=', table_args={"comment": "What we\'ve got"}',
        ),
        use_old=FILLED,
        holds={
            "SELECT col_description('inventory.products'::regclass, attnum) FROM pg_attribute"
            " WHERE attrelid = 'inventory.products'::regclass AND attname = 'name'": [
                ('It\'s "50 %" :off \\ ö',)
            ],
            "SELECT obj_description('inventory.products'::regclass)": [("What we've got",)],
        },
    ),
    "comments from the start, changed and taken away": Scenario(
        old=models(
            NAME,
            'Column("price", Integer, comment="In euros")',
            'Column("stock", Integer, comment="Pieces")',
            options=', table_args={"comment": "Products"}',
        ),
        new=models(
            NAME,
            'Column("price", Integer, comment="In \'pounds\'")',
            'Column("stock", Integer)',
        ),
        use_old=PRICED,
        holds=PRICES,
    ),
    "column of a key renamed, with its Column(key=…)": Scenario(
        old=models(NAME, 'Column("unitPrice", Integer, key="price")'),
        new=models(NAME, 'Column("unitPrice", BigInteger, key="price", index=True)'),
        use_old='INSERT INTO inventory.products ("unitPrice") VALUES (3)',
        work="connection.execute(models.table.insert().values(price=4))",
        holds={'SELECT "unitPrice" FROM inventory.products ORDER BY id': [(3,), (4,)]},
    ),
}
