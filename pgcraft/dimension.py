"""The registry of dimensions: which physical table a foreign key to a dimension means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pgcraft.errors import PGCraftValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import MetaData

DIMENSIONS = "pgcraft_dimensions"
WAITING = "pgcraft_waiting"
"""Key in ``MetaData.info`` of references whose target is not defined: a dict from its name."""

_SHORT = "pgcraft_short_references"


@dataclass(frozen=True)
class DimensionRef:
    """The table that others reference when they reference a dimension.

    Args:
        schema: The table's schema.
        table: The table's name.

    Example:
        >>> DimensionRef("public", "customers_root")
        DimensionRef(schema='public', table='customers_root')
    """

    schema: str | None
    table: str

    @property
    def key(self) -> str:
        """The table's key in ``MetaData.tables``."""
        return self.table if self.schema is None else f"{self.schema}.{self.table}"


class Waiting(Protocol):
    """A reference that waits for a table to be defined."""

    def settle(self) -> bool:
        """Attach the foreign key if its target is there; return whether it was."""


def register_dimension(metadata: MetaData, schema: str, name: str, target: DimensionRef) -> None:
    """Make a dimension known, and attach the foreign keys that waited for it.

    Args:
        metadata: Where it belongs.
        schema: The dimension's schema.
        name: The dimension's name.
        target: The table that foreign keys to the dimension reference.

    Raises:
        PGCraftValidationError: A reference without a schema now means two dimensions.

    Example:
        >>> from sqlalchemy import MetaData
        >>> metadata = MetaData()
        >>> register_dimension(metadata, "crm", "customers", DimensionRef("crm", "customers_root"))
        >>> dimensions(metadata)["customers"]["crm"].key
        'crm.customers_root'
    """
    namesakes = metadata.info.setdefault(DIMENSIONS, {}).setdefault(name, {})
    namesakes[schema] = target
    if len(namesakes) > 1 and name in metadata.info.get(_SHORT, {}):
        raise _ambiguous(metadata.info[_SHORT][name], name, namesakes)
    settle_waiting(metadata, name)


def dimensions(metadata: MetaData) -> Mapping[str, Mapping[str, DimensionRef]]:
    """Return the dimensions of a MetaData: name, then schema, then the table to reference."""
    found: Mapping[str, Mapping[str, DimensionRef]] = metadata.info.get(DIMENSIONS, {})
    return found


def find_dimension(
    metadata: MetaData, schema: str | None, name: str, owner: object
) -> DimensionRef | None:
    """Return the table of a dimension, or None while it is not defined.

    Args:
        metadata: Where to look.
        schema: The dimension's schema; None to find it by its name alone.
        name: The dimension's name.
        owner: Who references it, as a text, for the error.

    Raises:
        PGCraftValidationError: The name alone means dimensions in several schemas.
    """
    namesakes = dimensions(metadata).get(name, {})
    if schema is not None:
        return namesakes.get(schema)
    metadata.info.setdefault(_SHORT, {}).setdefault(name, owner)
    if len(namesakes) > 1:
        raise _ambiguous(owner, name, namesakes)
    return next(iter(namesakes.values()), None)


def wait_for(metadata: MetaData, name: str, waiting: Waiting) -> None:
    """Keep a reference until a table or dimension of that name is defined."""
    metadata.info.setdefault(WAITING, {}).setdefault(name, []).append(waiting)


def settle_waiting(metadata: MetaData, name: str) -> None:
    """Attach those of the waiting references to that name whose target is there now."""
    queues: dict[str, list[Waiting]] = metadata.info.get(WAITING, {})
    if name not in queues:
        return
    still = [one for one in queues.pop(name) if not one.settle()]
    if still:
        queues[name] = [*still, *queues.get(name, [])]


def waiting_references(metadata: MetaData) -> list[Waiting]:
    """Return the references whose target is not defined yet, by name."""
    queues: dict[str, list[Waiting]] = metadata.info.get(WAITING, {})
    return [one for name in sorted(queues) for one in queues[name]]


def forget_waiting(metadata: MetaData, given_up: Callable[[Waiting], bool]) -> None:
    """Take away the waiting references that are given up."""
    queues: dict[str, list[Waiting]] = metadata.info.get(WAITING, {})
    for name in list(queues):
        queues[name] = [one for one in queues[name] if not given_up(one)]
        if not queues[name]:
            del queues[name]


def _ambiguous(
    owner: object, name: str, namesakes: Mapping[str, DimensionRef]
) -> PGCraftValidationError:
    schemas = sorted(namesakes)
    return PGCraftValidationError(
        f"{owner} references the dimension {name!r}, which exists in the schemas "
        f"{', '.join(schemas)}.",
        advice=f"Say which one is meant: '{schemas[0]}.{name}.<column>'.",
    )
