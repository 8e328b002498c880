"""Databases in a state, and the way from one state to another."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

from migrate.oracle import Dump, dump_differences, dumped

from pgcraft.migrate import Migration, SqlStep, plan_migration, retyped_columns
from pgcraft.postgres.conversions import conversions
from pgcraft.postgres.snapshot import Snapshot, compare, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.server import Server

ROLES = ("anon", "staff", '"Größe, 1"')
BLANK = "blank"

MANY = int(os.environ.get("PGCRAFT_FUZZ", "0"))
"""Set by ``make fuzz``: how many random histories to draw, anew each time."""


class Desk:
    """Makes databases in a state, brings them into another one and compares them.

    Attributes:
        server: Where they are.
        plan: The last plan.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.plan = Migration(steps=())
        self._made: list[str] = []
        self._seen: dict[str, tuple[Snapshot, Dump]] = {}
        self._numbers = itertools.count(1)
        with server.connect("postgres") as connection:
            for role in ROLES:
                connection.execute(f"CREATE ROLE {role}".encode())
        server.create_database(BLANK)
        self.run(BLANK, "CREATE SCHEMA s")

    def make(self, sql: str) -> str:
        """Make a database in the state that statements give."""
        name = f"state_{next(self._numbers)}"
        self.server.create_database(name, template=BLANK)
        self._made.append(name)
        self.run(name, sql)
        return name

    def run(self, name: str, sql: str) -> None:
        """Run statements in a database, in one transaction."""
        self._seen.pop(name, None)
        with self.server.connect(name) as connection:
            connection.execute(sql.encode())

    def rows(self, name: str, query: str) -> list[tuple[object, ...]]:
        """What a query answers."""
        with self.server.connect(name) as connection:
            return connection.execute(query.encode()).fetchall()

    def seen(self, name: str) -> tuple[Snapshot, Dump]:
        """The schema of a database, as the engine and as pg_dump see it."""
        if name not in self._seen:
            with self.server.connect(name) as connection:
                snapshot = take_snapshot(connection)
            self._seen[name] = snapshot, dumped(self.server, name)
        return self._seen[name]

    def migrate(self, name: str, wanted: str) -> None:
        """Bring a database to the schema of another one."""
        (before, _), (after, _) = self.seen(name), self.seen(wanted)
        differences = compare(before, after)
        retyped = retyped_columns(differences)
        with self.server.connect(wanted) as connection:
            ways = conversions(connection, list(retyped.values()))
        using = {key: way for key, way in zip(retyped, ways, strict=True) if way is not None}
        self.plan = plan_migration(differences, before, after, owner="postgres", using=using)
        print(";\n".join(_statements(self.plan)), "\n-- blocked:", self.plan.blocked, "\n")
        self.run(name, ";\n".join(["SET check_function_bodies = off", *_statements(self.plan)]))

    def left(self, name: str, wanted: str) -> tuple[list[str], list[str]]:
        """What differs between two databases, in words: as the engine and as pg_dump see them."""
        (got, dump), (snapshot, wanted_dump) = self.seen(name), self.seen(wanted)
        differences = [one.text for one in compare(got, snapshot)]
        return differences, dump_differences(dump, wanted_dump)

    def clear(self) -> None:
        """Drop the databases that were made."""
        while self._made:
            self.server.drop_database(self._made.pop())


def _statements(plan: Migration) -> Iterator[str]:
    for step in plan.steps:
        if isinstance(step, SqlStep):
            yield step.sql
            if step.commit:
                yield "COMMIT"
