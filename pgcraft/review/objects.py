"""Views, routines, triggers, rules, policies, privileges, comments: what Alembic does not know.

What goes is dropped before Alembic's operations, dependents first; what comes is made behind
them, in the order of its needs. An object that stays but needs one that goes (a view on a view,
a grant on it) goes and comes too, whoever made it. The downgrade is the mirror image.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pgcraft.postgres.snapshot import CatalogObject, Difference, Key, Snapshot

Pairs = list[list[str]]
"""Pairs of SQL, up and down; an empty text is nothing to do in that direction."""

_ROUTINES = frozenset({"function", "procedure"})
_KINDS = _ROUTINES | {
    "aggregate",
    "comment",
    "grant",
    "materialized view",
    "policy",
    "rule",
    "trigger",
    "view",
}

_ROW_SECURITY = {
    "ENABLE": {"enabled", "enabled and forced"},
    "FORCE": {"enabled and forced", "forced but not enabled"},
}
# What a view's column has of its own is its default.
_PARTS_OF_VIEWS = {("column", "view"), ("index", "materialized view")}

# Every database has these.
_OF_INITDB = {
    "comment on schema public",
    "grant on schema public to PUBLIC",
    "grant on schema public to pg_database_owner",
}
_UNDO = {"ENABLE": "DISABLE", "FORCE": "NO FORCE"}


def is_beyond_alembic(item: CatalogObject) -> bool:
    """Whether Alembic's comparison does not know an object that drafts nevertheless change."""
    of = item.parent.kind if item.parent is not None else None
    if item.key.kind == "comment":
        return of not in {"table", "column"}
    return item.key.kind in _KINDS or (item.key.kind, of) in _PARTS_OF_VIEWS


def object_operations(
    differences: Iterable[Difference],
    head: Snapshot,
    models: Snapshot,
    *,
    managed: Collection[str],
    excluded: frozenset[Key],
) -> list[Pairs]:
    """The operations that bring these objects to the models' state.

    Args:
        differences: What turns the head into the models' schema.
        head: The schema at the newest committed revision.
        models: The schema that the models create.
        managed: What the history says that it manages, such as ``view inventory.stock``: such an
            object is dropped when the models have it no more.
        excluded: Tables that the project takes out of the comparison.

    Returns:
        What goes before Alembic's operations, and what goes behind them.
    """
    differences = [one for one in differences if not _on(one, excluded)]
    ours = [one for one in differences if is_beyond_alembic(_either(one))]
    replaced = {one.key for one in ours if _is_replaceable(one)}
    created = {one.key for one in ours if one.before is None}
    dropped = {one.key for one in ours if one.after is None and str(one.key) in managed}
    altered = {one.key for one in ours if one.action == "alter"} - replaced

    goes = _with_dependents(head, dropped | altered, _changed_columns(differences))
    replaced -= goes
    stays = {key: models.get(key) or head[key] for key in goes - dropped}
    comes = {**stays, **{key: models[key] for key in created | replaced}}

    early = _needed_by_tables(models, comes)
    # Their defaults and checks go with Alembic's operations, and before that they are needed.
    late = _needed_by_tables(head, goes - set(comes))
    gone = [
        (key, [_unless(head[key].parent in goes, head[key].drop), head[key].create])
        for key in reversed(_ordered(goes, head))
    ]
    first = [pair for key, pair in gone if key not in late]
    made = [
        (key, _made(comes[key], head, replaced, comes)) for key in _ordered(comes, models, head)
    ]
    first += [pair for key, pair in made if key in early]
    last = [pair for key, pair in made if key not in early]
    last += _row_security(differences)
    return [first, [*last, *(pair for key, pair in gone if key in late)]]


def managed_entries(models: Snapshot) -> list[str]:
    """What a revision says it manages: the models' objects that Alembic does not know."""
    entries = (str(item.key) for item in models if is_beyond_alembic(item))
    return [entry for entry in entries if entry not in _OF_INITDB]


def _made(
    item: CatalogObject, head: Snapshot, replaced: set[Key], comes: Mapping[Key, object]
) -> list[str]:
    if item.key in replaced:
        return [_replace(head[item.key], item), _replace(item, head[item.key])]
    with_parent = item.parent in comes and item.parent not in replaced
    return [item.create, _unless(with_parent, item.drop)]


def _unless(condition: bool, statement: str) -> str:
    return "" if condition else statement


def _either(difference: Difference) -> CatalogObject:
    found = difference.after or difference.before
    assert found is not None  # noqa: S101  # a difference has one side at least
    return found


def _on(difference: Difference, tables: frozenset[Key]) -> bool:
    return not tables.isdisjoint({difference.key, _either(difference).parent})


