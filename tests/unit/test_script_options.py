"""Time limits are said as PostgreSQL says them."""

from __future__ import annotations

import click
import pytest

from pgcraft.cli.script_options import duration

CONTEXT = click.Context(click.Command("review"))
OPTION = click.Option(["--lock-timeout"])


@pytest.mark.parametrize(
    "text", [None, "0", "1ms", "500ms", "5s", "1.5 min", "2h", "24d", "1000us"]
)
def test_duration_with_a_unit_is_taken_as_it_is(text):
    """Zero is no limit and needs none."""
    assert duration(CONTEXT, OPTION, text) == text


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-5s", "5 S", "5sec", "1e3s", "5s'; DROP", "\u0665s"]
)
def test_what_is_no_duration_is_refused(text):
    """A number alone would be milliseconds, which few mean."""
    with pytest.raises(click.BadParameter, match="Write a number and its unit"):
        duration(CONTEXT, OPTION, text)


@pytest.mark.parametrize("text", ["0s", "0.4ms", "1us", "25d", "999999999999d"])
def test_limit_that_would_be_none_is_refused(text):
    """PostgreSQL rounds to milliseconds, and has no more than 32 bits for them."""
    with pytest.raises(click.BadParameter, match="not between one millisecond and the 24 days"):
        duration(CONTEXT, OPTION, text)


def test_accepted_durations_are_those_of_the_server(server, database):
    """What is taken can be set and is not zero."""
    with server.connect(database) as connection:
        for text in ("1ms", "500ms", "5s", "1.5 min", "2h", "24d", "1000us"):
            connection.execute("SELECT set_config('lock_timeout', %s, false)", (text,))
            row = connection.execute("SHOW lock_timeout").fetchone()
            assert row is not None
            assert row[0] != "0"
