"""What the acceptance tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from versions import AT_HAND, in_part

pytest.register_assert_rewrite("acceptance.walk")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ``--sample``, keep a part of the scenarios, and of their reviews."""
    if not config.getoption("sample"):
        return
    scenarios = [i for i in items if i.path == Path(__file__).with_name("test_scenarios.py")]
    kept = set()
    for function in {item.originalname for item in scenarios}:
        names = [item.name for item in scenarios if item.originalname == function]
        kept |= {name for name in names if in_part(name, names, AT_HAND[0], of=12)}
    left_out = {item for item in scenarios if item.name not in kept}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]
