"""The summary that ``pgcraft review`` prints: the verdict first, then what it rests on."""

from __future__ import annotations

from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.review.changes import Change
    from pgcraft.review.lossless import Losses
    from pgcraft.review.options import Options
    from pgcraft.review.report import Report

_STYLE = {"error": "bold red", "warning": "bold yellow", "info": "bold blue"}
_ACTION = {"create": "green", "alter": "yellow", "drop": "red"}


def print_summary(
    report: Report, options: Options, files: Iterable[str], *, show_sql: bool
) -> None:
    """Print a report for a person at a terminal.

    Args:
        report: The report.
        options: What was asked.
        files: The names of the files that were written.
        show_sql: Whether to print the scripts too.
    """
    # Elsewhere than on a terminal, tables are not filled up with spaces.
    terminal = Console(highlight=False)
    console = terminal if terminal.is_terminal else Console(highlight=False, file=StringIO())
    console.print()
    console.print(_verdict(report))
    if not report.meets(options.fail_on):
        console.print(Text(f"The policy --fail-on {options.fail_on} is not met.", style="bold red"))
    console.print()
    console.print(_indented(_certificate(report)))
    if report.changes:
        _section(console, "Changes", _changes(report.changes))
    if report.drift:
        _section(console, "Older than the change (drift)", _changes(report.drift))
    if report.findings:
        _section(console, "Findings", _findings(report))
    if report.proof.unmanaged:
        names = ", ".join(str(key) for key in report.proof.unmanaged)
        _section(console, "Not managed, left alone", Text(names))
    _section(console, f"Files in {options.output}", Text("\n".join(_listed(files))))
    step = _next_step(report)
    if step:
        _section(console, "Next", Text(step))
    if isinstance(console.file, StringIO):
        for line in console.file.getvalue().splitlines():
            click.echo(line.rstrip())
    if show_sql:
        _print_sql(report)


def _listed(files: Iterable[str]) -> list[str]:
    """The files in the directory, and how many are in one below it."""
    names = sorted(files)
    below = Counter(name.partition("/")[0] for name in names if "/" in name)
    plain = [name for name in names if "/" not in name]
    return sorted([*plain, *(f"{name}/ ({count} scripts)" for name, count in below.items())])


def _print_sql(report: Report) -> None:
    """Print the scripts as they are: a line that is broken to fit is other SQL."""
    scripts = report.scripts
    for script in (scripts.upgrade, scripts.downgrade) if scripts else ():
        if script is not None:
            click.echo(f"\n{script.content.decode().rstrip()}")


def _next_step(report: Report) -> str:
    history = report.baseline.history
    if report.plan.revision_name is not None:
        commit = report.baseline.commit
        since = f"--from {report.baseline.revision or 'base'}"
        if commit is not None:
            since = f"--base-ref {commit.ref}"
        return (
            f"Move {report.plan.revision_name} to the project's versions and commit it. "
            f"From then on, {since} gives the SQL of what is committed."
        )
    if report.scripts is None and history.heads:
        below = {revision.id: revision.down for revision in history.revisions}[history.heads[0]]
        return (
            f"For the SQL of {history.heads[0]}, which is committed, say "
            f"--from {below[0] if below else 'base'}."
        )
    return ""


def _section(console: Console, title: str, content: Table | Text) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(_indented(content))


def _indented(content: Table | Text) -> Padding:
    return Padding(content, (0, 0, 0, 2), expand=False)


def _verdict(report: Report) -> Text:
    errors = sum(finding.level == "error" for finding in report.findings)
    warnings = sum(finding.level == "warning" for finding in report.findings)
    if report.verdict == "fail":
        proven = report.proof.up_equals_models and report.proof.down_equals_base
        words = _counted(errors, "error") if proven else f"NOT PROVEN: {_counted(errors, 'error')}"
        return Text(words, style="bold white on red")
    if report.verdict == "no-change":
        return Text("No schema change", style="bold green")
    if warnings:
        return Text(f"Proven, with {_counted(warnings, 'warning')}", style="bold yellow")
    return Text("Proven", style="bold green")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _certificate(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    target = "the models"
    if report.plan.has_history:
        target = ", ".join(report.plan.draft.target) or "base"
    table.add_row("from", report.baseline.revision or "an empty database")
    if report.plan.revision_name is not None:
        target += " (drafted, not committed yet)"
    if report.scripts is not None:
        table.add_row("to", target)
        for step, goal in _STEPS.items():
            table.add_row(step, _outcome(report, step, goal))
        if report.proof.losses is not None:
            table.add_row("data", _losses(report.proof.losses))
    rows = "" if report.scripts is None else ", without production's rows"
    table.add_row("PostgreSQL", f"{', '.join(report.postgres)}{rows}")
    return table


# The steps of the proof as the reader knows them, and what each must give.
_STEPS = {
    "upgrade.sql": "the models",
    "downgrade.sql": "the base back",
    "upgrade again": "the models again",
}


def _outcome(report: Report, step: str, goal: str) -> Text:
    proof = report.proof
    results = (proof.up_equals_models, proof.down_equals_base, proof.up_again)
    result = dict(zip(_STEPS, results, strict=True))[step]
    if result is None:
        return Text("not run", style="yellow")
    if result:
        return Text(f"applied, gives {goal}", style="green")
    stopped = any(
        one.kind == "script" and one.step == step.removesuffix(".sql") for one in proof.mismatches
    )
    return Text("stops with an error" if stopped else f"does not give {goal}", style="red")


def _losses(losses: Losses) -> Text:
    if losses.lossless:
        return Text("downgrade.sql loses none", style="green")
    parts = [
        f"{when}: {_first(lost)}"
        for when, lost in (
            ("of the base's", losses.after_upgrade),
            ("of what is written meanwhile", losses.after_use),
        )
        if lost
    ]
    return Text(f"downgrade.sql loses {'; '.join(parts)}", style="yellow")


def _first(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    return ", ".join([*names[:_NAMED], *([f"{more} more"] if more > 0 else [])])


# Losses in the summary; review.json has all.
_NAMED = 3


def _changes(changes: Iterable[Change]) -> Table:
    table = Table.grid(padding=(0, 2))
    for change in changes:
        words = Text(change.identity)
        if change.action == "alter":
            words.append(f": {change.detail}", style="dim")
        table.add_row(Text(change.action, style=_ACTION[change.action]), change.kind, words)
    return table


def _findings(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    for finding in report.findings:
        words = Text(finding.message)
        words.append(f"\n{finding.help}", style="dim")
        table.add_row(Text(finding.level, style=_STYLE[finding.level]), words)
    return table
