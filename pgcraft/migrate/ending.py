"""What must go so that a change can happen, and come back behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pgcraft.migrate.names import routine_name
from pgcraft.migrate.types import HAD_BY_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Key


@dataclass(kw_only=True)
class Ending:
    """Objects whose present state ends.

    Attributes:
        gone: Those that are dropped for good, with their parts.
        remade: Those that are dropped and made again: changed ones that cannot be changed in
            place, those that need something that ends, and their parts.
        recast: Columns of a type that is made anew.
        released: Columns whose default goes in between.
        blocked: Those that need something that is gone for good, though they are meant to
            stay, with what they need. Nothing is done to them: the server will refuse.
    """

    gone: set[Key]
    remade: set[Key] = field(default_factory=set)
    recast: set[Key] = field(default_factory=set)
    released: set[Key] = field(default_factory=set)
    blocked: set[tuple[Key, Key]] = field(default_factory=set)


def find_ending(
    before: Graph,
    after: Graph,
    *,
    dropped: Collection[Key],
    remade: Collection[Key],
    retyped: Collection[Key],
    in_place: Collection[Key],
) -> Ending:
    """Find all that the changes end.

    Args:
        before: The schema as it is.
        after: The schema that is wanted.
        dropped: What it has no more.
        remade: What changes and cannot change in place.
        retyped: Columns that get another type in place, and types that lose attributes.
        in_place: All that changes in place.

    Returns:
        All that ends.
    """
    stays = {key for key in before.with_parts(dropped) - set(dropped) if key in after.snapshot}
    gone = before.with_parts(dropped) - stays
    ending = Ending(gone=gone)
    # A sequence outlives the column that owns it, and is taken from it beforehand.
    waiting = [*remade, *(key for key in stays if key.kind != "sequence")]
    _Walk(before, after, ending, in_place).walk(waiting, [*gone, *retyped])
    return ending


class _Walk:
    def __init__(
        self, before: Graph, after: Graph, ending: Ending, in_place: Collection[Key]
    ) -> None:
        self._before = before
        self._after = after
        self._ending = ending
        self._in_place = in_place
        self._waiting: list[Key] = []

    def walk(self, remade: Collection[Key], changed: Collection[Key]) -> None:
        for key in remade:
            self._remake(key)
        self._waiting += changed
        while self._waiting:
            key = self._waiting.pop()
            for dependent in self._before.dependents.get(key, ()):
                self._follow(dependent, key)
        self._leave_blocked()

    def _leave_blocked(self) -> None:
        """What nobody declares cannot come back where something that it needs is gone for good."""
        ending = self._ending
        lost = set(ending.gone)
        carried = sorted(key for key in ending.remade if key not in self._after.snapshot)
        while True:
            found = {
                key: needed
                for key in carried
                if key in ending.remade and key.kind != "column"
                for needed in self._before.needs.get(key, ())
                if needed in lost and needed not in self._after.snapshot
            }
            if not found:
                return
            for key, needed in found.items():
                self._block(key, needed)
                ending.remade -= self._before.with_parts([key])
            lost |= set(found)

    def _remake(self, key: Key) -> None:
        ending = self._ending
        if key in ending.remade or key in ending.gone:
            return
        for part in self._before.with_parts([key]) - ending.gone:
            if part not in ending.remade:
                ending.remade.add(part)
                self._waiting.append(part)

    def _follow(self, dependent: Key, needed: Key) -> None:
        """Decide what happens to an object when something that it needs ends or changes."""
        ending = self._ending
        if dependent in ending.gone or dependent in ending.remade:
            return
        ends = needed in ending.gone or needed in ending.remade
        if dependent.kind == "column":
            self._follow_column(dependent, needed)
        elif dependent in self._in_place and self._lets_go(dependent, needed):
            pass
        elif dependent.kind in {"table", "sequence", "schema", "extension"}:
            if needed in ending.gone and needed.kind != "extension":
                self._block(dependent, needed)
        elif dependent.kind in {"constraint", "index", "statistics"} and not ends:
            # The server builds them anew for the new type, but for a foreign key between two
            # columns that change one after the other.
            if needed in ending.recast and self._is_foreign_key(dependent):
                self._remake(dependent)
        elif dependent not in self._after.snapshot and needed in ending.gone:
            self._block(dependent, needed)
        else:
            self._remake(dependent)

    def _follow_column(self, column: Key, needed: Key) -> None:
        ending = self._ending
        wanted = self._after.snapshot.get(column)
        item = self._before.snapshot[column]
        if needed in ending.gone:
            if wanted is None:
                self._block(column, needed)
            elif needed.kind in HAD_BY_COLUMNS and wanted.detail("type") == item.detail("type"):
                # Another kind of type takes the name.
                self._recast(column)
            elif self._calls_overload(column, needed):
                self._let_go(column)
        elif item.detail("generated") is not None:
            self._let_go(column)
        elif needed in ending.remade and needed.kind in HAD_BY_COLUMNS:
            self._recast(column)
        elif needed in ending.remade:
            self._let_go(column)

    def _let_go(self, column: Key) -> None:
        """Its default goes in between; a column that is computed goes itself."""
        item, wanted = self._before.snapshot[column], self._after.snapshot.get(column)
        if item.detail("generated") is None:
            if item.detail("default") is not None:
                self._ending.released.add(column)
        # One that becomes a plain column keeps its values.
        elif wanted is None or wanted.detail("generated") is not None:
            self._remake(column)

    def _recast(self, column: Key) -> None:
        if column not in self._ending.recast:
            self._ending.recast.add(column)
            self._waiting.append(column)

    def _lets_go(self, dependent: Key, needed: Key) -> bool:
        """Whether its change in place is all that frees what it needed."""
        # Not so a key's constraint, which may go only before its columns change.
        gone = needed in self._ending.gone and needed.kind != "constraint"
        wanted = self._after.needs.get(dependent, ())
        return gone and needed not in wanted and not self._calls_overload(dependent, needed)

    def _calls_overload(self, dependent: Key, routine: Key) -> bool:
        """Whether it calls another routine of the name, which may be meant only then."""
        name = routine_name(routine)
        called = map(routine_name, self._after.needs.get(dependent, ()))
        return name is not None and name in called

    def _is_foreign_key(self, key: Key) -> bool:
        return self._before.snapshot[key].detail("type") == "foreign key"

    def _block(self, dependent: Key, needed: Key) -> None:
        self._ending.blocked.add((dependent, needed))
