"""Create the models in a database of their own: what ``create_all`` makes is the truth."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from typing import TYPE_CHECKING

from sqlalchemy import URL, create_engine
from sqlalchemy.pool import NullPool

from ...alembic.create import create_with_schemas
from .connections import target

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import MetaData
    from sqlalchemy.engine import Connection, Engine


def scratch_engine() -> Engine:
    """An engine of the user's own SQLAlchemy on a driver that is installed.

    Every connection of this process is redirected; the URL is for whoever reads it.

    Raises:
        ModuleNotFoundError: When no synchronous driver is there.
    """
    for driver in ("psycopg", "psycopg2", "pg8000"):
        if importlib.util.find_spec(driver):
            return create_engine(_url(driver), poolclass=NullPool)
    raise ModuleNotFoundError("none of psycopg, psycopg2 and pg8000 is installed")


def _url(driver: str) -> URL:
    place = target()
    return URL.create(
        f"postgresql+{driver}", place["user"], host="scratch", database=place["dbname"]
    )


def create_models(metadata: Sequence[MetaData]) -> None:
    """Create everything that the models declare, in the database that is the target now.

    Schemas that the tables use are made first, since ``create_all`` expects them, unless the
    models' own events create them.

    Args:
        metadata: One or more MetaData.
    """
    create_with_schemas(_run, metadata)


def _run(work: Callable[[Connection], None]) -> None:
    """Run in one transaction, on whatever driver there is."""
    try:
        engine = scratch_engine()
    except ModuleNotFoundError:
        _run_async(work)
        return
    with engine.begin() as connection:
        work(connection)


def _run_async(work: Callable[[Connection], None]) -> None:
    """The same on asyncpg, in a thread: here an asynchronous ``env.py`` may have a loop running."""
    from sqlalchemy.ext.asyncio import create_async_engine

    async def main() -> None:
        engine = create_async_engine(_url("asyncpg"), poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(work)

    failure: list[BaseException] = []

    def in_thread() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # noqa: BLE001  # raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
