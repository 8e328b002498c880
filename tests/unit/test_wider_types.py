"""Which type has all values of another one is known by their names."""

from __future__ import annotations

import pytest

from pgcraft.review.wider_types import holds

HOLDS = [
    ("bigint", "integer"),
    ("numeric", "bigint"),
    ("double precision", "real"),
    ("text", "character varying(20)"),
    ("text", "uuid"),
    ("text[]", "character varying(20)[]"),
    ("character varying", "text"),
    ("character varying(21)", "character varying(20)"),
    ("numeric(12,2)", "numeric(10,2)"),
    ("numeric", "numeric(10,2)"),
    ("timestamp without time zone", "timestamp(3) without time zone"),
    ("timestamp without time zone", "date"),
    ("text", "public.mood"),
    ("public.mood", "public.mood"),
]
HOLDS_NOT = [
    ("integer", "bigint"),
    ("integer", "text"),
    ("numeric(10,2)", "numeric"),
    ("numeric(10,4)", "numeric(10,2)"),
    ("numeric(12,2)", "numeric(12,3)"),
    ("text", "double precision[]"),
    ("text", "text[]"),
    ("text[]", "text"),
    ("jsonb", "json"),
    ("timestamp(0) without time zone", "timestamp without time zone"),
    ("timestamp with time zone", "timestamp without time zone"),
    ("date", "timestamp without time zone"),
    ("public.mood", "text"),
    ("public.mood", "public.other"),
    ("numeric(4,0)", "bigint"),
    ("bit(4)", "bit(3)"),
]


@pytest.mark.parametrize(("wide", "narrow"), HOLDS)
def test_wider_type_holds_all_values(wide, narrow):
    """Exactly: none is rounded or cut."""
    assert holds(wide, narrow)


@pytest.mark.parametrize(("wide", "narrow"), HOLDS_NOT)
def test_type_that_may_not_hold_a_value_is_not_wider(wide, narrow):
    """What is not certain counts as narrower."""
    assert not holds(wide, narrow)
