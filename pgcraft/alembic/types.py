"""Types as revisions write them: without the project's own classes, and made elsewhere."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import render
from sqlalchemy import Computed, Enum
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import TypeDecorator

from ..dialect import driverless_dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.autogenerate.api import AutogenContext

    RenderItem = Callable[[str, Any, AutogenContext], Any]


def rendering_types(user_function: RenderItem | None) -> RenderItem:
    """Return a ``render_item`` that writes types as the database knows them.

    A TypeDecorator is written as the type below it, so that a revision needs none of the
    project's modules. Enums and domains are written so that no table creates them:
    ``op.create_table`` creates the enum types of its columns, once for each table, and
    ``op.add_column`` creates none, so whoever drafts the types must be the only one. Generated
    columns say whether they are stored, which offline no server decides.

    Args:
        user_function: The project's own ``render_item``, which is asked first.
    """

    def render_item(kind: str, item: Any, context: AutogenContext) -> Any:
        rendered = user_function(kind, item, context) if user_function is not None else False
        if rendered is not False:
            return rendered
        if kind == "server_default":
            return _rendered_computed(item, context)
        return _rendered(item, context) if kind == "type" else False

    return render_item


def _rendered(item: Any, context: AutogenContext) -> Any:
    if isinstance(item, Enum) and item.native_enum and item.name:
        labels = [repr(label) for label in item.enums]
        return _named("ENUM", [*labels, f"name={str(item.name)!r}"], item, context)
    if isinstance(item, DOMAIN):
        return _named(
            "DOMAIN", [repr(str(item.name)), _type(item.data_type, context)], item, context
        )
    module = type(item).__module__
    if module.startswith("sqlalchemy.") or context.opts.get("user_module_prefix"):
        return False
    if isinstance(item, TypeDecorator):
        return _type(item.load_dialect_impl(driverless_dialect()), context)
    # A type with SQL of its own, which Alembic writes with its module.
    context.imports.add(f"import {module}")
    return False


def _type(item: Any, context: AutogenContext) -> str:
    return render._repr_type(item, context)  # noqa: SLF001  # what renders every type


def _rendered_computed(default: Any, context: AutogenContext) -> Any:
    """A generated column, with how the server would keep it where the models leave that open."""
    if not isinstance(default, Computed) or default.persisted is not None:
        return False
    dialect = context.dialect
    virtual = getattr(dialect, "supports_virtual_generated_columns", False)
    return render._render_computed(  # noqa: SLF001  # what renders every one
        Computed(default.sqltext, persisted=not virtual), context
    )


def _named(word: str, arguments: list[str], type_: Any, context: AutogenContext) -> str:
    context.imports.add("from sqlalchemy.dialects import postgresql")
    if type_.schema is not None:
        arguments.append(f"schema={str(type_.schema)!r}")
    return f"postgresql.{word}({', '.join(arguments)}, create_type=False)"


def without_constraint(type_: Any) -> Any:
    """A type whose CHECK is not made with the column: the catalog's plan makes it.

    ``op.add_column`` and ``op.alter_column`` create the constraint of an ``Enum`` or ``Boolean``
    with ``create_constraint=True``, and none of them says so.

    Args:
        type_: The type of a column.
    """
    made = type_
    if isinstance(type_, TypeDecorator):
        made = type_.load_dialect_impl(driverless_dialect())
    if not getattr(made, "create_constraint", False):
        return type_
    made = copy.copy(made)
    made.create_constraint = False
    return made
