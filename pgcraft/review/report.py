"""The report: everything that a review found out, and its machine-readable form."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from .schema_diff import schema_diff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .baseline import Baseline
    from .changes import Change
    from .elsewhere import ProofElsewhere
    from .finding import Finding
    from .measure import Measurement, StatementFacts
    from .options import FailOn
    from .plan import Plan
    from .proof import Mismatch, Proof
    from .scripts import Script, Scripts
    from .stop_points import StopPoint

_CHANGE_KEYS = ("action", "kind", "identity", "detail")

Verdict = Literal["pass", "warn", "fail", "no-change"]
FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a review found out.

    Attributes:
        tool: pgcraft's version.
        postgres: The versions of the scratch servers.
        elsewhere: What applying the scripts showed on all but the first of them.
        baseline: The base.
        plan: The change.
        scripts: The scripts; None when nothing changes.
        proof: What applying them showed.
        measurement: What their statements lock, rewrite and scan; None when there are none.
        changes: What they do, without the drift that they end.
        findings: What to know before running them, worst first.
        stop_points: Where the upgrade can stop half way, and what gets out of there.
    """

    tool: str
    postgres: tuple[str, ...]
    elsewhere: tuple[ProofElsewhere, ...]
    baseline: Baseline
    plan: Plan
    scripts: Scripts | None
    proof: Proof
    measurement: Measurement | None
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    stop_points: tuple[StopPoint, ...] = ()

    @property
    def drift(self) -> tuple[Change, ...]:
        """Where models and history differed at the base already."""
        return self.baseline.models.drift if self.baseline.models is not None else ()

    @cached_property
    def schema_diff(self) -> bytes | None:
        """Both schemas as pg_dump prints them; None when the upgrade did not run to its end."""
        if self.scripts is None or self.proof.dumps is None:
            return None
        return schema_diff(*self.proof.dumps).encode()

    @property
    def verdict(self) -> Verdict:
        """The review in one word, whatever the policy says."""
        levels = {finding.level for finding in self.findings if not finding.waived}
        if "error" in levels:
            return "fail"
        if self.scripts is None:
            return "no-change"
        return "warn" if "warning" in levels else "pass"

    def meets(self, fail_on: FailOn) -> bool:
        """Whether a policy is met."""
        failing: dict[FailOn, set[Verdict]] = {
            "never": set(),
            "error": {"fail"},
            "warning": {"fail", "warn"},
            "changes": {"fail", "warn", "pass"},
        }
        return self.verdict not in failing[fail_on]


def files_of(report: Report) -> dict[str, bytes]:
    """The files of a report by name, without their sums and timings.

    Args:
        report: The report.

    Returns:
        Names and bytes; the same input gives the same bytes.
    """
    files = _files_beside(report)
    return files | {"review.json": _text(report, files).encode()}


def text_of(report: Report) -> str:
    """The text of ``review.json``."""
    return _text(report, _files_beside(report))


def _text(report: Report, files: Iterable[str]) -> str:
    return json.dumps(machine_view(report, [*files]), indent=2, ensure_ascii=False) + "\n"


def _files_beside(report: Report) -> dict[str, bytes]:
    files = script_files(report.plan, report.scripts)
    if report.schema_diff is not None:
        files["schema.diff"] = report.schema_diff
    return files


def script_files(plan: Plan, scripts: Scripts | None) -> dict[str, bytes]:
    """The scripts and the drafted revision, by file name."""
    files = {one.name: one.content for one in scripts.all} if scripts else {}
    if plan.revision_name is not None:
        files[plan.revision_name] = plan.revision_source
    return files


def machine_view(report: Report, files: list[str]) -> dict[str, Any]:
    """The content of ``review.json``.

    Args:
        report: The report.
        files: The names of the other files.

    Returns:
        JSON values.
    """
    scripts = report.scripts
    return {
        "version": FORMAT,
        "verdict": report.verdict,
        "tool": {"name": "pgcraft", "version": report.tool},
        "postgres": [
            {"version": version, **_outcome(proof)}
            for version, proof in zip(
                report.postgres,
                [report.proof, *(one.proof for one in report.elsewhere)],
                strict=True,
            )
        ],
        "base": {
            "revision": report.baseline.revision,
            "fingerprint": report.plan.base.fingerprint,
            "git_sha": report.baseline.commit.sha if report.baseline.commit else None,
        },
        "target": {
            "revision": ", ".join(report.plan.draft.target) or None,
            "fingerprint": report.plan.models.fingerprint,
            "git_sha": report.baseline.commit.target if report.baseline.commit else None,
        },
        "scripts": {
            "upgrade": _script(scripts.upgrade if scripts else None),
            "downgrade": _script(scripts.downgrade if scripts else None),
            "revisions": [
                {
                    "revision": one.revision,
                    "upgrade": _script(one.upgrade),
                    "downgrade": _script(one.downgrade),
                }
                for one in (scripts.revisions if scripts else ())
            ],
        },
        "proof": _proof(report.proof),
        "downgrade": asdict(report.proof.losses) if report.proof.losses else None,
        "changes": [_change(one) for one in report.changes],
        "drift": [_change(one) for one in report.drift],
        "statements": [asdict(one) for one in _statements(report.measurement)],
        "findings": [asdict(finding) for finding in report.findings],
        "stop_points": [asdict(one) for one in report.stop_points],
        "unmanaged": [str(key) for key in report.proof.unmanaged],
        "files": sorted([*files, "review.json"]),
    }


def _change(change: Change) -> dict[str, Any]:
    return {key: value for key, value in asdict(change).items() if key in _CHANGE_KEYS}


def _script(script: Script | None) -> dict[str, Any] | None:
    if script is None:
        return None
    return {
        "path": script.name,
        "sha256": script.sha256,
        "statements": len(script.statements),
        "transactional": script.transactional,
    }


def _outcome(proof: Proof) -> dict[str, Any]:
    return {
        "up_equals_models": proof.up_equals_models,
        "down_equals_base": proof.down_equals_base,
        "up_again": proof.up_again,
    }


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        **_outcome(proof),
        "differences": [_difference(one) for one in proof.mismatches],
    }


def _difference(mismatch: Mismatch) -> dict[str, Any]:
    return {
        "key": mismatch.key,
        "kind": mismatch.kind,
        "base": mismatch.base,
        "models": mismatch.models,
        "script": mismatch.script,
        "text": mismatch.text,
    }


def _statements(measurement: Measurement | None) -> tuple[StatementFacts, ...]:
    return measurement.statements if measurement else ()
