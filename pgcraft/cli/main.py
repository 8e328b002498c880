"""The ``pgcraft`` command: its subcommands, and how each ending becomes an exit code."""

from __future__ import annotations

import shutil
import signal
import sys
import traceback
from typing import TYPE_CHECKING, NoReturn

import click

from pgcraft.errors import PGCraftError

from .autogenerate import autogenerate
from .review import review

if TYPE_CHECKING:
    from types import FrameType

EXIT_BUG = 70
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_TERMINATED = 128 + signal.SIGTERM


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="pgcraft", prog_name="pgcraft")
def pgcraft() -> None:
    """Turn a change of SQLAlchemy models into migration SQL that was proven.

    \b
    Start with:
        pgcraft review PROJECT

    where PROJECT is the directory that holds alembic.ini, or a pyproject.toml
    with [tool.alembic]; this one if left out. It needs no database: a scratch
    PostgreSQL is started, used and removed again.

    \b
    Exit codes:
        0  the policy (--fail-on) is met
        1  it is not
        2  wrong usage or configuration
        3  the project's own code failed
        4  no scratch PostgreSQL could be had
        130, 143  stopped by Ctrl-C or SIGTERM; 70 would be a bug of pgcraft

    Every option of a command can stand in pgcraft.toml or in [tool.pgcraft] of
    pyproject.toml, by its long name: fail-on = "warning", guard = false.
    """  # noqa: D301  # Click wants the character that \b is, to keep lines as they are


pgcraft.add_command(review)
pgcraft.add_command(autogenerate)


def main() -> NoReturn:
    """Run the command line and exit."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = pgcraft.main(standalone_mode=False)
    except PGCraftError as error:
        _say(error)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nStopped. No file was written.", err=True)
        code = EXIT_INTERRUPTED
    except Exception:  # noqa: BLE001  # the last resort: a sentence and no bare traceback
        click.echo(
            "pgcraft itself failed, which is a bug. Please report it with the lines below.\n"
            f"{traceback.format_exc()}",
            err=True,
        )
        code = EXIT_BUG
    sys.exit(code)


def _say(error: PGCraftError) -> None:
    if error.detail.strip():
        click.echo(f"{error.detail.rstrip()}\n", err=True)
    for text in (f"Error: {error.what}", error.advice):
        if text:
            wrapped = click.wrap_text(text, _width()) if sys.stderr.isatty() else text
            prefix = click.style("Error:", fg="red", bold=True)
            click.echo(wrapped.replace("Error:", prefix, 1), err=True)


def _width() -> int:
    return shutil.get_terminal_size().columns


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    """A cancelled job: leave through every ``finally``, as Ctrl-C does."""
    sys.exit(EXIT_TERMINATED)
