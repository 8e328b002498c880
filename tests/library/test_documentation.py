"""README.md and docs/: their Python runs as it stands, and prints what they say it prints.

The blocks of a page run in order, in one namespace, against a real PostgreSQL. A block of
kind ``text`` right below one is what it prints; if the block ends in an error, the last of it
is the error's name and sentence.
"""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import run as review
from sqlalchemy.exc import DBAPIError

from pgcraft.errors import PGCraftValidationError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\(([^)#]+)")
PLACE = re.compile(r"\(\S+, line \d+\)")
ENV_PY = re.compile(r"^```py\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
EXPECTED = (PGCraftValidationError, DBAPIError)


@pytest.fixture
def mydb(server, monkeypatch):
    """The database that the pages connect to: ``mydb``, on the server that libpq finds."""
    place = server.conninfo("mydb")
    monkeypatch.setenv("PGHOST", place["host"])
    monkeypatch.setenv("PGUSER", place["user"])
    server.create_database("mydb")
    yield
    server.drop_database("mydb")


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_page_s_python_does_what_the_page_says(page, mydb):
    """Every block runs, prints what is below it, and fails only where the page says so."""
    text = page.read_text()
    namespace = {"__name__": "documentation"}
    for block in BLOCK.finditer(text):
        # Errors point at the page.
        source = "\n" * text.count("\n", 0, block.start(1)) + block[1]
        code = compile(source, page, "exec", dont_inherit=True)
        printed = run(code, namespace, fails=block[2] is not None)
        assert words(printed) == words(block[2] or ""), block[1]
    for one in list(namespace.values()):
        if callable(getattr(one, "dispose", None)):
            one.dispose()


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_page_s_links_lead_somewhere(page):
    """A relative link names a file of the repository."""
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []


MODELS = """
from pgcraft import PGCraftAppendOnly, PGCraftConfig, PGCraftExtension
from sqlalchemy import Column, MetaData, String

from pgcraft.objects import Role, declare


class Roles(PGCraftExtension):
    def configure_metadata(self, metadata):
        declare(metadata, Role("documented"))


metadata = MetaData()
config = PGCraftConfig().use(Roles())
PGCraftAppendOnly("customers", "crm", metadata, [Column("name", String)])
"""

INI = """
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s
path_separator = os
sqlalchemy.url = postgresql+psycopg:///mydb
"""


def test_env_py_of_the_page_is_all_that_a_project_needs(mydb, tmp_path):
    """Plain Alembic drafts the tables with it, and a review what the configuration adds too."""
    (env_py,) = ENV_PY.findall((ROOT / "docs" / "library.md").read_text())
    project = tmp_path / "project"
    (project / "migrations" / "versions").mkdir(parents=True)
    (project / "migrations" / "env.py").write_text(env_py)
    template = (ROOT / "examples/inventory/migrations/script.py.mako").read_text()
    (project / "migrations" / "script.py.mako").write_text(template)
    (project / "models.py").write_text(MODELS)
    (project / "alembic.ini").write_text(INI)

    reviewed = review("review", "--show-sql", project, temporary=tmp_path)
    assert reviewed.returncode == 0, reviewed.stderr
    for made in ("TABLE crm.customers_root", "VIEW crm.customers", "ROLE documented"):
        assert f"CREATE {made}" in reviewed.stdout

    command = ["alembic", "revision", "--autogenerate", "-m", "by hand"]
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (revision,) = (project / "migrations" / "versions").glob("*_by_hand.py")
    assert "op.create_table('customers_root'" in revision.read_text()


def run(code, namespace, *, fails: bool) -> str:
    """Run a block; return what it prints, its error last."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        try:
            exec(code, namespace)
        except EXPECTED as error:
            if not fails:
                raise
            if isinstance(error, DBAPIError):
                error = error.orig
                print(f"{type(error).__name__}: {error.diag.message_primary}")
            else:
                print(f"{type(error).__name__}: {error}")
    return output.getvalue()


def words(text: str) -> list[str]:
    """A text without its line breaks, as pages are narrower than messages, and without places."""
    return PLACE.sub("(FILE)", text).split()
