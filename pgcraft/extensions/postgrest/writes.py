"""What the INSTEAD OF triggers of an API view do.

One row at a time is written to the relation behind the view, and read again through the view,
so that RETURNING shows defaults and computed columns. Three rules hold:

* A row that was changed by another transaction after the statement had read it is not written:
  a trigger cannot compute the new values again, and would undo the other change.
* A row that would not be in the view afterwards is not written, as with
  ``WITH CHECK OPTION``.
* A column that can only be read takes no value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pgcraft.objects.base import literal
from pgcraft.plugins.plpgsql import compare_images, raise_if

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Writes:
    """The bodies of the trigger functions; all names in it are SQL already.

    Attributes:
        view: The view's name.
        relation: The name of the relation behind it.
        keys: The relation's key columns, each with its name in the view or None.
        written: The columns that can be written: name in the view to name in the relation.
        read_only: The view's other columns.
        shown: The query of the view's row whose key is in ``_pgcraft_key``.
        grouped: Whether the row may be absent from the view because nothing is joined to it.
        condition: The query of what the view demands of the relation's own columns; None if
            that is nothing.
        blind: Whether who writes may read nothing.
    """

    view: str
    relation: str
    keys: Mapping[str, str | None]
    written: Mapping[str, str]
    read_only: Sequence[str]
    shown: str
    grouped: bool
    condition: str | None
    blind: bool

    def insert(self) -> str:
        """Return the body that inserts the columns that have a value.

        The others are left out of the statement, so that they take their defaults: the view's
        trigger cannot tell a column that was not given from one that was given as NULL.
        """
        names = _listed(
            f"CASE WHEN NEW.{one} IS DISTINCT FROM NULL THEN {literal(column)} END"
            for one, column in self.written.items()
        )
        values = _listed(
            f"CASE WHEN NEW.{one} IS DISTINCT FROM NULL THEN {literal(f'($1).{one}')} END"
            for one in self.written
        )
        statement = f"""'INSERT INTO {_inner(self.relation)} ' || CASE _pgcraft_names
        WHEN '' THEN 'DEFAULT VALUES'
        ELSE '(' || _pgcraft_names || ') VALUES (' || {values} || ')'
    END"""  # noqa: S608  # every name in it is quoted
        declared = "    _pgcraft_names text := " + names + ";\n"
        if self.blind:
            return _body(
                declared,
                f"{self._refuse_given()}    EXECUTE {statement} USING NEW;\n    RETURN NEW;\n",
            )
        returning = f"' RETURNING {_inner(self._returned())}'"
        return _body(
            f"{declared}{_RECORDS}    _pgcraft_count bigint;\n",
            f"""{self._refuse_given()}    EXECUTE {statement} || {returning}
    INTO _pgcraft_key USING NEW;
    GET DIAGNOSTICS _pgcraft_count = ROW_COUNT;
    IF _pgcraft_count = 0 THEN
        RETURN NULL;
    END IF;
{self._return_shown()}""",
        )

    def update(self) -> str:
        """Return the body that updates a row, unless it is no longer what was read."""
        values = ", ".join(f"{column} = NEW.{one}" for one, column in self.written.items())
        return _body(
            _RECORDS,
            f"""{self._refuse_changed()}    UPDATE {self.relation} SET {values}
    WHERE {self._same_key()} AND {self._compared("*=")}
    RETURNING {self._returned()} INTO _pgcraft_key;
{self._refuse_stale()}{self._return_shown()}""",  # noqa: S608  # every name in it is quoted
        )

    def delete(self) -> str:
        """Return the body that deletes a row, unless it is no longer what was read."""
        return _body(
            "",
            f"""    DELETE FROM {self.relation}
    WHERE {self._same_key()} AND {self._compared("*=")};
{self._refuse_stale()}    RETURN OLD;
""",  # noqa: S608  # every name in it is quoted
        )

    def _returned(self) -> str:
        keys = [f"{column} AS _pgcraft_{number}" for number, column in enumerate(self.keys)]
        return ", ".join([*keys, *(f"{column} AS {one}" for one, column in self.written.items())])

    def _same_key(self) -> str:
        return " AND ".join(f"{column} = OLD.{one}" for column, one in self.keys.items())

    def _compared(self, operator: str) -> str:
        old = [f"OLD.{one}" for one in self.written]
        return compare_images(list(self.written.values()), operator, old)

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

    def _refuse_stale(self) -> str:
        """Do nothing to a row that is gone, or that a trigger or policy keeps as it is."""
        changed = raise_if(
            f"EXISTS (SELECT FROM {self.relation}"
            f" WHERE {self._same_key()} AND {self._compared('*<>')})",
            "serialization_failure",
            f"The row of {self.view} was changed by another transaction after this statement "
            "had read it.",
            "Run the transaction again.",
        )
        return f"    IF NOT FOUND THEN\n{changed}    RETURN NULL;\n    END IF;\n"

    def _return_shown(self) -> str:
        read = f"    {self.shown}\n    INTO _pgcraft_row;\n"
        refused = (
            "with_check_option_violation",
            f"The row would not be in {self.view} after this statement.",
            "Write values that the condition of the view allows.",
        )
        if not self.grouped:
            return f"{read}{raise_if('NOT FOUND', *refused)}    RETURN _pgcraft_row;\n"
        own = raise_if(f"NOT EXISTS ({self.condition})", *refused) if self.condition else ""
        values = "".join(f"    NEW.{one} := _pgcraft_key.{one};\n" for one in self.written)
        found = "    IF FOUND THEN\n        RETURN _pgcraft_row;\n    END IF;\n"
        return f"{read}{found}{own}{values}    RETURN NEW;\n"


_RECORDS = "    _pgcraft_key record;\n    _pgcraft_row record;\n"


def _listed(parts: Iterable[str]) -> str:
    return "array_to_string(ARRAY[\n        " + ",\n        ".join(parts) + "\n    ]::text[], ', ')"


def _inner(sql: str) -> str:
    """Return SQL as it is written within a literal."""
    return sql.replace("'", "''")


def _body(declared: str, statements: str) -> str:
    # A column may have the name of a variable here, unlikely as it is: then it is meant.
    head = f"DECLARE\n{declared}" if declared else ""
    return f"\n#variable_conflict use_column\n{head}BEGIN\n{statements}END;\n"
