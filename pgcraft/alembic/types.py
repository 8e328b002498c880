"""Types of the database's own, as revisions write them: by name, and made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.autogenerate import render
from sqlalchemy import Enum
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import TypeDecorator

from ..dialect import driverless_dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from alembic.autogenerate.api import AutogenContext

    RenderItem = Callable[[str, Any, AutogenContext], Any]


def rendering_types(user_function: RenderItem | None) -> RenderItem:
    """Return a ``render_item`` that writes enums and domains so that no table creates them.

    ``op.create_table`` creates the enum types of its columns, once for each table, and
    ``op.add_column`` creates none: whoever drafts the types must be the only one.

    Args:
        user_function: The project's own ``render_item``, which is asked first.
    """

    def render_item(kind: str, item: Any, context: AutogenContext) -> Any:
        rendered = user_function(kind, item, context) if user_function is not None else False
        if rendered is not False or kind != "type":
            return rendered
        return _rendered(item, context)

    return render_item


def _rendered(item: Any, context: AutogenContext) -> Any:
    type_ = item
    if isinstance(item, TypeDecorator):
        type_ = item.load_dialect_impl(driverless_dialect())
    if isinstance(type_, Enum) and type_.native_enum and type_.name:
        arguments = [repr(label) for label in type_.enums]
    elif isinstance(type_, DOMAIN):
        data_type = render._repr_type(type_.data_type, context)  # noqa: SLF001  # what renders every type
        return _named("DOMAIN", [repr(str(type_.name)), data_type], type_, context)
    else:
        return False
    return _named("ENUM", [*arguments, f"name={str(type_.name)!r}"], type_, context)


def _named(word: str, arguments: list[str], type_: Any, context: AutogenContext) -> str:
    context.imports.add("from sqlalchemy.dialects import postgresql")
    if type_.schema is not None:
        arguments.append(f"schema={str(type_.schema)!r}")
    return f"postgresql.{word}({', '.join(arguments)}, create_type=False)"
