"""``pgcraft review``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .options import noting_earlier_files, project_options
from .progress import progress_to

if TYPE_CHECKING:
    from pgcraft.review.options import Options


@click.command(short_help="Draft the scripts, prove them, report.")
@project_options
@click.option(
    "--fail-on",
    type=click.Choice(["never", "changes", "warning", "error"]),
    default="error",
    show_default=True,
    help="What makes the exit code 1; an unproven script is an error.",
)
@click.option("--show-sql", is_flag=True, help="Print the scripts too.")
@click.option("--json", "as_json", is_flag=True, help="Print review.json on stdout, nothing else.")
def review(options: Options, *, show_sql: bool, as_json: bool, quiet: bool, fail_on: str) -> None:
    """Draft upgrade.sql and downgrade.sql for PROJECT, prove them, and report.

    The history is replayed into a scratch PostgreSQL, autogenerate finds what the
    models have besides, and both scripts are applied with psql: upgrade gives the
    models' schema, downgrade gives the base back, or the review fails.
    """
    from pgcraft.review.pipeline import review as run
    from pgcraft.review.report import text_of

    from .summary import print_summary

    del fail_on
    with noting_earlier_files(options.output):
        report, files = run(options, progress_to(sys.stderr, quiet=quiet))
    if as_json:
        click.echo(text_of(report).rstrip("\n"))
    else:
        print_summary(report, options, files, show_sql=show_sql)
    sys.exit(0 if report.meets(options.fail_on) else 1)
