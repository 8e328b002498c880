"""No fault gets past the proof: what a draft forgets, and every byte that is not what it was."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest
from faults import drafted_review
from migrate.migrating import MANY
from migrate.oracle import dump_differences, dumped

from pgcraft.migrate.scope import Scope
from pgcraft.postgres.psql import run_script
from pgcraft.postgres.snapshot import take
from pgcraft.review.baseline import MODELS, TRIAL

RANDOM = random.Random(20261124)


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    with drafted_review(tmp_path_factory.mktemp("faults")) as drafted:
        yield drafted


def test_scripts_as_they_are_are_proven(review):
    """Without a fault nothing is found: then what follows means something."""
    proof = review.prove()
    assert proof.mismatches == ()
    assert proof.holds


def _spoilt(script, content):
    return replace(script, content=content)


def _without(script, number):
    """The script without one of its statements."""
    one = script.statements[number]
    text = script.content.decode()
    at = sum(len(line) + 1 for line in text.split("\n")[: one.line - 1])
    assert text[at:].startswith(one.sql)
    return _spoilt(script, (text[:at] + text[at + len(one.sql) :]).encode())


# Without these all is the same: bodies are right here, and a partition goes with its table.
HARMLESS = ("SET LOCAL check_function_bodies", "DROP TABLE inventory.events_2024")


def test_dropped_statement_of_the_upgrade_never_passes(review):
    """Each of its statements is needed, Alembic's bookkeeping included."""
    passed = [
        one.sql
        for number, one in enumerate(review.scripts.upgrade.statements)
        if not one.sql.startswith(HARMLESS)
        and review.prove(upgrade=_without(review.scripts.upgrade, number)).holds
    ]
    assert passed == []


def test_dropped_statement_of_the_downgrade_never_passes(review):
    """A way back that only looks right is none."""
    script = review.scripts.downgrade
    numbers = range(len(script.statements))
    passed = [
        script.statements[number].sql
        for number in (numbers if MANY else RANDOM.sample(numbers, 12))
        if not script.statements[number].sql.startswith(HARMLESS)
        and review.prove(downgrade=_without(script, number)).holds
    ]
    assert passed == []


def _mutated(script, source):
    """The script with some bytes replaced, taken away or doubled."""
    content = script.content
    start = source.randrange(len(content))
    end = min(len(content), start + source.choice([1, 1, 1, 3, 10, 80]))
    part = content[start:end]
    other = source.choice(
        [b"", part * 2, part.swapcase(), bytes(source.choices(b"ax1 ';(\n", k=2))]
    )
    return _spoilt(script, content[:start] + other + content[end:])


def test_mutated_bytes_fail_or_change_nothing(review):
    """Whatever the proof lets pass gives the models' schema, as ``pg_dump`` sees it."""
    passed = 0
    for _ in range(MANY or 15):
        script = _mutated(review.scripts.upgrade, RANDOM)
        proof = review.prove(upgrade=script)
        if proof.holds:
            passed += 1
            review.server.create_database(TRIAL, template=review.baseline.database)
            _apply(review, script)
            got, wanted = (_schema(review.server, name) for name in (TRIAL, MODELS))
            review.server.drop_database(TRIAL)
            assert dump_differences(got, wanted) == [], script.content
    assert passed < (MANY or 15)


def _apply(review, script):
    path = review.server.work_directory / "mutated.sql"
    path.write_bytes(script.content)
    assert run_script(review.server, TRIAL, path, stop_on_error=False).returncode == 0


def _schema(server, name):
    entries = dumped(server, name)
    return Counter(
        {entry: count for entry, count in entries.items() if "alembic_version" not in entry[0]}
    )


# The file of a kind's query, and a word of what the proof must name.
BLIND = {
    "aggregate": "total",
    "cast": "inventory.size",
    "collation": "plain",
    "default_privileges": "DEFAULT PRIVILEGES",
    "event_trigger": "watch",
    "foreign_data": "remote",
    "function": "inventory.",
    "operator": "<<>>",
    "operator_class": "backwards",
    "policy": "own",
    "publication": "changes",
    "rule": "no_delete",
    "statistics": "products_stats",
    "text_search": "words",
    "trigger": "touch",
}


@pytest.mark.parametrize("kind", BLIND)
def test_kind_that_the_snapshot_does_not_see_is_named_by_the_second_opinion(
    kind, tmp_path, monkeypatch
):
    """With its query gone no difference of a kind is drafted or found, but pg_dump prints it."""
    queries = take.kind_queries
    monkeypatch.setattr(
        take,
        "kind_queries",
        lambda version: {name: text for name, text in queries(version).items() if name != kind},
    )
    with drafted_review(tmp_path) as review:
        proof = review.prove()
    assert not proof.up_equals_models
    assert any(BLIND[kind] in f"{one.key} {one.text}" for one in proof.mismatches)


HIDDEN = {
    "comment": "what we sell|on table inventory.products",
    "default privileges": "default privileges",
    "domain": "inventory.positive",
    "extension": "citext",
    "grant": "on table inventory.products to anon",
    "policy": "inventory.products.own",
    "publication": "changes",
    "statistics": "products_stats",
    "trigger": "inventory.products.touch",
    "materialized view": "inventory.sums",
}


@pytest.mark.parametrize("kind", HIDDEN)
def test_kind_that_the_draft_forgets_is_named_by_the_proof(kind, tmp_path, monkeypatch):
    """What the plan leaves out is not in its own target either, and is missed all the same."""
    counts = Scope._counts  # the fault goes where the decision is made
    monkeypatch.setattr(
        Scope,
        "_counts",
        lambda scope, one, *both: one.key.kind != kind and counts(scope, one, *both),
    )
    with drafted_review(tmp_path) as review:
        proof = review.prove()
    assert not proof.up_equals_models
    found = [f"{one.kind} {one.key} {one.text}" for one in proof.mismatches]
    assert any(word in text for text in found for word in HIDDEN[kind].split("|")), found
