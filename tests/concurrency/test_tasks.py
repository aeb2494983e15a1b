"""Tasks that share a transaction, outlive it, or stand in each other's way."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from aorm.database.atomic import atomic
from aorm.database.binding import detached
from aorm.exceptions import OrphanedTask, PoolTimeout, ScopeClosed, TransactionManagementError
from tests.support.connections import add, make_counter, open_database, values

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aorm.database.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        await make_counter(database)
        yield database


def slow(database: Database) -> str:
    """A statement of about ten seconds."""
    if database.vendor == "sqlite":
        return "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 40000000) SELECT count(*) FROM c"
    return "SELECT pg_sleep(10)"


async def test_children_join(database: Database) -> None:
    with contextlib.suppress(KeyError):
        async with atomic():
            await asyncio.gather(*(add(database, identifier) for identifier in range(2, 12)))
            assert len(await values(database)) == 11
            raise KeyError
    assert await values(database) == [0]


async def test_children_of_a_pool_with_one_place(database_url: str) -> None:
    async with open_database(database_url, max_size=1, acquire_timeout=2) as database:
        await make_counter(database)
        async with atomic():
            await asyncio.gather(*(add(database, identifier) for identifier in range(2, 12)))
        assert len(await values(database)) == 11


async def test_a_task_that_outlives_the_block(database: Database) -> None:
    may_go_on = asyncio.Event()

    async def outlive() -> None:
        await may_go_on.wait()
        await add(database, 2)

    async with atomic():
        await database.fetch("SELECT 1")
        task = asyncio.create_task(outlive())
    may_go_on.set()
    with pytest.raises(ScopeClosed, match=r"test_tasks\.py:\d+ ended before the task"):
        await task
    assert await values(database) == [0]


async def test_a_task_that_outlives_an_inner_block(database: Database) -> None:
    may_go_on = asyncio.Event()

    async def outlive() -> None:
        await may_go_on.wait()
        await add(database, 2)

    async with atomic():
        async with atomic():
            task = asyncio.create_task(outlive())
        may_go_on.set()
        with pytest.raises(ScopeClosed):
            await task
        with pytest.raises(ScopeClosed):  # noqa: PT012
            async with atomic():
                task = asyncio.create_task(_enter_later())
            await task


async def _enter_later() -> None:
    await asyncio.sleep(0.01)
    async with atomic():
        pass


async def test_a_task_that_starts_detached_may_outlive_the_block(database: Database) -> None:
    may_go_on = asyncio.Event()

    async def outlive() -> None:
        await may_go_on.wait()
        await add(database, 2)

    async with atomic(), detached():
        task = asyncio.create_task(outlive())
    may_go_on.set()
    await task
    assert await values(database) == [0, 0]


async def test_a_statement_in_flight_is_waited_for(database: Database) -> None:
    async with atomic():
        task = asyncio.create_task(add(database, 2))
        await asyncio.sleep(0)
    await task
    assert await values(database) == [0, 0]


async def test_a_long_statement_in_flight_condemns_the_block(database: Database) -> None:
    with pytest.raises(OrphanedTask, match="rolled back"):  # noqa: PT012
        async with atomic() as block:
            await add(database, 2)
            task = asyncio.create_task(database.fetch(slow(database)))
            await asyncio.sleep(0.05)
    assert block.outcome == "rolled_back"
    with pytest.raises(Exception):  # noqa: B017, PT011 -- whatever its connection said when it was closed
        await task
    assert await values(database) == [0]


async def test_savepoints_of_two_tasks_at_once_are_refused(database: Database) -> None:
    async def work(identifier: int) -> None:
        async with atomic():
            await add(database, identifier)
            await asyncio.sleep(0.01)

    async with atomic():
        results = await asyncio.gather(work(2), work(3), return_exceptions=True)
        assert results[0] is None
        assert isinstance(results[1], TransactionManagementError)
        await work(4)
    assert await values(database) == [0, 0, 0]


async def test_a_savepoint_left_open_by_another_task(database: Database) -> None:
    release = asyncio.Event()

    async def work() -> None:
        async with atomic():
            await add(database, 2)
            await release.wait()

    with pytest.raises(OrphanedTask):  # noqa: PT012
        async with atomic() as block:
            task = asyncio.create_task(work())
            await asyncio.sleep(0.05)
    assert block.outcome == "rolled_back"
    release.set()
    with pytest.raises((ScopeClosed, OrphanedTask)):
        await task
    assert await values(database) == [0]


async def test_a_write_into_another_task_s_savepoint_is_never_lost_in_silence(database: Database) -> None:
    opened, written = asyncio.Event(), asyncio.Event()

    async def fail() -> None:
        async with atomic():
            await add(database, 2)
            opened.set()
            await written.wait()
            raise KeyError

    async def write() -> None:
        await opened.wait()
        await add(database, 3)
        written.set()

    with pytest.raises(TransactionManagementError, match="another task wrote"):
        async with atomic() as block:
            await asyncio.gather(fail(), write(), return_exceptions=True)
    assert block.outcome == "rolled_back"
    assert await values(database) == [0]


async def test_context_is_in_order_after_failures(database: Database) -> None:
    for _ in range(3):
        with contextlib.suppress(KeyError):
            async with atomic():
                await add(database, 2)
                raise KeyError
        assert not database.in_atomic_block
    await add(database, 2)
    assert await values(database) == [0, 0]


async def test_fairness(database_url: str) -> None:
    """Whoever waits longest is served first."""
    async with open_database(database_url, max_size=1) as database:
        await make_counter(database)
        order: list[int] = []

        async def work(number: int) -> None:
            async with atomic():
                await database.fetch("SELECT 1")
                order.append(number)
                await asyncio.sleep(0.001)

        await asyncio.gather(*(work(number) for number in range(20)))
        assert order == list(range(20))


async def test_timeout_names_who_holds_the_connections(database_url: str) -> None:
    async with open_database(database_url, max_size=1, acquire_timeout=0.1) as database:
        release = asyncio.Event()

        async def hold() -> None:
            async with atomic():
                await database.fetch("SELECT 42")
                await release.wait()

        task = asyncio.create_task(hold(), name="the-holder")
        await asyncio.sleep(0.05)
        with pytest.raises(PoolTimeout) as caught:
            await database.execute("SELECT 1")
        text = str(caught.value)
        assert "'default'" in text
        assert "size 1 of 1, in use 1" in text
        assert "the-holder for 0." in text
        assert "SELECT 42" in text
        release.set()
        await task
        await database.execute("SELECT 1")
