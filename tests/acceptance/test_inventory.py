"""The main job on examples/inventory: from models and history to SQL that psql applies."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import run

from pgcraft.postgres.psql import dump_schema

EXAMPLE = Path(__file__).parents[2] / "examples" / "inventory"
BASE = "b08834e55baa"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the example, reviewed once through the command line."""
    root = tmp_path_factory.mktemp("acceptance") / "inventory"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("pgcraft-out", "__pycache__"))
    temporary = root.parent / "t"
    temporary.mkdir()
    before = sorted(path for path in root.rglob("*") if "__pycache__" not in path.parts)
    done = run("review", root, temporary=temporary)
    assert done.returncode == 0, done.stderr
    (root.parent / "printed").write_text(done.stdout)
    after = {path for path in root.rglob("*") if "__pycache__" not in path.parts}
    assert {path.relative_to(root).parts[0] for path in after - set(before)} == {"pgcraft-out"}
    assert list(temporary.iterdir()) == []
    return root


@pytest.fixture(scope="module")
def out(project):
    """The output directory."""
    return project / "pgcraft-out"


class Desk:
    """A developer's desk: plain Alembic and psql on a database of their own."""

    def __init__(self, server, database, project, versions):
        self._server = server
        self._database = database
        self._project = project
        place = server.conninfo(database)
        url = f"postgresql+psycopg://{place['user']}@/{database}?host={place['host']}"
        self._ini = versions.parent / "desk.ini"
        text = (project / "alembic.ini").read_text()
        text = text.replace("postgresql+psycopg://localhost/inventory", url.replace("%", "%%"))
        text = text.replace("%(here)s", str(project)).replace(
            "[loggers]", f"version_locations = {versions}\n\n[loggers]"
        )
        self._ini.write_text(text)

    def alembic(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "alembic", "-c", self._ini, *arguments],
            cwd=self._project,
            capture_output=True,
            text=True,
            check=False,
        )

    def current(self) -> str:
        return self.alembic("current").stdout.split(" ")[0].strip()

    def dump(self) -> list[str]:
        """pg_dump's words; a column that comes back stands behind the others."""
        text = dump_schema(self._server, self._database)
        return sorted(line.rstrip(",") for line in text.splitlines())

    def psql(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        place = self._server.conninfo(self._database)
        return subprocess.run(
            [
                self._server.programs.path("psql"),
                *("-X", "-h", place["host"], "-U", place["user"], "-d", self._database),
                *arguments,
            ],
            env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def desk(server, database, project, out, tmp_path):
    """A database at the base, beside a history that has the drafted revision already."""
    versions = tmp_path / "versions"
    shutil.copytree(project / "migrations" / "versions", versions)
    for draft in out.glob("*.py"):
        shutil.copy(draft, versions)
    desk = Desk(server, database, project, versions)
    assert desk.alembic("upgrade", BASE).returncode == 0
    return desk


def test_scripts_applied_with_psql_give_models_and_base_again(desk, out):
    """`psql -v ON_ERROR_STOP=1 -f` up: Alembic finds no difference; down: the base; up again."""
    (revision,) = (path.name.partition("_")[0] for path in out.glob("*.py"))
    assert desk.current() == BASE
    before = desk.dump()
    for _ in range(2):
        up = desk.psql("-v", "ON_ERROR_STOP=1", "-f", out / "upgrade.sql")
        assert up.returncode == 0, up.stderr
        assert desk.current() == revision
        check = desk.alembic("check")
        assert check.returncode == 0, check.stdout + check.stderr
        assert "No new upgrade operations detected" in check.stdout
        down = desk.psql("-v", "ON_ERROR_STOP=1", "-f", out / "downgrade.sql")
        assert down.returncode == 0, down.stderr
        assert desk.current() == BASE
        assert desk.dump() == before


def test_script_applied_twice_is_refused_whole(desk, out):
    """The guard speaks, psql ends with 3 without being told to, and nothing changes."""
    assert desk.psql("-f", out / "upgrade.sql").returncode == 0
    again = desk.psql("-f", out / "upgrade.sql")
    assert again.returncode == 3
    assert f"upgrade.sql goes on from revision {BASE}, but this database is at" in again.stderr
    assert desk.alembic("check").returncode == 0


def test_new_schema_is_of_use(desk, out):
    """The new table, column, type, key, index and check do what the models say."""
    desk.psql("-f", out / "upgrade.sql")
    inserted = desk.psql(
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        "INSERT INTO inventory.suppliers (name) VALUES ('Acme');"
        "INSERT INTO inventory.products (name, sku, price, supplier_id)"
        " VALUES ('Anvil', 'A-1', 1234567890.12, 1)",
    )
    assert inserted.returncode == 0, inserted.stderr
    for values, words in [
        ("('x', 's1', -1, NULL)", "ck_products_price"),
        ("('x', 's2', 1, 99)", "fk_products_supplier"),
        ("('x', 'A-1', 1, NULL)", "uq_products_sku"),
    ]:
        refused = desk.psql(
            "-c", f"INSERT INTO inventory.products (name, sku, price, supplier_id) VALUES {values}"
        )
        assert words in refused.stderr
    twice = desk.psql("-c", "INSERT INTO inventory.suppliers (name) VALUES ('ACME')")
    assert "uq_suppliers_name" in twice.stderr


def test_files_are_those_of_the_contract(out):
    """Scripts, revision, report and their sums, and the sums agree."""
    names = {path.name for path in out.iterdir()}
    (revision,) = (name for name in names if name.endswith(".py"))
    assert names == {
        "upgrade.sql",
        "downgrade.sql",
        "review.json",
        "SHA256SUMS",
        "timings.json",
        "schema.diff",
        "revisions",
        revision,
    }
    assert revision.endswith("_autogenerated.py")
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=out, capture_output=True, check=False
    )
    assert checked.returncode == 0


def test_report_names_bytes_that_were_proven(out):
    """review.json: the proof, the hashes of the very files, what changes, and the one warning."""
    report = json.loads((out / "review.json").read_text())
    assert report["verdict"] == "warn"
    assert report["base"]["revision"] == BASE
    assert report["proof"] == {
        "up_equals_models": True,
        "down_equals_base": True,
        "up_again": True,
        "differences": [],
    }
    for direction in ("upgrade", "downgrade"):
        content = (out / f"{direction}.sql").read_bytes()
        assert report["scripts"][direction]["sha256"] == hashlib.sha256(content).hexdigest()
        assert report["scripts"][direction]["transactional"] is True
    assert {(one["action"], one["kind"], one["identity"]) for one in report["changes"]} == {
        ("create", "table", "inventory.suppliers"),
        ("create", "column", "inventory.products.supplier_id"),
        ("create", "constraint", "inventory.products.ck_products_price"),
        ("create", "constraint", "inventory.products.fk_products_supplier"),
        ("create", "index", "inventory.ix_products_supplier"),
        ("alter", "column", "inventory.products.price"),
        ("drop", "column", "inventory.products.legacy_code"),
    }
    assert [(one["rule"], one["level"], one["script"]) for one in report["findings"]] == [
        ("breaks-running-code", "warning", "upgrade.sql"),
        ("breaks-running-code", "warning", "downgrade.sql"),
        ("drop-column", "warning", "upgrade.sql"),
        ("breaks-running-code", "info", "downgrade.sql"),
        ("uncommitted", "info", "upgrade.sql"),
    ]
    assert "column inventory.products.legacy_code" in report["downgrade"]["after_upgrade"]


def test_script_holds_nothing_of_this_machine(out, project):
    """No path, no time and no random name is in any file but the timings."""
    for path in filter(Path.is_file, out.rglob("*")):
        if path.name != "timings.json":
            text = path.read_text()
            assert str(project) not in text
            assert "pgcraft_trial" not in text


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C.UTF-8"},
    ],
)
def test_bytes_are_the_same_on_every_run(variables, out, project, tmp_path_factory):
    """Another place, hash seed, time zone and locale: the same files."""
    other = tmp_path_factory.mktemp("elsewhere") / "a longer name"
    shutil.copytree(project, other, ignore=shutil.ignore_patterns("pgcraft-out", "__pycache__"))
    temporary = other.parent / "t"
    temporary.mkdir()
    done = run("review", other, temporary=temporary, variables=variables)
    assert done.returncode == 0, done.stderr
    for path in filter(Path.is_file, out.rglob("*")):
        if path.name != "timings.json":
            same = other / "pgcraft-out" / path.relative_to(out)
            assert same.read_bytes() == path.read_bytes(), path.name


