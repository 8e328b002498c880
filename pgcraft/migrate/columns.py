"""Columns that change where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pgcraft.migrate.names import quoted_name, quoted_schema, relation_name
from pgcraft.migrate.not_null import alter_not_null, is_added_by_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pgcraft.postgres.snapshot import CatalogObject

# Types whose values the server stores otherwise than it stores text.
_STORED_MAIN = ("numeric", "inet", "cidr")

SET_EXPRESSION = 17
"""The major version since which a generated column can get another expression."""


def alter_columns(
    old: CatalogObject,
    new: CatalogObject,
    *,
    version: int,
    done: frozenset[str] = frozenset(),
    using: str | None = None,
) -> tuple[str, ...] | None:
    """Return the statement that changes a column in place.

    Args:
        old: The column as it is.
        new: The column as it should be.
        version: The server's major version.
        done: Details that another statement changes.
        using: What follows the column in USING, when the server does not convert by itself.

    Returns:
        One statement or none; ``None`` when the column must be dropped and added again, which
        loses nothing, since its values are computed.
    """
    assert new.parent is not None  # noqa: S101  # every column belongs to a relation
    if new.parent.kind == "view":
        if old.detail("default") == new.detail("default"):
            return ()
        default = new.detail("default")
        action = f"SET DEFAULT {default}" if default else "DROP DEFAULT"
        return (f"ALTER VIEW {new.parent.identity} ALTER COLUMN {quoted_name(new)} {action}",)
    if _must_be_added_again(old, new, version):
        return None
    changes = [name for name in _DETAILS if old.detail(name) != new.detail(name)]
    actions = [
        f"ALTER COLUMN {quoted_name(new)} {action}"
        for name in changes
        if name not in done
        for action in _DETAILS[name](old, new)
    ]
    if using is not None:
        actions = [
            f"{one} USING {quoted_name(new)}{using}" if " TYPE " in one else one for one in actions
        ]
    if {"type", "collation"}.intersection(changes).difference(done) and "default" in changes:
        # The old default may have no meaning in the new type.
        drop = f"ALTER COLUMN {quoted_name(new)} DROP DEFAULT"
        if old.detail("default") is not None and drop not in actions:
            actions.insert(0, drop)
    statements = list(_renamed_sequence(old, new))
    if actions:
        word = new.parent.kind.upper()
        statements.append(f"ALTER {word} {new.parent.identity} {', '.join(actions)}")
    if new.parent.kind in {"foreign table", "table"} and "nullable" not in done:
        statements += alter_not_null(old, new, relation_name(new), version)
    return tuple(statements)


def _renamed_sequence(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    before, after = old.detail("sequence"), new.detail("sequence")
    if before is not None and after is not None and before != after:
        name = after.removeprefix(f"{quoted_schema(new)}.")
        yield f"ALTER SEQUENCE {before} RENAME TO {name}"


def _must_be_added_again(old: CatalogObject, new: CatalogObject, version: int) -> bool:
    before, after = old.detail("generated"), new.detail("generated")
    if after is None or before == after:
        return False
    stays_stored = before is not None and before[:6] == after[:6]
    return not (stays_stored and version >= SET_EXPRESSION)


def _type(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    collation = new.detail("collation")
    yield f"TYPE {new.detail('type')}" + (f" COLLATE {collation}" if collation else "")


def _collation(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    if old.detail("type") == new.detail("type"):
        yield from _type(old, new)


def _nullable(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    if not is_added_by_name(old, new):
        yield "SET NOT NULL" if new.detail("nullable") == "no" else "DROP NOT NULL"


def _default(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    default = new.detail("default")
    yield f"SET DEFAULT {default}" if default else "DROP DEFAULT"


def _generated(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    generated = new.detail("generated")
    if generated is None:
        yield "DROP EXPRESSION"
    else:
        yield f"SET EXPRESSION AS ({generated.partition(' as ')[2]})"


def _identity(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    before, after = old.detail("as identity"), new.detail("as identity")
    if after is None:
        yield "DROP IDENTITY"
    elif before is not None:
        yield f"SET GENERATED {after.upper()}"
    else:
        yield (
            f"ADD GENERATED {after.upper()} AS IDENTITY"
            f" (SEQUENCE NAME {new.detail('sequence')} {new.detail('sequence options')})"
        )


def _sequence_options(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    if old.detail("as identity") is None or new.detail("as identity") is None:
        return
    before, after = (_options(one.detail("sequence options") or "") for one in (old, new))
    changed = [f"SET {option}" for option in after if option not in before]
    if changed:
        yield " ".join(changed)


def _options(text: str) -> list[str]:
    """Take ``START WITH 1 INCREMENT BY 1 … CYCLE`` apart."""
    words = text.replace("START WITH", "START").replace("INCREMENT BY", "INCREMENT").split()
    cycle = words[-1:] == ["CYCLE"]
    pairs = words[:-1] if cycle else words
    options = [f"{name} {value}" for name, value in zip(pairs[::2], pairs[1::2], strict=True)]
    return [*options, "CYCLE" if cycle else "NO CYCLE"]


def _storage(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    storage = new.detail("storage")
    if storage is None:
        storage = "main" if (new.detail("type") or "").startswith(_STORED_MAIN) else "extended"
    yield f"SET STORAGE {storage.upper()}"


def _compression(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    yield f"SET COMPRESSION {new.detail('compression') or 'default'}"


def _statistics(_: CatalogObject, new: CatalogObject) -> Iterator[str]:
    yield f"SET STATISTICS {new.detail('statistics target') or -1}"


def _column_options(old: CatalogObject, new: CatalogObject) -> Iterator[str]:
    yield from set_options(old.detail("column options"), new.detail("column options"))


# In the order in which they read well; the server runs them in an order of its own.
_DETAILS = {
    "type": _type,
    "collation": _collation,
    "nullable": _nullable,
    "default": _default,
    "generated": _generated,
    "as identity": _identity,
    "sequence options": _sequence_options,
    "storage": _storage,
    "compression": _compression,
    "statistics target": _statistics,
    "column options": _column_options,
}


def set_options(old: str | None, new: str | None) -> Iterator[str]:
    """Return SET and RESET of storage options such as ``fillfactor=70, autovacuum_enabled=off``."""
    before, after = (set(text.split(", ")) if text else set() for text in (old, new))
    gone = {one.partition("=")[0] for one in before} - {one.partition("=")[0] for one in after}
    if gone:
        yield f"RESET ({', '.join(sorted(gone))})"
    if after - before:
        yield f"SET ({', '.join(sorted(after - before))})"
