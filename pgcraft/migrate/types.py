"""Types that change: labels are added in place, else the type is made anew under its columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pgcraft.migrate.names import own_name, quoted_name, quoted_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import CatalogObject

TYPES = frozenset({"composite type", "domain", "enum", "range type"})

_LABEL = re.compile(r"E?'(?:[^']|'')*'")
_MAX_BYTES = 63


def alter_type(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """Return the statements that change a type in place; ``None`` when it must be made anew."""
    if new.key.kind == "enum":
        return _add_labels(old, new)
    if new.key.kind == "domain":
        return _alter_domain(old, new)
    if new.key.kind == "composite type":
        return _add_attributes(old, new)
    return None


def _add_labels(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    before, after = (_LABEL.findall(one.detail("labels") or "") for one in (old, new))
    if [label for label in after if label in before] != before:
        return None
    return tuple(_added_labels(new.key.identity, before, after))


def _added_labels(name: str, before: list[str], after: list[str]) -> Iterator[str]:
    """Each label behind the one before it, which is there by then."""
    for number, label in enumerate(after):
        if label in before:
            continue
        place = ""
        following = [one for one in after[number + 1 :] if one in before]
        if following:
            place = f" BEFORE {following[0]}"
        yield f"ALTER TYPE {name} ADD VALUE {label}{place}"


def _alter_domain(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    if any(old.detail(name) != new.detail(name) for name in ("type", "collation")):
        return None
    domain = f"ALTER DOMAIN {new.key.identity}"
    statements = []
    if old.detail("default") != new.detail("default"):
        default = new.detail("default")
        statements.append(f"{domain} " + (f"SET DEFAULT {default}" if default else "DROP DEFAULT"))
    if old.detail("nullable") != new.detail("nullable"):
        action = "SET NOT NULL" if new.detail("nullable") == "no" else "DROP NOT NULL"
        statements.append(f"{domain} {action}")
    return tuple(statements)


def _add_attributes(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    before, after = old.detail("attributes") or "", new.detail("attributes") or ""
    start = f"{before}, " if before else ""
    if not after.startswith(start):
        return None
    added = after.removeprefix(start)
    # A comma may stand inside of a type, as in numeric(10,2), and then without a blank.
    actions = ", ".join(f"ADD ATTRIBUTE {one}" for one in added.split(", "))
    return (f"ALTER TYPE {new.key.identity} {actions}",)


def put_aside(type_: CatalogObject) -> tuple[str, str]:
    """Return the statement that renames a type out of the way, and that which drops it then."""
    name = own_name(type_)
    while len(f"{name}__old".encode()) > _MAX_BYTES:
        name = name[:-1]
    word = "DOMAIN" if type_.key.kind == "domain" else "TYPE"
    aside = f"{name}__old".replace('"', '""')
    return (
        f'ALTER TYPE {type_.key.identity} RENAME TO "{aside}"',
        f'DROP {word} {quoted_schema(type_)}."{aside}"',
    )


def recast(old: CatalogObject, new: CatalogObject) -> str:
    """Return the statement that gives a column the type of the same name that was made anew.

    Values go through their text, the one form that both types read and write.
    """
    assert new.parent is not None  # noqa: S101  # every column belongs to a relation
    name, type_ = quoted_name(new), new.detail("type") or ""
    text = "text[]" if type_.endswith("[]") else "text"
    column = f"ALTER COLUMN {name}"
    actions = [f"{column} TYPE {type_} USING {name}::{text}::{type_}"]
    if old.detail("default") is not None:
        actions.insert(0, f"{column} DROP DEFAULT")
    if new.detail("default") is not None:
        actions.append(f"{column} SET DEFAULT {new.detail('default')}")
    return f"ALTER {new.parent.kind.upper()} {new.parent.identity} {', '.join(actions)}"
