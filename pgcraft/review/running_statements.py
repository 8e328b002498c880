"""The statements that code has for a relation, a routine, a sequence, from the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import psycopg


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a relation.

    Attributes:
        names: All of them.
        required: Those that an INSERT must name.
        nullable: Those that it may leave empty.
        has_trigger: Whether a trigger sees each row before it is inserted.
    """

    names: tuple[str, ...]
    required: tuple[str, ...]
    nullable: frozenset[str]
    has_trigger: bool


@dataclass(frozen=True, kw_only=True)
class Known:
    """An object and what code does with it.

    Attributes:
        identity: Its name as the server quotes it.
        statements: What each does, and the statement.
        columns: Those of a relation; None for others.
    """

    identity: str
    statements: tuple[tuple[str, str], ...]
    columns: Columns | None = None


@dataclass(frozen=True, kw_only=True)
class _Column:
    name: str
    type: str
    writable: bool
    not_null: bool
    filled: bool
    in_key: bool


# Columns of a domain that takes no NULL are like columns that take none.
_RELATIONS = """
SELECT
    n.identity,
    coalesce(json_agg(json_build_array(
        quote_ident(a.attname),
        format_type(a.atttypid, a.atttypmod),
        a.attgenerated = '' AND a.attidentity <> 'a' AND (
            c.relkind <> 'v' OR pg_column_is_updatable(c.oid, a.attnum, true)
        ),
        a.attnotnull OR t.typnotnull,
        a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
        coalesce(a.attnum = ANY (i.indkey), false)
    ) ORDER BY a.attnum) FILTER (WHERE a.attnum IS NOT NULL), '[]'),
    EXISTS (
        SELECT FROM pg_trigger AS g
        -- Row, before, insert; switched off for nobody.
        WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 7 = 7
    )
FROM unnest(%s::text[]) AS n (identity)
JOIN pg_class AS c ON c.oid = to_regclass(n.identity)
LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary
-- Code names the table that a partition is one of.
WHERE NOT c.relispartition
GROUP BY n.identity, c.oid
ORDER BY n.identity
"""


def known_relations(
    connection: psycopg.Connection[Any], identities: Sequence[str]
) -> Iterable[Known]:
    """Write the statements for tables and views.

    Args:
        connection: A connection to their database with an empty ``search_path``.
        identities: Their names; those that are not there are left out.

    Yields:
        SELECT, INSERT, UPDATE and DELETE of each, parameters with the types of their columns.
    """
    if not identities:
        return
    for identity, rows, has_trigger in connection.execute(_RELATIONS, ([*identities],)):
        columns = [
            _Column(
                name=row[0],
                type=row[1],
                writable=row[2],
                not_null=row[3],
                filled=row[4],
                in_key=row[5],
            )
            for row in rows
        ]
        required = [one for one in columns if one.not_null and not one.filled]
        yield Known(
            identity=identity,
            statements=tuple(_statements(identity, columns, required)),
            columns=Columns(
                names=tuple(one.name for one in columns),
                required=tuple(one.name for one in required),
                nullable=frozenset(one.name for one in columns if not one.not_null),
                has_trigger=has_trigger,
            ),
        )


def _statements(
    identity: str, columns: Sequence[_Column], required: Sequence[_Column]
) -> Iterable[tuple[str, str]]:
    writable = [one for one in columns if one.writable]
    key = [one for one in columns if one.in_key]
    names = ", ".join(one.name for one in columns)
    # The server quoted all names, and deparsed all types.
    yield "SELECT", f"SELECT {names} FROM {identity}{_where(key)}"  # noqa: S608  # as said
    yield "INSERT", _insert(identity, required)
    if writable != [*required]:
        yield "INSERT of all columns", _insert(identity, writable)
    set_ = [one for one in writable if not one.in_key]
    if set_:
        values = ", ".join(
            f"{one.name} = {_value(number, one)}" for number, one in enumerate(set_, 1)
        )
        yield "UPDATE", f"UPDATE {identity} SET {values}{_where(key, len(set_) + 1)}"  # noqa: S608  # as said
    yield "DELETE", f"DELETE FROM {identity}{_where(key)}"  # noqa: S608  # as said


def _insert(identity: str, columns: Sequence[_Column]) -> str:
    if not columns:
        return f"INSERT INTO {identity} DEFAULT VALUES"
    names = ", ".join(one.name for one in columns)
    values = ", ".join(_value(number, one) for number, one in enumerate(columns, 1))
    return f"INSERT INTO {identity} ({names}) VALUES ({values})"  # noqa: S608  # quoted by the server


def _where(key: Sequence[_Column], first: int = 1) -> str:
    tests = (f"{one.name} = {_value(number, one)}" for number, one in enumerate(key, first))
    return f" WHERE {' AND '.join(tests)}" if key else ""


def _value(number: int, column: _Column) -> str:
    return f"${number}::{column.type}"


_ROUTINES = """
SELECT
    n.identity,
    p.prokind,
    p.provariadic <> 0,
    p.pronargdefaults,
    ARRAY(
        SELECT format_type(a.type, NULL)
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place)
        ORDER BY a.place
    ),
    quote_ident(s.nspname) || '.' || quote_ident(p.proname)
FROM unnest(%s::text[]) AS n (identity)
JOIN pg_proc AS p ON p.oid = to_regprocedure(n.identity)
JOIN pg_namespace AS s ON s.oid = p.pronamespace
WHERE p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
ORDER BY n.identity
"""


def known_functions(
    connection: psycopg.Connection[Any], identities: Sequence[str]
) -> Iterable[Known]:
    """Write the calls of functions, procedures and aggregates.

    Args:
        connection: A connection to their database with an empty ``search_path``.
        identities: Their names with the types of their arguments.

    Yields:
        A call with all arguments, and one without those that have a default.
    """
    if not identities:
        return
    for identity, kind, variadic, defaults, types, name in connection.execute(
        _ROUTINES, ([*identities],)
    ):
        verb = "CALL" if kind == "p" else "SELECT"
        values = [f"NULL::{one}" for one in types]
        if variadic:
            values[-1] = f"VARIADIC {values[-1]}"
        calls = [("call", f"{verb} {name}({', '.join(values)})")]
        if defaults:
            fewer = ", ".join(values[: len(values) - defaults])
            calls.append(
                ("call without the arguments that have a default", f"{verb} {name}({fewer})")
            )
        yield Known(identity=identity, statements=tuple(calls))


def known_sequences(identities: Iterable[str]) -> Iterable[Known]:
    """Write what takes the next number of sequences.

    Args:
        identities: Their names as the server quotes them.

    Yields:
        A statement for each.
    """
    for one in identities:
        literal = sql.Literal(one).as_string()
        yield Known(identity=one, statements=(("nextval", f"SELECT nextval({literal})"),))
