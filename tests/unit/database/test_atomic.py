"""`async with atomic()` on both databases: Django's rules, and what became of the transaction."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from aorm import transaction
from aorm.database.atomic import atomic
from aorm.database.binding import detached
from aorm.database.capture import capture_queries
from aorm.exceptions import (
    DatabaseError,
    IntegrityError,
    OperationalError,
    SyncInAsyncContext,
    TransactionManagementError,
    WouldDeadlock,
)
from tests.support.connections import add, make_counter, open_database, spelled, values

if TYPE_CHECKING:
    from aorm.database.database import Database


async def test_commit(database: Database) -> None:
    async with atomic() as block:
        await add(database, 2)
        assert block.outcome is None
        assert database.in_atomic_block
    assert block.outcome == "committed"
    assert not database.in_atomic_block
    assert await values(database) == [0, 0]


async def test_rollback(database: Database) -> None:
    with pytest.raises(KeyError):  # noqa: PT012
        async with atomic() as block:
            await add(database, 2)
            raise KeyError
    assert block.outcome == "rolled_back"
    assert await values(database) == [0]


async def test_nested(database: Database) -> None:
    async with atomic():
        await add(database, 2)
        with contextlib.suppress(KeyError):
            async with atomic() as inner:
                await add(database, 3)
                raise KeyError
        async with atomic():
            await add(database, 4, 4)
    assert inner.outcome == "rolled_back"
    assert await values(database) == [0, 0, 4]


async def test_merged_block_marks_the_surrounding_one(database: Database) -> None:
    async with atomic() as outer:
        await add(database, 2)
        with contextlib.suppress(KeyError):
            async with atomic(savepoint=False):
                await add(database, 3)
                raise KeyError
        with pytest.raises(TransactionManagementError, match="You can't execute queries until the end"):
            await database.fetch("SELECT 1")
        assert transaction.get_rollback()
    assert outer.outcome == "rolled_back"
    assert await values(database) == [0]


async def test_error_in_a_savepoint_leaves_the_rest(database: Database) -> None:
    async with atomic():
        await add(database, 2)
        with pytest.raises(IntegrityError):
            async with atomic():
                await add(database, 2)
        await add(database, 3)
    assert await values(database) == [0, 0, 0]


async def test_durable(database: Database) -> None:
    async with atomic(durable=True):
        with pytest.raises(RuntimeError, match="durable atomic block cannot be nested"):
            async with atomic(durable=True):
                pass
        await add(database, 2)
    assert await values(database) == [0, 0]


async def test_durable_inside_a_block_of_a_test(database: Database) -> None:
    outer = atomic()
    outer.allows_durable = True
    async with outer:
        async with atomic(durable=True):
            await add(database, 2)
        with pytest.raises(RuntimeError):
            async with atomic(), atomic(durable=True):
                pass


async def test_set_rollback(database: Database) -> None:
    async with atomic() as block:
        await add(database, 2)
        transaction.set_rollback(True)
        assert transaction.get_rollback()
    assert block.outcome == "rolled_back"
    assert await values(database) == [0]


async def test_rollback_taken_back_after_a_savepoint(database: Database) -> None:
    async with atomic():
        await add(database, 2)
        name = await transaction.asavepoint()
        await add(database, 3)
        with contextlib.suppress(KeyError):
            async with atomic(savepoint=False):
                raise KeyError
        transaction.set_rollback(False)
        await transaction.asavepoint_rollback(name)
    assert await values(database) == [0, 0]


async def test_the_rollback_flag_outside(database: Database) -> None:
    with pytest.raises(TransactionManagementError, match="rollback flag doesn't work outside of an 'atomic' block"):
        transaction.get_rollback()
    with pytest.raises(TransactionManagementError, match="rollback flag doesn't work outside of an 'atomic' block"):
        transaction.set_rollback(True)


async def test_mark_for_rollback_on_error(database: Database) -> None:
    with pytest.raises(KeyError), transaction.mark_for_rollback_on_error():
        raise KeyError
    async with atomic() as block:
        with pytest.raises(KeyError), transaction.mark_for_rollback_on_error():
            raise KeyError
        with pytest.raises(TransactionManagementError) as caught:
            await database.fetch("SELECT 1")
        assert isinstance(caught.value.__cause__, KeyError)
    assert block.outcome == "rolled_back"


async def test_savepoints_by_hand(database: Database) -> None:
    assert transaction.savepoint() is None
    async with atomic():
        first = transaction.savepoint()
        await add(database, 2)
        await transaction.asavepoint_rollback(first)
        second = transaction.savepoint()
        await add(database, 3, 3)
        await transaction.asavepoint_commit(second)
    assert await values(database) == [0, 3]


async def test_decorated_coroutine_function(database: Database) -> None:
    @atomic
    async def good() -> str:
        await add(database, 2)
        return "done"

    @atomic(savepoint=False)
    async def bad() -> None:
        await add(database, 3)
        raise KeyError

    assert await good() == "done"
    with pytest.raises(KeyError):
        await bad()
    assert await values(database) == [0, 0]


async def test_generators_cannot_be_decorated() -> None:
    def generator() -> Any:
        yield

    with pytest.raises(TypeError, match="generator"):
        atomic(generator)


async def test_one_atomic_entered_many_times(database: Database) -> None:
    block = atomic()

    async def work(identifier: int) -> None:
        async with block:
            await add(database, identifier)
            async with block:
                await asyncio.sleep(0)

    await asyncio.gather(*(work(identifier) for identifier in range(2, 8)))
    assert len(await values(database)) == 7


async def test_statements_seen(database: Database) -> None:
    with capture_queries() as queries:
        async with atomic():
            await database.fetch("SELECT 1")
            async with atomic():
                await database.fetch("SELECT 2")
        async with atomic():
            pass
        await database.fetch("SELECT 3")
    begin = "BEGIN IMMEDIATE" if database.vendor == "sqlite" else "BEGIN"
    assert [query["sql"] for query in queries] == [
        begin,
        "SELECT 1",
        "SAVEPOINT s1",
        "SELECT 2",
        "RELEASE SAVEPOINT s1",
        "COMMIT",
        "SELECT 3",
    ]


async def test_locks_need_a_transaction(database: Database) -> None:
    text = "select_for_update cannot be used outside of a transaction."
    with pytest.raises(TransactionManagementError, match=text):
        await database.fetch("SELECT 1", locking=True)
    with pytest.raises(TransactionManagementError, match=text):
        async with database.lease(locking=True):
            pass
    with pytest.raises(TransactionManagementError, match=text):
        database.stream("SELECT 1", locking=True)
    async with atomic():
        assert [tuple(row) for row in await database.fetch("SELECT 1", locking=True)] == [(1,)]


async def test_thirty_read_modify_writes(database: Database) -> None:
    lock = "" if database.vendor == "sqlite" else " FOR UPDATE"

    async def increment() -> None:
        async with atomic():
            rows = await database.fetch(f"SELECT value FROM counter WHERE id = 1{lock}", locking=True)
            await asyncio.sleep(0)
            await database.execute(spelled(database, "UPDATE counter SET value = ? WHERE id = 1"), (rows[0][0] + 1,))

    await asyncio.gather(*(increment() for _ in range(30)))
    assert await values(database) == [30]


@pytest.mark.parametrize("place", ["sqlite_url", "memory", "postgres_url"])
async def test_read_only(place: str, request: pytest.FixtureRequest) -> None:
    url = "sqlite://" if place == "memory" else request.getfixturevalue(place)
    async with open_database(url) as database:
        await make_counter(database)
        for first in (values, lambda _: transaction.asavepoint(), lambda database: add(database, 3)):
            with pytest.raises(DatabaseError) as caught:  # noqa: PT012
                async with atomic(read_only=True) as block:
                    await first(database)
                    async with atomic():
                        await add(database, 2)
            assert (caught.value.sqlstate, block.outcome) == ("25006", "rolled_back")
            assert await values(database) == [0]
        async with atomic(read_only=True) as block:
            assert await values(database) == [0]
        assert block.outcome == "committed"
        async with atomic():
            await add(database, 2)
        await add(database, 3)
        assert await values(database) == [0, 0, 0]


async def test_read_only_in_memory_among_writers() -> None:
    async with open_database("sqlite://") as database:
        await make_counter(database)

        async def read() -> None:
            with pytest.raises(OperationalError):  # noqa: PT012
                async with atomic(read_only=True):
                    await values(database)
                    await asyncio.sleep(0)
                    await database.execute("UPDATE counter SET value = -1")

        async def write(identifier: int) -> None:
            async with atomic():
                await add(database, identifier)

        await asyncio.gather(*(each for n in range(2, 22) for each in (read(), write(n), database.execute("SELECT 1"))))
        assert await values(database) == [0] * 21


async def test_read_only_in_memory_survives_what_cannot_be_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_database("sqlite://") as database:
        await make_counter(database)
        monkeypatch.setattr(database.home().writer._upkeep, "reset", ("nonsense",))
        async with atomic(read_only=True):
            await values(database)
        await add(database, 2)
        assert await values(database) == [0, 0]


async def test_options_belong_to_the_outermost_block(database: Database) -> None:
    with pytest.raises(ValueError, match="isolation level"):
        atomic(isolation="best")
    async with atomic(isolation="serializable"):
        with pytest.raises(TransactionManagementError, match="outermost"):
            async with atomic(isolation="serializable"):
                pass


async def test_isolation_does_not_leak(postgres_url: str) -> None:
    async with open_database(postgres_url, max_size=1) as database:
        for _ in range(3):
            async with atomic(isolation="repeatable read"):
                assert (await database.fetch("SHOW transaction_isolation"))[0][0] == "repeatable read"
            async with atomic():
                assert (await database.fetch("SHOW transaction_isolation"))[0][0] == "read committed"


async def test_isolation_on_a_database_that_has_one_level(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as database, atomic(isolation="read committed", deferrable=True):
        assert (await database.fetch("SELECT 1"))[0][0] == 1


async def test_committed_by_hand_inside(database: Database) -> None:
    with pytest.raises(TransactionManagementError, match="ended inside its atomic block"):  # noqa: PT012
        async with atomic():
            await add(database, 2)
            await database.execute("COMMIT")


async def test_a_failed_statement_that_was_caught(database: Database) -> None:
    async with atomic() as block:
        await add(database, 2)
        with pytest.raises(IntegrityError):
            await add(database, 2)
    # PostgreSQL has given the transaction up and answers COMMIT by ROLLBACK, as in Django without an exception.
    assert block.outcome == ("committed" if database.vendor == "sqlite" else "rolled_back")
    assert await values(database) == ([0, 0] if database.vendor == "sqlite" else [0])


async def test_deferred_constraint_fails_at_commit(database: Database) -> None:
    await database.execute(
        "CREATE TABLE child (id integer PRIMARY KEY, "
        "parent integer REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(IntegrityError):
        async with atomic() as block:
            await database.execute("INSERT INTO child VALUES (1, 99)")
    assert block.outcome == "rolled_back"
    assert await database.fetch("SELECT * FROM child") == []
    await add(database, 2)
    assert await values(database) == [0, 0]


async def test_plain_with_is_refused_in_a_loop(database: Database) -> None:
    with pytest.raises(SyncInAsyncContext, match="async with atomic"), atomic():
        pass
    assert not database.in_atomic_block


async def test_detached(database: Database) -> None:
    with contextlib.suppress(KeyError):
        async with atomic(read_only=True):
            await values(database)
            async with detached():
                assert not database.in_atomic_block
                await add(database, 2)
            assert database.in_atomic_block
            raise KeyError
    assert await values(database) == [0, 0]


async def test_detached_on_a_full_pool(database_url: str) -> None:
    async with open_database(database_url, max_size=1) as database, atomic():
        await database.fetch("SELECT 1")
        async with detached():
            with pytest.raises(WouldDeadlock, match=r"pool is full"):
                await database.execute("SELECT 1")
        assert database.in_atomic_block


async def test_retry_repeats_the_decorated_function(database: Database) -> None:
    calls = []

    @atomic(retry=2)
    async def work() -> str:
        calls.append(1)
        await add(database, 1 + len(calls))
        if len(calls) < 3:
            raise OperationalError("again", retryable=True)
        return "done"

    assert await work() == "done"
    assert len(calls) == 3
    assert len(await values(database)) == 2


async def test_retry_is_not_for_nested_blocks(database: Database) -> None:
    calls = []

    @atomic(retry=2)
    async def work() -> None:
        calls.append(1)
        raise OperationalError("again", retryable=True)

    with pytest.raises(OperationalError):
        async with atomic():
            await work()
    assert len(calls) == 1


async def test_manual_transactions(database: Database) -> None:
    assert transaction.get_autocommit()
    await transaction.aset_autocommit(False)
    try:
        assert not transaction.get_autocommit()
        assert not database.in_atomic_block
        await add(database, 2)
        await transaction.arollback()
        await add(database, 3, 3)
        await transaction.acommit()
        with pytest.raises(TransactionManagementError, match="manual transaction management"):
            transaction.on_commit(lambda: None)
        async with atomic():
            await add(database, 4, 4)
            with pytest.raises(TransactionManagementError, match="forbidden when an 'atomic' block is active"):
                await transaction.acommit()
        await transaction.acommit()
    finally:
        await transaction.aset_autocommit(True)
    assert transaction.get_autocommit()
    assert await values(database) == [0, 3, 4]


async def test_commit_without_manual_transaction_does_nothing(database: Database) -> None:
    await transaction.acommit()
    await transaction.arollback()
    transaction.clean_savepoints()
    assert transaction.get_connection() is database
