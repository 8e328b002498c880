"""What must be known of a plan wherever it is read: in a report and at a desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pgcraft.postgres.snapshot import Key


PARTS = frozenset({"comment", "grant", "rule", "trigger"})
"""Kinds that come back with what they are on."""


def blocked_message(dependent: Key, needed: Key) -> str:
    """Say that something nobody manages is in the way."""
    return (
        f"The {dependent}, which no model declares, needs the {needed}, which goes: PostgreSQL "
        "refuses that."
    )


BLOCKED_ADVICE = (
    "Change or drop it in a revision of your own beforehand, or declare it in the models."
)


def carried_message(key: Key) -> str:
    """Say that something nobody manages goes and comes back with the change."""
    return (
        f"The {key}, which no model declares, stands on what changes: it is dropped and made "
        "again as it is here. Where it is not there, the script stops; "
        "where it reads otherwise, it gets this text."
    )


CARRIED_ADVICE = (
    "If it is yours alone, drop it and draft again; if every database has it, declare it in the "
    "models or make it in a revision."
)
