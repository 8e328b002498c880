"""What constraints are called is frozen in the draft, whatever naming convention comes later."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest
from acceptance.scenarios.scenario import Scenario
from acceptance.walk import Walk, body, review_draft
from migrate.oracle import dump_differences, dumped
from projects.desk import Desk

_numbers = itertools.count(1)

pytestmark = pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")

MODELS = """
from hashlib import md5
from sqlalchemy import *
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.sql.elements import conv

metadata = MetaData({convention})

def called(word):
    {called}

Table(
    "parent",
    metadata,
    Column("id", Integer),
    PrimaryKeyConstraint("id", name=called("of parent")),
    schema={schema!r},
)
Table(
    "child",
    metadata,
    *[Column(name, Integer) for name in ("id", "a", "b", "mother", "other")],
    {items}
    schema={schema!r},
)
"""
BARE = 'PrimaryKeyConstraint("id", name=called("key")),'
ITEMS = (
    BARE
    + """
    Column("kind", Enum("x", "y", name=called("kind"), native_enum=False, create_constraint=True)),
    Column("said", String(9)),
    UniqueConstraint("said", name=called("four")),
    UniqueConstraint("a", name=called("one")),
    UniqueConstraint("a", "b", name=called("two")),
    UniqueConstraint("b", "a", name=called("three"), deferrable=True),
    CheckConstraint("b > 0", name=called("z")),
    CheckConstraint("b < 10", name=called("y")),
    CheckConstraint("b % 2 = 0", name=called("x")),
    CheckConstraint("a > 0 OR b > 0", name=called("w")),
    CheckConstraint("said IN ('u', '''v:w')", name=called("v")),
    CheckConstraint("id > 0", name=called("u")),
    ForeignKeyConstraint(["mother"], ["{place}parent.id"], name=called("f")),
    ForeignKeyConstraint(["other"], ["{place}parent.id"], name=called("e"), ondelete="CASCADE"),
    ForeignKeyConstraint(["other"], ["{place}child.id"], name=called("d")),
    ExcludeConstraint(("a", "="), using="btree", name=called("q"), where=text("b > 5")),
    ExcludeConstraint(("a", "="), using="btree", name=called("p"), where=text("b > 4")),
    Index(called("i"), "b"),
    Index(called("j") or "j", text("(a + b)")),
"""
)
CONVENTIONS = {
    "none": "",
    "for what has no name": (
        'naming_convention={"ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",'
        ' "ck": "ck_%(table_name)s_%(md5)s", "pk": "pk_%(table_name)s",'
        ' "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",'
        ' "md5": lambda one, _: md5(str(one.sqltext).encode()).hexdigest()}'
    ),
    "around names": (
        'naming_convention={"pk": "pk_%(table_name)s"} | {'
        ' kind: kind + "_%(table_name)s_%(constraint_name)s" for kind in ("ix", "uq", "ck", "fk")}'
    ),
}
CALLED = {
    "unnamed": "return None",
    "named": "return word",
    "conv": "return conv(word)",
    "to be quoted": "return f'Name of \"{word}\" 100%s :x'",
    "too long in bytes": "return word + 'é' * 50",
    "too long in characters": "return conv(word + 'é' * 70)",
    "too long in a convention": "return 'x' * 50 + word",
}
UNNAMED_NOT_ALLOWED = ("around names", "unnamed")


def models(convention: str, called: str, schema: str | None = "shop", items: str = ITEMS) -> str:
    """Models with constraints of all kinds."""
    return MODELS.format(
        convention=CONVENTIONS[convention],
        called=CALLED[called],
        schema=schema,
        items=items.format(place=f"{schema}." if schema else ""),
    )


CASES = [
    (convention, called, "shop")
    for convention in CONVENTIONS
    for called in CALLED
    if (convention, called) != UNNAMED_NOT_ALLOWED
]
CASES += [("none", "unnamed", None), ("around names", "named", None)]

NOT_FROZEN = (
    r"Constraint\(.*\bname=(?!op\.f\()",
    r"Constraint\((?!.*\bname=)",
    r"op\.(create|drop)_(index|foreign_key|\w+_constraint|constraint)\((?!op\.f\()",
    "create_constraint",
)


@pytest.mark.parametrize(("convention", "called", "schema"), CASES)
def test_history_gives_the_same_names_under_every_convention(
    convention, called, schema, tmp_path, server
):
    """Made with a table, dropped, and added to it: up and down, whatever the models have since."""
    desk = Desk(tmp_path / "desk", server, f"frozen_{next(_numbers)}")
    whole = models(convention, called, schema)
    bare = models(convention, called, schema, items=BARE)
    for source, revisions in ((whole, "r001"), (bare, "r001:r002"), (whole, "r002:r003")):
        desk.models(source)
        draft = desk.autogenerate().read_text(encoding="utf-8")
        for pattern in NOT_FROZEN:
            assert not re.search(pattern, draft), draft
        desk.apply(desk.sql(revisions))
        assert desk.is_complete()
    made = _schema(server, desk.name)
    desk.apply(desk.sql("r003:base", down=True))
    assert _schema(server, desk.name) == {}
    for number, later in enumerate(CONVENTIONS):
        desk.models(models(later, "named", schema))
        database = f"{desk.name}_{number}"
        server.create_database(database)
        desk.apply(desk.sql("head"), database=database)
        assert dump_differences(_schema(server, database), made) == []
        desk.apply(desk.sql("r003:base", down=True), database=database)
        assert _schema(server, database) == {}


def _schema(server, database):
    entries = dumped(server, database).items()
    return Counter({one: count for one, count in entries if "Name: alembic_version" not in one[0]})


RENAMED = [
    ("unnamed", "for what has no name"),
    ("named", "around names"),
    ("to be quoted", "around names"),
    ("too long in bytes", "around names"),
    ("too long in a convention", "around names"),
]
KEPT = [
    ("named", "for what has no name"),
    ("conv", "around names"),
    ("too long in characters", "around names"),
]


def _changed(called, convention):
    rows = {"SELECT id, kind, said FROM shop.child": [(1, "x", "u")]}
    return Scenario(
        old=models("none", called),
        new=models(convention, called),
        use_old="INSERT INTO shop.parent VALUES (1);"
        " INSERT INTO shop.child VALUES (1, 1, 2, 1, NULL, 'x', 'u')",
        holds=rows,
        kept=rows,
        reads_otherwise=True,
    )


@pytest.mark.parametrize(("called", "convention"), RENAMED)
def test_convention_that_renames_is_drafted(called, convention, tmp_path, server):
    """What is called otherwise gets its new name in a revision, and back; a review says the same."""
    scenario = _changed(called, convention)
    walk = Walk(scenario, tmp_path / "desk", server, f"later_{next(_numbers)}")
    first, second = walk.old(), walk.new()
    walk.back_to_old()
    walk.new_again_and_down()
    drafted = review_draft(scenario, tmp_path / "review", first)
    assert body(drafted) == body(second.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("called", "convention"), KEPT)
def test_convention_that_renames_nothing_is_not_drafted(called, convention, tmp_path, server):
    """Names that are final already stay, and so does what the history made."""
    walk = Walk(_changed(called, convention), tmp_path / "desk", server, f"later_{next(_numbers)}")
    walk.old()
    assert "op." not in body(walk.new().read_text(encoding="utf-8"))
