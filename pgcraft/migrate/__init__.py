"""From one schema to another: statements in an order that works.

``plan_both_ways`` takes two snapshots and what Alembic drafted, decides by ``Scope`` what counts,
and plans the upgrade and the downgrade with ``plan_migration``, each one ordered list. No SQL is
parsed: statements come from the catalog, and their order from its dependencies.
"""

from pgcraft.migrate.both_ways import BothWays, plan_both_ways
from pgcraft.migrate.claims import Described
from pgcraft.migrate.plan import Migration, OperationStep, SqlStep, plan_migration, retyped_columns
from pgcraft.migrate.scope import Scope, unknown_kind

__all__ = [
    "BothWays",
    "Described",
    "Migration",
    "OperationStep",
    "Scope",
    "SqlStep",
    "plan_both_ways",
    "plan_migration",
    "retyped_columns",
    "unknown_kind",
]
