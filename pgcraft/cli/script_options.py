"""The options that say what the scripts begin with."""

from __future__ import annotations

import re

import click

# PostgreSQL's units of time, in milliseconds; its settings are whole milliseconds in 32 bits.
_UNITS = {"us": 0.001, "ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_MOST = 2**31 - 1
_DURATION = re.compile(rf"([0-9]{{1,12}}(?:\.[0-9]{{1,6}})?) ?({'|'.join(_UNITS)})", re.ASCII)


def duration(_context: click.Context, _parameter: click.Parameter, text: str | None) -> str | None:
    """Accept what PostgreSQL takes for a time limit, with its unit.

    Args:
        text: What was said.

    Returns:
        The same.

    Raises:
        click.BadParameter: When it is no such text, or would be no limit.
    """
    if text is None or text == "0":
        return text
    found = _DURATION.fullmatch(text)
    if found is None:
        raise click.BadParameter(
            f"{text!r} is no duration of PostgreSQL's. Write a number and its unit, such as 5s, "
            "500ms or 2min; 0 is no limit."
        )
    # PostgreSQL rounds, and zero is no limit at all.
    milliseconds = float(found[1]) * _UNITS[found[2]]
    if not 1 <= milliseconds <= _MOST:
        raise click.BadParameter(
            f"{text} is not between one millisecond and the 24 days that PostgreSQL takes. "
            "0 is no limit."
        )
    return text


SCRIPT_OPTIONS = [
    click.option(
        "--guard/--no-guard",
        default=True,
        show_default=True,
        help="Let each transaction refuse a database at another revision.",
    ),
    click.option(
        "--lock-timeout",
        metavar="DURATION",
        callback=duration,
        help="Let the scripts wait so long for a lock, such as 5s.  [default: the database's]",
    ),
    click.option(
        "--statement-timeout",
        metavar="DURATION",
        callback=duration,
        help="Let each of their statements take so long.  [default: the database's]",
    ),
    click.option(
        "--no-psql",
        is_flag=True,
        help="Leave out the one line that only psql reads; psql then needs -v ON_ERROR_STOP=1.",
    ),
]
"""In the order in which ``--help`` lists them."""
