"""Domains whose rules PostgreSQL does not tighten where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pgcraft.migrate.graph import Graph
    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key

_NOT_CHECKED = " NOT VALID"


def domains_made_anew(changes: Iterable[Difference], old: Graph) -> set[Key]:
    """Find domains that get a rule while columns have them within arrays, rows or ranges.

    The server would have to look at all values, and looks at no such column.

    Args:
        changes: What differs.
        old: The schema as it is.

    Returns:
        The domains, which must be made anew.
    """
    found = {domain for one in changes for domain in [_tightened(one)] if domain is not None}
    return {one for one in found if one in old.snapshot and _is_within_values(one, old)}


def looks_at_values(constraint: CatalogObject) -> bool:
    """Whether the server looks at the values of columns when a domain gets this constraint."""
    return not constraint.definition.endswith(_NOT_CHECKED)


def _tightened(one: Difference) -> Key | None:
    """The domain that gets a rule which its values must meet."""
    if one.after is None:
        return None
    if one.key.kind == "domain":
        comes = one.before is not None and one.before.detail("nullable") != "no"
        return one.key if comes and one.after.detail("nullable") == "no" else None
    domain = one.after.parent
    if one.key.kind == "constraint" and domain is not None and domain.kind == "domain":
        return domain if looks_at_values(one.after) else None
    return None


def _is_within_values(domain: Key, graph: Graph) -> bool:
    """Whether a column has an array of a type, or something else that is made of it."""
    seen: set[tuple[Key, bool]] = set()
    waiting = [(domain, False)]
    while waiting:
        type_, within = waiting.pop()
        if (type_, within) in seen:
            continue
        seen.add((type_, within))
        for key in graph.dependents.get(type_, ()):
            item = graph.snapshot[key]
            if key.kind in {"column", "domain"}:
                has = item.detail("type") or ""
                if has.removesuffix("[]") != type_.identity:
                    continue
                if key.kind == "column" and (within or has.endswith("[]")):
                    return True
                waiting.append((key, within or has.endswith("[]")))
            elif key.kind in {"composite type", "range type"}:
                waiting.append((key, True))
            elif f" {type_.identity}[]" in (item.detail("columns") or ""):
                return True
    return False
