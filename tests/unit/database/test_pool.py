"""The pool on an event loop: waiting, timing out, cancelling, cleaning, leaking, closing."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import TYPE_CHECKING, Any

import pytest

from aorm.database.config import parse_config
from aorm.database.pool import Pool
from aorm.database.slots import Slot
from aorm.database.upkeep import Upkeep
from aorm.drivers.recording import RecordingConnection, RecordingDriver
from aorm.exceptions import ConnectionLost, InterfaceError, PoolTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.drivers.protocol import DriverConnection


class SlowDriver(RecordingDriver):
    """Takes time for everything, and fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.connect_delay = 0.0
        self.settle_delay = 0.0
        self.execute_delay = 0.0
        self.failing = 0

    async def make(self) -> DriverConnection:
        await asyncio.sleep(self.connect_delay)
        if self.failing:
            self.failing -= 1
            raise ConnectionLost("refused")
        connection = SlowConnection(self)
        self.connections.append(connection)
        return connection


class SlowConnection(RecordingConnection):
    def __init__(self, driver: SlowDriver) -> None:
        super().__init__(driver)
        self.slow = driver

    async def settle(self) -> None:
        await asyncio.sleep(self.slow.settle_delay)

    async def execute(self, sql: str, parameters: Any = (), preamble: Any = ()) -> int:
        await asyncio.sleep(self.slow.execute_delay)
        return await super().execute(sql, parameters, preamble)


@pytest.fixture
def driver() -> SlowDriver:
    return SlowDriver()


@pytest.fixture
def make_pool(driver: SlowDriver) -> Callable[..., Pool]:
    def make(max_size: int = 2, *, needs_ping: bool = False, reset: tuple[str, ...] = (), **options: Any) -> Pool:
        config = parse_config("test", {"scheme": "sqlite", "max_size": max_size, **options})
        upkeep = Upkeep(driver.make, needs_ping=needs_ping)
        upkeep.reset = reset
        return Pool(config, upkeep, max_size)

    return make


async def test_acquire_and_return(make_pool: Any) -> None:
    pool = make_pool()
    slot = await pool.acquire("SELECT 1")
    assert pool.stats().in_use == 1
    assert slot.task is asyncio.current_task()
    pool.checkin(slot)
    assert pool.stats().idle == 1
    assert pool.checkout("SELECT 2", None) is slot
    pool.checkin(slot)
    await pool.aclose()


async def test_timeout(make_pool: Any) -> None:
    pool = make_pool(1, acquire_timeout=0.05)
    slot = await pool.acquire("SELECT 'held'")
    with pytest.raises(PoolTimeout, match="SELECT 'held'"):
        await pool.acquire()
    assert pool.stats().timed_out == 1
    assert pool.stats().waiting == 0
    pool.checkin(slot)
    pool.checkin(await pool.acquire())
    await pool.aclose()


async def test_cancelled_while_waiting(make_pool: Any) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    task = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert pool.stats().waiting == 0
    pool.checkin(slot)
    assert pool.stats().idle == 1
    await pool.aclose()


async def test_cancelled_in_the_tick_of_the_hand_over(make_pool: Any) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    loser = asyncio.create_task(pool.acquire())
    winner = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool.checkin(slot)
    loser.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loser
    assert await winner is slot
    pool.checkin(slot)
    assert pool.stats().idle == 1
    await pool.aclose()


