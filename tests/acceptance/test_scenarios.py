"""Every change that the library promises, and what else people have, there and back again."""

from __future__ import annotations

import itertools

import pytest
from acceptance.scenarios import REVIEWED, SCENARIOS
from acceptance.walk import Walk, body, review_draft
from versions import AT_HAND

_numbers = itertools.count(1)

pytestmark = [
    # JSONPATH, which SQLAlchemy knows as a type and not when it reflects.
    pytest.mark.filterwarnings("ignore:Did not recognize type"),
    pytest.mark.filterwarnings("ignore:Computed column .* is being created as 'STORED'"),
    pytest.mark.filterwarnings("ignore:Cannot correctly sort tables"),
    pytest.mark.filterwarnings("ignore:the ``inherit_schema`` parameter is deprecated"),
]


def _cases(names):
    return [pytest.param(name, marks=_marks(SCENARIOS[name])) for name in names]


def _marks(scenario):
    if AT_HAND[0].major < scenario.since:
        return [pytest.mark.skip(reason=f"needs PostgreSQL {scenario.since}")]
    return [pytest.mark.xfail(reason=scenario.known, strict=True)] if scenario.known else []


@pytest.fixture(scope="module")
def drafts():
    """Both revisions of each scenario that was walked, so that a review need not walk again."""
    return {}


@pytest.mark.parametrize("name", _cases(SCENARIOS))
def test_change_goes_up_and_down_at_a_desk(name, tmp_path, server, drafts):
    """Plain Alembic drafts it whole, psql applies it, and ``pg_dump`` sees what the models make."""
    walk = Walk(SCENARIOS[name], tmp_path, server, f"scenario_{next(_numbers)}")
    drafts[name] = walk.old(), walk.new()
    walk.back_to_old()
    walk.new_again_and_down()


@pytest.mark.parametrize("name", _cases(REVIEWED))
def test_change_is_proven_by_a_review(name, tmp_path, server, drafts):
    """The review drafts the very revision that Alembic drafts at a desk, and proves both ways."""
    if name not in drafts:
        walk = Walk(SCENARIOS[name], tmp_path / "desk", server, f"scenario_{next(_numbers)}")
        drafts[name] = walk.old(), walk.new()
    first, second = drafts[name]
    drafted = review_draft(SCENARIOS[name], tmp_path / "review", first)
    assert body(drafted) == body(second.read_text(encoding="utf-8"))
