"""Classes as dimensions: mapped by the ORM, or plain."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Table
from sqlalchemy.schema import SchemaItem

from pgcraft.check import PGCraftCheck
from pgcraft.errors import PGCraftValidationError
from pgcraft.factory.simple import PGCraftSimple
from pgcraft.factory.undo import remember, undo
from pgcraft.fk import PGCraftFK
from pgcraft.index import PGCraftIndex
from pgcraft.plugin import Plugin, requires

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sqlalchemy import MetaData

    from pgcraft.config import PGCraftConfig
    from pgcraft.plugin import Context

Class = TypeVar("Class", bound=type[Any])

_ITEMS = (PGCraftIndex, PGCraftFK, PGCraftCheck)
_MAPPED = re.compile(r"([\w.]+\.)?Mapped\[")


def register(
    cls: None = None,
    /,
    *,
    base: Any = None,
    metadata: MetaData | None = None,
    schema: str | None = None,
    config: PGCraftConfig | None = None,
    plugins: Iterable[Plugin] | None = None,
    extra_plugins: Iterable[Plugin] | None = None,
    api: Any = None,
) -> Callable[[Class], Class]:
    """Make a dimension of a plain class.

    The class has ``__tablename__``, columns as attributes, and ``__table_args__`` as in
    SQLAlchemy: a dict, or a tuple of constraints that may end in a dict. PGCraftIndex,
    PGCraftFK and PGCraftCheck attributes count as well. In a class that is mapped, a column may
    be a ``mapped_column()``; ``id: Mapped[int]`` alone tells a type checker what plugins make.

    Args:
        cls: Nothing: it is there to answer ``@register`` without parentheses.
        base: A declarative base; the class is mapped, so that ``select(User)`` works.
        metadata: The MetaData of a class that stays unmapped.
        schema: The schema, if ``__table_args__`` does not say it.
        config: The project's configuration.
        plugins: Plugins instead of the defaults.
        extra_plugins: Plugins beside the defaults.
        api: Exposes the class by a PostgRESTView: True for one that can be read in the schema
            ``api``, a text for another schema, a list for the grants, or a dict of arguments
            of PostgRESTView.

    Returns:
        A decorator; it sets ``__table__`` on the class and returns the class.

    Raises:
        PGCraftValidationError: The class is already mapped, has no table name or no schema,
            both or neither of base and metadata are given, or it is used without parentheses.

    Example:
        >>> from sqlalchemy import Column, MetaData, String, select
        >>> metadata = MetaData()
        >>> @register(metadata=metadata)
        ... class Users:
        ...     __tablename__ = "users"
        ...     __table_args__ = {"schema": "public"}
        ...     name = Column(String, nullable=False)
        ...     by_name = PGCraftIndex("ix_users_name", "{name}")
        >>> metadata.tables["public.users"] is Users.__table__
        True

        >>> from sqlalchemy.orm import DeclarativeBase, mapped_column
        >>> class Base(DeclarativeBase):
        ...     pass
        >>> @register(base=Base, schema="public")
        ... class User:
        ...     __tablename__ = "users"
        ...     name = mapped_column(String, nullable=False)
        >>> str(select(User.name)).split()
        ['SELECT', 'public.users.name', 'FROM', 'public.users']
    """
    if cls is not None:
        raise PGCraftValidationError(
            f"register was given {getattr(cls, '__name__', cls)!r} and does not know where its "
            "table belongs.",
            advice="Write @register(base=Base) or @register(metadata=metadata), with parentheses.",
        )

    def decorate(cls: Class) -> Class:
        target = _metadata(cls, base, metadata)
        args, options = _table_args(cls)
        own_schema = options.pop("schema", None) or schema or target.schema
        _refuse_incomplete(cls, own_schema)
        before = remember(target, cls.__tablename__)
        cls.__table__ = PGCraftSimple(
            cls.__tablename__,
            own_schema,
            target,
            [*_attributes(cls, base), *args],
            config=config,
            plugins=plugins,
            extra_plugins=[
                *(extra_plugins or ()),
                *_api_plugins(api, cls),
                *_annotation_plugins(cls),
            ],
            table_args=options,
        ).table
        if base is None:
            return cls
        try:
            mapped: Class = base.registry.mapped(cls)
        except BaseException:
            # A corrected class can then be registered, as a corrected factory can be run.
            undo(target, before, cls.__tablename__)
            del cls.__table__
            raise
        return mapped

    return decorate


def _api_plugins(api: Any, cls: type[Any]) -> list[Plugin]:
    if not api:
        return []
    from pgcraft.extensions.postgrest.plugin import plugins_for  # noqa: PLC0415 - seldom needed

    return plugins_for(api, cls.__name__)


def _metadata(cls: type[Any], base: Any, metadata: MetaData | None) -> MetaData:
    if (base is None) == (metadata is None):
        number = "neither" if base is None else "both"
        raise PGCraftValidationError(
            f"register() for the class {cls.__name__!r} got {number} of base and metadata.",
            advice="Give base=Base to map the class, or metadata=… for a table alone.",
        )
    if getattr(cls, "__mapper__", None) is not None or "__table__" in vars(cls):
        raise PGCraftValidationError(
            f"The class {cls.__name__!r} is already mapped or registered.",
            advice="Decorate a plain class: one that does not inherit from the declarative "
            "base; say register(base=Base) instead.",
        )
    return base.metadata if metadata is None else metadata


def _refuse_incomplete(cls: type[Any], schema: str | None) -> None:
    if not getattr(cls, "__tablename__", None):
        raise PGCraftValidationError(
            f"The class {cls.__name__!r} has no table name.",
            advice='Add __tablename__ = "…" to it.',
        )
    if not schema:
        raise PGCraftValidationError(
            f"The class {cls.__name__!r} has no schema.",
            advice='Add __table_args__ = {"schema": "public"} to it, or say register(schema=…).',
        )


def _table_args(cls: type[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Split ``__table_args__`` into constraints and options, as SQLAlchemy does."""
    args = getattr(cls, "__table_args__", ())
    if isinstance(args, dict):
        return (), dict(args)
    if args and isinstance(args[-1], dict):
        return tuple(args[:-1]), dict(args[-1])
    return tuple(args), {}


