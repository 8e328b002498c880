"""A second opinion on whether two schemas are equal: what ``pg_dump`` prints of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from pgcraft.errors import ServerUnavailableError
from pgcraft.migrate.names import own_name
from pgcraft.postgres.dump import dump_again

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from pgcraft.postgres.dump import Dump, Entry
    from pgcraft.postgres.server import Server
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Snapshot

_RESTORED = "pgcraft_restored"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of objects on which two dumps need not agree.

    Attributes:
        names: Schema (None for what lives outside of schemas) and name, not quoted.
    """

    names: frozenset[tuple[str | None, str]] = frozenset()

    def covers(self, entry: Entry) -> bool:
        """Whether an entry is of one of these objects, or on one."""
        return any(
            schema == entry.schema and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", entry.name)
            for schema, name in self.names
        )


def names_of(
    differences: Iterable[Difference], *snapshots: Snapshot
) -> frozenset[tuple[str | None, str]]:
    """Name the objects that differ as the entries of dumps do.

    Args:
        differences: What differs.
        snapshots: The schemas that were compared.

    Returns:
        Schema (None for what lives outside of schemas) and name, not quoted.
    """
    items = (item for one in differences for item in (one.before, one.after) if item is not None)
    return frozenset(_entry_name(item, snapshots) for item in items)


# They are told by the entry of what they are on.
_WITHIN = frozenset({"column", "comment", "grant"})


def _entry_name(item: CatalogObject, snapshots: tuple[Snapshot, ...]) -> tuple[str | None, str]:
    while item.parent is not None and (item.key.kind in _WITHIN or item.detail("type") == "check"):
        found = (one.get(item.parent) for one in snapshots)
        item = next(one for one in found if one is not None)
    return None if item.key.kind == "schema" else item.schema, own_name(item)


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """An entry that one dump has and the other has not, or has otherwise.

    Attributes:
        name: Type and name, such as ``VIEW inventory.stock``.
        got: Its text in the dump that was looked at.
        wanted: Its text in the one that it should be like.
    """

    name: str
    got: str | None
    wanted: str | None

    @property
    def text(self) -> str:
        """What is not as it should be, in words."""
        if self.got is None or self.wanted is None:
            return f"{'missing' if self.got is None else 'left over'}: {self.name}"
        pairs = zip_longest(self.got.splitlines(), self.wanted.splitlines(), fillvalue="nothing")
        got, wanted = next((one, other) for one, other in pairs if one != other)
        return f"{self.name}: {got.strip()} -> {wanted.strip()}"


def disagreements(
    server: Server, got: Dump, wanted: Dump, *, but: Names
) -> tuple[Disagreement, ...]:
    """List what two dumps do not agree on.

    Where their texts differ, both are restored and dumped once more: text that the server only
    reads otherwise is the same then.

    Args:
        server: Where dumps can be restored.
        got: The dump of the schema that is there.
        wanted: The dump of the schema that should be.
        but: What they need not agree on.

    Returns:
        The entries that differ, by name.
    """
    if got.text == wanted.text:
        return ()
    left = _differing(got.entries, wanted.entries, but)
    if left and all(one.got is not None and one.wanted is not None for one in left):
        try:
            restored, wished = (dump_again(server, one, _RESTORED) for one in (got, wanted))
        except ServerUnavailableError:
            # Then the first texts stand.
            return left
        left = _differing(restored.entries, wished.entries, but)
    return left


def _differing(got: Counter[Entry], wanted: Counter[Entry], but: Names) -> tuple[Disagreement, ...]:
    old = {one.heading: one for one in got - wanted if not but.covers(one)}
    new = {one.heading: one for one in wanted - got if not but.covers(one)}
    return tuple(
        Disagreement(
            name=_called(old.get(heading) or new[heading]),
            got=old[heading].text if heading in old else None,
            wanted=new[heading].text if heading in new else None,
        )
        for heading in sorted(old.keys() | new.keys())
    )


def _called(entry: Entry) -> str:
    return f"{entry.type} {f'{entry.schema}.' if entry.schema else ''}{entry.name}"
