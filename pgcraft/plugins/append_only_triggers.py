"""The triggers that write an append-only dimension through its view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgcraft.naming import object_name
from pgcraft.objects import Function, Trigger, declare
from pgcraft.objects.base import literal, qualified
from pgcraft.plugin import Plugin, produces, requires
from pgcraft.plugins.append_only_tables import CREATED, SUPERSEDED, UPDATED
from pgcraft.plugins.plpgsql import compare_images, field, made_by_server, raise_if

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        view: The view's name, for messages.
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
        values = [self.identities.get(one, "") for one in self.written]
        written = [
            f"COALESCE(NEW.{one}, {following})" if following else f"NEW.{one}"
            for one, following in zip(self.written, values, strict=True)
        ]
        return f"""
#variable_conflict use_column
BEGIN
{self._refuse_given()}    IF {" AND ".join(f"NEW.{key} IS NULL" for key in self.keys)} THEN
        INSERT INTO {self.root} ({CREATED})
        VALUES (NEW.{CREATED})
        RETURNING {keys} INTO {_new(self.keys)};
    ELSE
        INSERT INTO {self.root} ({keys}, {CREATED})
        VALUES ({_new(self.keys)}, NEW.{CREATED})
        ON CONFLICT ({keys}) DO NOTHING;
        IF NOT FOUND THEN
            SELECT {CREATED} INTO NEW.{CREATED}
            FROM {self.root}
            WHERE {self._key("NEW")};
            SELECT GREATEST(NEW.{UPDATED}, max({SUPERSEDED})) INTO NEW.{UPDATED}
            FROM {self.attributes}
            WHERE {self._key("NEW")};
        END IF;
    END IF;
{self._add_version(written)}
    RETURN NEW;
END;
"""  # noqa: S608  # every name in it is quoted

    def update(self) -> str:
        """Return the body that ends the current version and adds the next."""
        return f"""
#variable_conflict use_column
BEGIN
    IF NEW OPERATOR(pg_catalog.*=) OLD THEN
        RETURN NEW;
    END IF;
{self._refuse_changed()}    UPDATE {self.attributes}
    SET {SUPERSEDED} = GREATEST(now(), {UPDATED} + interval '1 microsecond')
    WHERE {self._current()} AND {UPDATED} = OLD.{UPDATED}
    RETURNING {SUPERSEDED} INTO NEW.{UPDATED};
{self._refuse_stale()}
{self._add_version([f"NEW.{one}" for one in self.written])}
    RETURN NEW;
END;
"""  # noqa: S608  # every name in it is quoted

    def delete(self) -> str:
        """Return the body that ends the current version."""
        return f"""
#variable_conflict use_column
BEGIN
    UPDATE {self.attributes}
    SET {SUPERSEDED} = GREATEST(now(), {UPDATED} + interval '1 microsecond')
    WHERE {self._current()} AND {UPDATED} = OLD.{UPDATED};
{self._refuse_stale()}
    RETURN OLD;
END;
"""  # noqa: S608  # every name in it is quoted

    def _key(self, row: str) -> str:
        return " AND ".join(f"{key} = {row}.{key}" for key in self.keys)

    def _current(self) -> str:
        return f"{self._key('OLD')} AND {SUPERSEDED} IS NULL"

    def _add_version(self, values: Sequence[str]) -> str:
        """Insert a version; what the server makes of it is what RETURNING shows."""
        # A generated identity is copied from version to version, which needs OVERRIDING.
        columns = [*self.keys, UPDATED, *self.written]
        returned = dict.fromkeys([UPDATED, *self.written, *self.generated])
        return f"""    INSERT INTO {self.attributes} ({", ".join(columns)})
    OVERRIDING SYSTEM VALUE
    VALUES ({", ".join([_new([*self.keys, UPDATED]), *values])})
    RETURNING {", ".join(returned)} INTO {_new(returned)};"""  # noqa: S608  # every name in it is quoted

    def _refuse_given(self) -> str:
        """Refuse values for generated columns, as a table does."""
        return "".join(
            raise_if(
                f"NEW.{column} IS NOT NULL",
                "generated_always",
                f"The column {column} of {self.view} is generated by the server: no value can "
                "be inserted into it.",
                "Leave the column out.",
            )
            for column in self.generated
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
        """Do nothing to a row that was deleted meanwhile; refuse one that was changed.

        A table would compute the new values again from the changed row; a trigger cannot, and
        writing those it has would lose the other change.
        """
        changed = raise_if(
            f"EXISTS (SELECT FROM {self.attributes} WHERE {self._current()})",
            "serialization_failure",
            f"The row of {self.view} was changed by another transaction after this statement "
            "had read it.",
            "Run the transaction again.",
        )
        body = "".join(f"    {line}\n" for line in changed.splitlines())
        return f"    IF NOT FOUND THEN\n{body}        RETURN NULL;\n    END IF;"


def _new(columns: Sequence[str] | dict[str, None]) -> str:
    return ", ".join(f"NEW.{column}" for column in columns)


def _differ(column: str) -> str:
    return compare_images([f"NEW.{column}"], "*<>", [f"OLD.{column}"])
