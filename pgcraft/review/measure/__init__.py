"""What each statement of a script locks, rewrites and reads whole, measured on a copy of the base.

Facts alone: whether they matter is for the findings to say.
"""

from __future__ import annotations

from .run import MEASURED, measure
from .values import Evidence, Lock, Measurement, StatementFacts, Stop

__all__ = [
    "MEASURED",
    "Evidence",
    "Lock",
    "Measurement",
    "StatementFacts",
    "Stop",
    "measure",
]
