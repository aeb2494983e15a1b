"""Cancellation at every await: a scenario is run once for each of its suspensions, and cancelled exactly there.

Manners: `once`; `twice` in a row; `level`, as an anyio cancel scope does, at every further await; `race`, in the very
tick in which the awaited thing completes. Afterwards an oracle looks: no slot is lost, no transaction is open, the
context is in order, and what `outcome` says is what the database holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import anyio
import pytest
import uvloop

from aorm.database.atomic import atomic
from aorm.exceptions import DatabaseError
from tests.support.connections import add, make_counter, open_database, values

if TYPE_CHECKING:
    from aorm.database.database import Database
    from aorm.database.transaction import Block

MANNERS = ("once", "twice", "level", "race")


class Canceller:
    """Steps a coroutine in a task, and cancels the task at the given suspension."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], at: int, manner: str) -> None:
        self.coroutine = coroutine
        self.at = at
        self.manner = manner
        self.suspensions = 0
        self.task: asyncio.Task[Any] | None = None
        self.scope: anyio.CancelScope | None = None

    def __await__(self) -> Any:
        value: Any = None
        error: BaseException | None = None
        while True:
            try:
                awaited = self.coroutine.send(value) if error is None else self.coroutine.throw(error)
            except StopIteration as stop:
                return stop.value
            self.suspensions += 1
            if self.suspensions == self.at:
                self.arrange(awaited)
            value, error = None, None
            try:
                value = yield awaited
            except BaseException as thrown:
                error = thrown

    def arrange(self, awaited: Any) -> None:
        """Have the cancellation come while this is awaited."""
        task = asyncio.current_task()
        assert task is not None
        loop = asyncio.get_running_loop()
        if self.manner == "level":
            assert self.scope is not None
            loop.call_soon(self.scope.cancel)
        elif self.manner == "race" and isinstance(awaited, asyncio.Future):
            awaited.add_done_callback(lambda _: task.cancel())
        else:
            loop.call_soon(task.cancel)
            if self.manner == "twice":
                loop.call_soon(lambda: loop.call_soon(task.cancel))


async def run_cancelled(make: Callable[[], Coroutine[Any, Any, Any]], at: int, manner: str) -> tuple[bool, bool]:
    """Run a scenario; return whether it reached suspension `at`, and whether it ended by the cancellation."""
    canceller = Canceller(make(), at, manner)

    async def inner() -> bool:
        if manner != "level":
            await canceller
            return False
        with anyio.CancelScope() as scope:
            canceller.scope = scope
            await canceller
        return scope.cancelled_caught

    async def ready() -> Any:
        return await inner()

    task = asyncio.ensure_future(ready())
    try:
        cancelled = await task
    except asyncio.CancelledError:
        cancelled = True
    return canceller.suspensions >= at, cancelled


Scenario = Callable[["Database", list["Block"]], Awaitable[None]]


async def autocommit(database: Database, blocks: list[Block]) -> None:
    await add(database, 2)


async def transaction(database: Database, blocks: list[Block]) -> None:
    async with atomic() as block:
        blocks.append(block)
        await add(database, 2)
        await values(database)
        await add(database, 3)


async def nested(database: Database, blocks: list[Block]) -> None:
    async with atomic() as block:
        blocks.append(block)
        await add(database, 2)
        async with atomic():
            await add(database, 3)
        async with atomic():
            await values(database)


async def nested_caught(database: Database, blocks: list[Block]) -> None:
    """The inner block fails and is caught; its row must never be seen, the others must be together."""
    async with atomic() as block:
        blocks.append(block)
        await add(database, 2)
        try:
            async with atomic():
                await add(database, 9)
                raise KeyError
        except KeyError:
            pass
        await add(database, 3)


async def failing(database: Database, blocks: list[Block]) -> None:
    try:
        async with atomic() as block:
            blocks.append(block)
            await add(database, 2)
            raise KeyError
    except KeyError:
        pass


async def streaming(database: Database, blocks: list[Block]) -> None:
    stream = database.stream("SELECT id FROM counter UNION ALL SELECT 5 UNION ALL SELECT 6", chunk_size=1)
    try:
        async for _ in stream:
            pass
    finally:
        await stream.aclose()


async def streaming_inside(database: Database, blocks: list[Block]) -> None:
    async with atomic() as block:
        blocks.append(block)
        await add(database, 2)
        await streaming(database, blocks)
        await add(database, 3)


async def leasing(database: Database, blocks: list[Block]) -> None:
    async with database.lease(writes=True) as connection:
        await connection.fetch("SELECT 1")
        await connection.execute("INSERT INTO counter VALUES (2, 0)")


