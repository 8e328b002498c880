"""The READMEs of the examples: their commands do what they say, typed one after the other.

Only what installs packages, serves HTTP or asks a server over HTTP is left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import environment
from sqlalchemy import create_engine, text

EXAMPLES = Path(__file__).parents[2] / "examples"
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)$", re.MULTILINE)
LEFT_OUT = ("pip", "uvicorn", "flask run", "curl")


def commands(example: str) -> list[str]:
    """The commands of an example's README."""
    page = (EXAMPLES / example / "README.md").read_text()
    typed = [line for block in CONSOLE.findall(page) for line in COMMAND.findall(block)]
    return [one for one in typed if not one.startswith(LEFT_OUT)]


@pytest.fixture
def place(server):
    """Where libpq finds the server; the databases that a README makes are dropped."""
    yield {f"PG{name.upper()}": server.conninfo("postgres")[name] for name in ("host", "user")}
    for name in ("shop", "fastapi_app", "flask_app"):
        server.drop_database(name)
    with server.connect("postgres") as connection:
        # Roles belong to the cluster, which other tests use too.
        connection.execute(
            "DO $$ BEGIN ALTER ROLE authenticator PASSWORD NULL;"
            " EXCEPTION WHEN undefined_object THEN NULL; END $$"
        )


@pytest.fixture
def type_in(place, programs, tmp_path):
    """Type commands into a shell of their own, in a copy of an example."""

    def run(example: str, typed: list[str], answers: str = "") -> tuple[Path, str]:
        copy = tmp_path / example
        shutil.copytree(
            EXAMPLES / example, copy, ignore=shutil.ignore_patterns("__pycache__", "pgcraft-out")
        )
        path = [str(programs.bindir), str(Path(sys.executable).parent), os.environ["PATH"]]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(typed)],
            cwd=copy,
            env=environment(tmp_path, **place, PATH=os.pathsep.join(path)),
            input=answers,
            capture_output=True,
            text=True,
            check=False,
            # Without a terminal, psql reads a password from its input.
            start_new_session=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return copy, done.stdout

    return run


def asked(place, database: str, statement: str):
    """What a database answers."""
    engine = create_engine(
        f"postgresql+psycopg://{place['PGUSER']}@/{database}?host={place['PGHOST']}"
    )
    with engine.connect() as connection:
        answer = connection.execute(text(statement)).all()
    engine.dispose()
    return answer


def test_api_is_there_after_its_readme_s_commands(type_in, place):
    """Roles, grants and views too; upgrade.sql is refused a second time; a review finds no change."""
    typed = commands("postgrest_api")
    assert [one.split()[0] for one in typed] == ["createdb", "pgcraft", "mv", "psql", "psql"]
    again = [f"if {typed[3]}; then exit 1; fi", "pgcraft review"]
    copy, printed = type_in("postgrest_api", [*typed, *again], answers="secret\nsecret\n")
    (revision,) = (copy / "migrations" / "versions").glob("*.py")
    version = revision.name.partition("_")[0]
    assert asked(place, "shop", "SELECT version_num FROM alembic_version") == [(version,)]
    password = "SELECT rolpassword IS NOT NULL FROM pg_authid WHERE rolname = 'authenticator'"
    assert asked(place, "shop", password) == [(True,)]
    granted = "SELECT has_table_privilege('anon', 'api.products', 'INSERT')"
    assert asked(place, "shop", granted) == [(True,)]
    assert "\nNo schema change" in printed


def test_applications_live_side_by_side(type_in, place):
    """Each has a database of its own, though their models and revisions are the same."""
    for example in ("fastapi_app", "flask_app"):
        typed = commands(example)
        assert [one.split()[0] for one in typed] == ["createdb", "export", "alembic"]
        type_in(example, typed)
        assert asked(place, example, "SELECT count(*) FROM public.users") == [(0,)]
