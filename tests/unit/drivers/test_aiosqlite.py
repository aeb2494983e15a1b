"""aiosqlite in single hops: cancellation that reaches the thread, and never the wrong statement."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from aorm.drivers.aiosqlite import DRIVER, AiosqliteConnection
from aorm.drivers.protocol import ConnectionPlan
from aorm.exceptions import ConnectionLost, Error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
async def connection(tmp_path: Path) -> AsyncIterator[AiosqliteConnection]:
    plan = ConnectionPlan(alias="test", database=str(tmp_path / "test.db"), setup=("PRAGMA journal_mode = wal",))
    connection = await DRIVER.connect(plan)
    await connection.execute("CREATE TABLE counter (value integer)")
    yield connection
    await connection.close()


async def cancelled_after(delay: float, connection: AiosqliteConnection, sql: str) -> None:
    task = asyncio.create_task(connection.fetch(sql))
    await asyncio.sleep(delay)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_statement_is_interrupted(connection: AiosqliteConnection) -> None:
    await cancelled_after(0.02, connection, ENDLESS)
    assert not connection.is_usable()
    async with asyncio.timeout(5):
        await connection.settle()
    assert connection.is_usable()
    assert await connection.fetch("SELECT 1") == [(1,)]


async def test_a_statement_cancelled_before_its_turn_never_runs(connection: AiosqliteConnection) -> None:
    running = asyncio.create_task(connection.fetch(ENDLESS.replace("FROM c) ", "FROM c LIMIT 300000) ")))
    waiting = asyncio.create_task(connection.execute("INSERT INTO counter VALUES (1)"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (await running)[0][0] > 0
    await connection.settle()
    assert await connection.fetch("SELECT * FROM counter") == []


async def test_the_next_statement_is_never_the_one_interrupted(connection: AiosqliteConnection) -> None:
    short = ENDLESS.replace("FROM c) ", "FROM c LIMIT 2000) ")
    for round_number in range(300):
        task = asyncio.create_task(connection.fetch(short))
        await asyncio.sleep(0.0003 * (round_number % 7))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await connection.settle()
        assert await connection.fetch("SELECT 7") == [(7,)]


async def test_an_interrupted_write_rolls_its_transaction_back(connection: AiosqliteConnection) -> None:
    await connection.execute("INSERT INTO counter VALUES (1)", (), ("BEGIN IMMEDIATE",))
    await cancelled_after(0.02, connection, f"INSERT INTO counter {ENDLESS} RETURNING 1")
    await connection.settle()
    # SQLite may or may not end the whole transaction by itself: what matters is that it is known.
    assert connection.is_in_transaction() == connection.thread_side().connection.in_transaction


async def test_control_statements_are_not_cancelled(connection: AiosqliteConnection) -> None:
    await connection.execute("INSERT INTO counter VALUES (1)", (), ("BEGIN IMMEDIATE",))

    async def commit() -> None:
        await connection.start("COMMIT")

    task = asyncio.create_task(commit())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await connection.fetch("SELECT * FROM counter") == [(1,)]
    assert not connection.is_in_transaction()


async def test_closing_ends_the_thread(tmp_path: Path) -> None:
    connection = await DRIVER.connect(ConnectionPlan(alias="test", database=str(tmp_path / "test.db")))
    thread = connection.raw._thread
    assert thread.daemon
    await connection.close()
    thread.join(5)
    assert not thread.is_alive()
    with pytest.raises(ConnectionLost):
        await connection.fetch("SELECT 1")


async def test_aborting_ends_the_thread_whatever_runs(tmp_path: Path) -> None:
    connection = await DRIVER.connect(ConnectionPlan(alias="test", database=str(tmp_path / "test.db")))
    task = asyncio.create_task(connection.fetch(ENDLESS))
    await asyncio.sleep(0.02)
    connection.abort()
    with pytest.raises(Error):
        await task
    connection.raw._thread.join(5)
    assert not connection.raw._thread.is_alive()


async def test_a_database_in_memory_outlives_its_connections() -> None:
    plan = ConnectionPlan(alias="test", database="kept-in-memory", is_memory=True)
    keeper = DRIVER.keep(plan)
    assert keeper is not None
    first = await DRIVER.connect(plan)
    await first.execute("CREATE TABLE kept (id integer)")
    await first.close()
    second = await DRIVER.connect(plan)
    assert await second.fetch("SELECT * FROM kept") == []
    await second.close()
    keeper.close()
    third = await DRIVER.connect(plan)
    with pytest.raises(Error, match="no such table"):
        await third.fetch("SELECT * FROM kept")
    await third.close()


async def test_functions_are_registered(tmp_path: Path) -> None:
    class Double:
        name, arity, deterministic, is_aggregate, is_substitute = "double", 1, True, False, False

        @staticmethod
        def callable(value: int) -> int:
            return value * 2

    class Total:
        name, arity, deterministic, is_aggregate, is_substitute = "total_length", 1, True, True, False

        class callable:  # noqa: A001
            def __init__(self) -> None:
                self.total = 0

            def step(self, value: str) -> None:
                self.total += len(value)

            def finalize(self) -> int:
                return self.total

    plan = ConnectionPlan(alias="test", database=str(tmp_path / "test.db"), functions=(Double(), Total()))
    connection = await DRIVER.connect(plan)
    assert await connection.fetch("SELECT double(21), total_length('abc')") == [(42, 3)]
    await connection.close()


def test_threads_do_not_keep_the_interpreter_alive() -> None:
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("aorm-sqlite"))
    assert sqlite3.threadsafety