def _attributes(cls: type[Any], base: Any) -> Iterator[Any]:
    """Yield the class's columns and items, those of its bases first, each named."""
    attributes: dict[str, tuple[type[Any], Any]] = {}
    for owner in reversed(cls.__mro__):
        attributes.update({name: (owner, value) for name, value in vars(owner).items()})
    for name, (_, value) in list(attributes.items()):
        if _is_declared_attr(name, value):
            _evaluate(cls, name, value, attributes)
    mapped = {
        name: one for name, (_, one) in attributes.items() if type(one).__name__ == "MappedColumn"
    }
    columns = _mapped_columns(cls, base, mapped) if mapped else {}
    for name, (owner, value) in attributes.items():
        if name in columns:
            # The class gets its table, where SQLAlchemy takes no other columns.
            setattr(cls, name, columns[name])
            yield columns[name]
        elif isinstance(value, Column):
            # A base's column may serve several classes, so each gets its own. SQLAlchemy has
            # no public way to copy a column.
            column = value if owner is cls else value._copy()  # noqa: SLF001
            if column.name is None:
                column.name = name
            if column.key is None:
                column.key = name
            yield column
        elif isinstance(value, (*_ITEMS, SchemaItem)) and not isinstance(value, Table):
            yield value


def _is_declared_attr(name: str, value: Any) -> bool:
    """Tell whether an attribute is a function that makes a column for each class."""
    # By its module: to name the class is to import the ORM.
    from_orm = type(value).__module__ == "sqlalchemy.orm.decl_api"
    return from_orm and hasattr(value, "fget") and not name.startswith("__")


def _evaluate(
    cls: type[Any], name: str, value: Any, attributes: dict[str, tuple[type[Any], Any]]
) -> None:
    """Make the class's own column, or item; what else there is, the ORM makes itself."""
    made = value.fget(cls)
    if isinstance(made, (Column, *_ITEMS)) or type(made).__name__ == "MappedColumn":
        setattr(cls, name, made)
        attributes[name] = (cls, made)


def _mapped_columns(cls: type[Any], base: Any, mapped: Mapping[str, Any]) -> dict[str, Column[Any]]:
    if base is None:
        raise PGCraftValidationError(
            f"The attribute {next(iter(mapped))!r} of the class {cls.__name__!r} is a "
            "mapped_column(), but the class is not mapped.",
            advice="Write Column(…) there, or map the class by register(base=…).",
        )
    from pgcraft.mapped import mapped_columns  # noqa: PLC0415 - imports the ORM, seldom needed

    return mapped_columns(cls, base, mapped)


def _annotation_plugins(cls: type[Any]) -> list[Plugin]:
    """Return the plugin for attributes that are ``name: Mapped[…]`` alone, if there are any."""
    annotations: dict[str, Any] = {}
    for owner in reversed(cls.__mro__):
        annotations.update(inspect.get_annotations(owner))
    alone = [
        name
        for name, one in annotations.items()
        if _MAPPED.match(one if isinstance(one, str) else str(one)) and not hasattr(cls, name)
    ]
    return [_AnnotationsPlugin(cls.__name__, alone)] if alone else []


@requires("table")
class _AnnotationsPlugin(Plugin):
    """Refuses attributes that are annotated, but have no column: they would be lost."""

    def __init__(self, owner: str, names: list[str]) -> None:
        self.owner = owner
        self.names = names

    def run(self, ctx: Context) -> None:
        for name in self.names:
            if name not in ctx["table"].columns:
                raise PGCraftValidationError(
                    f"The attribute {name!r} of the class {self.owner!r} is annotated, but has no "
                    "column, and no plugin makes one.",
                    advice=f"Write {name}: Mapped[…] = mapped_column().",
                )
