"""The library beside plain SQLAlchemy: importing it, and defining 1,000 tables with it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

from rich.table import Table

from bench.measure import Cost, median_of

ROUNDS = 9

# Each runs in a process of its own, which says its own time and memory: starting Python counts
# for nothing, and what one side imports is not there for the other. It is the processor's time,
# since neither waits for anything but for its turn on a busy machine.
CHILD = """\
import json, resource, time
{before}
started = time.process_time()
{code}
seconds = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"seconds": seconds, "megabytes": peak / 1024}}))
"""

FACTORIES_IMPORTS = """\
from sqlalchemy import Column, Integer, MetaData, Numeric, String, Text
from pgcraft import PGCraftCheck, PGCraftFK, PGCraftIndex, pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple
"""

FACTORIES = """\
metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())
for number in range(1000):
    PGCraftSimple(f"thing_{number}", "inventory", metadata, [
        Column("name", String(80), nullable=False),
        Column("sku", String(32), nullable=False),
        Column("price", Numeric(10, 2), nullable=False),
        Column("note", Text),
        Column("parent_id", Integer),
        PGCraftIndex(f"ix_thing_{number}_name", "{name}"),
        PGCraftIndex(f"uq_thing_{number}_sku", "{sku}", unique=True),
        PGCraftCheck("{price} >= 0", f"ck_thing_{number}_price"),
        PGCraftFK(
            references={"{parent_id}": f"thing_{max(number - 1, 0)}.id"},
            name=f"fk_thing_{number}_parent",
        ),
    ])
"""

TABLES_IMPORTS = """\
from sqlalchemy import (
    CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, MetaData, Numeric, String,
    Table, Text,
)
"""

TABLES = """\
metadata = MetaData(naming_convention={"pk": "pk__%(table_name)s__%(column_0_N_name)s"})
for number in range(1000):
    Table(
        f"thing_{number}", metadata,
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("name", String(80), nullable=False),
        Column("sku", String(32), nullable=False),
        Column("price", Numeric(10, 2), nullable=False),
        Column("note", Text),
        Column("parent_id", Integer),
        Index(f"ix_thing_{number}_name", "name"),
        Index(f"uq_thing_{number}_sku", "sku", unique=True),
        CheckConstraint("price >= 0", name=f"ck_thing_{number}_price"),
        ForeignKeyConstraint(
            ["parent_id"],
            [f"inventory.thing_{max(number - 1, 0)}.id"],
            name=f"fk_thing_{number}_parent",
        ),
        schema="inventory",
    )
"""

# The package imports a name when it is used: all that it exports counts.
PACKAGE = "from pgcraft import *"

LIBRARY = """\
from pgcraft import *
from pgcraft.alembic.register import pgcraft_alembic_hook
from pgcraft.declarative import register
from pgcraft.factory import PGCraftAppendOnly, PGCraftSimple
from pgcraft.objects import declare
from pgcraft.views import PGCraftView
"""

SQLALCHEMY = "import sqlalchemy, alembic"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two programs that do the same, ours and theirs.

    Attributes:
        name: What they do, ours first.
        ours: Preparation and timed code with pgcraft.
        theirs: The same without.
        limit: How many times their time ours may take.
    """

    name: str
    ours: tuple[str, str]
    theirs: tuple[str, str]
    limit: float


PAIRS = (
    Pair(
        name="1,000 Simple factories / 1,000 plain Tables",
        ours=(FACTORIES_IMPORTS, FACTORIES),
        theirs=(TABLES_IMPORTS, TABLES),
        limit=1.5,
    ),
    Pair(
        name="import pgcraft / import sqlalchemy, alembic",
        ours=("", PACKAGE),
        theirs=("", SQLALCHEMY),
        limit=1.2,
    ),
    Pair(
        name="all of the library / import sqlalchemy, alembic",
        ours=("", LIBRARY),
        theirs=("", SQLALCHEMY),
        limit=1.2,
    ),
)


def library_table() -> Table:
    """Measure the pairs, and show them beside their limits."""
    table = Table(title="the library", title_justify="left")
    for column in ("pair", "CPU seconds", "peak MB", "ratio", "limit"):
        table.add_column(column, justify="left" if column == "pair" else "right")
    for pair in PAIRS:
        ours, theirs, ratio = compare(pair)
        table.add_row(
            pair.name,
            f"{ours.seconds:.3f} / {theirs.seconds:.3f}",
            f"{ours.megabytes:.0f} / {theirs.megabytes:.0f}",
            f"{ratio:.2f}",
            f"{pair.limit}",
        )
    return table


def compare(pair: Pair) -> tuple[Cost, Cost, float]:
    """Run both sides in turn, so that a slow moment of the machine meets both.

    Returns:
        Our costs, theirs, and the median of the rounds' ratios.
    """
    rounds = [(measured(*pair.ours), measured(*pair.theirs)) for _ in range(ROUNDS)]
    ours, theirs = (median_of(side) for side in zip(*rounds, strict=True))
    return ours, theirs, median(one.seconds / other.seconds for one, other in rounds)


def measured(before: str, code: str) -> Cost:
    """Run a program in a process of its own; its preparation does not count as time."""
    program = CHILD.format(before=before, code=code)
    done = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE)
    return Cost(**json.loads(done.stdout))
