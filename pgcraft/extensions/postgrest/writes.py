"""What the INSTEAD OF triggers of an API view do.

One row at a time is written to the relation behind the view, and read again through the view,
so that RETURNING shows defaults and computed columns. Four rules hold:

* A row that was changed by another transaction after the statement had read it is not written:
  a trigger cannot compute the new values again, and would undo the other change.
* A row that would not be in the view afterwards is not written, as with
  ``WITH CHECK OPTION``.
* A column that can only be read takes no value.
* A row that the view shows more than once is not updated: no one of them is the row to return.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.objects.base import indented, literal
from pgcraft.plugins.plpgsql import clause, compare_images, function_body, raise_if, refuse_stale

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Writes:
    """The bodies of the trigger functions; all names in it are SQL already.

    Attributes:
        view: The view's name.
        relation: The name of the relation behind it.
        keys: The relation's key columns, each with its name in the view or None.
        written: The columns that can be written: name in the view to name in the relation.
        read_only: The view's other columns.
        watched: Columns of the relation, not written, on which it depends whether a row is shown.
        mark: The relation's column that a DELETE sets; None if it takes the row away.
        shown: The query of the view's row whose key is in ``_pgcraft_key``.
        joined: Whether other relations are joined, so that a row may be shown more than once.
        grouped: Whether the row may be absent from the view because nothing is joined to it.
        condition: The query of what the view demands of the relation's own columns; None if
            that is nothing.
        definer: Whether all this is done with the owner's rights.
        blind: Whether nobody who writes may read.
        divided: Whether some who insert may read, and some may not.
    """

    view: str
    relation: str
    keys: Mapping[str, str | None]
    written: Mapping[str, str]
    read_only: Sequence[str]
    watched: Sequence[str]
    mark: str | None
    shown: str
    joined: bool
    grouped: bool
    condition: str | None
    definer: bool
    blind: bool
    divided: bool

    def insert(self) -> str:
        """Return the body that inserts the columns that have a value.

        The others are left out of the statement, so that they take their defaults: the view's
        trigger cannot tell a column that was not given from one that was given as NULL.
        """
        names = _given(self.written)
        values = _given({one: f"($1).{one}" for one in self.written})
        statement = f"""'INSERT INTO {_inner(self.relation)} '
        || CASE _pgcraft_names
            WHEN '' THEN 'DEFAULT VALUES'
            ELSE '(' || _pgcraft_names || ') VALUES (' || _pgcraft_values || ')'
        END"""  # noqa: S608  # every name in it is quoted
        variables = [
            f"_pgcraft_names text := {names}",
            f"_pgcraft_values text := {values}",
            f"_pgcraft_insert text := {statement}",
        ]
        unread = "    EXECUTE _pgcraft_insert USING NEW;\n    RETURN NEW;\n"
        if self.blind:
            return self._body(f"{self._refuse_given()}{unread}", *variables)
        asked = f"has_table_privilege({literal(self.view)}, 'SELECT')"
        some = f"    IF NOT {asked} THEN\n    {indented(unread)}END IF;\n" if self.divided else ""
        return self._body(
            f"""{self._refuse_given()}{some}    EXECUTE _pgcraft_insert
        || ' RETURNING {_inner(", ".join(self._returned()))}'
    INTO _pgcraft_key USING NEW;
    GET DIAGNOSTICS _pgcraft_count = ROW_COUNT;
    IF _pgcraft_count = 0 THEN
        RETURN NULL;
    END IF;
{self._return_shown()}""",
            *variables,
            *_RECORDS,
            "_pgcraft_count bigint",
        )

    def update(self) -> str:
        """Return the body that updates a row, unless it is no longer what was read."""
        values = [f"{column} = NEW.{one}" for one, column in self.written.items()]
        statement = f"""    UPDATE {self.relation} AS stored
    {clause("SET", values)}
    WHERE {self._same_row("*=")}
    {clause("RETURNING", self._returned())}
    INTO _pgcraft_key;
"""
        return self._body(
            f"{self._refuse_changed()}{self._if_shown(statement)}"
            f"{self._refuse_stale()}{self._return_shown()}",
            *_RECORDS,
            *self._hidden(),
        )

    def delete(self) -> str:
        """Return the body that deletes a row, unless it is no longer what was read."""
        statement = f"""    DELETE FROM {self.relation} AS stored
    WHERE {self._same_row("*=")};
"""  # noqa: S608  # every name in it is quoted
        marked = self._return_marked() if self.mark else ""
        return self._body(
            f"{self._if_shown(statement)}{self._refuse_stale(marked)}    RETURN OLD;\n",
            *self._hidden(),
        )

    def _body(self, statements: str, *variables: str) -> str:
        return function_body(statements, variables, definer_on=self.view if self.definer else None)

    def _hidden(self) -> list[str]:
        return ["_pgcraft_hidden record"] if self.watched else []

    def _if_shown(self, statement: str) -> str:
        """Ask the view again, and hold the row to what its conditions then were about.

        The statement itself waits for who is changing the row, and compares what he leaves.
        """
        if not self.watched:
            return statement
        return f"""    {clause("SELECT", self.watched)} INTO _pgcraft_hidden
    FROM {self.relation} AS stored
    WHERE {self._same_key()}
      AND EXISTS (SELECT FROM {self.view} AS stored WHERE {self._same_shown()});
    IF FOUND THEN
    {indented(statement)}END IF;
