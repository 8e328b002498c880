"""What the bodies of PL/pgSQL functions are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcraft.objects.base import indented, literal, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Column

# Reserved by PL/pgSQL and not by SQL, so that nothing else quotes them.
# https://github.com/postgres/postgres/blob/master/src/pl/plpgsql/src/pl_reserved_kwlist.h
_RESERVED = frozenset(
    ["begin", "by", "declare", "execute", "foreach", "if", "loop", "strict", "while"]
)

_WIDTH = 88

_TOLD = (
    "_pgcraft_schema text",
    "_pgcraft_table text",
    "_pgcraft_column text",
    "_pgcraft_constraint text",
    "_pgcraft_hint text",
)

# Only the server's own errors name a table; those of the user's triggers are passed on as they are.
# Of a view's CHECK OPTION (44000) the server names none; there a trigger is known by its hint.
_WITHOUT_THE_ROW = """EXCEPTION
WHEN integrity_constraint_violation OR with_check_option_violation THEN
    GET STACKED DIAGNOSTICS
        _pgcraft_schema = SCHEMA_NAME,
        _pgcraft_table = TABLE_NAME,
        _pgcraft_column = COLUMN_NAME,
        _pgcraft_constraint = CONSTRAINT_NAME,
        _pgcraft_hint = PG_EXCEPTION_HINT;
    IF _pgcraft_table = '' AND (SQLSTATE <> '44000' OR _pgcraft_hint <> '') THEN
        RAISE;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = SQLSTATE,
        MESSAGE = SQLERRM,
        SCHEMA = _pgcraft_schema,
        TABLE = _pgcraft_table,
        COLUMN = _pgcraft_column,
        CONSTRAINT = _pgcraft_constraint;
"""


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


def function_body(statements: str, variables: Iterable[str] = (), *, definer_on: str | None) -> str:
    r"""Return the body of a trigger function that writes to tables.

    Every relation in its statements has the alias ``stored``: the columns of one that is called
    ``old`` or ``new`` would be meant by ``OLD.id`` instead of the trigger's row. Columns are
    named without a relation, and come before variables of the same name.

    Args:
        statements: The statements, each on lines of its own.
        variables: The variables, such as ``_pgcraft_row record``.
        definer_on: The relation whose trigger the function is, as SQL, if it runs with its
            owner's rights. It then serves no other relation, as one who may execute it could make
            one for himself, and leaves the row out of errors, which the server tells to owners.

    Example:
        >>> print(function_body("    RETURN NEW;\n", definer_on=None).strip())
        #variable_conflict use_column
        BEGIN
            RETURN NEW;
        END;
    """
    lines = [f"    {one};\n" for one in (*variables, *(_TOLD if definer_on else ()))]
    declared = "".join(["DECLARE\n", *lines]) if lines else ""
    if definer_on is not None:
        statements = f"{_refuse_others(definer_on)}{statements}{_WITHOUT_THE_ROW}"
    return f"\n#variable_conflict use_column\n{declared}BEGIN\n{statements}END;\n"


def _refuse_others(relation: str) -> str:
    # The trigger of a partitioned table is at each partition.
    return raise_if(
        f"COALESCE(pg_partition_root(TG_RELID), TG_RELID) <> {literal(relation)}::regclass",
        "insufficient_privilege",
        f"This function serves the triggers of {relation} alone.",
        "Write a function of your own.",
    )


def refuse_stale(view: str, changed: str, otherwise: str = "") -> str:
    """Return what follows a statement that wrote no row.

    A row that is gone, or that a trigger or policy keeps as it is, is passed over. One that was
    changed is refused: a table would compute the new values again from the changed row; a
    trigger cannot, and writing those it has would lose the other change.

    Args:
        view: The view that is written through.
        changed: The condition that the row was changed.
        otherwise: Statements that come first.
    """
    refused = raise_if(
        changed,
        "serialization_failure",
        f"The row of {view} was changed by another transaction after this statement had read it.",
        "Run the transaction again.",
    )
    return (
        f"    IF NOT FOUND THEN\n    {indented(f'{otherwise}{refused}')}    RETURN NULL;\n"
        "    END IF;\n"
    )


def clause(keyword: str, parts: Iterable[str]) -> str:
    r"""Return a keyword with its list; each part is on a line of its own if they are long.

    Example:
        >>> clause("RETURNING", ["name", "price"])
        'RETURNING name, price'
        >>> clause("SET", ["a" * 60, "b" * 40]).count("\n")
        2
    """
    found = list(parts)
    line = f"{keyword} {', '.join(found)}"
    if len(line) <= _WIDTH or len(found) == 1:
        return line
    return f"{keyword}\n        " + ",\n        ".join(found)


def parenthesised(parts: Iterable[str]) -> str:
    """Return a list in parentheses; each part is on a line of its own if they are long.

    Example:
        >>> parenthesised(["name", "price"])
        '(name, price)'
    """
    broken = clause("(", parts)
    return f"{broken}\n    )" if "\n        " in broken else f"({broken[2:]})"


def compare_images(
    left: Sequence[str], operator: str, right: Sequence[str], separator: str = " "
) -> str:
    """Return the comparison of values by image.

    Not every type has an equality, and not all that is equal looks alike. The casts keep the
    server from comparing column by column, with the columns' own operators.

    Args:
        left: The values on one side, as SQL.
        operator: ``*=`` or ``*<>``.
        right: The values on the other side.
        separator: What stands before the operator, such as a line end.

    Example:
        >>> compare_images(["NEW.price"], "*<>", ["OLD.price"])
        'ROW(NEW.price)::record OPERATOR(pg_catalog.*<>) ROW(OLD.price)::record'
    """
    return (
        f"ROW({', '.join(left)})::record{separator}OPERATOR(pg_catalog.{operator})"
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