async def test_cancelled_while_connecting_leaves_no_orphan(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(2)
    driver.connect_delay = 0.02
    for _ in range(50):
        task = asyncio.create_task(pool.acquire())
        await asyncio.sleep(0.001)
        task.cancel()
        for slot in await asyncio.gather(task, return_exceptions=True):
            if isinstance(slot, Slot):
                pool.checkin(slot)
    await asyncio.sleep(0.05)
    assert len(driver.connections) <= 2
    assert pool.stats().connecting == 0
    assert pool.stats().idle == len(driver.connections)
    await pool.aclose()


async def test_error_of_connecting_reaches_all_who_wait(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1)
    driver.failing = 1
    errors = await asyncio.gather(pool.acquire(), pool.acquire(), return_exceptions=True)
    assert [type(error) for error in errors] == [ConnectionLost, ConnectionLost]
    assert errors[0] is not errors[1]
    pool.checkin(await pool.acquire())
    await pool.aclose()


async def test_full_server_serves_from_what_comes_back(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(2)
    slot = await pool.acquire()
    driver.failing = 1000
    task = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0.05)
    assert not task.done()
    pool.checkin(slot)
    assert await task is slot
    pool.checkin(slot)
    await pool.aclose()


async def test_full_server_gives_its_error_at_the_timeout(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(2, acquire_timeout=0.1)
    slot = await pool.acquire()
    driver.failing = 1000
    with pytest.raises(ConnectionLost, match="refused"):
        await pool.acquire()
    driver.failing = 0
    other = await pool.acquire()
    pool.checkin(slot)
    pool.checkin(other)
    await pool.aclose()


async def test_dirty_sessions_are_reset(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1, reset=("RESET",))
    slot = await pool.acquire()
    slot.is_dirty = True
    pool.checkin(slot)
    assert await pool.acquire() is slot
    assert driver.sql == ["RESET"]
    pool.checkin(slot)
    assert await pool.acquire() is slot
    assert driver.sql == ["RESET"]
    pool.checkin(slot)
    await pool.aclose()


async def test_open_transactions_are_rolled_back(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    slot.connection.start("BEGIN")
    pool.checkin(slot)
    slot = await pool.acquire()
    assert not slot.connection.is_in_transaction() or driver.sql[-1] == "ROLLBACK"
    pool.checkin(slot)
    await pool.aclose()


async def test_cleaning_that_takes_too_long_costs_the_connection(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1, reset=("RESET",), cleanup_timeout=0.05)
    slot = await pool.acquire()
    slot.is_dirty = True
    driver.execute_delay = 60
    pool.checkin(slot)
    assert await pool.acquire() is not slot
    assert pool.stats().discarded == 1
    await pool.aclose(0)


async def test_a_cancelled_statement_that_never_ends_costs_the_connection(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1, cancel_grace=0.05)
    slot = await pool.acquire()
    driver.settle_delay = 60
    await pool.settle(slot)
    assert not slot.connection.is_open()
    assert pool.stats().size == 0
    await pool.aclose()


async def test_settling_survives_any_number_of_cancellations(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    driver.settle_delay = 0.1
    task = asyncio.create_task(pool.settle(slot))
    await asyncio.sleep(0)
    for _ in range(20):
        task.cancel()
        await asyncio.sleep(0.001)
    await asyncio.gather(task, return_exceptions=True)
    await asyncio.sleep(0.01)
    assert pool.stats().idle == 1
    assert slot.connection.is_open()
    await pool.aclose()


async def test_ping(make_pool: Any, driver: SlowDriver) -> None:
    pool = make_pool(1, needs_ping=True, ping_after=0.0, ping_timeout=0.05)
    slot = await pool.acquire()
    pool.checkin(slot)
    await asyncio.sleep(0.01)
    assert await pool.acquire() is slot
    assert driver.sql == ["SELECT 1"]
    pool.checkin(slot)
    driver.execute_delay = 60
    await asyncio.sleep(0.01)
    assert await pool.acquire() is not slot
    await pool.aclose(0)


async def test_lifetime_and_rest(make_pool: Any) -> None:
    pool = make_pool(2, idle_timeout=0.05)
    slot = await pool.acquire()
    pool.checkin(slot)
    await asyncio.sleep(0.3)
    assert pool.stats().size == 0
    await pool.aclose()
    pool = make_pool(2, max_lifetime=0.05)
    slot = await pool.acquire()
    pool.checkin(slot)
    await asyncio.sleep(0.06)
    other = await pool.acquire()
    assert other is not slot
    pool.checkin(other)
    await pool.aclose()


async def test_min_size(make_pool: Any) -> None:
    pool = make_pool(3, min_size=2)
    pool.checkin(await pool.acquire())
    pool.serve()
    await asyncio.sleep(0.01)
    assert pool.stats().size == 2
    await pool.aclose()


async def test_leaks_are_reported_once(make_pool: Any, caplog: pytest.LogCaptureFixture) -> None:
    pool = make_pool(1, leak_after=0.05)
    with caplog.at_level(logging.WARNING, "aorm.database"):
        slot = await pool.acquire("SELECT 'leak'")
        await asyncio.sleep(0.3)
    assert len(caplog.records) == 1
    assert "SELECT 'leak'" in caplog.text
    assert "test_pool.py" in caplog.text
    pool.checkin(slot)
    await pool.aclose()


async def test_closing_waits_for_those_in_use(make_pool: Any) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    closing = asyncio.create_task(pool.aclose())
    await asyncio.sleep(0.02)
    assert not closing.done()
    with pytest.raises(InterfaceError, match="closed"):
        await waiting
    pool.checkin(slot)
    await closing
    assert not slot.connection.is_open()
    with pytest.raises(InterfaceError, match="closed"):
        await pool.acquire()


async def test_closing_does_not_wait_for_ever(make_pool: Any) -> None:
    pool = make_pool(1)
    slot = await pool.acquire()
    await pool.aclose(0.05)
    assert not slot.connection.is_open()
    pool.checkin(slot)
    assert pool.stats().size == 0


async def test_nothing_is_kept_alive_by_a_closed_pool(make_pool: Any) -> None:
    pool = make_pool(1)
    pool.checkin(await pool.acquire())
    await pool.aclose()
    assert not pool._tasks
    gc.collect()
