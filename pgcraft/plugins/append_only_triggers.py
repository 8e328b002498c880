"""The triggers that write an append-only dimension through its view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.naming import object_name
from pgcraft.objects import Function, Trigger, declare
from pgcraft.objects.base import literal, qualified
from pgcraft.plugin import Plugin, produces, requires
from pgcraft.plugins.append_only_tables import CREATED, SUPERSEDED, UPDATED
from pgcraft.plugins.plpgsql import (
    clause,
    compare_images,
    field,
    function_body,
    made_by_server,
    parenthesised,
    raise_if,
    refuse_stale,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Column, Table

    from pgcraft.plugin import Context


@produces("triggers")
@requires("root", "attributes", "view")
class HistoryTriggersPlugin(Plugin):
    """Makes the INSTEAD OF triggers of the view.

    An INSERT adds an entity and its first version; an UPDATE ends the current version and adds
    the next, unless nothing changes; a DELETE ends the current version and leaves the entity.
    Inserting the key of a deleted entity brings it back.

    The functions run with the rights of their owner, as a view's query does: who may write the
    view needs no rights on the tables, and so cannot change the history.

    Example:
        >>> HistoryTriggersPlugin().produces()
        ('triggers',)
    """

    def run(self, ctx: Context) -> None:
        """Declare the functions and triggers; put the triggers under ``triggers``."""
        history = _History.of(ctx)
        bodies = {
            "insert": history.insert(),
            "update": history.update(),
            "delete": history.delete(),
        }
        ctx["triggers"] = [_trigger(ctx, op, body) for op, body in bodies.items()]
        for trigger in ctx["triggers"]:
            declare(ctx.metadata, trigger.function, trigger)


def _trigger(ctx: Context, op: str, body: str) -> Trigger:
    tokens = {"schema": ctx.schemaname, "table_name": ctx.tablename, "op": op}
    function = Function(
        object_name(ctx.metadata, "append_only_function", **tokens),
        ctx.schemaname,
        body,
        security_definer=True,
    )
    return Trigger(
        name=object_name(ctx.metadata, "append_only_trigger", **tokens),
        schema=ctx.schemaname,
        relation=ctx.tablename,
        function=function,
        timing="INSTEAD OF",
        events=(op.upper(),),
    )


@dataclass(frozen=True, kw_only=True)
class _History:
    """The bodies of the trigger functions; all names in it are SQL already.

    Attributes:
        view: The view.
        root: The root table.
        attributes: The attributes table.
        keys: The key columns.
        written: The user's columns that can be written.
        generated: Those that the server alone writes.
        identities: Each of the user's identity columns, with the next value of its sequence.
    """

    view: str
    root: str
    attributes: str
    keys: tuple[str, ...]
    written: tuple[str, ...]
    generated: tuple[str, ...]
    identities: dict[str, str]

    @classmethod
    def of(cls, ctx: Context) -> _History:
        root: Table = ctx["root"]
        attributes: Table = ctx["attributes"]
        columns: Sequence[Column[Any]] = ctx["columns"]
        name = qualified(attributes.schema, attributes.name)
        return cls(
            view=qualified(ctx.schemaname, ctx.tablename),
            root=qualified(root.schema, root.name),
            attributes=name,
            keys=tuple(field(key.name) for key in root.primary_key.columns),
            written=tuple(field(one.name) for one in columns if one.computed is None),
            generated=tuple(field(one.name) for one in columns if made_by_server(one)),
            identities={
                field(one.name): f"nextval(pg_get_serial_sequence({literal(name)},"
                f" {literal(one.name)}))"
                for one in columns
                if one.identity is not None
            },
        )

    def insert(self) -> str:
        """Return the body that adds an entity, or brings one back, with a version."""
        keys = ", ".join(self.keys)
        given = ", ".join(_new(self.keys))
        # A generated identity is left to the server, one that may be given is looked at.
        written = {
            one: f"COALESCE(NEW.{one}, {self.identities[one]})"
            if one in self.identities
            else f"NEW.{one}"
            for one in self.written
            if one not in self.generated
        }
        return self._body(f"""{self._refuse_given()}    NEW.{UPDATED} := now();
    IF {" AND ".join(f"NEW.{key} IS NULL" for key in self.keys)} THEN
        INSERT INTO {self.root} DEFAULT VALUES
        RETURNING {keys}, {CREATED} INTO {given}, NEW.{CREATED};
    ELSE
        INSERT INTO {self.root} ({keys})
        VALUES ({given})
        ON CONFLICT ({keys}) DO NOTHING
        RETURNING {CREATED} INTO NEW.{CREATED};
        IF NOT FOUND THEN
            SELECT {CREATED} INTO NEW.{CREATED}
            FROM {self.root} AS stored
            WHERE {self._key("NEW")};
            SELECT GREATEST(NEW.{UPDATED}, max({SUPERSEDED})) INTO NEW.{UPDATED}
            FROM {self.attributes} AS stored
            WHERE {self._key("NEW")};
        END IF;
    END IF;
{self._add_version(written)}
    RETURN NEW;
