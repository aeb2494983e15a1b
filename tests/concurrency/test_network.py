"""PostgreSQL over a network that freezes, cuts, refuses, and loses the answer to COMMIT."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from aorm.database.atomic import atomic
from aorm.exceptions import CommitUnknown, ConnectionLost, Error, OperationalError
from tests.support.connections import add, make_counter, open_database, values
from tests.support.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database
    from aorm.database.transaction import Block
    from tests.support.oracle import PostgresOracle


@pytest.fixture
async def proxy(postgres_url: str) -> AsyncIterator[Proxy]:
    async with Proxy(postgres_url) as proxy:
        yield proxy


async def fill_pool(database: Database, count: int) -> None:
    """Have `count` connections made."""
    await asyncio.gather(*(database.fetch("SELECT pg_sleep(0.05)") for _ in range(count)))
    assert database.stats().idle == count


async def elapsed(awaitable: object) -> float:
    loop = asyncio.get_running_loop()
    before = loop.time()
    await awaitable  # type: ignore[misc]
    return loop.time() - before


async def timed_out(database: Database, limit: float) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(limit):
            await database.fetch("SELECT 1")


async def test_a_dead_link_does_not_outlast_a_timeout(proxy: Proxy) -> None:
    async with open_database(proxy.url, max_size=4) as database:
        await fill_pool(database, 4)
        proxy.freeze()
        durations = await asyncio.gather(*(elapsed(timed_out(database, 0.1)) for _ in range(4)))
        assert max(durations) <= 0.1 + 0.5
        proxy.thaw()
        await fill_pool(database, 4)
        assert database.stats().size == 4


async def test_a_dead_link_inside_a_transaction(proxy: Proxy) -> None:
    async with open_database(proxy.url, max_size=4) as database:
        await make_counter(database)
        await fill_pool(database, 4)

        async def work(number: int) -> None:
            async with atomic():
                await add(database, number)
                frozen.set()
                await asyncio.sleep(0.05)
                async with asyncio.timeout(0.1):
                    await add(database, number + 10)

        frozen = asyncio.Event()
        tasks = [asyncio.create_task(work(number)) for number in range(2, 6)]
        await frozen.wait()
        await asyncio.sleep(0.03)
        proxy.freeze()
        before = asyncio.get_running_loop().time()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {TimeoutError}
        assert asyncio.get_running_loop().time() - before <= 0.15 + 0.5
        proxy.thaw()
        assert await values(database) == [0]
        await fill_pool(database, 4)


async def test_long_idle_connections_are_asked_with_a_limit(proxy: Proxy) -> None:
    async with open_database(proxy.url, max_size=4, ping_after=0.0, ping_timeout=0.2) as database:
        await fill_pool(database, 4)
        proxy.freeze()
        task = asyncio.create_task(database.fetch("SELECT 1"))
        await asyncio.sleep(0.3)
        proxy.thaw()
        assert (await task)[0][0] == 1
        assert database.stats().discarded == 4


async def test_idle_connections_that_the_server_ended(postgres_url: str, postgres_oracle: PostgresOracle) -> None:
    async with open_database(postgres_url, max_size=4) as database:
        for _ in range(3):
            await fill_pool(database, 4)
            postgres_oracle.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND application_name = 'aorm'"
            )
            # The loop is kept busy: it has not seen yet what has happened to its sockets.
            time.sleep(0.05)  # noqa: ASYNC251
            results = await asyncio.gather(*(database.fetch("SELECT 1") for _ in range(8)))
            assert [rows[0][0] for rows in results] == [1] * 8


async def test_an_answer_to_commit_that_is_lost(proxy: Proxy, postgres_oracle: PostgresOracle) -> None:
    async with open_database(proxy.url, max_size=2) as database:
        await make_counter(database)
        for number in range(2, 12):
            blocks: list[Block] = []
            with pytest.raises(CommitUnknown) as caught:
                await lose_commit(database, proxy, number, blocks)
            assert caught.value.outcome == blocks[0].outcome == "unknown"
            assert not caught.value.retryable
            proxy.swallow_answers = False
            await database.fetch("SELECT 1")
        # The server had done it each time; nothing is there twice, and nothing is missing.
        assert len(await values(database)) == 11


async def lose_commit(database: Database, proxy: Proxy, number: int, blocks: list[Block]) -> None:
    async with atomic() as block:
        blocks.append(block)
        await add(database, number)
        proxy.swallow_answers = True


async def test_a_commit_without_answer_ends_at_its_limit(proxy: Proxy) -> None:
    async with open_database(proxy.url, commit_timeout=0.1) as database:
        await make_counter(database)
        with pytest.raises(CommitUnknown):  # noqa: PT012
            async with atomic() as block:
                await add(database, 2)
                proxy.freeze()
        assert block.outcome == "unknown"
        proxy.thaw()
        await database.fetch("SELECT 1")


async def test_cancelled_while_the_answer_to_commit_does_not_come(proxy: Proxy) -> None:
    async with open_database(proxy.url) as database:
        await make_counter(database)
        blocks: list[Block] = []

        async def work() -> None:
            try:
                async with atomic() as block:
                    blocks.append(block)
                    await add(database, 2)
                    proxy.freeze()
            except asyncio.CancelledError as error:
                notes.extend(error.__notes__)
                raise

        notes: list[str] = []
        task = asyncio.create_task(work())
        await asyncio.sleep(0.1)
        task.cancel()
        before = asyncio.get_running_loop().time()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.get_running_loop().time() - before <= 0.5
        assert blocks[0].outcome == "unknown"
        assert notes == ["aorm: the transaction of database 'default': unknown"]
        proxy.thaw()


async def test_a_connection_lost_before_commit_did_not_commit(proxy: Proxy) -> None:
    async with open_database(proxy.url) as database:
        await make_counter(database)
        with pytest.raises(ConnectionLost):  # noqa: PT012
            async with atomic() as block:
                await add(database, 2)
                await proxy.stop()
                await asyncio.sleep(0.05)
        assert block.outcome == "rolled_back"
        await proxy.start()
        assert await values(database) == [0]


async def test_cut_in_the_middle_of_an_answer(proxy: Proxy) -> None:
    async with open_database(proxy.url, max_size=2) as database:
        for cut_after in range(1, 2500, 83):
            proxy.cut_after = cut_after
            with pytest.raises(Error):
                await database.fetch("SELECT repeat('x', 4000) FROM generate_series(1, 3)")
            assert database.stats().in_use == 0
            proxy.cut_after = None
            assert (await database.fetch("SELECT 1"))[0][0] == 1
            await database.aclose()


async def test_a_server_that_comes_back(proxy: Proxy) -> None:
    async with open_database(proxy.url, max_size=4) as database:
        await database.fetch("SELECT 1")
        await proxy.stop()
        for _ in range(20):
            with pytest.raises(OperationalError):
                await database.fetch("SELECT 1")
        await proxy.start()
        loop = asyncio.get_running_loop()
        before = loop.time()
        assert (await database.fetch("SELECT 1"))[0][0] == 1
        assert loop.time() - before <= 0.5


async def test_cancelled_while_connecting_slowly(proxy: Proxy, postgres_oracle: PostgresOracle) -> None:
    async with open_database(proxy.url, max_size=3) as database:
        proxy.freeze()
        tasks = [asyncio.create_task(database.fetch("SELECT 1")) for _ in range(100)]
        await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        proxy.thaw()
        assert (await database.fetch("SELECT 1"))[0][0] == 1
        await asyncio.sleep(0.2)
        assert proxy.connections <= 3
        assert database.stats().in_use == 0
