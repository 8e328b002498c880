"""MetaData to migrations: what pgcraft adds to Alembic's autogenerate.

This package uses relative imports only and nothing but SQLAlchemy and Alembic, because the
reviewer loads it into the user's environment under a private name (see
``pgcraft/project/child``).
"""

from __future__ import annotations

from .register import (
    pgcraft_alembic_hook,
    pgcraft_configure_metadata,
    pgcraft_process_revision_directives,
)

__all__ = [
    "pgcraft_alembic_hook",
    "pgcraft_configure_metadata",
    "pgcraft_process_revision_directives",
]
