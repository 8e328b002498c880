"""Types that change: labels are added in place, else the type is made anew under its columns."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from pgcraft.migrate.names import own_name, quoted_name, quoted_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import CatalogObject

TYPES = frozenset({"composite type", "domain", "enum", "range type"})

HAD_BY_COLUMNS = TYPES | {"collation"}
"""What goes only when no column has it any more."""

_LABEL = re.compile(r"E?'(?:[^']|'')*'")
# A comma may stand in a quoted name, and in a type, as in numeric(10,2), there without a blank.
_ATTRIBUTE = re.compile(r'(?:"(?:[^"]|"")*"|[^", ]|,(?! )|(?<!,) )+')
_ATTRIBUTE_NAME = re.compile(r'^(?:"(?:[^"]|"")*"|[^ ]+)')
_MAX_BYTES = 63
_MARK = 6


def alter_type(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """Return the statements that change a type in place; ``None`` when it must be made anew."""
    if new.key.kind == "enum":
        return _add_labels(old, new)
    if new.key.kind == "domain":
        return _alter_domain(old, new)
    if new.key.kind == "composite type":
        return _change_attributes(old, new)
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


def _change_attributes(old: CatalogObject, new: CatalogObject) -> tuple[str, ...] | None:
    """Attributes go in place and come at the end, and typed tables follow with CASCADE.

    One that gets another type would lose its values so: the whole type is made anew instead.
    """
    before, after = (_attributes(one) for one in (old, new))
    names = {_name_of(one) for one in after if one not in before}
    if any(_name_of(one) in names for one in before):
        return None
    kept = [one for one in before if one in after]
    added = after[len(kept) :]
    if after[: len(kept)] != kept:
        return None
    actions = [
        *(f"DROP ATTRIBUTE {_name_of(one)}" for one in before if one not in kept),
        *(f"ADD ATTRIBUTE {one}" for one in added),
    ]
    return (f"ALTER TYPE {new.key.identity} {', '.join(f'{one} CASCADE' for one in actions)}",)


def loses_attributes(old: CatalogObject, new: CatalogObject) -> bool:
    """Whether a composite type has attributes no more that something may use."""
    return new.key.kind == "composite type" and not set(_attributes(old)) <= set(_attributes(new))


def retype_attributes(old: CatalogObject, new: CatalogObject) -> tuple[str, ...]:
    """Return the statement for a composite type that tables are of: they are converted with it.

    PostgreSQL refuses it where a column has the type, and such a type is made anew.
    """
    before = {_name_of(one): one for one in _attributes(old)}
    after = {_name_of(one): one for one in _attributes(new)}
    actions = [
        *(f"DROP ATTRIBUTE {name}" for name in before if name not in after),
        *(
            f"ALTER ATTRIBUTE {name} TYPE {one.removeprefix(f'{name} ')}"
            for name, one in after.items()
            if name in before and before[name] != one
        ),
        *(f"ADD ATTRIBUTE {one}" for name, one in after.items() if name not in before),
    ]
    return (f"ALTER TYPE {new.key.identity} {', '.join(f'{one} CASCADE' for one in actions)}",)


def _name_of(attribute: str) -> str:
    return str(_ATTRIBUTE_NAME.findall(attribute)[0])


def _attributes(type_: CatalogObject) -> list[str]:
    return _ATTRIBUTE.findall(type_.detail("attributes") or "")


def rename_away(item: CatalogObject) -> tuple[list[str], str]:
    """Return the statements that put a type or a collation out of the way, and its drop then."""
    aside = _name_aside(own_name(item))
    word = item.key.kind.upper() if item.key.kind in {"domain", "collation"} else "TYPE"
    statements = [f"ALTER {word} {item.key.identity} RENAME TO {aside}"]
    if item.key.kind == "domain" and item.detail("default") is not None:
        # It may call what ends.
        statements.insert(0, f"ALTER DOMAIN {item.key.identity} DROP DEFAULT")
    multirange = item.detail("multirange")
    if multirange is not None:
        statements += _rename_range(item, multirange, aside)
    return statements, f"DROP {word} {quoted_schema(item)}.{aside}"


def _rename_range(item: CatalogObject, multirange: str, aside: str) -> Iterator[str]:
    """The multirange type, and those constructors whose arguments a new type has as well."""
    name = multirange.removeprefix(f"{quoted_schema(item)}.")
    own = name[1:-1].replace('""', '"') if name.startswith('"') else name
    yield f"ALTER TYPE {multirange} RENAME TO {_name_aside(own)}"
    yield f"ALTER FUNCTION {multirange}() RENAME TO {_name_aside(own)}"
    pair = f"{item.detail('subtype')}, {item.detail('subtype')}"
    for arguments in (pair, f"{pair}, text"):
        yield f"ALTER FUNCTION {item.key.identity}({arguments}) RENAME TO {aside}"


def _name_aside(name: str) -> str:
    aside = f"{name}__old"
    if len(aside.encode()) > _MAX_BYTES:
        mark = hashlib.sha256(name.encode()).hexdigest()[:_MARK]
        while len(f"{name}__old_{mark}".encode()) > _MAX_BYTES:
            name = name[:-1]
        aside = f"{name}__old_{mark}"
    quoted = aside.replace('"', '""')
    return f'"{quoted}"'


def recast(old: CatalogObject, new: CatalogObject) -> str:
    """Return the statement that gives a column the type of the same name that was made anew.

    Values go through their text, the one form that both types read and write.
    """
    assert new.parent is not None  # noqa: S101  # every column belongs to a relation
    name, type_ = quoted_name(new), new.detail("type") or ""
    arrays = type_.endswith("[]") and (old.detail("type") or "").endswith("[]")
    text = "text[]" if arrays else "text"
    column = f"ALTER COLUMN {name}"
    collation = new.detail("collation")
    collate = f" COLLATE {collation}" if collation else ""
    actions = [f"{column} TYPE {type_}{collate} USING {name}::{text}::{type_}"]
    if old.detail("default") is not None:
        actions.insert(0, f"{column} DROP DEFAULT")
    if new.detail("default") is not None:
        actions.append(f"{column} SET DEFAULT {new.detail('default')}")
    return f"ALTER {new.parent.kind.upper()} {new.parent.identity} {', '.join(actions)}"
