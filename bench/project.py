"""Projects of any number of tables, each with 6 columns, 2 indexes and a foreign key."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "inventory"

MODELS = '''\
"""{count} tables."""

from sqlalchemy import Column, Integer, MetaData, Numeric, String, Text

from pgcraft import pgcraft_build_naming_conventions
from pgcraft.factory import PGCraftSimple
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex

metadata = MetaData(naming_convention=pgcraft_build_naming_conventions())

for number in range({count}):
    items = [
        Column("name", String(80), nullable=False),
        Column("sku", String(32), nullable=False),
        Column("price", Numeric(10, 2), nullable=False),
        Column("note", Text),
        Column("parent_id", Integer),
        PGCraftIndex(f"ix_thing_{{number}}_name", "{{name}}"),
        PGCraftIndex(f"uq_thing_{{number}}_sku", "{{sku}}", unique=True),
        PGCraftFK(
            references={{"{{parent_id}}": f"thing_{{max(number - 1, 0)}}.id"}},
            name=f"fk_thing_{{number}}_parent",
        ),
    ]
    if number < {changed}:
        items.insert(1, Column("added", Integer))
    PGCraftSimple(f"thing_{{number}}", "inventory", metadata, items)
'''


def write_project(root: Path, *, tables: int, changed: int, url: str) -> None:
    """Write a project whose models are one step ahead of its history.

    Args:
        root: A directory that does not exist yet.
        tables: How many tables it has.
        changed: How many of them have a new column that no revision adds yet.
        url: Of the database that its ``env.py`` connects to.
    """
    ignore = shutil.ignore_patterns("versions", "pgcraft-out", "__pycache__")
    shutil.copytree(EXAMPLE, root, ignore=ignore)
    (root / "migrations" / "versions").mkdir()
    ini = (root / "alembic.ini").read_text()
    ini = ini.replace("postgresql+psycopg://localhost/inventory", url.replace("%", "%%"))
    (root / "alembic.ini").write_text(ini)
    (root / "models.py").write_text(MODELS.format(count=tables, changed=0))
    draft = root / "draft"
    command = [sys.executable, "-m", "pgcraft", "autogenerate", root, "--output", draft, "-q"]
    subprocess.run([*command, "--message", "first"], check=True, stdout=subprocess.DEVNULL)
    for revision in draft.glob("*.py"):
        shutil.move(revision, root / "migrations" / "versions")
    shutil.rmtree(draft)
    (root / "models.py").write_text(MODELS.format(count=tables, changed=changed))


def revisions(root: Path) -> list[str]:
    """The identifiers of the project's revisions, in no order."""
    versions = (root / "migrations" / "versions").glob("*.py")
    return [path.name.partition("_")[0] for path in versions]