def test_summary_says_the_verdict_first_and_fits_80_columns(project):
    """A reader sees the outcome in the first line."""
    printed = (project.parent / "printed").read_text()
    lines = printed.strip().splitlines()
    assert lines[0].strip() == "Proven, with 3 warnings"
    assert max(map(len, printed.splitlines())) <= 80
    assert not any(line.endswith(" ") for line in printed.splitlines())
    assert "downgrade.sql  applied, gives the base back" in printed


def test_sql_is_shown_as_it_is(project, out, tmp_path):
    """`--show-sql` breaks no line: half a comment would be SQL."""
    done = run("review", project, "--show-sql", "-q", temporary=tmp_path)
    assert (out / "upgrade.sql").read_text().rstrip() in done.stdout
    assert (out / "downgrade.sql").read_text().rstrip() in done.stdout


def test_json_alone_on_standard_output(project, out, tmp_path):
    """`--json` prints review.json and nothing else."""
    before = (out / "review.json").read_text()
    done = run("review", project, "--json", temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == before


@pytest.mark.parametrize(
    ("policy", "code"), [("never", 0), ("error", 0), ("warning", 1), ("changes", 1)]
)
def test_exit_code_is_the_policy_s(policy, code, project, tmp_path):
    """A dropped column is a warning: it fails only a policy that says so."""
    done = run("review", project, "--fail-on", policy, "-q", temporary=tmp_path)
    assert done.returncode == code
    assert done.stderr == ""


def test_autogenerate_writes_the_same_revision_and_sql(project, out, tmp_path):
    """The quick command gives the same bytes, and no report."""
    directory = tmp_path / "draft"
    done = run("autogenerate", project, "--output", directory, temporary=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "not proven (`pgcraft review` runs the scripts)" in done.stdout
    names = _names(directory) - {"SHA256SUMS", "timings.json"}
    assert names == _names(out) - {
        "SHA256SUMS",
        "timings.json",
        "review.json",
        "schema.diff",
    }
    for name in names:
        assert (directory / name).read_bytes() == (out / name).read_bytes()


def _names(directory):
    return {
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    }


def test_review_from_nothing_covers_the_whole_history(project, server, database, tmp_path):
    """`--from base`: three revisions in one script, which an empty database takes."""
    directory = tmp_path / "whole"
    done = run("review", project, "--from", "base", "--output", directory, "-q", temporary=tmp_path)
    assert done.returncode == 0, done.stdout
    text = (directory / "upgrade.sql").read_text()
    assert text.count("-- Running upgrade") == 3
    report = json.loads((directory / "review.json").read_text())
    assert report["base"]["revision"] is None
    assert report["proof"]["up_again"] is True
