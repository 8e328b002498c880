"""What Alembic's operations do of what is to be done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pgcraft.migrate.changes import differing, is_retyped
from pgcraft.migrate.claims import Claim, claim
from pgcraft.migrate.cycles import cyclic_foreign_keys, tables_of
from pgcraft.migrate.names import Names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pgcraft.migrate.claims import Described
    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import Difference, Key

_DETAILS_OF_ALEMBIC = {"type", "nullable"}


def claimed(
    operations: Sequence[Described],
    old: Graph,
    new: Graph,
    changes: Mapping[Key, Difference],
    using: Mapping[Key, str],
) -> dict[int, Claim]:
    """What each operation does of what is to be done; those that do nothing are left out."""
    names = Names(old), Names(new)
    claims = {}
    for number, operation in enumerate(operations):
        found = claim(operation, old, new, names)
        if _loses_data(found, operation, changes):
            continue
        wanted = replace(
            found,
            before=frozenset(
                key for key in found.before if key in changes and changes[key].action != "create"
            ),
            after=frozenset(
                key for key in found.after if key in changes and changes[key].action != "drop"
            ),
        )
        if operation.do == "alter column":
            wanted = _altered_column(wanted, operation, changes, using)
        if wanted.before or wanted.after:
            claims[number] = wanted
    return claims


def _loses_data(found: Claim, operation: Described, changes: Mapping[Key, Difference]) -> bool:
    """Whether it drops a table or column that the models have: an event of theirs makes it."""
    lost = {key for key in found.before - found.after if key.kind in {"table", "column"}}
    return operation.do in {"drop table", "drop column"} and any(
        key not in changes or changes[key].action != "drop" for key in lost
    )


def _altered_column(
    found: Claim, operation: Described, changes: Mapping[Key, Difference], using: Mapping[Key, str]
) -> Claim:
    """What ALTER COLUMN does of what differs; nothing where it would not work.

    A default may have no meaning in the new type, and Alembic knows no conversion.
    """
    for key in found.before & found.after:
        if key.kind != "column":
            continue
        one = changes[key]
        if is_retyped(one) and (key in using or _has_other_default(one)):
            return Claim()
        if not _DETAILS_OF_ALEMBIC & differing(one) & set(operation.changes):
            found = replace(found, before=found.before - {key}, after=found.after - {key})
    return found


def _has_other_default(one: Difference) -> bool:
    had = one.before is not None and one.before.detail("default") is not None
    return had and "default" in differing(one)


def take_out_cycles(claims: dict[int, Claim], new: Graph) -> None:
    """Take the foreign keys of tables that reference each other out of the tables' claims."""
    made = cyclic_foreign_keys(new, tables_of(one.after - one.before for one in claims.values()))
    for number, one in claims.items():
        mine = {key for key in made & one.after if key not in one.before}
        claims[number] = replace(one, after=one.after - mine)
