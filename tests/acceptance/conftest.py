"""What the acceptance tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from versions import AT_HAND, in_part

pytest.register_assert_rewrite("acceptance.walk")

REVIEWED_IN_SAMPLE = 3


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--sample``, keep a part of the scenarios, and of their reviews the first few."""
    if not config.getoption("sample"):
        return
    scenarios = [i for i in items if i.path == Path(__file__).with_name("test_scenarios.py")]
    kept = []
    for function in dict.fromkeys(item.originalname for item in scenarios):
        names = [item.name for item in scenarios if item.originalname == function]
        part = [i for i in scenarios if i.name in names and in_part(i.name, names, AT_HAND[0])]
        kept += part if "desk" in function else part[:REVIEWED_IN_SAMPLE]
    left_out = set(scenarios) - set(kept)
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