""")  # noqa: S608  # every name in it is quoted

    def update(self) -> str:
        """Return the body that ends the current version and adds the next."""
        return self._body(f"""    IF NEW OPERATOR(pg_catalog.*=) OLD THEN
        RETURN NEW;
    END IF;
{self._refuse_changed()}{self._end_version()}
    RETURNING {SUPERSEDED} INTO NEW.{UPDATED};
{self._refuse_stale()}{self._add_version({one: f"NEW.{one}" for one in self.written})}
    RETURN NEW;
""")

    def delete(self) -> str:
        """Return the body that ends the current version."""
        return self._body(f"{self._end_version()};\n{self._refuse_stale()}    RETURN OLD;\n")

    def _body(self, statements: str) -> str:
        return function_body(statements, definer_on=self.view)

    def _end_version(self) -> str:
        return f"""    UPDATE {self.attributes} AS stored
    SET {SUPERSEDED} = GREATEST(now(), {UPDATED} + interval '1 microsecond')
    WHERE {self._current()} AND {UPDATED} = OLD.{UPDATED}"""  # noqa: S608  # every name is quoted

    def _key(self, row: str) -> str:
        return " AND ".join(f"{key} = {row}.{key}" for key in self.keys)

    def _current(self) -> str:
        return f"{self._key('OLD')} AND {SUPERSEDED} IS NULL"

    def _add_version(self, values: Mapping[str, str]) -> str:
        """Insert a version; what the server makes of it is what RETURNING shows."""
        keys = [*self.keys, UPDATED]
        returned = dict.fromkeys([UPDATED, *self.written, *self.generated])
        # A generated identity is copied from version to version.
        copied = not set(values).isdisjoint(self.generated)
        overriding = "    OVERRIDING SYSTEM VALUE\n" if copied else ""
        given = [*_new(keys), *values.values()]
        return f"""    INSERT INTO {self.attributes} {parenthesised([*keys, *values])}
{overriding}    VALUES {parenthesised(given)}
    {clause("RETURNING", returned)}
    {clause("INTO", _new(returned))};"""  # noqa: S608  # every name in it is quoted

    def _refuse_given(self) -> str:
        """Refuse values for what the server makes, as a table does."""
        return "".join(
            raise_if(
                f"NEW.{column} IS DISTINCT FROM NULL",
                "generated_always",
                f"The column {column} of {self.view} is kept by the server: no value can be "
                "inserted into it.",
                "Leave the column out.",
            )
            for column in (CREATED, UPDATED, *self.generated)
        )

    def _refuse_changed(self) -> str:
        """Refuse other keys, moments and generated values."""
        keys = "".join(
            raise_if(
                _differ(column),
                "feature_not_supported",
                f"The key {column} of {self.view} cannot be changed: the history belongs to it.",
                "Delete the row and insert one with the other key.",
            )
            for column in self.keys
        )
        others = "".join(
            raise_if(
                _differ(column),
                "generated_always",
                f"The column {column} of {self.view} is kept by the server: it cannot be updated.",
                "Leave the column out.",
            )
            for column in (CREATED, UPDATED, *self.generated)
        )
        return keys + others

    def _refuse_stale(self) -> str:
        current = f"EXISTS (SELECT FROM {self.attributes} AS stored WHERE {self._current()})"
        return refuse_stale(self.view, current)


def _new(columns: Iterable[str]) -> list[str]:
    return [f"NEW.{column}" for column in columns]


def _differ(column: str) -> str:
    return compare_images([f"NEW.{column}"], "*<>", [f"OLD.{column}"])
