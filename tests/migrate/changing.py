"""Random changes of a model: each takes a number, and does what it chooses or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrate.model import PLAIN, WHOLE, Column, Schema, Table, View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LABELS = ("a", "b", "c", "d")
PRIVILEGES = ("SELECT", "INSERT, SELECT", "DELETE, UPDATE")


class _Choice:
    """Takes a number apart, one choice after the other."""

    def __init__(self, number: int) -> None:
        self._number = number

    def of(self, options: Sequence[Any]) -> Any:
        self._number, chosen = divmod(self._number, max(len(options), 1))
        return options[chosen] if options else None

    def name(self, prefix: str) -> str:
        return f"{prefix}{self.of(range(3))}"


def _types(schema: Schema) -> list[str]:
    return [*PLAIN, *(f"s.{name}" for name in schema.enums), *(f"s.{n}[]" for n in schema.enums)]


def _default(schema: Schema, type_: str, choice: _Choice) -> str | None:
    calls = [
        f"s.{name}({number})"
        for name, (result, _) in schema.functions.items()
        if type_ in WHOLE and WHOLE.index(type_) <= 1 and result in {"integer", type_}
        for number in (1, 2)
    ]
    plain = {
        "text": ["'x'", "lower('Y')"],
        "varchar(10)": ["'x'", "'yy'"],
        "numeric(8,2)": ["1.5", "2"],
        "boolean": ["true", "false"],
        "date": ["CURRENT_DATE", "'2024-01-01'"],
    }
    if type_ in WHOLE:
        return choice.of([None, "7", "8", *calls])
    if type_.startswith("s."):
        label = schema.enums[type_[2:].removesuffix("[]")][0]
        return choice.of([None, f"'{{{label}}}'" if type_.endswith("[]") else f"'{label}'"])
    return choice.of([None, *plain[type_]])


def _drop_view(schema: Schema, name: str) -> None:
    schema.views.pop(name, None)
    for other in [n for n, view in schema.views.items() if view.source == name]:
        _drop_view(schema, other)


def _lose_column(schema: Schema, table: str, column: str) -> None:
    """Take away all that needs a column."""
    one = schema.tables[table]
    one.checks = {n: c for n, c in one.checks.items() if c[0] != column}
    one.indexes = {n: i for n, i in one.indexes.items() if column not in i[0] + i[2]}
    one.references = {n: r for n, r in one.references.items() if r[0] != column}
    one.triggers = {n: c for n, c in one.triggers.items() if c != column}
    one.policies = {n: p for n, p in one.policies.items() if p[0] != column}
    for name, other in list(one.columns.items()):
        if other.generated is not None and column in other.generated:
            one.columns.pop(name)
            _lose_column(schema, table, name)
    for name, view in list(schema.views.items()):
        if view.source == table and (column in view.columns or column in view.where):
            _drop_view(schema, name)


def _drop_calls(schema: Schema, function: str) -> None:
    call = f"s.{function}("
    for name, table in schema.tables.items():
        for column, one in list(table.columns.items()):
            if one.default is not None and call in one.default:
                one.default = None
            if one.generated is not None and call in one.generated:
                table.columns.pop(column)
                _lose_column(schema, name, column)
        table.checks = {n: c for n, c in table.checks.items() if call not in c[1]}
        table.indexes = {n: i for n, i in table.indexes.items() if call not in i[0]}
    for name, view in list(schema.views.items()):
        if call in view.where:
            _drop_view(schema, name)


def table(schema: Schema, choice: _Choice) -> None:
    """A table comes, or goes with all that needs it."""
    name = choice.name("t")
    if name not in schema.tables:
        columns = {f"c{n}": Column(type=choice.of(_types(schema))) for n in range(2)}
        schema.tables[name] = Table(columns=columns)
    elif choice.of((True, False)):
        del schema.tables[name]
        for other in schema.tables.values():
            other.references = {n: r for n, r in other.references.items() if r[1] != name}
        for view in [n for n, view in schema.views.items() if view.source == name]:
            _drop_view(schema, view)


def column(schema: Schema, choice: _Choice) -> None:
    """A column comes, goes, or changes its type."""
    name = choice.of(list(schema.tables))
    if name is None:
        return
    one, column = schema.tables[name], choice.name("c")
    there = one.columns.get(column)
    if there is None:
        one.columns[column] = Column(type=choice.of(_types(schema)))
        one.columns[column].default = _default(schema, one.columns[column].type, choice)
    elif choice.of((True, False, False)):
        del one.columns[column]
        _lose_column(schema, name, column)
    elif there.generated is None:
        kept = {n: v for n, v in schema.views.items() if v.source == name}
        type_ = choice.of(_types(schema))
        if type_ == there.type:
            return
        views = dict(schema.views)
        _lose_column(schema, name, column)
        # What only reads the column stays.
        schema.views.update({n: v for n, v in views.items() if n in kept and not v.where})
        schema.views = {n: schema.views[n] for n in views if n in schema.views}
        there.type, there.default = type_, _default(schema, type_, choice)


def facet(schema: Schema, choice: _Choice) -> None:
    """A column's default, NOT NULL or comment changes."""
    name = choice.of(list(schema.tables))
    column = choice.of(list(schema.tables[name].columns)) if name else None
    if column is None:
        return
    one = schema.tables[name].columns[column]
    kind = choice.of(("default", "nullable", "comment"))
    if kind == "default" and one.generated is None:
        one.default = _default(schema, one.type, choice)
    elif kind == "nullable":
        one.nullable = not one.nullable
    else:
        one.comment = choice.of((None, "x", "it''s"))