async def reading(database: Database, blocks: list[Block]) -> None:
    """Nothing is written in the block; afterwards, whatever happened, the sweep itself writes."""
    try:
        async with atomic(read_only=True):
            async with atomic():
                await values(database)
            await add(database, 9)
    except DatabaseError:
        pass


SCENARIOS = (autocommit, transaction, nested, nested_caught, failing, streaming, streaming_inside, leasing, reading)


async def whole(database: Database) -> None:
    """See that all slots are back, and that no transaction is open."""
    pools = database.home().pools
    async with asyncio.timeout(3):
        while any(pool.stats().in_use or pool.stats().cleaning or pool.stats().connecting for pool in pools):  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    for pool in pools:
        assert pool.stats().waiting == 0
        for slot in pool.idle:
            assert slot.connection.is_usable()
    assert not database.in_atomic_block


async def identifiers(database: Database) -> set[int]:
    return {row[0] for row in await database.fetch("SELECT id FROM counter", writes=True)}


def judge(scenario: Scenario, found: set[int], blocks: list[Block], cancelled: bool) -> None:
    """Compare what the database holds with what was said."""
    found = found - {1}
    assert 9 not in found
    if blocks:
        outcome = blocks[0].outcome
        assert outcome in ("committed", "rolled_back")
        expected = {2, 3} if outcome == "committed" and scenario is not failing else set()
        assert found == expected
    if not cancelled and scenario not in (failing, streaming, reading):
        assert found


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def swept_url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return "sqlite://"
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.mark.parametrize("fresh", [False, True], ids=["warm", "cold"])
@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
async def test_sweep(swept_url: str, scenario: Scenario, manner: str, fresh: bool) -> None:
    await sweep(swept_url, scenario, manner, fresh)


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_sweep_on_uvloop(database_url: str, scenario: Scenario, manner: str) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(sweep(database_url, scenario, manner, False))


async def sweep(swept_url: str, scenario: Scenario, manner: str, fresh: bool) -> None:
    """Cancel a scenario at each of its suspensions in turn, and look after each."""
    async with open_database(swept_url, max_size=2) as database:
        await make_counter(database)
        for at in range(1, 60):
            if fresh and not database.config.is_memory:
                await database.aclose()
            blocks: list[Block] = []
            reached, cancelled = await run_cancelled(lambda: scenario(database, blocks), at, manner)  # noqa: B023
            # No cancellation is swallowed; a scope of anyio that is cancelled too late has nothing to catch.
            assert cancelled or not reached or manner == "level"
            await whole(database)
            judge(scenario, await identifiers(database), blocks, cancelled)
            # The same task works on, in no transaction.
            await database.execute("DELETE FROM counter WHERE id > 1")
            assert await identifiers(database) == {1}
            if not reached:
                break
        else:
            raise AssertionError("the scenario has no end")


async def test_cancelled_while_waiting_for_a_slot(database_url: str) -> None:
    async with open_database(database_url, max_size=1) as database:
        await make_counter(database)
        for manner in MANNERS:
            for at in range(1, 6):
                release = asyncio.Event()

                async def hold(release: asyncio.Event = release) -> None:
                    async with atomic():
                        await database.fetch("SELECT 1")
                        await release.wait()

                holder = asyncio.create_task(hold())
                await asyncio.sleep(0.005)
                asyncio.get_running_loop().call_later(0.005, release.set)
                blocks: list[Block] = []
                await run_cancelled(lambda: transaction(database, blocks), at, manner)  # noqa: B023
                release.set()
                await holder
                await whole(database)
                await database.execute("DELETE FROM counter WHERE id > 1")


async def test_a_timeout_inside_a_block_is_a_failure_of_its_savepoint(database_url: str) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)
        slow = (
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
            if database.vendor == "sqlite"
            else "SELECT pg_sleep(30)"
        )
        async with atomic() as block:
            await add(database, 2)
            with pytest.raises(TimeoutError):  # noqa: PT012
                async with asyncio.timeout(0.05), atomic():
                    await add(database, 3)
                    await database.fetch(slow)
            await add(database, 4)
        assert block.outcome == "committed"
        assert await identifiers(database) == {1, 2, 4}


async def test_cancelled_again_and_again_during_cleanup(database_url: str) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)
        for _ in range(20):
            blocks: list[Block] = []
            task = asyncio.create_task(transaction(database, blocks))
            for _ in range(20):
                await asyncio.sleep(0)
                task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await whole(database)
            judge(transaction, await identifiers(database), blocks, True)
            await database.execute("DELETE FROM counter WHERE id > 1")
