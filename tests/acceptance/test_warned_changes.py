"""Changes that are said to be what they are: refused by the server, lossy, renamed by hand."""

from __future__ import annotations

import itertools
import logging

from acceptance.scenarios import SCENARIOS
from acceptance.walk import AT_DESK, ELSEWHERE
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
    assert [(one.rule, one.script) for one in findings] == [
        ("breaks-running-code", "upgrade.sql"),
        ("breaks-running-code", "downgrade.sql"),
        ("drop-column", "upgrade.sql"),
        ("uncommitted", "upgrade.sql"),
    ]
    assert "inventory.products.price" in findings[2].message


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
