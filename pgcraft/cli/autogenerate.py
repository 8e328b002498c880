"""``pgcraft autogenerate``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .options import noting_earlier_files, project_options
from .progress import progress_to

if TYPE_CHECKING:
    from pgcraft.review.options import Options


@click.command(short_help="Draft the revision and its SQL, no proof.")
@project_options
def autogenerate(options: Options, *, quiet: bool) -> None:
    """Draft the revision and its SQL for PROJECT, without proof or report.

    Nothing in the project is changed: the revision file is among the files of the
    output directory, ready to be moved to the versions and committed.
    """
    from pgcraft.review.pipeline import draft

    with noting_earlier_files(options.output):
        files = draft(options, progress_to(sys.stderr, quiet=quiet))
    if not files:
        click.echo("No schema change.")
        return
    click.echo(f"Files in {options.output}, not proven (`pgcraft review` runs the scripts):")
    for name in files:
        click.echo(f"  {name}")
