"""Which revision a review starts from."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgcraft.errors import UsageError
from pgcraft.project.answers import History, Revision
from pgcraft.review.baseline import choose_base


def history(*ids: str, heads: tuple[str, ...] | None = None) -> History:
    """A line of revisions."""
    revisions = tuple(
        Revision(id=id_, down=ids[index - 1 : index] if index else (), message="", path=Path("x"))
        for index, id_ in enumerate(ids)
    )
    return History(revisions=revisions, heads=ids[-1:] if heads is None else heads)


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        (None, "c3d4"),
        ("head", "c3d4"),
        ("heads", "c3d4"),
        ("base", None),
        ("a1b2", "a1b2"),
        ("a1", "a1b2"),
        ("b", "b2c3"),
    ],
)
def test_base_is_chosen(wanted, chosen):
    """The newest revision unless something else is said; a beginning is enough."""
    assert choose_base(history("a1b2", "b2c3", "c3d4"), wanted) == chosen


@pytest.mark.parametrize("wanted", [None, "base", "head"])
def test_base_of_an_empty_history_is_nothing(wanted):
    """A project without revisions starts from an empty database."""
    assert choose_base(history(), wanted) is None


def test_exact_revision_wins_over_longer_ones():
    """A whole identifier that others begin with is no doubt."""
    assert choose_base(history("1", "12"), "1") == "1"


@pytest.mark.parametrize(
    ("past", "wanted", "words"),
    [
        (history("a1", "b2", heads=("a1", "b2")), None, "2 heads: a1, b2"),
        (history("a1b2"), "zzz", "no revision zzz"),
        (history("a1b2"), "a1b3", "Did you mean a1b2?"),
        (history("a1b2", "a1c3"), "a1", "fits 2 revisions: a1b2, a1c3"),
        (history(), "a1", "no revision a1"),
    ],
)
def test_base_that_cannot_be_chosen_is_refused(past, wanted, words):
    """The sentence names what there is."""
    with pytest.raises(UsageError) as caught:
        choose_base(past, wanted)
    assert words in str(caught.value)
