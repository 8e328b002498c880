"""Changes that are said to be what they are: refused by the server, lossy, renamed by hand."""

from __future__ import annotations

import itertools
import json
import logging
import os
import subprocess
import sys

from acceptance.scenarios import SCENARIOS
from acceptance.walk import AT_DESK, ELSEWHERE, body
from projects.desk import ENV, Desk
from projects.reviewing import review_project
from projects.small_project import write_project

from pgcraft.postgres.snapshot import take_snapshot

_numbers = itertools.count(1)

REQUIRED = SCENARIOS["column added, NOT NULL without a default, no rows"]
RENAMED = SCENARIOS["column renamed"]
CARRIED = SCENARIOS["outside view on a view that is made again comes back"]


def _old(scenario, root, server):
    """A desk with the old models, in use, and the new ones to come."""
    desk = Desk(root, server, f"warned_{next(_numbers)}")
    desk.models(scenario.old)
    first = desk.autogenerate()
    desk.apply(desk.sql("head"))
    desk.models(scenario.new)
    return desk, first


def _findings(scenario, root, first):
    project = write_project(
        root, models=scenario.new, env=ENV.replace(AT_DESK, ELSEWHERE), revisions={}
    )
    (root / "migrations" / "versions" / first.name).write_bytes(first.read_bytes())
    return review_project(project).findings


def test_required_column_without_a_default_is_refused_for_a_table_with_rows(tmp_path, server):
    """The server refuses it, nothing of the script stays, and the review says so beforehand."""
    desk, first = _old(REQUIRED, tmp_path / "desk", server)
    desk.apply("INSERT INTO inventory.products (name) VALUES ('nut')")
    desk.autogenerate()
    done = desk.tried(desk.sql("r001:r002"))
    assert "contains null values" in done.stderr
    with server.connect(desk.name) as connection:
        kept = connection.execute("SELECT * FROM inventory.products").fetchall()
        version = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    assert (kept, version) == ([(1, "nut")], [("r001",)])
    findings = _findings(REQUIRED, tmp_path / "review", first)
    assert [(one.rule, one.level, one.relation) for one in findings] == [
        ("breaks-running-code", "warning", "inventory.products"),
        ("breaks-running-code", "warning", "inventory.products"),
        ("not-null", "warning", "inventory.products"),
        ("uncommitted", "info", None),
    ]


def test_renamed_column_is_found_to_lose_its_data(tmp_path, server):
    """Nobody can tell a renamed column from a new one; what is lost is said."""
    _, first = _old(RENAMED, tmp_path / "desk", server)
    findings = _findings(RENAMED, tmp_path / "review", first)
    # The drop, and both versions' code on the other one's schema.
    lost = [one for one in findings if one.rule == "drop-column"]
    assert len(lost) == 1
    assert "inventory.products.price" in lost[0].message
    assert [one.script for one in findings if one.rule == "breaks-running-code"] == [
        "upgrade.sql",
        "downgrade.sql",
    ]


def test_column_renamed_by_hand_keeps_its_data(tmp_path, server):
    """Where a revision says that it is a rename, autogenerate has nothing more to do."""
    desk, _ = _old(RENAMED, tmp_path, server)
    desk.apply("INSERT INTO inventory.products (name, price) VALUES ('nut', 3)")
    revision = desk.autogenerate()
    start = revision.read_text(encoding="utf-8").partition("def upgrade")[0]
    rename = 'op.alter_column("products", "{}", new_column_name="{}", schema="inventory")'
    revision.write_text(
        f"{start}def upgrade():\n    {rename.format('price', 'cost')}\n\n\n"
        f"def downgrade():\n    {rename.format('cost', 'price')}\n",
        encoding="utf-8",
    )
    desk.apply(desk.sql("r001:r002"))
    assert desk.is_complete()
    with server.connect(desk.name) as connection:
        assert connection.execute("SELECT cost FROM inventory.products").fetchall() == [(3,)]


AUTOGENERATE = """
import json, sys
from alembic import command
from alembic.config import Config
config = Config(sys.argv[1])
config.attributes["database"] = json.loads(sys.argv[2])
command.revision(config, autogenerate=True, rev_id="r009", message="change")
"""


def test_draft_is_the_same_whatever_the_hash_seed(tmp_path, server):
    """Alembic keeps some of what it finds in sets."""
    desk, _ = _old(SCENARIOS["append-only parent and child dropped"], tmp_path, server)
    drafts = set()
    for seed in range(4):
        subprocess.run(
            [
                sys.executable,
                "-c",
                AUTOGENERATE,
                str(desk.root / "alembic.ini"),
                json.dumps(server.conninfo(desk.name)),
            ],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            check=True,
            capture_output=True,
        )
        path = desk.root / "migrations" / "versions" / "r009_change.py"
        drafts.add(body(path.read_text(encoding="utf-8")))
        path.unlink()
    assert len(drafts) == 1


def test_view_of_somebody_is_warned_of_and_stops_the_script_where_it_is_not(tmp_path, server):
    """A draft that carries a view which no model declares says so, and fits databases that have it."""
    desk, _ = _old(CARRIED, tmp_path / "desk", server)
    desk.apply(CARRIED.outside)
    told = []
    handler = logging.Handler()
    handler.emit = lambda record: told.append(record.getMessage())
    logging.getLogger("pgcraft.alembic.desk").addHandler(handler)
    desk.autogenerate()
    logging.getLogger("pgcraft.alembic.desk").removeHandler(handler)
    assert [one.partition(":")[0] for one in told] == [
        "The view public.mine, which no model declares, stands on what changes"
    ]
    desk.apply("DROP VIEW public.mine")
    before = _schema(desk, server)
    done = desk.tried(desk.sql("r001:r002"))
    assert 'view "mine" does not exist' in done.stderr
    assert _schema(desk, server) == before


def _schema(desk, server):
    with server.connect(desk.name) as connection:
        return take_snapshot(connection)
