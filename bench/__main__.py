"""The library beside plain SQLAlchemy, and ``pgcraft review`` beside the bare Alembic commands."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench.engine import engine_table
from bench.library import library_table
from bench.measure import Cost, cost_of, median_of
from bench.project import revisions, write_project
from pgcraft.postgres.programs import find_programs
from pgcraft.postgres.server import scratch_server

if TYPE_CHECKING:
    from pgcraft.postgres.programs import Programs
    from pgcraft.postgres.server import Server

SIZES = (10, 100, 1000)
CHANGED = 3
DATABASE = "bench"
STARTS = 10

Costs = dict[str, Cost]


def main() -> None:
    """Measure the sizes that the command line names, or all."""
    sizes = [int(argument) for argument in sys.argv[1:]] or list(SIZES)
    programs = find_programs()
    console = Console()
    console.print(f"PostgreSQL {programs.version}; medians; {CHANGED} tables changed")
    console.print(f"server start to first query: {start_seconds(programs):.3f} s")
    console.print(library_table())
    with tempfile.TemporaryDirectory() as name, scratch_server(programs) as server:
        for size in sizes:
            console.print(table_of(size, compare(server, Path(name) / str(size), size)))
        # Last: a child begins with the memory of this process, which grows here.
        console.print(engine_table(server))


def start_seconds(programs: Programs) -> float:
    """The median time from the call to the first answer, the first ever run left out."""
    seconds = []
    for _ in range(STARTS + 1):
        started = time.perf_counter()
        with scratch_server(programs) as server, server.connect("postgres") as connection:
            connection.execute("SELECT 1")
            seconds.append(time.perf_counter() - started)
    return median(seconds[1:])


def compare(server: Server, root: Path, tables: int) -> tuple[Costs, Cost, Cost, Cost]:
    """Run both sides in turn, so that a slow moment of the machine meets both.

    Args:
        server: Where the bare commands' database is.
        root: Where to write the project.
        tables: Its size.

    Returns:
        The bare commands' costs by name, their sum, the draft's without proof, and the review's.
    """
    url = f"postgresql+psycopg://{server.user}@/{DATABASE}?host={server.socket_directory}"
    write_project(root, tables=tables, changed=CHANGED, url=url)
    rounds = 3 if tables >= 1000 else 5
    bare: list[Costs] = []
    drafts: list[Cost] = []
    reviews: list[Cost] = []
    for _ in range(rounds):
        bare.append(bare_commands(server, root))
        pgcraft = [sys.executable, "-m", "pgcraft"]
        drafts.append(cost_of([*pgcraft, "autogenerate", root, "-q"], root))
        reviews.append(cost_of([*pgcraft, "review", root, "-q"], root))
    costs = {name: median_of(one[name] for one in bare) for name in bare[0]}
    total = Cost(
        seconds=median(sum(cost.seconds for cost in one.values()) for one in bare),
        megabytes=max(cost.megabytes for cost in costs.values()),
    )
    return costs, total, median_of(drafts), median_of(reviews)


def bare_commands(server: Server, root: Path) -> Costs:
    """What a person types without pgcraft: four processes, no proof."""
    alembic = [sys.executable, "-m", "alembic"]
    server.drop_database(DATABASE)
    server.create_database(DATABASE)
    (first,) = revisions(root)
    costs = {
        "alembic upgrade head": cost_of([*alembic, "upgrade", "head"], root),
        "alembic revision --autogenerate": cost_of(
            [*alembic, "revision", "--autogenerate", "-m", "second"], root
        ),
    }
    (second,) = set(revisions(root)) - {first}
    costs["alembic upgrade a:b --sql"] = cost_of(
        [*alembic, "upgrade", f"{first}:{second}", "--sql"], root
    )
    costs["alembic downgrade b:a --sql"] = cost_of(
        [*alembic, "downgrade", f"{second}:{first}", "--sql"], root
    )
    for path in (root / "migrations" / "versions").glob(f"{second}_*.py"):
        path.unlink()
    shutil.rmtree(root / "migrations" / "versions" / "__pycache__", ignore_errors=True)
    return costs


def table_of(size: int, measured: tuple[Costs, Cost, Cost, Cost]) -> Table:
    """Show the costs of one size."""
    costs, total, draft, review = measured
    ours = [("pgcraft autogenerate", draft), ("pgcraft review", review)]
    table = Table(title=f"{size} tables", title_justify="left")
    for column in ("command", "seconds", "peak MB"):
        table.add_column(column, justify="left" if column == "command" else "right")
    for name, cost in [*costs.items(), ("all four", total), *ours]:
        table.add_row(name, f"{cost.seconds:.2f}", f"{cost.megabytes:.0f}")
    table.add_section()
    table.add_row(
        "review / all four",
        f"{review.seconds / total.seconds:.2f}",
        f"{review.megabytes / total.megabytes:.2f}",
    )
    table.add_row(
        "proof, measurement: review - autogenerate", f"{review.seconds - draft.seconds:.2f}", ""
    )
    return table


main()
