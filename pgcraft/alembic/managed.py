"""What the history says it manages.

A revision that pgcraft writes carries a plain tuple, ``pgcraft_manages = ("schema inventory",)``.
It is data and not code, so the revision runs without pgcraft. An object that neither the models
nor such a tuple names is somebody else's and is left alone.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.script import ScriptDirectory

ATTRIBUTE = "pgcraft_manages"


def managed_objects(script: ScriptDirectory | None) -> frozenset[str]:
    """Everything that any revision of a history declares as managed.

    Args:
        script: The history; None when there is none.

    Returns:
        Entries such as ``"schema inventory"``.
    """
    if script is None:
        return frozenset()
    return frozenset(
        entry
        for revision in script.walk_revisions()
        for entry in getattr(revision.module, ATTRIBUTE, ())
    )


def managed_schemas(script: ScriptDirectory | None) -> frozenset[str]:
    """The schemas among :func:`managed_objects`."""
    kind = "schema "
    names = (one.removeprefix(kind) for one in managed_objects(script) if one.startswith(kind))
    # The catalog quotes names; older revisions did not.
    return frozenset(
        name[1:-1].replace('""', '"') if name.startswith('"') else name for name in names
    )


def declare_managed(script: MigrationScript, entries: list[str]) -> None:
    """Let a revision that is about to be written say what it manages, beside what it said so far.

    Alembic's templates have one place for module-level text, the imports, which are sorted; the
    assignment sorts behind ``from`` and ``import``.

    Args:
        script: The revision.
        entries: Such as ``"schema inventory"``; nothing is written when there are none.
    """
    start = f"{ATTRIBUTE} = ("
    declared = {line for line in script.imports if line.startswith(start)}
    known = {entry for line in declared for entry in ast.literal_eval(line[len(start) - 1 :])}
    if known.issuperset(entries):
        return
    items = "".join(f"    {entry!r},\n" for entry in sorted(known.union(entries)))
    # A new set: Alembic's scripts of one process share theirs.
    script.imports = script.imports - declared | {f"{start}\n{items})"}
