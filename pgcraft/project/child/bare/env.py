"""The environment of a project without Alembic: its models, and the scratch server."""

import importlib

from alembic import context
from sqlalchemy import MetaData

from _pgcraft.project.child.failures import ModelsReferenceError  # type: ignore[import-not-found]  # a name that exists in the child
from _pgcraft.project.child.models import scratch_engine  # type: ignore[import-not-found]  # a name that exists in the child


def load(reference: str) -> MetaData:
    """Import ``MODULE[:ATTRIBUTE]``: a MetaData, or anything that carries one as ``.metadata``."""
    module_name, _, attribute = reference.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise ModelsReferenceError(f"there is no module {error.name} to import") from None
    names = (attribute,) if attribute else ("metadata", "Base", "target_metadata")
    found = next((getattr(module, name) for name in names if hasattr(module, name)), None)
    metadata = getattr(found, "metadata", found)
    if not isinstance(metadata, MetaData):
        words = " or ".join(names)
        raise ModelsReferenceError(f"{module_name} has no MetaData or declarative base {words}")
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
