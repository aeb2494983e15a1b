"""`with atomic()` in plain sync code, in threads, and in worker threads of an async program."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import pytest

from aorm import transaction
from aorm.bridge import run_sync
from aorm.database.atomic import atomic
from aorm.database.binding import detached
from aorm.database.databases import close_all, databases
from aorm.exceptions import IntegrityError, TransactionManagementError
from aorm.settings import settings
from tests.support.connections import add, make_counter, open_database, values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aorm.database.database import Database


@pytest.fixture
def plain(database_url: str) -> Iterator[Database]:
    """A database used from sync code alone."""
    with settings.override(databases=database_url):
        database = databases["default"]
        run_sync(make_counter(database))
        yield database
        close_all()


def test_commit_and_rollback(plain: Database) -> None:
    with atomic() as block:
        run_sync(add(plain, 2))
        assert plain.in_atomic_block
    assert block.outcome == "committed"
    with suppress(KeyError), atomic() as block:
        run_sync(add(plain, 3))
        raise KeyError
    assert block.outcome == "rolled_back"
    assert not plain.in_atomic_block
    assert run_sync(values(plain)) == [0, 0]


def test_nested(plain: Database) -> None:
    with atomic():
        run_sync(add(plain, 2))
        with suppress(IntegrityError), atomic():
            run_sync(add(plain, 2))
        with atomic():
            run_sync(add(plain, 3))
    assert run_sync(values(plain)) == [0, 0, 0]


def test_decorated_function(plain: Database) -> None:
    @atomic
    def good() -> str:
        run_sync(add(plain, 2))
        return "done"

    @atomic(savepoint=False)
    def bad() -> None:
        run_sync(add(plain, 3))
        raise KeyError

    assert good() == "done"
    with pytest.raises(KeyError):
        bad()
    assert run_sync(values(plain)) == [0, 0]


def test_savepoints_by_hand(plain: Database) -> None:
    with atomic():
        name = transaction.savepoint()
        run_sync(add(plain, 2))
        transaction.savepoint_rollback(name)
        name = transaction.savepoint()
        run_sync(add(plain, 3, 3))
        transaction.savepoint_commit(name)
    assert run_sync(values(plain)) == [0, 3]


def test_callbacks_run_in_the_caller_s_thread_and_may_block(plain: Database) -> None:
    notes: list[Any] = []

    def plain_callback() -> None:
        notes.append((threading.current_thread(), run_sync(values(plain))))

    async def later() -> None:
        notes.append(await values(plain))

    with atomic():
        run_sync(add(plain, 2))
        transaction.on_commit(plain_callback)
        transaction.on_commit(later)
        assert notes == []
    assert notes == [(threading.current_thread(), [0, 0]), [0, 0]]
    transaction.on_commit(later)
    assert len(notes) == 3


def test_manual_transactions(plain: Database) -> None:
    transaction.set_autocommit(False)
    run_sync(add(plain, 2))
    transaction.rollback()
    run_sync(add(plain, 3, 3))
    transaction.commit()
    transaction.set_autocommit(True)
    assert run_sync(values(plain)) == [0, 3]


def test_threads_have_transactions_of_their_own(plain: Database) -> None:
    def work(identifier: int) -> bool:
        with atomic():
            run_sync(add(plain, identifier))
            with atomic():
                run_sync(plain.fetch("SELECT 1"))
            return plain.in_atomic_block

    with ThreadPoolExecutor(20) as threads:
        assert all(threads.map(work, range(2, 52)))
    assert len(run_sync(values(plain))) == 51


def test_detached(plain: Database) -> None:
    with atomic(read_only=True):
        run_sync(values(plain))
        with detached():
            run_sync(add(plain, 2))
        assert plain.in_atomic_block
    assert run_sync(values(plain)) == [0, 0]


@pytest.mark.parametrize("run", [asyncio.to_thread, anyio.to_thread.run_sync])
async def test_a_worker_thread_joins_the_transaction_of_its_task(database_url: str, run: Any) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)

        def work() -> None:
            assert database.in_atomic_block
            run_sync(add(database, 2))
            with suppress(KeyError), atomic():
                run_sync(add(database, 3))
                raise KeyError

        with suppress(KeyError):
            async with atomic():
                await run(work)
                assert await values(database) == [0, 0]
                raise KeyError
        assert await values(database) == [0]


async def test_atomic_inside_a_worker_thread(database_url: str) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)

        def work() -> None:
            with atomic():
                run_sync(add(database, 2))
            assert not database.in_atomic_block

        await anyio.to_thread.run_sync(work)
        assert await values(database) == [0, 0]


@contextmanager
def dependency() -> Iterator[None]:
    """What a `def` dependency of FastAPI becomes."""
    with atomic():
        yield


async def test_a_generator_dependency_is_refused(database_url: str) -> None:
    async with open_database(database_url):
        manager = dependency()
        with pytest.raises(TransactionManagementError, match=r"async with atomic\(\)"):
            await anyio.to_thread.run_sync(manager.__enter__)


async def test_a_generator_used_within_one_call_is_not(database_url: str) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)

        def endpoint() -> None:
            with dependency():
                run_sync(add(database, 2))

        await anyio.to_thread.run_sync(endpoint)
        assert await values(database) == [0, 0]


async def test_leaving_in_another_context_is_refused_and_rolls_back(database_url: str) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)
        block = atomic()

        def enter() -> None:
            block.__enter__()
            run_sync(add(database, 2))

        await anyio.to_thread.run_sync(enter)
        with pytest.raises(TransactionManagementError, match="another context"):
            await anyio.to_thread.run_sync(block.__exit__, None, None, None)
        assert await values(database) == [0]


@pytest.mark.parametrize("goes_on", [True, False], ids=["before a statement", "before the end"])
async def test_a_worker_thread_whose_task_was_cancelled_ends_its_transaction(database_url: str, goes_on: bool) -> None:
    async with open_database(database_url) as database:
        await make_counter(database)
        entered = threading.Event()
        cancelled = threading.Event()
        blocks = []

        def work() -> None:
            with atomic() as block:
                blocks.append(block)
                run_sync(add(database, 2))
                entered.set()
                cancelled.wait(5)
                if goes_on:
                    run_sync(add(database, 3))

        async def cancel() -> None:
            await asyncio.to_thread(entered.wait, 5)
            scope.cancel()
            asyncio.get_running_loop().call_later(0.02, cancelled.set)

        async with asyncio.TaskGroup() as group:
            group.create_task(cancel())
            with anyio.CancelScope() as scope:
                await anyio.to_thread.run_sync(work)
        assert scope.cancelled_caught or not goes_on
        # Ended either way; and what is said is what is there.
        outcome = blocks[0].outcome
        assert outcome in ("committed", "rolled_back")
        assert await values(database) == ([0, 0] if outcome == "committed" else [0])
        assert database.home().writer.stats().in_use == 0
