"""What the bodies of PL/pgSQL functions are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcraft.objects.base import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column

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


def raise_if(condition: str, code: str, message: str, hint: str) -> str:
    """Return the statement that refuses what a trigger is about to do.

    Args:
        condition: The condition, as SQL.
        code: The SQLSTATE, or PostgreSQL's name for it.
        message: What happened.
        hint: What to do next.

    Example:
        >>> print(raise_if("NEW.price < 0", "check_violation", "It's negative.", "Pay."), end="")
            IF NEW.price < 0 THEN
                RAISE EXCEPTION USING
                    ERRCODE = 'check_violation',
                    MESSAGE = 'It''s negative.',
                    HINT = 'Pay.';
            END IF;
    """
    return f"""    IF {condition} THEN
        RAISE EXCEPTION USING
            ERRCODE = '{code}',
            MESSAGE = {literal(message)},
            HINT = {literal(hint)};
    END IF;
"""


def compare_images(left: Sequence[str], operator: str, right: Sequence[str]) -> str:
    """Return the comparison of values by image.

    Not every type has an equality, and not all that is equal looks alike. The casts keep the
    server from comparing column by column, with the columns' own operators.

    Args:
        left: The values on one side, as SQL.
        operator: ``*=`` or ``*<>``.
        right: The values on the other side.

    Example:
        >>> compare_images(["NEW.price"], "*<>", ["OLD.price"])
        'ROW(NEW.price)::record OPERATOR(pg_catalog.*<>) ROW(OLD.price)::record'
    """
    return (
        f"ROW({', '.join(left)})::record OPERATOR(pg_catalog.{operator})"
        f" ROW({', '.join(right)})::record"
    )


def made_by_server(column: Column[Any]) -> bool:
    """Return whether the server alone makes the column's value, so that none can be given.

    Example:
        >>> from sqlalchemy import Column, Identity, Integer
        >>> made_by_server(Column("number", Integer, Identity(always=True)))
        True
    """
    identity = column.identity
    return column.computed is not None or (identity is not None and bool(identity.always))
