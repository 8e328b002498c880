"""The names that PostgreSQL takes: any character but NUL, in 63 bytes."""

from __future__ import annotations

from hypothesis import strategies as st


def _is_usable(name: str) -> bool:
    # SQLAlchemy leaves a name unquoted that ends in a line end; factories refuse such a name.
    return len(name.encode()) <= 63 and not name.endswith("\n")


identifiers = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=63
).filter(_is_usable)
