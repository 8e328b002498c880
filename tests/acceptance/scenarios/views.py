"""Views: changed, dropped, on views, materialized, and those of somebody else."""

from __future__ import annotations

from acceptance.scenarios.scenario import Scenario

MODELS = """
from sqlalchemy import *
from pgcraft import PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple
from pgcraft.objects import Function, Grant, Role, Trigger, declare
from pgcraft.views import PGCraftMaterializedView, PGCraftView

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
stock = PGCraftSimple("stock", "shop", metadata, [Column("name", String(20)), Column("price", {price}){more}]).table
"""


def models(*views: str, price: str = "Integer", more: str = "") -> str:
    """A table with views on it."""
    return MODELS.format(price=price, more=more) + "\n".join(views) + "\n"


CHEAP = 'cheap = PGCraftView("cheap", "shop", metadata, select(stock.c.id, stock.c.price).where(stock.c.price < 10)).table'
DEAR = CHEAP.replace("< 10", "> 100")
NAMED = CHEAP.replace("stock.c.price).", "stock.c.price, stock.c.name).")
REORDERED = CHEAP.replace("stock.c.id, stock.c.price", "stock.c.price, stock.c.id")
ON_VIEW = 'PGCraftView("on_view", "shop", metadata, select(cheap))'
KEPT = (
    'kept = PGCraftMaterializedView("kept", "shop", metadata, select(stock.c.name, func.sum(stock.c.price).label("total")).group_by(stock.c.name),'
    ' indexes=[PGCraftIndex("uq_kept", "{name}", unique=True)])'
)
GRANTED = 'declare(metadata, Role("scenario_reader"), Grant("SELECT", cheap, to="scenario_reader"))'
TRIGGER = """
insert_cheap = Function("insert_cheap", "shop", "BEGIN INSERT INTO shop.stock (price) VALUES (NEW.price); RETURN NEW; END")
declare(metadata, insert_cheap, Trigger(name="insert_cheap", schema="shop", relation="cheap", function=insert_cheap, timing="INSTEAD OF", events=("INSERT",)))
"""
BODY = """
declare(metadata, Function("twice", "shop", "SELECT\\t$1 * 2 -- 100%% :sure", arguments=("integer",), returns="integer", language="sql", volatility="IMMUTABLE", public_execute={}))
"""
FILLED = "INSERT INTO shop.stock (name, price) VALUES ('nut', 3), ('car', 500)"
ROWS = {"SELECT name, price::integer FROM shop.stock ORDER BY id": [("nut", 3), ("car", 500)]}
READ = {"SELECT has_table_privilege('scenario_reader', 'shop.cheap', 'SELECT')": [(True,)]}

