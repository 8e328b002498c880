"""An API in the manner of PostgREST: views in a schema of their own, and the roles that use it."""

from __future__ import annotations

from pgcraft.extensions.postgrest.extension import PostgRESTExtension
from pgcraft.extensions.postgrest.plugin import PostgRESTPlugin
from pgcraft.extensions.postgrest.view import PostgRESTView

__all__ = ["PostgRESTExtension", "PostgRESTPlugin", "PostgRESTView"]
