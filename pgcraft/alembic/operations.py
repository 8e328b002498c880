"""SQL as ``op.execute`` and ``sa.text`` take it."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import renderers
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import ops
from sqlalchemy import text

from ..dialect import driverless_dialect

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext

# What SQLAlchemy's text() reads as a bound parameter, or as an escaped one.
_BOUND = re.compile(r"(?<![:\w\\]):(?=\w)|(?<=\\):")


def executable(sql: str) -> str:
    r"""Escape SQL so that ``op.execute`` runs exactly this text.

    ``op.execute`` wraps plain strings in ``text()``, to which ``:name`` is a parameter and
    ``\:`` a colon.

    Args:
        sql: The SQL to run.

    Returns:
        The text to pass, with as few backslashes as will do.
    """
    escaped = _BOUND.sub(r"\\:", sql)
    return escaped if _read_back(escaped) == sql else sql.replace(":", "\\:")


def _read_back(escaped: str) -> str:
    return str(text(escaped).compile(dialect=driverless_dialect()))


class ExecuteAndCommitOp(ops.ExecuteSQLOp):
    """SQL that is committed before what follows: a new label of an enum cannot be used before."""


@renderers.dispatch_for(ExecuteAndCommitOp)
def _render_committed(context: AutogenContext, operation: ExecuteAndCommitOp) -> list[str]:
    prefix = context.opts["alembic_module_prefix"] or ""
    # The empty line ends the block.
    return [
        f"with {prefix}get_context().autocommit_block():",
        f"{prefix}execute({str(operation.sqltext)!r})",
        "",
    ]


_MARK = "_pgcraft_exact"


def render_expressions_exactly() -> None:
    """Let Alembic write checks, defaults and predicates that read back as they are.

    Alembic compiles them for the connection's driver, most of which want percent signs doubled,
    and does not escape the colons that ``text()`` takes for parameters. An index expression is
    written as a ``literal_column``, which knows no parameters. Calling this again changes
    nothing.
    """
    original = PostgresqlImpl.render_ddl_sql_expr
    if hasattr(original, _MARK):
        return

    @functools.wraps(original)
    def render(self: PostgresqlImpl, expr: Any, *arguments: Any, **options: Any) -> str:
        sql = original(self, expr, *arguments, **options)
        if self.dialect.identifier_preparer._double_percents:  # noqa: SLF001  # there is no public word for it
            sql = sql.replace("%%", "%")
        return sql if options.get("is_index") else executable(sql)

    setattr(render, _MARK, True)
    PostgresqlImpl.render_ddl_sql_expr = render  # type: ignore[method-assign]  # where all of them are rendered
