"""`aorm.raw_connection()`: the driver's own connection, which nobody gets afterwards."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiosqlite
import asyncpg
import pytest

import aorm
from aorm.database.atomic import atomic
from aorm.exceptions import ConnectionDoesNotExist, InterfaceError, PoolTimeout
from tests.support.connections import add, open_database, values

if TYPE_CHECKING:
    from aorm.database.database import Database

SLOW = {
    "postgresql": "SELECT pg_sleep(600)",
    "sqlite": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
}


def is_closed(raw: Any) -> bool:
    return raw.is_closed() if isinstance(raw, asyncpg.Connection) else raw._connection is None


async def closed(raw: Any) -> bool:
    """Wait for the pool's good-bye."""
    for _ in range(500):
        if is_closed(raw):
            return True
        await asyncio.sleep(0.01)
    return False


async def test_it_is_the_drivers(database: Database) -> None:
    async with aorm.raw_connection() as raw:
        assert isinstance(raw, asyncpg.Connection if database.vendor == "postgresql" else aiosqlite.Connection)
        await raw.execute("INSERT INTO counter VALUES (2, 5)")
        assert database.home().writer.stats().in_use == 1
    assert await closed(raw)
    assert await values(database) == [0, 5]


async def test_what_was_set_on_it_reaches_nobody(database: Database) -> None:
    async with aorm.raw_connection() as raw:
        if isinstance(raw, asyncpg.Connection):
            await raw.set_type_codec("int4", schema="pg_catalog", encoder=str, decoder=lambda text: f"<{text}>")
        else:
            raw.row_factory = lambda cursor, row: [f"<{value}>" for value in row]
    assert await database.fetch("SELECT value FROM counter", writes=True) == [(0,)]


@pytest.mark.parametrize("manner", ["begun", "raised", "cancelled", "closed", "running"])
async def test_it_comes_back_in_any_state(database: Database, manner: str) -> None:
    entered = asyncio.Event()
    kept: list[Any] = []

    async def use() -> None:
        async with aorm.raw_connection() as raw:
            kept.append(raw)
            await raw.execute("BEGIN")
            await raw.execute("INSERT INTO counter VALUES (9, 9)")
            entered.set()
            if manner == "raised":
                raise KeyError
            if manner == "cancelled":
                await raw.execute(SLOW[database.vendor])
            if manner == "closed":
                await raw.close()
            if manner == "running":
                running.append(asyncio.ensure_future(raw.execute(SLOW[database.vendor])))
                await asyncio.sleep(0.05)

    running: list[asyncio.Future[Any]] = []
    task = asyncio.ensure_future(use())
    await entered.wait()
    if manner == "cancelled":
        await asyncio.sleep(0.05)
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.wait_for(asyncio.gather(*running, return_exceptions=True), 5)
    assert await closed(kept[0])
    await add(database, 2)
    assert await values(database) == [0, 0]
    assert database.home().writer.stats().in_use == 0


async def test_it_is_within_the_limits_of_the_pool(database_url: str) -> None:
    async with open_database(database_url, max_size=1, acquire_timeout=0.05), aorm.raw_connection():
        with pytest.raises(PoolTimeout):
            async with aorm.raw_connection():
                pass


async def test_refused(database: Database) -> None:
    async with atomic():
        with pytest.raises(InterfaceError, match=r"raw_connection\(\) cannot be used inside"):
            async with aorm.raw_connection():
                pass
        async with aorm.detached(), aorm.raw_connection() as raw:
            assert not is_closed(raw)
    again = aorm.raw_connection()
    async with again:
        with pytest.raises(InterfaceError, match="in use"):
            async with again:
                pass
    with pytest.raises(ConnectionDoesNotExist):
        async with aorm.raw_connection("nowhere"):
            pass
