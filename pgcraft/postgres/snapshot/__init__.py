"""A picture of a database's schema, and the comparison of two.

``take_snapshot`` reads the catalog, ``compare`` lists what differs, each in words.
"""

from pgcraft.postgres.snapshot.alike import alike
from pgcraft.postgres.snapshot.compare import Difference, compare
from pgcraft.postgres.snapshot.take import take_snapshot
from pgcraft.postgres.snapshot.values import CatalogObject, Key, Snapshot

__all__ = ["CatalogObject", "Difference", "Key", "Snapshot", "alike", "compare", "take_snapshot"]
