"""The extension that gives an API its roles and privileges."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.errors import PGCraftValidationError
from pgcraft.extension import PGCraftExtension
from pgcraft.extensions.postgrest.privileges import grants_of
from pgcraft.extensions.postgrest.security import refuse_bypass
from pgcraft.extensions.postgrest.view import EXPOSED
from pgcraft.markers import did_you_mean
from pgcraft.objects import DatabaseObject, Grant, Role, Schema, declare
from pgcraft.objects.relations import find_declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import MetaData

    from pgcraft.extensions.postgrest.view import PostgRESTView


class PostgRESTExtension(PGCraftExtension):
    """Declares the roles that PostgREST works with, and what they may do.

    It acts only when a configuration uses it, never by being installed. ``anon`` cannot log in
    and has the privileges that the API views grant; ``authenticator`` is whom PostgREST connects
    as, has nothing of its own, and may become ``anon`` or whichever of ``roles`` a token says.
    Its password is for you to set, as no password belongs into a migration. A role of requests
    that the models declare themselves stays as they say.

    Args:
        schema: The API's schema; its roles may use it, and the schema of each PostgRESTView
            that grants them something.
        role: The role that requests run as when they carry no token.
        authenticator: The role that PostgREST connects as.
        roles: All roles that requests run as: ``("anon", "web_user")``. ``role`` is one of them
            whether it is named here or not.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.config import PGCraftConfig
        >>> from pgcraft.objects import declared_objects
        >>> metadata = MetaData()
        >>> config = PGCraftConfig().use(PostgRESTExtension())
        >>> config.configure_metadata(metadata)
        >>> [one.identity for one in declared_objects(metadata)][:2]
        ['anon', 'authenticator']

        >>> PostgRESTExtension(roles=["web_user", "web_admin"]).roles
        ('anon', 'web_user', 'web_admin')
    """

    name = "postgrest"
    explicit: ClassVar[bool] = True

    def __init__(
        self,
        schema: str = "api",
        *,
        role: str = "anon",
        authenticator: str = "authenticator",
        roles: Iterable[str] = (),
    ) -> None:
        others = [roles] if isinstance(roles, str) else roles
        self.schema = schema
        self.role = role
        self.authenticator = authenticator
        self.roles = tuple(dict.fromkeys((role, *others)))

    def configure_metadata(self, metadata: MetaData) -> None:
        """Declare the roles and the privileges of all API views of the models.

        Raises:
            PGCraftValidationError: A view grants to a role that no request runs as, or goes
                around row policies; or the models declare ``authenticator`` otherwise.
        """
        exposed: dict[str, PostgRESTView] = metadata.info.get(EXPOSED, {})
        views = [exposed[label] for label in sorted(exposed)]
        for view in views:
            self._refuse_strangers(view)
            if view.invoker:
                refuse_bypass(view.view, metadata)
        declare(metadata, *self._roles(metadata))
        for role in self.roles:
            declare(metadata, *self._grants(views, role))

    def _roles(self, metadata: MetaData) -> Iterator[Role]:
        for name in self.roles:
            if find_declared(metadata, Role.kind, Role(name).identity) is None:
                yield Role(name)
        authenticator = Role(self.authenticator, login=True, inherit=False, member_of=self.roles)
        declared = find_declared(metadata, Role.kind, authenticator.identity)
        if declared not in (None, authenticator):
            raise PGCraftValidationError(
                f"The models declare {declared!r}, which PostgRESTExtension declares itself.",
                advice="Take the declaration away, and name the roles that it may become: "
                'PostgRESTExtension(roles=("anon", "web_user")).',
            )
        yield authenticator

    def _grants(self, views: list[PostgRESTView], role: str) -> Iterator[DatabaseObject]:
        granted = {view: view.granted_to(role, default=self.role) for view in views}
        schemas = {self.schema, *(view.schema for view, grants in granted.items() if grants)}
        yield from (Grant(("USAGE",), on=Schema(schema), to=role) for schema in sorted(schemas))
        yield from grants_of(granted, role)

    def _refuse_strangers(self, view: PostgRESTView) -> None:
        for role in view.granted:
            if role is not None and role not in self.roles:
                raise PGCraftValidationError(
                    f"The API view {view.label} grants to {role!r}, which no request runs as.",
                    advice=f"{did_you_mean(role, self.roles)}The roles are: "
                    f"{', '.join(self.roles)}. Others are named by PostgRESTExtension(roles=…).",
                )
