"""What PostgreSQL lets a trigger be.

https://www.postgresql.org/docs/current/sql-createtrigger.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean
from pgcraft.objects.base import qualified, quoted
from pgcraft.objects.relations import find_table, find_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import MetaData

    from pgcraft.objects.trigger import Trigger

_TIMINGS = ("BEFORE", "AFTER", "INSTEAD OF")
_LEVELS = ("ROW", "STATEMENT")
_EVENTS = ("INSERT", "UPDATE", "UPDATE OF", "DELETE", "TRUNCATE")

_UPDATE_OF = re.compile(r"UPDATE\s+OF\b\s*", re.IGNORECASE)
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s",]+))\s*(?:,|$)')
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")


def normalised(event: str) -> str:
    """Return an event as it is compared: keywords in capitals, column names as they are.

    Example:
        >>> normalised("update of price"), normalised("insert")
        ('UPDATE OF price', 'INSERT')
    """
    match = _UPDATE_OF.match(event)
    return f"UPDATE OF {event[match.end() :]}".strip() if match else event.upper()


def columns_of(event: str) -> list[str]:
    """Return the names of the columns of an ``UPDATE OF``, as the server reads them.

    Returns:
        The names; none for another event, or where the list cannot be read.

    Example:
        >>> columns_of('UPDATE OF Price, "List price"'), columns_of("UPDATE")
        (['price', 'List price'], [])
    """
    match = _UPDATE_OF.match(event)
    names: list[str] = []
    at = match.end() if match else len(event)
    while at < len(event):
        found = _NAME.match(event, at)
        if found is None:
            return []
        names.append(found[1].replace('""', '"') if found[1] else found[2].lower())
        at = found.end()
    return names


def refuse_unknown_words(trigger: Trigger) -> None:
    """Refuse a timing, level or event that does not exist.

    Raises:
        PGCraftValidationError: There is one, with the nearest that exists.
    """
    _refuse_unknown(trigger, "timing", trigger.timing, _TIMINGS)
    _refuse_unknown(trigger, "level", trigger.level, _LEVELS)
    for event in trigger.events or ("",):
        if not columns_of(event):
            _refuse_unknown(trigger, "event", event, _EVENTS)
    kinds = [event.split(" ")[0] for event in trigger.events]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise PGCraftValidationError(
                f"The trigger {trigger.identity} has the event {kind} twice.",
                advice='Say it once; "UPDATE OF a, b" takes several columns.',
            )


def refuse_combinations(trigger: Trigger) -> None:
    """Refuse what does not go together, whatever the relation is.

    Raises:
        PGCraftValidationError: Something does not.
    """
    for what, advice in _misfits(trigger):
        raise PGCraftValidationError(f"The trigger {trigger.identity} {what}.", advice=advice)


def refuse_relation(trigger: Trigger, metadata: MetaData) -> None:
    """Refuse a trigger that its relation cannot have, if the models know the relation.

    The columns of a view are left to the server: its query may be a function that is called
    when it is needed.

    Raises:
        PGCraftValidationError: It is a table, and the trigger one for views, or the reverse, or
            a table that lacks a column of ``UPDATE OF``.
    """
    place = (metadata, trigger.schema, trigger.relation)
    name = qualified(trigger.schema, trigger.relation)
    table, view = find_table(*place), find_view(*place)
    what, advice = "", ""
    if table is not None and trigger.timing == "INSTEAD OF":
        what = f"is INSTEAD OF, but {name} is a table"
        advice = "INSTEAD OF is for views: say BEFORE or AFTER."
    elif view is not None and view.kind != "view":
        what = f"is on the {view.kind} {name}, which can have none"
        advice = "Put it on a table that the view reads."
    elif view is not None and trigger.timing != "INSTEAD OF":
        if trigger.level == "ROW":
            what = f"is {trigger.timing} and for each ROW, but {name} is a view"
            advice = "A view takes INSTEAD OF for each ROW, or BEFORE and AFTER for each STATEMENT."
        elif "TRUNCATE" in trigger.events:
            what, advice = f"is for TRUNCATE, but {name} is a view", "Take the event away."
    if what:
        raise PGCraftValidationError(f"The trigger {trigger.identity} {what}.", advice=advice)
    if table is not None:
        names = [column.name for column in table.columns]
        wanted = (one for event in trigger.events for one in columns_of(event))
        _refuse_unknown_columns(trigger, [one for one in wanted if one not in names], names)


def _refuse_unknown(trigger: Trigger, what: str, word: str, known: tuple[str, ...]) -> None:
    if word in known and word != "UPDATE OF":
        return
    options = [f"{one} column" if one == "UPDATE OF" else one for one in known]
    # "INSTEAD" and "UPDATE OF" are beginnings, which difflib does not think near.
    begun = [one for one in options if word and one.startswith(f"{word} ")]
    meant = f"Did you mean {begun[0]!r}? " if begun else did_you_mean(word, options)
    raise PGCraftValidationError(
        f"The trigger {trigger.identity} has the {what} {word!r}, which PostgreSQL does not know.",
        advice=f"{meant}The {what}s are: {', '.join(options)}.",
    )


def _misfits(trigger: Trigger) -> Iterator[tuple[str, str]]:
    """Yield what does not go together, and what would."""
    statement = trigger.level == "STATEMENT"
    if trigger.timing == "INSTEAD OF":
        if statement:
            yield "is INSTEAD OF and for each STATEMENT", "INSTEAD OF is for each ROW."
        if "TRUNCATE" in trigger.events:
            yield "is INSTEAD OF and for TRUNCATE", "A view cannot be truncated: take it away."
        if any(columns_of(event) for event in trigger.events):
            yield "is INSTEAD OF and for UPDATE OF columns", 'Say "UPDATE".'
        if trigger.when is not None:
            yield "is INSTEAD OF and has when=", "Put the condition into the function."
    if "TRUNCATE" in trigger.events and not statement:
        yield (
            "is for TRUNCATE and for each ROW",
            'Say level="STATEMENT"; other events for each ROW want a trigger of their own.',
        )
    for row in _rows_in(trigger.when or ""):
        if statement:
            yield (
                f"is for each STATEMENT, and its when= reads {row}",
                f'There is no {row} row: say level="ROW".',
            )
        event = "INSERT" if row == "OLD" else "DELETE"
        if event in trigger.events:
            yield (
                f"is for {event}, and its when= reads {row}",
                f"{event} has no {row} row: make a trigger of its own for {event}.",
            )
    yield from _misfits_of_function(trigger)


def _misfits_of_function(trigger: Trigger) -> Iterator[tuple[str, str]]:
    function = trigger.function
    if function.arguments:
        yield (
            f"calls {function.identity}, which has arguments",
            "The function of a trigger has none: it reads NEW, OLD and TG_ARGV.",
        )
    if function.returns.strip().lower() not in {"trigger", "pg_catalog.trigger"}:
        yield (
            f"calls {function.identity}, which returns {function.returns}",
            'Leave returns= out: a function for triggers returns "trigger".',
        )


def _rows_in(condition: str) -> list[str]:
    """Return which of OLD and NEW a condition reads; a call of a function ``old.f()`` is none."""
    outside = _QUOTED.sub("''", condition)
    found = re.findall(r"(?<![.\w$])(old|new)\b(?!\s*\.\s*\w+\s*\()", outside, re.IGNORECASE)
    return list(dict.fromkeys(one.upper() for one in found))


def _refuse_unknown_columns(trigger: Trigger, unknown: list[str], known: list[str]) -> None:
    for name in unknown:
        options = [quoted(one) for one in known]
        exact = [one for one in options if one.strip('"').lower() == name]
        meant = f"Did you mean {exact[0]!r}? " if exact else did_you_mean(name, options)
        raise PGCraftValidationError(
            f"The trigger {trigger.identity} is for UPDATE OF {quoted(name)}, a column which does "
            "not exist.",
            advice=f"{meant}The columns are: {', '.join(options)}.",
        )
