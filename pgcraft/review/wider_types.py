"""Which types have all values of which others."""

from __future__ import annotations

import re

_WIDER = (
    ("smallint", "integer", "bigint", "numeric"),
    ("real", "double precision"),
    ("date", "timestamp without time zone"),
)
_MODIFIED = re.compile(
    r"^([\w ]+?)(?:\((\d+)(?:,(-?\d+))?\))?((?: with(?:out)? time zone)?)((?:\[\])*)$"
)
_TEXTS = frozenset({"character varying", "text"})
# Texts of these give the very values back.
_WRITTEN = frozenset(
    {*_WIDER[0], "boolean", "uuid", "json", "jsonb", "xml", "inet", "cidr", "macaddr", "character"}
)
_LENGTHS = frozenset({"bit varying", "character"})
_SECONDS = frozenset({"timestamp", "time", "interval"})
_DIGITS_OF_SECONDS = 6


def holds(wide: str, narrow: str) -> bool:
    """Whether a type has all values of another one, exactly, as far as their names tell.

    Args:
        wide: A type as ``format_type`` gives it.
        narrow: Another one.

    Returns:
        True when it is certain.
    """
    if wide == narrow:
        return True
    one, other = _MODIFIED.match(wide), _MODIFIED.match(narrow)
    if one is None or other is None or one[5] != other[5]:
        return wide == "text" and other is None  # an enum or domain with a schema
    return _is_wider(one, other)


def _is_wider(one: re.Match[str], other: re.Match[str]) -> bool:
    base, of = one[1] + one[4], other[1] + other[4]
    if one[1] in _TEXTS:
        if one[2] is None:
            return of in _TEXTS or of in _WRITTEN
        return of in _TEXTS and other[2] is not None and int(one[2]) >= int(other[2])
    if base != of:
        unlimited = one[2] is None and other[2] is None
        return unlimited and any(
            base in row and of in row and row.index(base) > row.index(of) for row in _WIDER
        )
    if one[1] in _SECONDS:
        digits = [_DIGITS_OF_SECONDS if each[2] is None else int(each[2]) for each in (one, other)]
        return digits[0] >= digits[1]
    if base == "numeric":
        return _holds_numeric(one, other)
    both = one[2] is not None and other[2] is not None
    return both and base in _LENGTHS and int(one[2]) >= int(other[2])


def _holds_numeric(one: re.Match[str], other: re.Match[str]) -> bool:
    if one[2] is None:
        return True
    if other[2] is None:
        return False
    scales = [int(each[3] or 0) for each in (one, other)]
    digits = [int(each[2]) - scale for each, scale in zip((one, other), scales, strict=True)]
    return scales[0] >= scales[1] and digits[0] >= digits[1]
