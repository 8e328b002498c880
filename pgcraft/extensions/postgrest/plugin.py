"""The plugin that exposes a factory's dimension."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pgcraft.errors import PGCraftValidationError
from pgcraft.extensions.postgrest.source import Source
from pgcraft.extensions.postgrest.view import PostgRESTView
from pgcraft.markers import did_you_mean
from pgcraft.plugin import Plugin, produces, requires

if TYPE_CHECKING:
    from pgcraft.extensions.postgrest.columns import Query
    from pgcraft.extensions.postgrest.granted import GrantsArgument
    from pgcraft.plugin import Context

_ARGUMENTS = ("schema", "grants", "query", "columns", "exclude_columns")


@produces("api_view")
@requires("table")
class PostgRESTPlugin(Plugin):
    """Exposes the dimension of a factory; given to a configuration, that of every factory.

    The arguments are those of :class:`~pgcraft.extensions.postgrest.PostgRESTView`.

    Example:
        >>> from sqlalchemy import Column, MetaData, String
        >>> from pgcraft.factory import PGCraftSimple
        >>> books = PGCraftSimple(
        ...     "books",
        ...     "shop",
        ...     MetaData(),
        ...     [Column("title", String)],
        ...     extra_plugins=[PostgRESTPlugin(grants=["select", "insert"])],
        ... )
        >>> books.ctx["api_view"].table.fullname
        'api.books'
    """

    def __init__(
        self,
        schema: str = "api",
        grants: GrantsArgument = ("select",),
        query: Query | None = None,
        *,
        columns: Iterable[str] | None = None,
        exclude_columns: Iterable[str] | None = None,
    ) -> None:
        self.schema = schema
        self.grants = grants if isinstance(grants, Mapping) else _kept(grants)
        self.query = query
        self.columns = _kept(columns)
        self.exclude_columns = _kept(exclude_columns)

    def run(self, ctx: Context) -> None:
        """Put the API view into the context, under ``api_view``."""
        table = ctx["table"]
        ctx["api_view"] = PostgRESTView(
            Source(
                name=ctx.tablename,
                table=table,
                metadata=ctx.metadata,
                keys=tuple(key.name for key in table.primary_key.columns),
            ),
            self.schema,
            self.grants,
            self.query,
            columns=self.columns,
            exclude_columns=self.exclude_columns,
        )


def _kept(names: Any) -> Any:
    """Return names that can be gone through again, as a plugin may serve many factories.

    What is no list is for the view to refuse.
    """
    return tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else names


def plugins_for(api: Any, name: str) -> list[Plugin]:
    """Return the plugin for what ``register(api=…)`` was given.

    Args:
        api: None or False for nothing, True for the defaults, a text for the schema, a list for
            the grants, or a dict of arguments.
        name: The name of the class, for messages.

    Raises:
        PGCraftValidationError: It is none of these, or the dict has another key.

    Example:
        >>> plugins_for(["select", "insert"], "Users")[0].grants
        ('select', 'insert')
    """
    if api is None or api is False:
        return []
    if api is True:
        return [PostgRESTPlugin()]
    if isinstance(api, str):
        return [PostgRESTPlugin(api)]
    if isinstance(api, dict):
        for key in api:
            if key not in _ARGUMENTS:
                raise PGCraftValidationError(
                    f"register(api=…) for the class {name!r} has the key {key!r}.",
                    advice=f"{did_you_mean(str(key), _ARGUMENTS)}The keys are: "
                    f"{', '.join(_ARGUMENTS)}.",
                )
        return [PostgRESTPlugin(**api)]
    if isinstance(api, list | tuple):
        return [PostgRESTPlugin(grants=api)]
    raise PGCraftValidationError(
        f"register(api=…) for the class {name!r} got {api!r}.",
        advice="Give True, a schema, a list of grants, or a dict of arguments of PostgRESTView.",
    )
