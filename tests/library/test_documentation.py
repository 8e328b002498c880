"""README.md and docs/: their Python runs as it stands, and prints what they say it prints.

The blocks of a page run in order, in one namespace, against a real PostgreSQL. A block of
kind ``text`` right below one is what it prints; if the block ends in an error, the last of it
is the error's name and sentence.
"""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from pgcraft.errors import PGCraftValidationError

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

BLOCK = re.compile(
    r"^```python\n(.*?)^```\n(?:\s*^```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
LINK = re.compile(r"\]\(([^)#]+)")
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
        printed = run(compile(source, page, "exec"), namespace, fails=block[2] is not None)
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
    """A text without its line breaks: pages are narrower than messages."""
    return text.split()
