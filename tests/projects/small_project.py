"""Small user projects, written to a directory as text: models, ``env.py``, revisions."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import TYPE_CHECKING

from pgcraft.project.configuration import Project, find_project

if TYPE_CHECKING:
    from pathlib import Path

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s
path_separator = os
"""

TEMPLATE = '''\
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''

# An env.py without pgcraft, as Alembic's own template has it.
PLAIN_ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

from models import metadata

URL = "postgresql+psycopg://somebody:secret@127.0.0.1:1/production"


def run(**options):
    context.configure(target_metadata=metadata, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run(url=URL, literal_binds=True)
else:
    with create_engine(URL, poolclass=pool.NullPool).connect() as connection:
        run(connection=connection)
"""

NO_MODELS = "from sqlalchemy import MetaData\n\nmetadata = MetaData()\n"


def revision(
    id_: str, down: str | None, upgrade: str, downgrade: str = "pass", message: str = "change"
) -> str:
    """The text of a revision file."""
    bodies = [indent(dedent(body).strip(), "    ") for body in (upgrade, downgrade)]
    return (
        f'"""{message}"""\n'
        "from alembic import op\nimport sqlalchemy as sa\n\n"
        f"revision = {id_!r}\ndown_revision = {down!r}\n\n\n"
        f"def upgrade():\n{bodies[0]}\n\n\ndef downgrade():\n{bodies[1]}\n"
    )


def write_project(
    root: Path,
    *,
    models: str = NO_MODELS,
    env: str = PLAIN_ENV,
    revisions: dict[str, str] | None = None,
) -> Project:
    """Write a project and find it.

    Args:
        root: An existing directory.
        models: The text of ``models.py``.
        env: The text of ``migrations/env.py``.
        revisions: Texts of revision files by name, without ``.py``.
    """
    versions = root / "migrations" / "versions"
    versions.mkdir(parents=True)
    (root / "alembic.ini").write_text(INI)
    (root / "models.py").write_text(dedent(models))
    (root / "migrations" / "env.py").write_text(dedent(env))
    (root / "migrations" / "script.py.mako").write_text(TEMPLATE)
    for name, text in (revisions or {}).items():
        (versions / f"{name}.py").write_text(text)
    return find_project(root)