"""  # every name in it is quoted

    def _return_marked(self) -> str:
        """Return the row that the relation's own trigger has marked as deleted."""
        shown = next((f"OLD.{one}" for one, it in self.written.items() if it == self.mark), None)
        before = f"{shown} IS NULL AND " if shown else ""
        return f"""    IF {before}EXISTS (
        SELECT FROM {self.relation} AS stored
        WHERE {self._same_key()} AND {self.mark} = now()
    ) THEN
        RETURN OLD;
    END IF;
"""  # every name in it is quoted

    def _returned(self) -> list[str]:
        """Return what is kept of the row that was written: its key, and what is shown of it."""
        keys = [f"{column} AS _pgcraft_{number}" for number, column in enumerate(self.keys)]
        shown = self.written.items() if self.grouped else ()
        return [*keys, *(f"{column} AS {one}" for one, column in shown)]

    def _same_key(self) -> str:
        return " AND ".join(f"{column} = OLD.{one}" for column, one in self.keys.items())

    def _same_shown(self) -> str:
        return " AND ".join(f"{one} = OLD.{one}" for one in self.keys.values())

    def _same_row(self, operator: str, indent: str = "      ") -> str:
        """Return the condition that the key is the same, and the rest is or is not."""
        old = [f"OLD.{one}" for one in self.written]
        old += [f"_pgcraft_hidden.{one}" for one in self.watched]
        separator = f"\n{indent}    "
        same = compare_images([*self.written.values(), *self.watched], operator, old, separator)
        return f"{self._same_key()}\n{indent}AND {same}"

    def _refuse_given(self) -> str:
        return "".join(
            self._read_only(one, f"NEW.{one} IS DISTINCT FROM NULL") for one in self.read_only
        )

    def _refuse_changed(self) -> str:
        """Refuse other values; who sends a row back as he got it may do so.

        As JSON every type has an equality, by which 6 equals 6.00.
        """
        return "".join(
            self._read_only(one, f"to_jsonb(NEW.{one}) IS DISTINCT FROM to_jsonb(OLD.{one})")
            for one in self.read_only
        )

    def _read_only(self, column: str, condition: str) -> str:
        return raise_if(
            condition,
            "generated_always",
            f"The column {column} of {self.view} can only be read.",
            "Leave the column out.",
        )

    def _refuse_stale(self, otherwise: str = "") -> str:
        changed = (
            f"EXISTS (\n        SELECT FROM {self.relation} AS stored\n"
            f"        WHERE {self._same_row('*<>', ' ' * 10)}\n    )"
        )
        return refuse_stale(self.view, changed, otherwise)

    def _return_shown(self) -> str:
        read = f"    {indented(self.shown)}\n    INTO _pgcraft_row;\n"
        if self.joined:
            rows = f"(\n        {indented(self.shown, 8)}\n    ) AS stored"
            read += raise_if(
                f"(SELECT count(*) FROM {rows}) > 1",  # noqa: S608  # every name in it is quoted
                "cardinality_violation",
                f"{self.view} shows this row more than once, so that it cannot be written there.",
                "Write it where it is shown once.",
            )
        refused = (
            "with_check_option_violation",
            f"The row would not be in {self.view} after this statement.",
            "Write values that the condition of the view allows.",
        )
        if not self.grouped:
            return f"{read}{raise_if('NOT FOUND', *refused)}    RETURN _pgcraft_row;\n"
        missing = f"NOT EXISTS (\n        {indented(self.condition or '', 8)}\n    )"
        own = raise_if(missing, *refused) if self.condition else ""
        values = "".join(f"    NEW.{one} := _pgcraft_key.{one};\n" for one in self.written)
        found = "    IF FOUND THEN\n        RETURN _pgcraft_row;\n    END IF;\n"
        return f"{read}{found}{own}{values}    RETURN NEW;\n"


_RECORDS = ("_pgcraft_key record", "_pgcraft_row record")


def _given(texts: Mapping[str, str]) -> str:
    """Return the list, as text, of what there is for the columns that have a value."""
    parts = (
        f"        CASE WHEN NEW.{one} IS DISTINCT FROM NULL THEN {literal(text)} END"
        for one, text in texts.items()
    )
    return "array_to_string(ARRAY[\n" + ",\n".join(parts) + "\n    ]::text[], ', ')"


def _inner(sql: str) -> str:
    """Return SQL as it is written within a literal."""
    return sql.replace("'", "''")