SCENARIOS = {
    "view's query changed, with its grants and trigger": Scenario(
        old=models(CHEAP, GRANTED, TRIGGER),
        new=models(REORDERED, GRANTED, TRIGGER),
        use_old=FILLED,
        use_new="INSERT INTO shop.cheap (price) VALUES (1); DELETE FROM shop.stock WHERE price = 1",
        holds=ROWS | READ,
        kept=ROWS | READ,
    ),
    "view's condition changed": Scenario(
        old=models(CHEAP),
        new=models(DEAR),
        use_old=FILLED,
        holds={"SELECT price FROM shop.cheap": [(500,)]},
        kept={"SELECT price FROM shop.cheap": [(3,)]},
    ),
    "view's condition lists strings": Scenario(
        reads_otherwise=True,
        old=models(CHEAP),
        new=models(CHEAP.replace("stock.c.price < 10", "stock.c.name.in_(['nut', 'bolt'])")),
        use_old=FILLED,
        holds={"SELECT price FROM shop.cheap": [(3,)]},
    ),
    "column of the base altered under a view on a view": Scenario(
        old=models(CHEAP, ON_VIEW, GRANTED, TRIGGER),
        new=models(CHEAP, ON_VIEW, GRANTED, TRIGGER, price="Numeric(12, 2)"),
        use_old=FILLED,
        holds=ROWS | READ,
        kept=ROWS | READ,
    ),
    "column that a view reads is dropped": Scenario(
        old=models(CHEAP, ON_VIEW, more=', Column("size", Integer)').replace(
            "stock.c.price).", "stock.c.price, stock.c.size)."
        ),
        new=models(CHEAP, ON_VIEW),
        use_old=FILLED,
        holds=ROWS,
        kept=ROWS,
    ),
    "view on a view gains a column": Scenario(
        old=models(CHEAP, ON_VIEW),
        new=models(NAMED, ON_VIEW),
        use_old=FILLED,
        holds={"SELECT id, price, name FROM shop.on_view": [(1, 3, "nut")]},
        drafted=("CREATE OR REPLACE VIEW",),
        undrafted=("DROP VIEW",),
    ),
    "materialized view changed": Scenario(
        old=models(KEPT),
        new=models(KEPT.replace("func.sum", "func.max")),
        use_old=FILLED + "; REFRESH MATERIALIZED VIEW shop.kept",
        use_new="REFRESH MATERIALIZED VIEW CONCURRENTLY shop.kept",
        holds={"SELECT total FROM shop.kept ORDER BY total": [(3,), (500,)]},
    ),
    "materialized view added and one dropped": Scenario(
        old=models(KEPT),
        new=models(KEPT.replace('"kept"', '"sums"').replace("uq_kept", "uq_sums")),
        use_old=FILLED,
    ),
    "view dropped, with what is on it": Scenario(
        old=models(CHEAP, ON_VIEW, GRANTED, TRIGGER),
        new=models(),
        use_old=FILLED,
        holds=ROWS,
        kept=ROWS | READ,
    ),
    "view becomes materialized": Scenario(
        old=models(CHEAP),
        new=models(CHEAP.replace("PGCraftView", "PGCraftMaterializedView")),
        use_old=FILLED,
    ),
    "view becomes a table": Scenario(
        old=models(CHEAP),
        new=models('PGCraftSimple("cheap", "shop", metadata, [Column("price", Integer)])'),
        use_old=FILLED,
        holds=ROWS,
        kept=ROWS,
    ),
    "function with tabs, percent signs and colons, whose privileges change": Scenario(
        old=models(BODY.format("True")),
        new=models(BODY.format("False").replace("* 2", "* 3")),
        use_old=FILLED,
        holds={
            "SELECT shop.twice(2)": [(6,)],
            "SELECT prosrc FROM pg_proc WHERE proname = 'twice'": [
                ("SELECT\t$1 * 3 -- 100%% :sure",)
            ],
        },
        kept={"SELECT shop.twice(2)": [(4,)]},
    ),
    "outside views and functions are left alone": Scenario(
        old=models(CHEAP),
        new=models(NAMED, price="BigInteger"),
        use_old=FILLED,
        outside="""
            CREATE SCHEMA elsewhere;
            CREATE TABLE elsewhere.own (id integer PRIMARY KEY);
            CREATE VIEW elsewhere.ids AS SELECT id FROM elsewhere.own;
            CREATE VIEW shop.mine AS SELECT 1 AS one;
            CREATE FUNCTION shop.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1';
            CREATE SEQUENCE shop.own_numbers;
            CREATE TYPE shop.own_kind AS ENUM ('a');
            CREATE DOMAIN elsewhere.own_domain AS integer;
        """,
        leave="DROP SCHEMA elsewhere CASCADE; DROP VIEW shop.mine; DROP FUNCTION shop.mine(); DROP SEQUENCE shop.own_numbers; DROP TYPE shop.own_kind",
        undrafted=("mine", r"\bown_", "elsewhere"),
        holds=ROWS,
    ),
    "outside objects on the models' own are left alone": Scenario(
        old=models(CHEAP, KEPT),
        new=models(NAMED, KEPT, more=', Column("size", Integer)'),
        use_old=FILLED,
        outside="""
            DO $$ BEGIN IF to_regrole('scenario_dba') IS NULL THEN CREATE ROLE scenario_dba; END IF; END $$;
            CREATE VIEW public.mine AS SELECT name FROM shop.stock;
            CREATE FUNCTION public.mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
            CREATE TRIGGER mine AFTER INSERT ON shop.stock FOR EACH ROW EXECUTE FUNCTION public.mine();
            GRANT SELECT ON shop.stock TO scenario_dba;
            GRANT SELECT ON shop.kept TO scenario_dba;
            GRANT USAGE ON SCHEMA shop TO scenario_dba;
            CREATE INDEX mine ON shop.kept (total);
            CREATE STATISTICS shop.mine ON name, price FROM shop.stock;
            COMMENT ON VIEW shop.cheap IS 'mine';
        """,
        leave="""
            DROP VIEW public.mine; DROP TRIGGER mine ON shop.stock; DROP FUNCTION public.mine();
            DROP INDEX shop.mine;
        """,
        undrafted=("mine", "scenario_dba"),
        holds=ROWS,
    ),
    "outside view on a view that is made again comes back": Scenario(
        old=models(CHEAP),
        new=models(CHEAP, price="Numeric(12, 2)"),
        use_old=FILLED,
        outside="CREATE VIEW public.mine AS SELECT price FROM shop.cheap; CREATE RULE own AS ON INSERT TO public.mine DO INSTEAD NOTHING",
        leave="DROP VIEW public.mine",
        holds=ROWS | {"SELECT price::integer FROM public.mine": [(3,)]},
        kept=ROWS,
    ),
}
