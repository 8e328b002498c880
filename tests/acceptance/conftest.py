"""What the acceptance tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from versions import AT_HAND, in_part

pytest.register_assert_rewrite("acceptance.walk")

REVIEWED_IN_SAMPLE = 3
SINCE_15 = {
    "unique constraint treats nulls as equal": "NULLS NOT DISTINCT",
    "plugins added: timestamps and soft deletion": "security_invoker",
    "enum of a registered class with an API gets a label, and the class a column": (
        "security_invoker"
    ),
}
"""Scenarios that PostgreSQL 14 cannot have, with what it does not know."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what 14 does not know; with ``--sample``, keep a part of the scenarios, and of their reviews the first few."""
    scenarios = [i for i in items if i.path == Path(__file__).with_name("test_scenarios.py")]
    for item in scenarios:
        word = SINCE_15.get(item.callspec.params["name"])
        if word and AT_HAND[0].major < 15:
            item.add_marker(pytest.mark.skip(reason=f"{word} came with PostgreSQL 15"))
    if not config.getoption("sample"):
        return
    kept = []
    for function in dict.fromkeys(item.originalname for item in scenarios):
        cases = [item for item in scenarios if item.originalname == function]
        names = [item.name for item in cases]
        part = [item for item in cases if in_part(item.name, names, AT_HAND[0])]
        kept += part if "desk" in function else part[:REVIEWED_IN_SAMPLE]
    left_out = set(scenarios) - set(kept)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
