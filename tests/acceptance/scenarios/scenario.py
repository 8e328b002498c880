"""What a scenario is: a change of models, how the database is used, what must hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Rows = "Sequence[tuple[object, ...]]"


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A change, with all that it is to be tried with.

    Attributes:
        old: The models before, as Python.
        new: The models after.
        beforehand: SQL of somebody else, on whose objects the models rely.
        use_old: SQL that fills the database of the old models.
        use_new: SQL that uses the database of the new ones.
        work: Python that uses it, with ``models`` (the module) and ``connection``.
        holds: Queries on the new database, after its use, with what they answer.
        kept: The same on the old database, after the downgrade.
        outside: SQL of somebody else, who has objects in the database that no model knows.
        leave: SQL with which those leave that would be in the way of the last downgrade.
        drafted: What stands in the revision of the change, as regular expressions.
        undrafted: What does not.
        env: Replacements in the text of ``env.py``.
        reads_otherwise: Whether the server deparses something of it otherwise once what it
            deparsed was run.
        raw_tables: Whether tables are made by SQL of the models' own events.
        since: The first major version that knows what it uses.
        known: The bug because of which it fails, as long as it does.
    """

    old: str
    new: str
    beforehand: str = ""
    use_old: str = ""
    use_new: str = ""
    work: str = ""
    holds: Mapping[str, Rows] = field(default_factory=dict)
    kept: Mapping[str, Rows] = field(default_factory=dict)
    outside: str = ""
    leave: str = ""
    drafted: tuple[str, ...] = ()
    undrafted: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    reads_otherwise: bool = False
    raw_tables: bool = False
    since: int = 14
    known: str = ""
