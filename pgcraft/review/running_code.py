"""Code that runs while the schema changes under it: its statements are prepared, never run.

A statement that one schema knows is prepared on that schema first. So what no code can do there
(insert into a view that is not updatable, give a value to a generated column) is never asked of
the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg.pq import ExecStatus

from .changes import RELATIONS
from .running_statements import Columns, Known, known_functions, known_relations, known_sequences

if TYPE_CHECKING:
    from collections.abc import Iterable

    import psycopg

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

_ROUTINES = frozenset({"function", "procedure", "aggregate"})


@dataclass(frozen=True, kw_only=True)
class Broken:
    """What code of one schema can no longer do on another one.

    Attributes:
        kind: The kind of the object.
        identity: Its name as the server quotes it.
        gone: Whether there is none of that name.
        words: The server's own, and which statements it refused with them.
        lost: Columns that are gone.
        unfilled: Columns that an INSERT must name now and that code does not know.
        stricter: Columns that an INSERT could leave out and cannot now.
        filled_by_trigger: Whether a trigger may fill them.
    """

    kind: str
    identity: str
    gone: bool
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lost: tuple[str, ...] = ()
    unfilled: tuple[str, ...] = ()
    stricter: tuple[str, ...] = ()
    filled_by_trigger: bool = False

    @property
    def statements(self) -> frozenset[str]:
        """The statements that are refused."""
        return frozenset(one for _, names in self.words for one in names)


def is_relation(key: Key) -> bool:
    """Whether code selects from it."""
    return key.kind in RELATIONS


def made(key: Key) -> Broken:
    """What an object that the upgrade makes is for new code after the way back."""
    return Broken(kind=key.kind, identity=key.identity, gone=True)


def touched(differences: Iterable[Difference], schema: Snapshot) -> tuple[Key, ...]:
    """Find what code uses and a change may break.

    Args:
        differences: The change.
        schema: The schema that the code knows.

    Returns:
        Relations that differ or need, however indirectly, what differs, and routines and
        sequences that differ; sorted.
    """
    reached: set[Key] = set()
    waiting: list[Key] = []
    for one in differences:
        item = one.before or one.after
        waiting += [one.key, *([item.parent] if item is not None and item.parent else [])]
    changed = frozenset(waiting)
    users: dict[Key, list[Key]] = {}
    for user, used in schema.needs:
        users.setdefault(used, []).append(user)
    while waiting:
        key = waiting.pop()
        if key in reached:
            continue
        reached.add(key)
        if key.kind == "schema":  # whose comment or grants nobody's statements depend on
            continue
        waiting += users.get(key, ())
        item = schema.get(key)
        if item is not None and item.parent is not None and key.kind in {"column", "rule"}:
            waiting.append(item.parent)
    return tuple(
        sorted(
            key
            for key in reached
            if key in schema
            and (
                key.kind in RELATIONS
                or (key in changed and (key.kind in _ROUTINES or _is_alone(schema[key])))
            )
        )
    )


def _is_alone(item: CatalogObject) -> bool:
    """Whether it is a sequence that code asks for numbers; no column has it for its own."""
    owned = item.parent is not None or item.detail("owned by") is not None
    return item.key.kind == "sequence" and not owned


class RunningCode:
    """The statements that code has for some objects of a database.

    Args:
        connection: A connection to the database, in autocommit mode.
        keys: The objects.
    """

    def __init__(self, connection: psycopg.Connection[Any], keys: Iterable[Key]) -> None:
        by_kind: dict[str, list[str]] = {"relation": [], "routine": [], "sequence": []}
        self._kinds = {}
        for key in keys:
            sort = "relation" if key.kind in RELATIONS else "routine"
            by_kind["sequence" if key.kind == "sequence" else sort].append(key.identity)
            self._kinds[key.identity] = key.kind
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO ''")
        found = [
            *known_relations(connection, by_kind["relation"]),
            *known_functions(connection, by_kind["routine"]),
            *known_sequences(by_kind["sequence"]),
        ]
        self._known = [_that_prepare(connection, one) for one in found]

    def broken_on(self, connection: psycopg.Connection[Any]) -> tuple[Broken, ...]:
        """Prepare the statements on another schema.

        Args:
            connection: A connection to it, in autocommit mode.

        Returns:
            What no longer prepares, and the inserts that lack a value; by name.
        """
        connection.execute("SET search_path TO ''")
        names = [one.identity for one in self._known if one.columns is not None]
        now = {one.identity: one.columns for one in known_relations(connection, names)}
        found = (self._compared(connection, one, now.get(one.identity)) for one in self._known)
        return tuple(one for one in found if one is not None)

    def _compared(
        self, connection: psycopg.Connection[Any], known: Known, now: Columns | None
    ) -> Broken | None:
        refused: dict[str, list[str]] = {}
        for name, statement in known.statements:
            words = _refusal(connection, statement)
            if words is not None:
                refused.setdefault(words, []).append(name)
        before = known.columns
        unfilled: list[str] = []
        stricter: list[str] = []
        if before is not None and now is not None and "INSERT" in dict(known.statements):
            added = [one for one in now.required if one not in before.required]
            unfilled = [one for one in added if one not in before.nullable]
            stricter = [one for one in added if one in before.nullable]
        if not (refused or unfilled or stricter):
            return None
        return Broken(
            kind=self._kinds[known.identity],
            identity=known.identity,
            gone=before is not None and now is None,
            words=tuple((words, tuple(names)) for words, names in refused.items()),
            lost=tuple(one for one in before.names if one not in now.names)
            if before is not None and now is not None
            else (),
            unfilled=tuple(unfilled),
            stricter=tuple(stricter),
            filled_by_trigger=now is not None and now.has_trigger,
        )


def _that_prepare(connection: psycopg.Connection[Any], known: Known) -> Known:
    can = tuple(one for one in known.statements if _refusal(connection, one[1]) is None)
    return Known(identity=known.identity, statements=can, columns=known.columns)


def _refusal(connection: psycopg.Connection[Any], statement: str) -> str | None:
    """Prepare a statement; the server's words when it refuses."""
    # By the protocol and not by PREPARE, which has no CALL.
    result = connection.pgconn.prepare(b"", statement.encode())
    if result.status == ExecStatus.COMMAND_OK:
        return None
    return result.error_message.decode().split("\n")[0].removeprefix("ERROR:").strip()
