"""For every object of a rich schema, one change of it alone is seen."""

from __future__ import annotations

import re

from pgcraft.postgres.snapshot import CatalogObject, Key, compare, take_snapshot

NOT_COMMENTED = {"comment", "grant", "default privileges"}
WORDS = {
    "composite type": "TYPE",
    "enum": "TYPE",
    "range type": "TYPE",
    "foreign server": "SERVER",
}
GRANTED = {
    "table": "TRIGGER ON TABLE",
    "view": "TRIGGER ON TABLE",
    "materialized view": "TRIGGER ON TABLE",
    "foreign table": "TRIGGER ON TABLE",
    "sequence": "UPDATE ON SEQUENCE",
    "schema": "CREATE ON SCHEMA",
    "function": "EXECUTE ON FUNCTION",
    "procedure": "EXECUTE ON PROCEDURE",
    "aggregate": "EXECUTE ON FUNCTION",
    "enum": "USAGE ON TYPE",
    "domain": "USAGE ON TYPE",
    "composite type": "USAGE ON TYPE",
    "range type": "USAGE ON TYPE",
    "foreign data wrapper": "USAGE ON FOREIGN DATA WRAPPER",
    "foreign server": "USAGE ON FOREIGN SERVER",
}

# So that no object is gone before its turn because it depends on another one.
DROPPED_LATE = (
    "constraint",
    "column",
    "sequence",
    "table",
    "foreign table",
    "foreign server",
    "foreign data wrapper",
    "function",
    "domain",
    "enum",
    "composite type",
    "schema",
    "extension",
)


def _named(item: CatalogObject) -> str:
    """The object's name as COMMENT ON and ALTER want it."""
    word = WORDS.get(item.key.kind, item.key.kind.upper())
    if item.key.kind in {"constraint", "policy", "rule", "trigger"} and item.parent:
        name = item.key.identity.removeprefix(f"{item.parent.identity}.")
        domain = "DOMAIN " if item.parent.kind == "domain" else ""
        return f"{word} {name} ON {domain}{item.parent.identity}"
    return f"{word} {item.key.identity}"


def test_comment_on_every_object_is_seen(rich_template, database):
    """A comment on each object that can have one is a comment in the snapshot."""
    connection = database(template=rich_template)
    before = take_snapshot(connection)
    commented = [item for item in before if item.key.kind not in NOT_COMMENTED]
    for item in commented:
        connection.execute(f"COMMENT ON {_named(item)} IS 'changed: ünï ''quoted'''")
    after = take_snapshot(connection)

    assert [difference.key for difference in compare(before, after)] == sorted(
        Key(kind="comment", identity=f"on {item.key}") for item in commented
    )
    assert {d.after.definition for d in compare(before, after) if d.after} == {
        "changed: ünï 'quoted'"
    }


def test_grant_on_every_object_is_seen(rich_template, database):
    """A grant on each object that can have one is a grant in the snapshot."""
    connection = database(template=rich_template)
    before = take_snapshot(connection)
    granted = [item for item in before if item.key.kind in GRANTED]
    for item in granted:
        connection.execute(f"GRANT {GRANTED[item.key.kind]} {item.key.identity} TO staff")
    for item in before:
        if item.key.kind == "column" and item.parent:
            name = item.key.identity.removeprefix(f"{item.parent.identity}.")
            connection.execute(f"GRANT REFERENCES ({name}) ON {item.parent.identity} TO staff")
            granted.append(item)
    after = take_snapshot(connection)

    assert [difference.key for difference in compare(before, after)] == sorted(
        Key(kind="grant", identity=f"on {item.key} to staff") for item in granted
    )


def test_owner_of_every_object_is_seen(rich_template, database):
    """Another owner of each object that has one is a detail that changed."""
    connection = database(template=rich_template)
    before = take_snapshot(connection)
    connection.execute("ALTER ROLE staff SUPERUSER")  # owns a foreign-data wrapper
    owned = [item for item in before if item.detail("owner") and not item.detail("owned by")]
    for item in owned:
        connection.execute(f"ALTER {_named(item)} OWNER TO staff")
    after = take_snapshot(connection)
    connection.execute("ALTER ROLE staff NOSUPERUSER")

    # A sequence that a column owns goes with its table.
    expected = {item.key for item in before if item.detail("owner")}
    differences = compare(before, after)
    assert {difference.key for difference in differences} == expected
    assert all(" -> staff" in difference.text for difference in differences)


def test_drop_of_every_object_is_seen(rich_template, database):
    """Each object that is dropped is missing afterwards, whatever else goes with it."""
    connection = database(template=rich_template)
    current = take_snapshot(connection)
    kinds = {item.key.kind for item in current}
    rank = {kind: number for number, kind in enumerate(DROPPED_LATE, start=1)}
    order = sorted(current, key=lambda item: (rank.get(item.key.kind, 0), item.key))
    dropped = set()
    for item in order:
        if item.key in current and not _is_of_partition_key(item):
            connection.execute(_drop(item))
            after = take_snapshot(connection)
            assert item.key not in after
            assert "drop" in {d.action for d in compare(current, after) if d.key == item.key}
            dropped.add(item.key.kind)
            current = after

    assert current.objects == ()
    assert dropped == kinds


def _is_of_partition_key(item: CatalogObject) -> bool:
    """Such a column goes only with its table."""
    return item.key.kind == "column" and item.key.identity.startswith("inventory.events.")


def _drop(item: CatalogObject) -> str:
    if item.key.kind == "comment":
        return f"COMMENT {_commented(item)} IS NULL"
    if item.key.kind in {"grant", "default privileges"}:
        granted = r"^(.*)GRANT (.*) TO (\S+?)( WITH GRANT OPTION)?$"
        if re.search(granted, item.definition):
            return re.sub(granted, r"\1REVOKE \2 FROM \3", item.definition)
        return re.sub(r"^(.*)REVOKE (.*) FROM (\S+)$", r"\1GRANT \2 TO \3", item.definition)
    if item.key.kind in {"column", "constraint"} and item.parent:
        name = item.key.identity.removeprefix(f"{item.parent.identity}.")
        return (
            f"ALTER {item.parent.kind} {item.parent.identity} DROP {item.key.kind} {name} CASCADE"
        )
    return f"DROP {_named(item)} CASCADE"


def _commented(item: CatalogObject) -> str:
    """What a comment is on, as COMMENT wants it."""
    on = item.key.identity
    if " constraint " in on and item.parent and item.parent.kind == "constraint":
        relation, _, name = item.parent.identity.rpartition(".")
        domain = "DOMAIN " if relation == "inventory.positive" else ""
        return f"ON CONSTRAINT {name} ON {domain}{relation}"
    return on
