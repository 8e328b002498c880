"""The scenarios by name."""

from __future__ import annotations

from acceptance.scenarios import columns, enums, indexes, types

SCENARIOS = {**columns.SCENARIOS, **types.SCENARIOS, **indexes.SCENARIOS, **enums.SCENARIOS}
REVIEWED = []
