"""Alembic's heads between the statements of a script."""

from __future__ import annotations

import pytest

from pgcraft.project.answers import Statement
from pgcraft.review.heads import heads_before


def sql(revision, text="SELECT 1"):
    return Statement(kind="sql", text=text, revision=revision)


def version(revision, text="UPDATE alembic_version SET version_num='x'"):
    return Statement(kind="version", text=text, revision=revision)


PARENTS = {"a": (), "b": ("a",), "c": ("a",), "m": ("b", "c")}


@pytest.mark.parametrize(
    ("statements", "start", "upgrade", "expected"),
    [
        # The table of heads is made before the first revision; that moves nothing.
        (
            [version("a", "CREATE TABLE alembic_version (…)"), sql("a"), version("a"), sql("b")],
            "",
            True,
            ["", "", "", "a"],
        ),
        ([sql("b"), version("b"), sql("c"), version("c")], "a", True, ["a", "a", "b", "b"]),
        # A merge takes two statements.
        ([sql("m"), version("m", "DELETE FROM v"), version("m")], "bc", True, ["bc", "bc", "m"]),
        ([sql("b"), version("b"), sql("a"), version("a")], "b", False, ["b", "b", "a", "a"]),
        ([version("m"), version("m", "INSERT INTO v"), sql("c")], "m", False, ["m", "bc", "bc"]),
        # Below b is a, which c implies already.
        (
            [sql("b"), version("b"), sql("c"), version("c"), sql("a")],
            "bc",
            False,
            ["bc", "bc", "c", "c", "a"],
        ),
    ],
)
def test_heads_are_followed(statements, start, upgrade, expected):
    """Each statement sees the heads that those before it left."""
    heads = heads_before(statements, frozenset(start), PARENTS, upgrade=upgrade)
    assert ["".join(sorted(one)) for one in heads] == expected
