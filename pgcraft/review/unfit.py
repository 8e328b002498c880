"""What a revision may say to a server and not to ``psql``, or to no one: it is refused."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from pgcraft.errors import UserCodeError

from .reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.project.answers import Statement

    from .reading import Reading

_STRINGS = "standard_conforming_strings"


def refuse_unfit(statements: Iterable[Statement], script: str) -> None:
    """Look through the statements of a script before it is written.

    Args:
        statements: What the script is made of, in order.
        script: Its name, for the sentence.

    Raises:
        UserCodeError: When ``psql`` would read one of them otherwise than as SQL that ends
            where it ends, or when no file can hold it.
    """
    listed = [*statements]
    escapes = any(_STRINGS in one.text.lower() for one in listed)
    for one in listed:
        who = f"Revision {one.revision}" if one.revision else "What env.py writes"
        _refuse_bytes(one.text, f"{who}, in {script},")
        _refuse(read(one.text), f"{who}, in {script},")
        if escapes:
            where = f"{who}, in {script} and with {_STRINGS} off,"
            _refuse(read(one.text, escapes=True), where)


def _refuse_bytes(text: str, who: str) -> None:
    nul = chr(0)
    if nul in text:
        raise UserCodeError(
            f"{who} has a NUL character, which PostgreSQL takes nowhere: {_around(text, nul)}.",
            advice="Remove it; bytes go into a bytea as '\\x00'.",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserCodeError(
            f"{who} has half a character (a surrogate, {text[error.start]!r}), which is no UTF-8: "
            f"{_around(text, text[error.start])}.",
            advice="See how the text was read: as UTF-8, and without errors='surrogateescape'.",
        ) from None


def _refuse(reading: Reading, who: str) -> None:
    if reading.command is not None:
        raise UserCodeError(
            f"{who} has a backslash outside of a literal. psql would take it for a command of its "
            f"own, and some run programs: {reading.command}",
            advice="Say it in SQL; connections, variables and programs are for whoever runs the "
            "script.",
        )
    if reading.unfinished is not None:
        raise UserCodeError(
            f"{who} does not end what it begins: {reading.unfinished} is open at the end of "
            f"{' '.join(reading.rest).strip() or 'the text'!r}, and would take in what follows.",
            advice="Close it.",
        )
    for words in (*reading.statements, reading.rest):
        if words[:1] == ("COPY",) and ("FROM", "STDIN") in pairwise(words):
            raise UserCodeError(
                f"{who} has COPY … FROM STDIN. psql would take the rest of the script for rows.",
                advice="Write INSERT, or op.bulk_insert().",
            )


def _around(text: str, character: str) -> str:
    at = text.index(character)
    return ascii(text[max(at - 20, 0) : at + 20])
