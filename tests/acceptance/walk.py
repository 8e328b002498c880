"""A scenario, walked from an empty database to the new models and back to nothing."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import psycopg
from migrate.oracle import dump_differences, dumped
from projects.desk import ENV, Desk
from projects.reviewing import proven, review_project
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from pgcraft.project.configuration import find_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.scenarios.scenario import Rows, Scenario
    from migrate.oracle import Dump

    from pgcraft.postgres.server import Server

# What a review leads to its own server, wherever it goes.
ELSEWHERE = 'psycopg.connect(host="127.0.0.1", port=1, dbname="production")'
AT_DESK = 'psycopg.connect(**context.config.attributes["database"])'

_CATALOG_OBJECT = re.compile(
    r"CREATE (OR REPLACE )?(SCHEMA|VIEW|MATERIALIZED|FUNCTION|TRIGGER|TYPE|POLICY|SEQUENCE|DOMAIN)"
)


class Walk:
    """The steps of a scenario at a desk, with Alembic's own commands and psql.

    Args:
        scenario: The scenario.
        root: Where the project is.
        server: Where its databases are.
        name: The name of its database.
    """

    def __init__(self, scenario: Scenario, root: Path, server: Server, name: str) -> None:
        self.scenario = scenario
        self.desk = Desk(root, server, name, env=_env(scenario))
        self.server = server
        self.name = name

    def old(self) -> Path:
        """From nothing to the old models."""
        self._use(self.scenario.beforehand)
        self.desk.models(self.scenario.old)
        draft = self.desk.autogenerate()
        _read_as_a_user(draft, self.scenario)
        self.desk.apply(self.desk.sql("head"))
        assert self.desk.is_complete()
        self.before = self._as_created("old", outside="")
        self._use(self.scenario.use_old + ";\n" + self.scenario.outside)
        return draft

    def new(self) -> Path:
        """To the new models."""
        if self.scenario.outside:
            self.before = self._dump()
        self.desk.models(self.scenario.new)
        draft = self.desk.autogenerate()
        _read_as_a_user(draft, self.scenario)
        upgrade = draft.read_text(encoding="utf-8").partition("def downgrade")[0]
        for pattern in self.scenario.drafted:
            assert re.search(pattern, upgrade), f"{pattern} is not in\n{upgrade}"
        for pattern in self.scenario.undrafted:
            assert not re.search(pattern, upgrade), f"{pattern} is in\n{upgrade}"
        self.desk.apply(self.desk.sql("r001:r002"))
        assert self.desk.is_complete()
        self.after = self._as_created("new", outside=self.scenario.outside)
        self._use(self.scenario.use_new)
        if self.scenario.work:
            self._work()
        self._holds(self.scenario.holds)
        return draft

    def back_to_old(self) -> None:
        """Down, to what was there."""
        self.desk.apply(self.desk.sql("r002:r001", down=True))
        self.desk.models(self.scenario.old)
        with self.desk.newest_set_aside():
            assert self.desk.is_complete()
        assert dump_differences(self._dump(), self.before) == []
        self._holds(self.scenario.kept)

    def new_again_and_down(self) -> None:
        """Up again, then down to nothing."""
        self.desk.apply(self.desk.sql("r001:r002"))
        assert dump_differences(self._dump(), self.after) == []
        if self.scenario.leave:
            self.desk.apply(self.desk.sql("r002:r001", down=True))
            self._use(self.scenario.leave)
        newest = "r001" if self.scenario.leave else "r002"
        self.desk.apply(self.desk.sql(f"{newest}:base", down=True))
        assert dump_differences(self._dump(), self._nothing()) == []

    def _nothing(self) -> Dump:
        """What was there without any model."""
        outside = "" if self.scenario.leave else self.scenario.outside
        if not self.scenario.beforehand + outside:
            return Counter()
        name = f"{self.name}_nothing"
        self._new_database(name)
        self._use(outside, database=name)
        return self._dumped(name)

    def _use(self, script: str, *, database: str | None = None) -> None:
        if script.strip(";\n"):
            self.desk.apply(script, database=database)

    def _new_database(self, name: str) -> None:
        self.server.create_database(name)
        self._use(self.scenario.beforehand, database=name)

    def _dump(self) -> Dump:
        return _without_alembic(self._dumped(self.name))

    def _dumped(self, name: str) -> Dump:
        return dumped(self.server, name, restored=self.scenario.reads_otherwise)

    def _as_created(self, suffix: str, *, outside: str) -> Dump:
        """The schema, which is that of a database made directly from the models."""
        wanted = f"{self.name}_{suffix}"
        self._new_database(wanted)
        self.desk.create(wanted)
        self._use(outside, database=wanted)
        dump = self._dump()
        assert dump_differences(dump, self._dumped(wanted)) == []
        return dump

    def _holds(self, expected: Mapping[str, Rows]) -> None:
        with self.server.connect(self.name) as connection:
            for query, rows in expected.items():
                assert connection.execute(query.encode()).fetchall() == rows, query

    def _work(self) -> None:
        engine = create_engine(
            "postgresql+psycopg://",
            poolclass=NullPool,
            creator=lambda: psycopg.connect(**self.server.conninfo(self.name)),
        )
        with self.desk.loaded_models() as models, engine.begin() as connection:
            exec(
                self.scenario.work, {"models": models, "connection": connection}
            )  # a scenario's own code


def review_draft(scenario: Scenario, root: Path, first: Path) -> str:
    """Review the change in a project whose history made the old models, and prove it.

    Args:
        scenario: The scenario.
        root: Where the project is written.
        first: The revision of the old models.

    Returns:
        The revision that the review drafted.
    """
    from projects.small_project import write_project

    env = _env(scenario).replace(AT_DESK, ELSEWHERE)
    write_project(root, env=env)
    (root / "models.py").write_text(scenario.new, encoding="utf-8")
    shutil.copy(first, root / "migrations" / "versions" / first.name)
    proven(review_project(find_project(root)))
    (draft,) = (root / "pgcraft-out").glob("*_autogenerated.py")
    return draft.read_text(encoding="utf-8")


def body(revision: str) -> str:
    """What a revision does, without its name, its time and its place."""
    return revision[revision.index("def upgrade") :]


def _env(scenario: Scenario) -> str:
    env = ENV
    for text, other in scenario.env.items():
        assert text in env
        env = env.replace(text, other)
    return env


def _read_as_a_user(draft: Path, scenario: Scenario) -> None:
    """See that a revision is what Alembic's users expect."""
    text = draft.read_text(encoding="utf-8")
    upgrade = text.partition("def downgrade")[0]
    assert not re.search(r"^\s*(from|import) pgcraft", text, re.MULTILINE)
    assert scenario.raw_tables or not re.search(r"execute\(.*CREATE TABLE", upgrade)
    if draft.name.startswith("r001") and _CATALOG_OBJECT.search(upgrade):
        assert re.search(r"^pgcraft_manages = \(\n", text, re.MULTILINE), upgrade


def _without_alembic(dump: Dump) -> Dump:
    return Counter(
        {entry: count for entry, count in dump.items() if "Name: alembic_version" not in entry[0]}
    )