def generated(schema: Schema, choice: _Choice) -> None:
    """A generated column comes, goes, or is computed otherwise."""
    name = choice.of(list(schema.tables))
    if name is None:
        return
    one = schema.tables[name]
    sources = [
        "id",
        *(n for n, c in one.columns.items() if c.type == "integer" and not c.generated),
    ]
    source, function = choice.of(sources), choice.of([None, *schema.functions])
    text = f"s.{function}({source})" if function else f"{source} * {choice.of((2, 3))}"
    if "g" in one.columns and choice.of((True, False)):
        del one.columns["g"]
        _lose_column(schema, name, "g")
    elif "g" in one.columns:
        one.columns["g"].generated = text
    else:
        one.columns["g"] = Column(type="bigint", generated=text)


def on_table(schema: Schema, choice: _Choice) -> None:
    """Something on a table comes, changes or goes."""
    name = choice.of(list(schema.tables))
    column = choice.of(list(schema.tables[name].columns)) if name else None
    if column is None:
        return
    kind = choice.of(("checks", "indexes", "references", "triggers", "policies", "grants"))
    key = choice.of(
        ("anon", "staff") if kind == "grants" else (f"{name}_{kind}", f"{name}_{kind}_2")
    )
    there: dict[str, Any] = getattr(schema.tables[name], kind)
    if key in there and choice.of((True, False)):
        del there[key]
        return
    made = _made(schema, schema.tables[name].columns[column], column, kind, choice)
    if made is not None:
        there[key] = made


def _made(schema: Schema, one: Column, column: str, kind: str, choice: _Choice) -> Any:
    functions = [None, *schema.functions] if one.type in WHOLE[::2] else [None]
    function = choice.of(functions)
    call = f"s.{function}({column})" if function else f"({column})"
    if kind == "references":
        targets = [n for n, other in schema.tables.items() if other.key]
        fits = targets and one.type == "integer" and not one.generated
        return (column, choice.of(targets)) if fits else None
    return {
        "checks": (column, f"{call}::text <> '{choice.of(range(3))}'"),
        "indexes": (call, choice.of((True, False)), choice.of(("", f"WHERE {column} IS NOT NULL"))),
        "triggers": column,
        "policies": (column, choice.of(range(3))),
        "grants": choice.of(PRIVILEGES),
    }[kind]


