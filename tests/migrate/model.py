"""A small model of a schema that renders to SQL, for random changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = ("integer", "bigint", "smallint")
PLAIN = (*WHOLE, "text", "varchar(10)", "numeric(8,2)", "boolean", "date")


@dataclass
class Column:
    """A column: its default is a variant, for each type has its own."""

    type: str
    nullable: bool = True
    default: str | None = None
    generated: str | None = None
    comment: str | None = None


@dataclass
class Table:
    """A table and what is on it, each by its name."""

    columns: dict[str, Column] = field(default_factory=dict)
    key: bool = True
    checks: dict[str, tuple[str, str]] = field(default_factory=dict)
    indexes: dict[str, tuple[str, bool, str]] = field(default_factory=dict)
    references: dict[str, tuple[str, str]] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    policies: dict[str, tuple[str, int]] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    comment: str | None = None


@dataclass
class View:
    """A view on a table or on another view."""

    source: str
    columns: list[str]
    where: str = ""
    stored: bool = False
    indexed: bool = False
    granted: bool = False
    comment: str | None = None


@dataclass
class Schema:
    """The whole."""

    enums: dict[str, list[str]] = field(default_factory=dict)
    functions: dict[str, tuple[str, int]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)

    def render(self) -> str:
        """The statements that make it."""
        return ";\n".join([*self._first(), *self._tables(), *self._views()])

    def _first(self) -> Iterator[str]:
        for name, labels in self.enums.items():
            yield f"CREATE TYPE s.{name} AS ENUM ({', '.join(map(repr, labels))})"
        for name, (type_, number) in self.functions.items():
            yield (
                f"CREATE FUNCTION s.{name}(integer) RETURNS {type_} LANGUAGE sql IMMUTABLE"
                f" AS 'SELECT ($1 + {number})::{type_}'"
            )
        yield (
            "CREATE FUNCTION s.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'"
        )

    def _tables(self) -> Iterator[str]:
        for name, table in self.tables.items():
            lines = ["id integer NOT NULL", *(_line(n, c) for n, c in table.columns.items())]
            if table.key:
                lines.append(f"CONSTRAINT {name}_key PRIMARY KEY (id)")
            lines += [f"CONSTRAINT {n} CHECK ({text})" for n, (_, text) in table.checks.items()]
            yield f"CREATE TABLE s.{name} ({', '.join(lines)})"
            yield from _on_table(name, table)
        for name, table in self.tables.items():
            for constraint, (column, target) in table.references.items():
                yield (
                    f"ALTER TABLE s.{name} ADD CONSTRAINT {constraint}"
                    f" FOREIGN KEY ({column}) REFERENCES s.{target}"
                )

    def _views(self) -> Iterator[str]:
        for name, view in self.views.items():
            kind = "MATERIALIZED VIEW" if view.stored else "VIEW"
            yield (
                f"CREATE {kind} s.{name} AS SELECT {', '.join(view.columns)}"
                f" FROM s.{view.source} {view.where}"
            )
            if view.indexed:
                yield f"CREATE INDEX {name}_first ON s.{name} ({view.columns[0]})"
            if view.granted:
                yield f"GRANT SELECT ON s.{name} TO anon"
            if view.comment is not None:
                yield f"COMMENT ON {kind} s.{name} IS '{view.comment}'"


def _line(name: str, column: Column) -> str:
    words = [name, column.type]
    if column.generated is not None:
        words.append(f"GENERATED ALWAYS AS ({column.generated}) STORED")
    if column.default is not None:
        words.append(f"DEFAULT {column.default}")
    return " ".join(words if column.nullable else [*words, "NOT NULL"])


def _on_table(name: str, table: Table) -> Iterator[str]:
    for index, (text, unique, where) in table.indexes.items():
        yield f"CREATE {'UNIQUE ' * unique}INDEX {index} ON s.{name} ({text}) {where}"
    for trigger, column in table.triggers.items():
        yield (
            f"CREATE TRIGGER {trigger} BEFORE UPDATE OF {column} ON s.{name} FOR EACH ROW"
            " EXECUTE FUNCTION s.note()"
        )
    for policy, (column, number) in table.policies.items():
        yield f"CREATE POLICY {policy} ON s.{name} USING ({column}::text <> '{number}')"
    for role, privileges in table.grants.items():
        yield f"GRANT {privileges} ON s.{name} TO {role}"
    if table.comment is not None:
        yield f"COMMENT ON TABLE s.{name} IS '{table.comment}'"
    for column, one in table.columns.items():
        if one.comment is not None:
            yield f"COMMENT ON COLUMN s.{name}.{column} IS '{one.comment}'"
