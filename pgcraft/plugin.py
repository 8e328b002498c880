"""What factories are made of: plugins that each make a part, run in the order of their needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sqlalchemy import MetaData
    from sqlalchemy.schema import SchemaItem

    from pgcraft.origin import Origin

    PluginClass = TypeVar("PluginClass", bound=type["Plugin"])


@dataclass(frozen=True)
class Dynamic:
    """A key that each plugin object names itself, in one of its attributes.

    Args:
        attribute: The attribute that holds the key.

    Example:
        >>> @requires(Dynamic("table_key"))
        ... class IndexPlugin(Plugin):
        ...     def __init__(self, table_key="table"):
        ...         self.table_key = table_key
        >>> IndexPlugin("attributes").requires()
        ('attributes',)
    """

    attribute: str


class Plugin:
    """One part of what a factory makes. Subclasses say what they need and what they make.

    Example:
        >>> @produces("columns")
        ... class NotePlugin(Plugin):
        ...     "Adds a column for remarks."
        ...     def run(self, ctx):
        ...         ctx["columns"] = [*ctx["columns"], Column("note", String)]
        >>> from sqlalchemy import Column, MetaData, String
        >>> from pgcraft.factory import PGCraftSimple
        >>> books = PGCraftSimple("books", "shop", MetaData(), [], extra_plugins=[NotePlugin()])
        >>> books.table.columns.keys()
        ['id', 'note']
    """

    produced_keys: ClassVar[tuple[str | Dynamic, ...]] = ()
    required_keys: ClassVar[tuple[str | Dynamic, ...]] = ()
    singleton_group: ClassVar[str | None] = None

    def run(self, ctx: Context) -> None:
        """Make the part.

        Args:
            ctx: What the factory was given and what the plugins before this one made.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it does in run().")

    def applies(self, made: Collection[str]) -> bool:  # noqa: ARG002  # for subclasses
        """Tell whether a factory should get this plugin when a configuration has it.

        A configuration's plugins are for every factory; one that is for some of them tells
        them apart by what they make. A plugin that is given to a factory itself is not asked.

        Args:
            made: The keys that the factory's own plugins make.

        Returns:
            True, unless a subclass says otherwise.

        Example:
            >>> from pgcraft.plugins.protection import ProtectionPlugin
            >>> ProtectionPlugin().applies({"pk_columns", "table"})
            False
        """
        return True

    def produces(self) -> tuple[str, ...]:
        """Return the keys under which this plugin puts something into the context."""
        return tuple(self._key(key) for key in self.produced_keys)

    def requires(self) -> tuple[str, ...]:
        """Return the keys that must be in the context before this plugin runs."""
        return tuple(self._key(key) for key in self.required_keys)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _key(self, key: str | Dynamic) -> str:
        return str(getattr(self, key.attribute)) if isinstance(key, Dynamic) else key


def produces(*keys: str | Dynamic) -> Callable[[PluginClass], PluginClass]:
    """Declare what a plugin puts into the context.

    Several plugins may produce one key: all run before those that require it, and what the
    last one put there counts.

    Example:
        >>> @produces("audit")
        ... class AuditPlugin(Plugin):
        ...     pass
        >>> AuditPlugin().produces()
        ('audit',)
    """

    def decorate(cls: PluginClass) -> PluginClass:
        cls.produced_keys = (*cls.produced_keys, *keys)
        return cls

    return decorate


def requires(*keys: str | Dynamic) -> Callable[[PluginClass], PluginClass]:
    """Declare what must be in the context before a plugin runs.

    Example:
        >>> @requires("table")
        ... class AuditPlugin(Plugin):
        ...     pass
        >>> AuditPlugin().requires()
        ('table',)
    """

    def decorate(cls: PluginClass) -> PluginClass:
        cls.required_keys = (*cls.required_keys, *keys)
        return cls

    return decorate


def singleton(group: str) -> Callable[[PluginClass], PluginClass]:
    """Declare that a factory may have one plugin of this group only.

    Example:
        >>> @singleton("audit")
        ... class AuditPlugin(Plugin):
        ...     pass
        >>> AuditPlugin.singleton_group
        'audit'
    """

    def decorate(cls: PluginClass) -> PluginClass:
        cls.singleton_group = group
        return cls

    return decorate


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a factory was given, and what its plugins made: a mapping from key to product.

    Attributes:
        tablename: The dimension's name.
        schemaname: The dimension's schema.
        metadata: Where tables and everything else belong.
        schema_items: The items the user gave, columns included.
        table_args: Further arguments for the dimension's table, such as ``comment``.
        declared: File and line of the user's declaration.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.factory import PGCraftSimple
        >>> ctx = PGCraftSimple("books", "shop", MetaData(), []).ctx
        >>> ctx["table"].fullname
        'shop.books'
        >>> sorted(ctx.keys())
        ['columns', 'dimension', 'pk_columns', 'table']
    """

    tablename: str
    schemaname: str
    metadata: MetaData
    schema_items: tuple[Any, ...]
    table_args: Mapping[str, Any]
    declared: Origin
    _made: dict[str, Any] = field(default_factory=dict)

    def items_of(self, kind: type[Any] | tuple[type[Any], ...]) -> list[Any]:
        """Return the user's items of a class, in their order."""
        return [item for item in self.schema_items if isinstance(item, kind)]

    def items_except(self, *kinds: type[Any]) -> list[SchemaItem]:
        """Return the user's items of no such class, in their order."""
        return [item for item in self.schema_items if not isinstance(item, kinds)]

    def keys(self) -> Iterable[str]:
        """Return the keys of what was made."""
        return self._made.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def get(self, key: str, default: Any = None) -> Any:
        """Return what was made under a key, or the default."""
        return self._made.get(key, default)

    def __contains__(self, key: str) -> bool:
        return key in self._made

    def __getitem__(self, key: str) -> Any:
        if key not in self._made:
            raise PGCraftValidationError(
                f"Nothing was made under the key {key!r} for {self.schemaname}.{self.tablename}.",
                advice=f"There are: {', '.join(self._made)}. A plugin says @requires({key!r}) "
                "to run after the one that makes it.",
            )
        return self._made[key]

    def __setitem__(self, key: str, product: Any) -> None:
        self._made[key] = product
