"""Random changes of random schemas, planned and compared as the states are."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from migrate.changing import CHANGES
from migrate.migrating import MANY
from migrate.model import Schema

FEW = 8
STEPS = 30

numbers = st.integers(min_value=0, max_value=10**9)


def _machine(desk):
    class History(RuleBasedStateMachine):
        @initialize()
        def begin(self):
            self.schema = Schema()
            self.reached = deepcopy(self.schema)
            self.database = desk.make(self.schema.render())

        @rule(change=st.sampled_from(CHANGES), number=numbers)
        def change(self, change, number):
            change(self.schema, number)

        @precondition(lambda self: self.schema != self.reached)
        @rule(back=st.booleans())
        def migrate(self, back):
            old, new = (desk.make(one.render()) for one in (self.reached, self.schema))
            for wanted in (new, old, new) if back else (new,):
                desk.migrate(self.database, wanted)
                assert desk.left(self.database, wanted) == ([], [])
            self.reached = deepcopy(self.schema)

        def teardown(self):
            desk.clear()

    return History


def test_random_changes_are_reached_and_left(desks):
    """Each step brings one database from the last state to the next, and sometimes back."""
    run_state_machine_as_test(
        _machine(desks),
        settings=settings(
            max_examples=MANY or FEW,
            stateful_step_count=STEPS,
            derandomize=not MANY,
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
