"""Views as SQLAlchemy selects."""

from __future__ import annotations

from pgcraft.views.materialized import PGCraftMaterializedView
from pgcraft.views.view import PGCraftView

__all__ = ["PGCraftMaterializedView", "PGCraftView"]
