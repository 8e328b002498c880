"""Extensions: what a project adds to all its models at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import MetaData

    from pgcraft.plugin import Plugin


class PGCraftExtension:
    """Base of extensions. A subclass overrides the hooks that it needs.

    An extension is put in use by ``PGCraftConfig().use(extension)``, or found by its entry
    point in the group ``pgcraft.extensions``, unless it is ``explicit``.

    Attributes:
        name: The extension's name; that of the class where it is not set.
        depends_on: Names of extensions that must be in use with this one, and act before it.
        explicit: Whether it acts only when it is put in use: for what touches roles and
            grants, which installing a package must never do.

    Example:
        >>> from pgcraft.config import PGCraftConfig
        >>> from pgcraft.plugins.pk import UUIDV4PKPlugin
        >>> class UUIDKeys(PGCraftExtension):
        ...     def plugins(self):
        ...         return [UUIDV4PKPlugin()]
        >>> PGCraftConfig().use(UUIDKeys()).all_plugins()
        [UUIDV4PKPlugin()]
    """

    name: str = ""
    depends_on: ClassVar[Sequence[str]] = ()
    explicit: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" not in vars(cls):
            cls.name = cls.__name__

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def plugins(self) -> Sequence[Plugin]:
        """Return plugins for every factory that is given the configuration."""
        return ()

    def configure_metadata(self, metadata: MetaData) -> None:
        """Declare what belongs to the models besides their tables, once all are loaded.

        It is asked again when there are more models, for example by a second ``create_all``;
        what it declared before is taken away first.

        Args:
            metadata: The MetaData with all models.
        """

    def configure_alembic(self) -> None:
        """Register what Alembic needs to know."""

    def validate(self, names: Collection[str]) -> None:
        """Raise PGCraftValidationError if the extension cannot work beside the others.

        Args:
            names: The names of all extensions in use.
        """
