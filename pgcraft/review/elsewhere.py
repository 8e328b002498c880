"""The same scripts on other versions of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .drafting import drafted
from .finding import Finding
from .proof import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .options import Options
    from .plan import Plan
    from .proof import Proof
    from .scripts import Scripts
    from .stages import Stages


@dataclass(frozen=True, kw_only=True)
class ProofElsewhere:
    """A proof on another server.

    Attributes:
        version: The version of the server.
        proof: What applying the scripts showed there.
    """

    version: str
    proof: Proof


def prove_elsewhere(
    options: Options, stage: Stages, plan: Plan, scripts: Scripts | None
) -> tuple[ProofElsewhere, ...]:
    """Prove scripts on each further PostgreSQL that was asked for.

    Servers of different versions deparse the same schema differently, so each has its own base
    and its own models to compare with; the scripts are the very same bytes.

    Args:
        options: What was asked.
        stage: Told of each stage.
        plan: The change as it was drafted on the first server.
        scripts: Its scripts; None when nothing changes.

    Returns:
        A proof for each, in the order in which they were asked for.

    Raises:
        PGCraftError: When there is no such server, or the user's code fails on it.
    """
    proofs = []
    for programs in options.postgres[1:]:
        with drafted(replace(options, postgres=(programs,)), stage) as other:
            version = other.server.programs.version
            with stage(f"Proving the scripts on PostgreSQL {version}"):
                there = replace(other.plan, draft=plan.draft)
                proof = prove(other.server, other.baseline, there, scripts, timeout=options.timeout)
        proofs.append(ProofElsewhere(version=version, proof=proof))
    return tuple(proofs)


def elsewhere_findings(proofs: tuple[ProofElsewhere, ...]) -> Iterator[Finding]:
    """Name what is not proven on another version.

    Args:
        proofs: Those of the other versions.

    Yields:
        A finding for each mismatch.
    """
    for one in proofs:
        for mismatch in one.proof.mismatches:
            yield Finding(
                rule="unproven",
                level="error",
                message=f"On PostgreSQL {one.version} {mismatch.script} does not do what it "
                f"should: {mismatch.text}.",
                help="Do not run it on that version.",
                script=mismatch.script,
            )
