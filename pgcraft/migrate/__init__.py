"""From one schema to another: statements in an order that works.

``plan_migration`` takes two snapshots of the catalog and what Alembic drafted, and gives one
ordered list. It asks no server and parses no SQL.
"""

from pgcraft.migrate.claims import Described
from pgcraft.migrate.plan import Migration, OperationStep, SqlStep, plan_migration, retyped_columns

__all__ = [
    "Described",
    "Migration",
    "OperationStep",
    "SqlStep",
    "plan_migration",
    "retyped_columns",
]
