"""Names in the bodies of PL/pgSQL functions."""

from __future__ import annotations

from pgcraft.objects.base import quoted

# Reserved by PL/pgSQL and not by SQL, so that nothing else quotes them.
# https://github.com/postgres/postgres/blob/master/src/pl/plpgsql/src/pl_reserved_kwlist.h
_RESERVED = frozenset(
    ["begin", "by", "declare", "execute", "foreach", "if", "loop", "strict", "while"]
)


def field(name: str) -> str:
    """Return a column's name as it is written in a function's body, such as after ``NEW.``.

    Args:
        name: The name.

    Returns:
        The name, quoted where SQL or PL/pgSQL wants it.

    Example:
        >>> field("price"), field("order"), field("loop")
        ('price', '"order"', '"loop"')
    """
    return f'"{name}"' if name in _RESERVED else quoted(name)
