"""`on_commit`: Django's rules (its `transaction_hooks` tests), for plain functions and coroutines."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

import pytest

from aorm import transaction
from aorm.database.atomic import atomic
from aorm.exceptions import IntegrityError
from tests.support.connections import add, values

if TYPE_CHECKING:
    from collections.abc import Callable

    from aorm.database.database import Database


class Notes(list[object]):
    """What was notified, by functions of either kind."""

    def noting(self, value: object) -> Callable[[], None]:
        def note() -> None:
            self.append(value)

        return note

    def noting_later(self, value: object) -> Callable[[], object]:
        async def note() -> None:
            await asyncio.sleep(0)
            self.append(value)

        return note


@pytest.fixture
def notes() -> Notes:
    return Notes()


async def do(database: Database, notes: Notes, identifier: int, *, later: bool = False) -> None:
    """Insert a row, and have it noted on commit."""
    await add(database, identifier)
    noting = notes.noting_later if later else notes.noting
    transaction.on_commit(noting(identifier))


@pytest.mark.parametrize("later", [False, True])
async def test_executes_only_after_the_final_commit(database: Database, notes: Notes, later: bool) -> None:
    async with atomic():
        await do(database, notes, 2, later=later)
        async with atomic():
            await do(database, notes, 3, later=later)
            assert notes == []
        assert notes == []
    assert notes == [2, 3]


async def test_immediately_outside_a_transaction(database: Database, notes: Notes) -> None:
    transaction.on_commit(notes.noting(1))
    assert notes == [1]
    await transaction.aon_commit(notes.noting_later(2))
    assert notes == [1, 2]
    transaction.on_commit(notes.noting_later(3))
    await asyncio.sleep(0.01)
    assert notes == [1, 2, 3]


async def test_discards_hooks_of_a_rolled_back_savepoint(database: Database, notes: Notes) -> None:
    async with atomic():
        await do(database, notes, 2)
        with contextlib.suppress(KeyError):
            async with atomic():
                await do(database, notes, 3)
                raise KeyError
        async with atomic():
            await do(database, notes, 4)
    assert notes == [2, 4]


async def test_discards_hooks_of_a_manually_rolled_back_savepoint(database: Database, notes: Notes) -> None:
    async with atomic():
        name = transaction.savepoint()
        await do(database, notes, 2)
        await transaction.asavepoint_rollback(name)
    # As in Django: a savepoint set by hand is none of the blocks'.
    assert notes == [2]


async def test_no_hooks_after_a_rollback(database: Database, notes: Notes) -> None:
    with contextlib.suppress(KeyError):
        async with atomic():
            await do(database, notes, 2)
            raise KeyError
    async with atomic():
        await do(database, notes, 3)
    assert notes == [3]


async def test_inner_hooks_run_when_the_outer_block_goes_on(database: Database, notes: Notes) -> None:
    async with atomic():
        with contextlib.suppress(KeyError):
            async with atomic():
                async with atomic():
                    await do(database, notes, 2)
                raise KeyError
        await do(database, notes, 3)
    assert notes == [3]


async def test_no_hooks_when_savepoint_false_fails(database: Database, notes: Notes) -> None:
    async with atomic(), atomic():
        with contextlib.suppress(KeyError):
            async with atomic(savepoint=False):
                await do(database, notes, 2)
                raise KeyError
    assert notes == []


async def test_a_query_in_a_hook(database: Database, notes: Notes) -> None:
    async def look() -> None:
        notes.append(await values(database))

    async with atomic():
        await add(database, 2)
        transaction.on_commit(look)
    assert notes == [[0, 0]]


async def test_a_transaction_in_a_hook(database: Database, notes: Notes) -> None:
    async def work() -> None:
        assert not database.in_atomic_block
        async with atomic():
            await do(database, notes, 3)

    async with atomic():
        transaction.on_commit(work)
        await do(database, notes, 2)
    assert notes == [3, 2]


async def test_a_hook_registered_in_a_hook(database: Database, notes: Notes) -> None:
    async with atomic():
        transaction.on_commit(lambda: transaction.on_commit(notes.noting(1)))
    assert notes == [1]


@pytest.mark.parametrize("later", [False, True])
async def test_an_error_ends_the_row_and_the_commit_stands(database: Database, notes: Notes, later: bool) -> None:
    def fail() -> None:
        raise KeyError("hook")

    async def fail_later() -> None:
        raise KeyError("hook")

    with pytest.raises(KeyError, match="hook"):  # noqa: PT012
        async with atomic() as block:
            await add(database, 2)
            transaction.on_commit(notes.noting(1))
            transaction.on_commit(fail_later if later else fail)
            transaction.on_commit(notes.noting(2))
    assert notes == [1]
    assert block.outcome == "committed"
    assert await values(database) == [0, 0]


@pytest.mark.parametrize("later", [False, True])
async def test_robust_hooks(database: Database, notes: Notes, later: bool, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise KeyError("robust hook")

    async def fail_later() -> None:
        raise KeyError("robust hook")

    failing = fail_later if later else fail
    with caplog.at_level(logging.ERROR, "aorm.database"):
        transaction.on_commit(fail, robust=True)
        async with atomic():
            transaction.on_commit(failing, robust=True)
            transaction.on_commit(notes.noting(1))
    assert notes == [1]
    assert f"Error calling test_robust_hooks.<locals>.{failing.__name__} in on_commit()" in caplog.text
    assert "robust hook" in caplog.text


async def test_wrong_callbacks(database: Database) -> None:
    with pytest.raises(TypeError, match=r"on_commit\(\)'s callback must be a callable."):
        transaction.on_commit("callback")  # type: ignore[arg-type]


async def test_no_hooks_when_commit_fails(database: Database, notes: Notes) -> None:
    await database.execute(
        "CREATE TABLE child (id integer PRIMARY KEY, "
        "parent integer REFERENCES counter (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    with pytest.raises(IntegrityError):  # noqa: PT012
        async with atomic():
            transaction.on_commit(notes.noting(1))
            await database.execute("INSERT INTO child VALUES (1, 99)")
    assert notes == []


async def test_cancelled_in_a_hook_the_others_still_run(database: Database, notes: Notes) -> None:
    async def wait() -> None:
        await asyncio.sleep(60)

    async def work() -> None:
        async with atomic():
            await add(database, 2)
            transaction.on_commit(wait)
            transaction.on_commit(notes.noting_later(1))

    task = asyncio.create_task(work())
    while await values(database) == [0]:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(0.05)
    assert notes == [1]
