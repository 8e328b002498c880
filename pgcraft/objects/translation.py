"""``schema_translate_map``, which declared objects cannot follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pgcraft.objects.base import DatabaseObject


def refuse_translation(objects: Sequence[DatabaseObject], connection: Any) -> None:
    """Refuse a connection that names schemas otherwise, before anything is made or dropped.

    SQLAlchemy translates the schemas of tables. The SQL of functions, views and policies is
    text, where it cannot: half of the models would go to one schema, half to the other.

    Args:
        objects: The declared objects; tables alone may be translated.
        connection: The connection.

    Raises:
        PGCraftValidationError: It translates, and there are objects.
    """
    asked = getattr(connection, "get_execution_options", None)
    options: Mapping[str, Any] = asked() if asked else {}
    names = options.get("schema_translate_map") or {}
    if objects and any(old != new for old, new in names.items()):
        first = objects[0]
        raise PGCraftValidationError(
            f"The connection has the schema_translate_map {dict(names)!r}, which does not reach "
            f"objects that are declared beside tables, such as the {first.kind} "
            f"{first.identity}.",
            advice="Make the models in a function of the schema, and call it once for each: "
            "PGCraftSimple('orders', schema, MetaData(), …).",
        )
