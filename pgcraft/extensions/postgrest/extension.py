"""The extension that gives an API its roles and privileges."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from pgcraft.extension import PGCraftExtension
from pgcraft.extensions.postgrest.privileges import grants_of
from pgcraft.extensions.postgrest.view import EXPOSED
from pgcraft.objects import Grant, Role, Schema, declare

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from pgcraft.extensions.postgrest.view import PostgRESTView


class PostgRESTExtension(PGCraftExtension):
    """Declares the roles that PostgREST works with, and what they may do.

    It acts only when a configuration uses it, never by being installed. ``anon`` cannot log in
    and has the privileges that the API views grant; ``authenticator`` is whom PostgREST connects
    as, has nothing of its own, and may become ``anon``. Its password is for you to set, as no
    password belongs into a migration.

    Args:
        schema: The API's schema; the role may use it, and the schema of each PostgRESTView.
        role: The role that requests run as when they carry no token.
        authenticator: The role that PostgREST connects as.

    Example:
        >>> from sqlalchemy import MetaData
        >>> from pgcraft.config import PGCraftConfig
        >>> from pgcraft.objects import declared_objects
        >>> metadata = MetaData()
        >>> config = PGCraftConfig().use(PostgRESTExtension())
        >>> config.configure_metadata(metadata)
        >>> [one.identity for one in declared_objects(metadata)][:2]
        ['anon', 'authenticator']
    """

    name = "postgrest"
    explicit: ClassVar[bool] = True

    def __init__(
        self, schema: str = "api", *, role: str = "anon", authenticator: str = "authenticator"
    ) -> None:
        self.schema = schema
        self.role = role
        self.authenticator = authenticator

    def configure_metadata(self, metadata: MetaData) -> None:
        """Declare the roles and the privileges of all API views of the models."""
        exposed: dict[str, PostgRESTView] = metadata.info.get(EXPOSED, {})
        views = [exposed[label] for label in sorted(exposed)]
        schemas = sorted({self.schema, *(view.schema for view in views)})
        declare(
            metadata,
            Role(self.role),
            Role(self.authenticator, login=True, inherit=False, member_of=(self.role,)),
            *(Grant(("USAGE",), on=Schema(schema), to=self.role) for schema in schemas),
            *grants_of(views, self.role),
        )
