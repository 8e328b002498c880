"""The summary that ``pgcraft review`` prints: the verdict first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    console = Console(highlight=False, soft_wrap=False)
    console.print()
    console.print(_verdict(report))
    console.print(Padding(_certificate(report), (1, 0, 0, 2)))
    if report.changes:
        _section(console, "Changes", _changes(report))
    if report.findings:
        _section(console, "Findings", _findings(report))
    if report.proof.unmanaged:
        names = ", ".join(str(key) for key in report.proof.unmanaged)
        _section(console, "Not managed, left alone", Text(names))
    if show_sql and report.scripts is not None:
        for script in (report.scripts.upgrade, report.scripts.downgrade):
            if script is not None:
                _section(console, script.name, Text(script.content.decode()))
    _section(console, f"Files in {options.output}", Text("\n".join(sorted(files))))


def _section(console: Console, title: str, content: Table | Text) -> None:
    console.print()
    console.print(Text(title, style="bold"))
    console.print(Padding(content, (0, 0, 0, 2)))


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
    return Text("Proven: safe to apply", style="bold green")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _certificate(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    target = ", ".join(report.plan.draft.target) or "the models"
    table.add_row("from", report.baseline.revision or "an empty database")
    if report.plan.revision_name is not None:
        target += " (drafted, not committed yet)"
    if report.scripts is not None:
        table.add_row("to", target)
        table.add_row("upgrade.sql", _outcome(report.proof.up_equals_models, "the models"))
        table.add_row("downgrade.sql", _outcome(report.proof.down_equals_base, "the base back"))
        table.add_row("upgrade again", _outcome(report.proof.up_again, "the models again"))
    table.add_row("PostgreSQL", report.postgres)
    return table


def _outcome(result: bool | None, goal: str) -> Text:
    if result is None:
        return Text("not run", style="yellow")
    return (
        Text(f"applied, gives {goal}", style="green")
        if result
        else Text(f"does not give {goal}", style="red")
    )


def _changes(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    for change in report.changes:
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
