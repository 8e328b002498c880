"""Findings on statements that nothing is known of: they are not left out silently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .measure import Measurement
    from .proof import Proof


def unmeasured(measurement: Measurement | None, proof: Proof) -> Iterator[Finding]:
    """Name what was not measured; a script that stops for psql too is told of already.

    Args:
        measurement: What the statements do; None when there are none.
        proof: What applying the scripts showed.

    Yields:
        A finding for the end of the measurement and for each statement of an unknown form.
    """
    if measurement is None:
        return
    stop = measurement.stop
    if stop is not None and proof.holds:
        yield _not_known(
            stop.script,
            f"Measuring ended at line {stop.line} of {stop.script}: {stop.message}. What the "
            "statements from there on lock is not known.",
        )
    ran = {(script, index) for script, index, _ in measurement.milliseconds}
    for one in measurement.statements:
        if one.evidence == "none" and (one.script, one.index) in ran:
            yield _not_known(
                one.script,
                f"The statement at line {one.line} of {one.script} runs in no transaction: what it "
                "locks could not be measured.",
            )


def _not_known(script: str, message: str) -> Finding:
    return Finding(
        rule="unmeasured",
        level="info",
        message=message,
        help="Read in PostgreSQL's manual what the command locks before you run it.",
        script=script,
    )
