"""Who may do what with an API view."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pgcraft.errors import PGCraftValidationError
from pgcraft.markers import did_you_mean

GRANTS = ("select", "insert", "update", "delete")

_ADVICE = "Give a list, such as ['select', 'insert'], or a dict of such lists by role."

GrantsArgument: TypeAlias = Iterable[str] | Mapping[str, Iterable[str]]
"""Grants for the role of requests without a token, or grants by role."""

Granted: TypeAlias = dict[str | None, tuple[str, ...]]
"""Grants by role; None is the role of requests without a token, which the extension names."""


def known_grants(grants: GrantsArgument, view: str) -> Granted:
    """Return the grants on a view by role, each in the order of ``GRANTS``.

    Args:
        grants: A list of grants, or a dict of such lists by role.
        view: The view's name, for messages.

    Raises:
        PGCraftValidationError: A grant does not exist, or a role is no text.

    Example:
        >>> known_grants(["insert", "SELECT"], "api.products")
        {None: ('select', 'insert')}
        >>> known_grants({"anon": "select", "web_user": ["select", "delete"]}, "api.products")
        {'anon': ('select',), 'web_user': ('select', 'delete')}
    """
    if isinstance(grants, Mapping):
        for role in grants:
            if not isinstance(role, str):
                raise PGCraftValidationError(
                    f"The API view {view} has grants for {role!r}, which is no name of a role.",
                    advice=_ADVICE,
                )
        return {role: _known(listed, view, f" for {role}") for role, listed in grants.items()}
    return {None: _known(grants, view)}


def all_of(granted: Granted) -> tuple[str, ...]:
    """Return what is granted to anybody, in the order of ``GRANTS``."""
    return tuple(one for one in GRANTS if any(one in listed for listed in granted.values()))


def _known(grants: Any, view: str, to: str = "") -> tuple[str, ...]:
    wanted = [grants] if isinstance(grants, str) else grants
    if not isinstance(wanted, Iterable):
        raise PGCraftValidationError(
            f"The API view {view} has {grants!r} for its grants{to}, which is no list.",
            advice=_ADVICE,
        )
    wanted = list(wanted)
    for grant in wanted:
        if not isinstance(grant, str):
            raise PGCraftValidationError(
                f"The API view {view} has the grant {grant!r}{to}, which is no text.",
                advice=_ADVICE,
            )
        if grant.lower() not in GRANTS:
            raise PGCraftValidationError(
                f"The API view {view} has the grant {grant!r}{to}, which does not exist.",
                advice=f"{did_you_mean(grant.lower(), GRANTS)}The grants are: {', '.join(GRANTS)}.",
            )
    lower = {grant.lower() for grant in wanted}
    return tuple(grant for grant in GRANTS if grant in lower)
