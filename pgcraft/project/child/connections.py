"""Send every database connection of this process to the scratch server.

The drivers' own connect functions are wrapped as they are imported, whatever URL, pool, creator
or raw call leads to them. What says *where* to connect, and as whom, is replaced; only what says
*how* to talk (row and cursor factories and the like) is kept. SQLAlchemy's ``do_connect`` event
is the second layer, for drivers unknown here, and it refuses other databases.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import os
import sys
from typing import TYPE_CHECKING, Any

from .failures import ForeignDialectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_PSYCOPG_KEPT = ("autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory")
_ASYNCPG_KEPT = (
    "command_timeout",
    "connection_class",
    "loop",
    "max_cacheable_statement_size",
    "max_cached_statement_lifetime",
    "record_class",
    "statement_cache_size",
)
_LIBPQ_PLACE = ("host", "port", "user", "password", "dbname", "sslmode")

# Set until a job names a database: nothing of the project may reach any server before.
NOWHERE = {"host": "/nonexistent", "port": "5432", "user": "nobody", "dbname": "none"}

# Where the connections go, in libpq's keywords; host may be a socket's directory.
_target: dict[str, str] = {}


def redirect(target: dict[str, str]) -> None:
    """Send all connections from now on to one database.

    Args:
        target: libpq keywords: ``host``, ``port``, ``user``, ``dbname`` and, for a server
            that wants one, ``password``.
    """
    first_time = not _target
    _target.clear()
    _target.update(target)
    _export(target)
    if not first_time:
        return
    for name, wrap in _DRIVERS.items():
        if name in sys.modules:
            wrap(sys.modules[name])
    sys.meta_path.insert(0, _WrapAfterImport())
    _listen()


def target() -> dict[str, str]:
    """Where connections go now, as libpq's keywords."""
    return dict(_target)


def _export(target: dict[str, str]) -> None:
    """Set libpq's variables too, for programs that the project starts, such as psql."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    # A project may insist on it; the scratch server asks for none.
    os.environ["PGPASSWORD"] = "hidden-by-pgcraft"
    for keyword, value in target.items():
        os.environ[{"dbname": "PGDATABASE"}.get(keyword, "PG" + keyword.upper())] = value


def _psycopg(module: Any) -> None:
    for cls in (module.Connection, module.AsyncConnection):
        original = cls.connect.__func__
        cls.connect = classmethod(_psycopg_connect(original))
    module.connect = module.Connection.connect


def _psycopg_connect(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def connect(cls: type, conninfo: str = "", **options: Any) -> Any:  # noqa: ARG001  # the place is replaced
        # Again, each time: the project may have set PGHOSTADDR or PGSERVICE meanwhile.
        _export(_target)
        return original(cls, "", **_kept(options, _PSYCOPG_KEPT), **_target)

    return connect


def _psycopg2(module: Any) -> None:
    # psycopg2.connect() and its pools all go through this one function of the C module.
    original = module._connect  # noqa: SLF001  # the only place that catches a `from psycopg2 import connect`
    dsn_of = module.extensions.make_dsn

    @functools.wraps(original)
    def connect(dsn: str = "", *arguments: Any, **options: Any) -> Any:  # noqa: ARG001  # the place is replaced
        _export(_target)  # as for psycopg
        return original(dsn_of(**_target), *arguments, **options)

    module._connect = connect  # noqa: SLF001  # as above
    module._psycopg._connect = connect  # noqa: SLF001  # as above


def _asyncpg(module: Any) -> None:
    for owner in (module, module.connection):
        original = owner.connect
        if not hasattr(original, "__wrapped__"):
            owner.connect = _asyncpg_connect(original)


def _asyncpg_connect(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    async def connect(dsn: str | None = None, **options: Any) -> Any:  # noqa: ARG001  # the place is replaced
        return await original(
            None,
            host=_target["host"],
            port=int(_target["port"]),
            user=_target["user"],
            database=_target["dbname"],
            password=_target.get("password", ""),
            ssl=False,
            **_kept(options, _ASYNCPG_KEPT),
        )

    return connect


def _pg8000(module: Any) -> None:
    cls = sys.modules[f"{module.__name__}.core"].CoreConnection
    original = cls.__init__

    @functools.wraps(original)
    def connect(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: ARG001  # the place is replaced
        if _target["host"].startswith("/"):
            place: dict[str, Any] = {"unix_sock": f"{_target['host']}/.s.PGSQL.{_target['port']}"}
        else:
            place = {"host": _target["host"], "port": int(_target["port"])}
        original(
            self,
            _target["user"],
            database=_target["dbname"],
            password=_target.get("password"),
            **place,
        )

    cls.__init__ = connect


_DRIVERS: dict[str, Callable[[ModuleType], None]] = {
    "psycopg": _psycopg,
    "psycopg2": _psycopg2,
    "asyncpg": _asyncpg,
    "pg8000": _pg8000,
}


@contextlib.contextmanager
def redirected(target: dict[str, str]) -> Iterator[None]:
    """Send the connections opened inside the block to another database."""
    before = dict(_target)
    redirect(target)
    try:
        yield
    finally:
        redirect(before)


def _kept(options: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: options[name] for name in names if name in options}


class _WrapAfterImport(importlib.abc.MetaPathFinder):
    """Wraps a driver the moment its import ends, before the importing module goes on."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        wrap = _DRIVERS.get(fullname)
        if wrap is None:
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                _run_after(spec.loader, wrap)
                return spec
        return None


def _run_after(loader: Any, wrap: Callable[[ModuleType], None]) -> None:
    original = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        original(module)
        wrap(module)

    loader.exec_module = exec_module


def _listen() -> None:
    # A project may use a bare driver only.
    try:
        from sqlalchemy import event
        from sqlalchemy.engine import Engine
    except ImportError:
        return

    def do_connect(dialect: Any, _record: Any, cargs: list[Any], cparams: dict[str, Any]) -> None:
        if dialect.name != "postgresql":
            raise ForeignDialectError(
                f"the project connects to {dialect.name}, and pgcraft reviews PostgreSQL only"
            )
        if dialect.driver.removesuffix("_async") not in _DRIVERS:
            cargs.clear()
            for name in _LIBPQ_PLACE:
                cparams.pop(name, None)
            cparams.update(_target)

    event.listen(Engine, "do_connect", do_connect)