def key(schema: Schema, choice: _Choice) -> None:
    """A primary key comes or goes, with the foreign keys to it."""
    name = choice.of(list(schema.tables))
    if name is None:
        return
    schema.tables[name].key = not schema.tables[name].key
    for other in schema.tables.values():
        other.references = {n: r for n, r in other.references.items() if r[1] != name}


def view(schema: Schema, choice: _Choice) -> None:
    """A view comes, goes or changes; materialized or not."""
    name = choice.name("v")
    there = schema.views.get(name)
    if there is not None and choice.of((True, False)):
        _drop_view(schema, name)
        return
    earlier = list(schema.views)[: list(schema.views).index(name)] if there else list(schema.views)
    source = choice.of([*schema.tables, *earlier])
    if source is None:
        return
    has = (
        ["id", *schema.tables[source].columns]
        if source in schema.tables
        else schema.views[source].columns
    )
    first = choice.of(range(len(has)))
    columns = [*has[first:], *(has[:first] if choice.of((True, False)) else [])]
    where = ""
    if "id" in has and schema.functions and choice.of((True, False)):
        where = f"WHERE s.{choice.of(list(schema.functions))}(id) > {choice.of(range(2))}"
    if there is not None and there.columns != columns:
        for other in [n for n, one in schema.views.items() if one.source == name]:
            _drop_view(schema, other)
    schema.views[name] = View(
        source=source,
        columns=columns,
        where=where,
        stored=choice.of((False, False, True)),
        granted=choice.of((False, True)),
        comment=choice.of((None, "x", "y")),
    )
    schema.views[name].indexed = schema.views[name].stored and choice.of((True, False))


def function(schema: Schema, choice: _Choice) -> None:
    """A function comes, goes, or gets another body or result."""
    name = choice.name("f")
    there = schema.functions.get(name)
    if there is None:
        schema.functions[name] = "integer", choice.of(range(3))
    elif choice.of((True, False, False)):
        del schema.functions[name]
        _drop_calls(schema, name)
    else:
        schema.functions[name] = choice.of(WHOLE[:2]), choice.of(range(3))
        if there[0] != schema.functions[name][0]:
            for table in schema.tables.values():
                for one in table.columns.values():
                    if one.default is not None and f"s.{name}(" in one.default:
                        one.default = None


def enum(schema: Schema, choice: _Choice) -> None:
    """An enum comes, goes with its columns, or gets other labels."""
    name = choice.name("e")
    there = schema.enums.get(name)
    if there is None:
        schema.enums[name] = list(LABELS[: choice.of((1, 2))])
    elif choice.of((True, False, False, False)):
        del schema.enums[name]
        for table, one in schema.tables.items():
            for column in [
                n for n, c in one.columns.items() if c.type in {f"s.{name}", f"s.{name}[]"}
            ]:
                del one.columns[column]
                _lose_column(schema, table, column)
    else:
        added = choice.of([label for label in LABELS if label not in there])
        if added is not None and choice.of((True, False)):
            there.insert(choice.of(range(len(there) + 1)), added)
        else:
            there.reverse()
        for one in schema.tables.values():
            for column in one.columns.values():
                if column.type == f"s.{name}" and column.default is not None:
                    column.default = f"'{there[0]}'"


def _numbered(change: Callable[[Schema, _Choice], None]) -> Callable[[Schema, int], None]:
    def changed(schema: Schema, number: int) -> None:
        change(schema, _Choice(number))

    changed.__name__ = change.__name__
    return changed


CHANGES = [
    _numbered(one)
    for one in (
        table,
        column,
        facet,
        generated,
        on_table,
        key,
        view,
        function,
        enum,
        on_table,
        view,
        column,
    )
]
