"""From one schema to another: statements in an order that works.

``Scope`` says which differences of two snapshots count. ``plan_migration`` takes these and what
Alembic drafted, and gives one ordered list. Nothing here asks a server or parses SQL.
"""

from pgcraft.migrate.claims import Described, dropped_by
from pgcraft.migrate.graph import Graph
from pgcraft.migrate.names import Names
from pgcraft.migrate.plan import Migration, OperationStep, SqlStep, plan_migration, retyped_columns
from pgcraft.migrate.scope import Scope, managed_entries, outcome, with_owners_of

__all__ = [
    "Described",
    "Graph",
    "Migration",
    "Names",
    "OperationStep",
    "Scope",
    "SqlStep",
    "dropped_by",
    "managed_entries",
    "outcome",
    "plan_migration",
    "retyped_columns",
    "with_owners_of",
]
