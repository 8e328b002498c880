"""Pairs of schemas as SQL: what must be planned from the first to the second, and back."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.states.pair import Pair


def _all() -> dict[str, Pair]:
    pairs: dict[str, Pair] = {}
    for module in pkgutil.iter_modules(__path__):
        if module.name != "pair":
            found = importlib.import_module(f"{__name__}.{module.name}").STATES
            assert not pairs.keys() & found.keys()
            pairs |= found
    return pairs


STATES = _all()