def _is_replaceable(difference: Difference) -> bool:
    """Whether it need not go: a routine of the same arguments and result, a comment, a grant.

    To revoke all privileges on a table would take those on its columns away too.
    """
    old, new = difference.before, difference.after
    if old is None or new is None:
        return False
    if difference.key.kind == "grant":
        return all(
            set(dict(one.details)) <= {"privileges", "granted by"}
            and one.drop.startswith(f"REVOKE {one.detail('privileges')} ON ")
            for one in (old, new)
        )
    return difference.key.kind == "comment" or (
        difference.key.kind in _ROUTINES and old.details == new.details
    )


def _replace(old: CatalogObject, new: CatalogObject) -> str:
    """Return what turns one into the other in place."""
    if new.key.kind != "grant":
        return new.create
    before, after = str(old.detail("privileges")), str(new.detail("privileges"))
    gone = [one for one in before.split(", ") if one not in after.split(", ")]
    revoke = old.drop.replace(f"REVOKE {before} ", f"REVOKE {', '.join(gone)} ", 1)
    return f"{revoke};\n{new.create}" if gone else new.create


def _changed_columns(differences: Iterable[Difference]) -> set[Key]:
    """The columns that are dropped or get another type: the server refuses under a view."""
    return {
        one.key
        for one in differences
        if one.key.kind == "column"
        and one.before is not None
        and (one.after is None or _type(one.before) != _type(one.after))
    }


def _type(column: CatalogObject) -> tuple[str | None, ...]:
    return tuple(column.detail(name) for name in ("type", "collation", "generated"))


def _with_dependents(snapshot: Snapshot, goes: set[Key], changed: set[Key]) -> set[Key]:
    """Add what needs these objects, or these columns, and what belongs to any of it."""
    dependents: dict[Key, set[Key]] = {}
    for dependent, needed in snapshot.needs:
        dependents.setdefault(needed, set()).add(dependent)
    found = set(goes)
    waiting = [*goes, *(one for column in changed for one in dependents.get(column, ()))]
    for item in snapshot:
        if item.parent is not None and item.parent not in changed:
            dependents.setdefault(item.parent, set()).add(item.key)
    while waiting:
        key = waiting.pop()
        if key in goes or (key not in found and is_beyond_alembic(snapshot[key])):
            found.add(key)
            waiting += dependents.get(key, set()) - found
    return found


def _ordered(keys: Collection[Key], *snapshots: Snapshot) -> list[Key]:
    """Order keys so that each comes after those that it needs; what nothing decides, by key."""
    graph: TopologicalSorter[Key] = TopologicalSorter(dict.fromkeys(sorted(keys), ()))
    # What only the history has, such as a comment on a view, is known to the head alone. Where
    # both know a key, the first says what it needs.
    known: set[Key] = set()
    for snapshot in snapshots:
        for key, needed in _needs(snapshot):
            if key in keys and needed in keys and key not in known:
                graph.add(key, needed)
        known |= {item.key for item in snapshot}
    graph.prepare()
    ordered: list[Key] = []
    while graph.is_active():
        ready = sorted(graph.get_ready())
        ordered += ready
        graph.done(*ready)
    return ordered


def _needs(snapshot: Snapshot) -> Iterator[tuple[Key, Key]]:
    yield from snapshot.needs
    yield from ((item.key, item.parent) for item in snapshot if item.parent is not None)


def _needed_by_tables(snapshot: Snapshot, keys: Collection[Key]) -> set[Key]:
    """Those routines of the keys that defaults, checks and indexes of tables need, in turn too."""
    needs: dict[Key, set[Key]] = {}
    for dependent, needed in snapshot.needs:
        needs.setdefault(dependent, set()).add(needed)
    found: set[Key] = set()
    waiting = [
        needed
        for dependent, wanted in needs.items()
        if not is_beyond_alembic(snapshot[dependent])
        for needed in wanted
    ]
    while waiting:
        key = waiting.pop()
        if key in keys and key.kind in _ROUTINES and key not in found:
            found.add(key)
            waiting += needs.get(key, ())
    return found


def _row_security(differences: Iterable[Difference]) -> Pairs:
    """ENABLE and FORCE ROW LEVEL SECURITY of tables, new ones included."""
    pairs = []
    for one in differences:
        if one.key.kind != "table" or one.after is None:
            continue
        old = one.before.detail("row security") if one.before is not None else None
        new = one.after.detail("row security")
        if old != new:
            back = "" if one.before is None else _set_row_security(one.key, new, old)
            pairs.append([_set_row_security(one.key, old, new), back])
    return pairs


def _set_row_security(table: Key, old: str | None, new: str | None) -> str:
    actions = []
    for word, states in _ROW_SECURITY.items():
        if (old in states) != (new in states):
            actions.append(f"{word if new in states else _UNDO[word]} ROW LEVEL SECURITY")
    return f"ALTER TABLE {table.identity} {', '.join(actions)}"
