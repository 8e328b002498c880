"""The declared objects of a MetaData, and how ``create_all`` and ``drop_all`` reach them.

With ``create_all(tables=[…])`` what can be made without the other tables is made, and the rest
left out; ``drop_all(tables=[…])`` drops those tables only, so the server refuses if a declared
view reads one of them. How the rest is done is in ``creation.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import MetaData, event

from pgcraft.errors import PGCraftValidationError
from pgcraft.objects import creation
from pgcraft.objects.base import DatabaseObject
from pgcraft.objects.namespace import refuse_shared_names
from pgcraft.objects.relations import OBJECTS, OWN
from pgcraft.objects.translation import refuse_translation
from pgcraft.origin import DECLARED
from pgcraft.reference import resolve_references

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection

    from pgcraft.objects.creation import Creation
    from pgcraft.objects.execution import Step

_CONFIGURATIONS = "pgcraft_configurations"
_HAD_TABLES = "pgcraft_had_tables"
_WATCHED = "pgcraft_watched"


class Configuration(Protocol):
    """What completes the models before they are created, such as a ``PGCraftConfig``."""

    def configure_metadata(self, metadata: MetaData) -> None:
        """Declare what belongs to the models besides."""


def declare(metadata: MetaData, *objects: DatabaseObject) -> None:
    """Make objects part of the models.

    Args:
        metadata: The MetaData that creates and drops them with its tables.
        objects: The objects, in any order. Declaring an equal one again changes nothing, and
            grants on one object to one role become one.

    Raises:
        PGCraftValidationError: Another object has that name, or what is given is no object.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.objects import Role
        >>> metadata = MetaData()
        >>> declare(metadata, Role("reporting"))
        >>> [one.name for one in declared_objects(metadata)]
        ['reporting']
    """
    _refuse_unfit(metadata, objects)
    forget_if_cleared(metadata)
    layers = [metadata.info.setdefault(name, {}) for name in (OBJECTS, OWN)]
    for one in objects:
        key = (one.kind, one.identity)
        before = [layer.get(key) for layer in layers]
        _put(layers, key, [one if there is None else united(there, one) for there in before])
        try:
            one.declared_in(metadata)
        except PGCraftValidationError:
            _put(layers, key, before)
            raise
    watch(metadata)


def united(kept: DatabaseObject, one: DatabaseObject) -> DatabaseObject:
    """Return one object in place of two of a kind and identity.

    Args:
        kept: The one that was declared before.
        one: The other.

    Raises:
        PGCraftValidationError: They differ, and cannot be one.

    Example:
        >>> from pgcraft.objects import Grant
        >>> both = [Grant(one, "TABLE shop.books", to="anon") for one in ("SELECT", "INSERT")]
        >>> united(*both).privileges
        ('SELECT', 'INSERT')
    """
    merged = kept if kept == one else kept.merged(one)
    if merged is None:
        raise PGCraftValidationError(
            f"The {one.kind} {one.identity} is declared a second time, by another definition.",
            advice="Give one of the two another name or schema, or take one away.",
        )
    return merged


def watch(metadata: MetaData) -> None:
    """Have ``create_all`` check the models and make what is declared, ``drop_all`` drop it."""
    if metadata.info.get(_WATCHED) is metadata:
        # Asked for each factory, and SQLAlchemy takes long to answer.
        return
    for name, handler in _HANDLERS.items():
        if not event.contains(metadata, name, handler):
            event.listen(metadata, name, handler)
    metadata.info[_WATCHED] = metadata


def configure_at_create(metadata: MetaData, configuration: Configuration) -> None:
    """Have ``create_all`` and ``drop_all`` let a configuration complete the models first.

    Args:
        metadata: The MetaData.
        configuration: Asked each time; it knows what it did before.
    """
    known: list[Configuration] = metadata.info.setdefault(_CONFIGURATIONS, [])
    if not any(one is configuration for one in known):
        known.append(configuration)
    watch(metadata)


def declared_objects(metadata: MetaData) -> list[DatabaseObject]:
    """Return the declared objects in the order in which they are made.

    Example:
        >>> from sqlalchemy import MetaData
        >>> declared_objects(MetaData())
        []
    """
    objects: Iterable[DatabaseObject] = metadata.info.get(OBJECTS, {}).values()
    return sorted(objects, key=lambda one: one.rank)


def check_declared(metadata: MetaData) -> None:
    """Refuse models that cannot be created, once all of them are loaded.

    Args:
        metadata: The MetaData with all models.

    Raises:
        PGCraftValidationError: A dimension that is referenced does not exist, an object does
            not go with the others, or two relations have one name.

    Example:
        >>> from sqlalchemy import MetaData
        >>> check_declared(MetaData())
    """
    resolve_references(metadata)
    for one in declared_objects(metadata):
        one.declared_in(metadata)
        one.completed_in(metadata)
    refuse_shared_names(metadata)


def forget_if_cleared(metadata: MetaData) -> None:
    """Forget what was declared beside tables that ``metadata.clear()`` took away.

    SQLAlchemy tells nobody of it; but no table is left of those that were there.
    """
    if metadata.tables:
        metadata.info[_HAD_TABLES] = True
    elif metadata.info.pop(_HAD_TABLES, False) or DECLARED in metadata.info:
        for key in [one for one in metadata.info if str(one).startswith("pgcraft_")]:
            if key != _CONFIGURATIONS:
                del metadata.info[key]


def _put(
    layers: Iterable[dict[Any, Any]], key: Any, objects: Iterable[DatabaseObject | None]
) -> None:
    for layer, one in zip(layers, objects, strict=True):
        if one is None:
            layer.pop(key, None)
        else:
            layer[key] = one


def _refuse_unfit(metadata: Any, objects: tuple[Any, ...]) -> None:
    if not isinstance(metadata, MetaData):
        raise PGCraftValidationError(
            f"declare() got {metadata!r} where the MetaData belongs.",
            advice="Write declare(metadata, object, …).",
        )
    for one in objects:
        if not isinstance(one, DatabaseObject):
            raise PGCraftValidationError(
                f"declare() got {one!r}, which is no object of the database.",
                advice="Give it objects of pgcraft.objects, such as Role('reporting').",
            )


# What one create_all or drop_all has left for after the tables. Kept by connection, and not in
# the MetaData, which several threads may create from at once.
_CREATING: WeakKeyDictionary[Connection, Creation] = WeakKeyDictionary()
_DROPPING: WeakKeyDictionary[Connection, list[Step]] = WeakKeyDictionary()


def _configure(metadata: MetaData) -> None:
    for one in list(metadata.info.get(_CONFIGURATIONS, ())):
        one.configure_metadata(metadata)


def _before_create(
    metadata: MetaData,
    connection: Connection,
    *,
    checkfirst: Any = True,
    tables: Any = (),
    **_: Any,
) -> None:
    known = set(metadata.tables.values())
    _configure(metadata)
    check_declared(metadata)
    objects = declared_objects(metadata)
    refuse_translation(objects, connection)
    # SQLAlchemy has decided already which tables it makes.
    late = [one for one in metadata.tables.values() if one not in known]
    found = creation.Creation(metadata=metadata, checkfirst=checkfirst, late_tables=tuple(late))
    _CREATING[connection] = creation.begin(found, objects, connection, [*(tables or ()), *late])


def _after_create(
    metadata: MetaData, connection: Connection, *, _ddl_runner: Any = None, **_: Any
) -> None:
    found = _CREATING.pop(connection)
    if found.late_tables:
        metadata.create_all(connection, tables=found.late_tables, checkfirst=found.checkfirst)
    objects = declared_objects(metadata)
    creation.finish(found, objects, connection, partial=_some_tables(_ddl_runner))


def _before_drop(
    metadata: MetaData, connection: Connection, *, _ddl_runner: Any = None, **_: Any
) -> None:
    if _some_tables(_ddl_runner):
        return
    # Rights that a configuration gave are taken away by it, also in another process.
    _configure(metadata)
    objects = declared_objects(metadata)
    refuse_translation(objects, connection)
    _DROPPING[connection] = creation.drop_before_tables(objects, connection)


def _after_drop(metadata: MetaData, connection: Connection, **_: Any) -> None:  # noqa: ARG001  # SQLAlchemy passes it by position
    creation.drop_after_tables(_DROPPING.pop(connection, []), connection)


_HANDLERS = {
    "before_create": _before_create,
    "after_create": _after_create,
    "before_drop": _before_drop,
    "after_drop": _after_drop,
}


def _some_tables(runner: Any) -> bool:
    """Tell whether ``create_all`` or ``drop_all`` was asked for certain tables only."""
    return getattr(runner, "tables", None) is not None
