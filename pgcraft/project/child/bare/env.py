"""The environment of a project without Alembic: its models, and the scratch server."""

import importlib

from alembic import context
from sqlalchemy import MetaData

from _pgcraft.project.child.models import scratch_engine  # type: ignore[import-not-found]  # a name that exists in the child


def load(reference: str) -> MetaData:
    """Import ``MODULE[:ATTRIBUTE]``: a MetaData, or anything that carries one as ``.metadata``."""
    module_name, _, attribute = reference.partition(":")
    module = importlib.import_module(module_name)
    if attribute:
        found = getattr(module, attribute)
    else:
        names = ("metadata", "Base", "target_metadata")
        found = next((getattr(module, name) for name in names if hasattr(module, name)), None)
    metadata = getattr(found, "metadata", found)
    if not isinstance(metadata, MetaData):
        raise TypeError(
            f"{reference} names no MetaData and no declarative base; say it as MODULE:ATTRIBUTE"
        )
    return metadata


def main() -> None:
    """Run Alembic's step function on the models' MetaData."""
    metadata = [load(reference) for reference in context.config.attributes["models"]]
    if context.is_offline_mode():
        context.configure(dialect_name="postgresql", target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
        return
    with scratch_engine().connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()


main()
