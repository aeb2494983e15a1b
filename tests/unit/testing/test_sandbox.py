"""A rolled-back block around a test: what it lets through, what it keeps, what it checks at its end."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import pytest

import aorm
from aorm.testing import capture_on_commit_callbacks, capture_queries, rolled_back
from aorm.testing.sandbox import RolledBack
from tests.support.faces import Face, for_each_face
from tests.unit.testing.models import Shelf, Tome

pytestmark = pytest.mark.usefixtures("tables")


@asynccontextmanager
async def sandboxed(face: Face) -> AsyncIterator[RolledBack]:
    """Enter `rolled_back()` as each face does."""
    if face.is_async:
        async with rolled_back() as sandbox:
            yield sandbox
    else:
        with rolled_back() as sandbox:
            yield sandbox


@asynccontextmanager
async def capturing(face: Face, **options: Any) -> AsyncIterator[list[Any]]:
    """Enter `capture_on_commit_callbacks()` as each face does."""
    if face.is_async:
        async with capture_on_commit_callbacks(**options) as callbacks:
            yield callbacks
    else:
        with capture_on_commit_callbacks(**options) as callbacks:
            yield callbacks


@for_each_face
async def test_nothing_stays(face: Face) -> None:
    async with sandboxed(face):
        await face.do(Shelf.objects, "create", name="a")
        async with face.atomic():
            await face.do(Shelf.objects, "create", name="b")
        assert await face.do(Shelf.objects, "count") == 2
    assert await face.do(Shelf.objects, "count") == 0


@for_each_face
async def test_an_error_inside_is_rolled_back_to_its_own_block(face: Face) -> None:
    async with sandboxed(face):
        await face.do(Shelf.objects, "create", name="a")
        with pytest.raises(aorm.IntegrityError):
            async with face.atomic():
                await face.do(Shelf.objects, "create", name="a")
        assert await face.do(Shelf.objects, "count") == 1


@for_each_face
async def test_an_error_in_the_test_itself_passes_through(face: Face) -> None:
    with pytest.raises(aorm.models.ObjectDoesNotExist):  # noqa: PT012
        async with sandboxed(face):
            await face.do(Shelf.objects, "create", name="a")
            await face.do(Shelf.objects, "get", name="b")
    assert await face.do(Shelf.objects, "count") == 0


@for_each_face
async def test_blocks_inside_may_be_what_only_outermost_ones_may(face: Face) -> None:
    async with sandboxed(face):
        async with face.atomic(durable=True):
            await face.do(Shelf.objects, "create", name="a")
            with pytest.raises(RuntimeError, match="durable"):
                async with face.atomic(durable=True):
                    pass
        async with face.atomic(isolation="serializable"):
            await face.do(Shelf.objects, "create", name="b")
        assert await face.do(Shelf.objects.select_for_update(), "get", name="a") is not None
    assert await face.do(Shelf.objects, "count") == 0


@for_each_face
async def test_deferred_constraints_are_checked_at_the_end(face: Face) -> None:
    with pytest.raises(aorm.IntegrityError):
        async with sandboxed(face):
            await face.do(Tome.objects, "create", shelf_id=404)
    assert await face.do(Tome.objects, "count") == 0
    async with sandboxed(face):
        await face.do(Tome.objects, "create", pk=1, shelf_id=5)
        await face.do(Shelf.objects, "create", pk=5, name="late")


@for_each_face
async def test_a_broken_transaction_is_not_checked_again(face: Face) -> None:
    async with sandboxed(face):
        await face.do(Shelf.objects, "create", name="a")
        with pytest.raises(aorm.IntegrityError):
            await face.do(Shelf.objects, "create", name="a")
        with pytest.raises(aorm.transaction.TransactionManagementError):
            await face.do(Shelf.objects, "count")


@for_each_face
async def test_begin_is_not_among_the_statements_of_the_test(face: Face) -> None:
    async with sandboxed(face):
        with capture_queries() as queries:
            await face.do(Shelf.objects, "count")
        assert len(queries) == 1


async def test_tasks_of_the_test_are_in_it() -> None:
    async with rolled_back():
        await asyncio.gather(*(Shelf.objects.acreate(name=str(number)) for number in range(5)))
        assert await Shelf.objects.acount() == 5
        assert await asyncio.to_thread(Shelf.objects.count) == 5
    assert await Shelf.objects.acount() == 0
    await aorm.aclose_all()


async def test_other_tasks_are_let_in() -> None:
    outside = contextvars.copy_context()

    async def count_in(sandbox: RolledBack) -> int:
        with sandbox.allow():
            return await Shelf.objects.acount()

    async with rolled_back() as sandbox:
        await Shelf.objects.acreate(name="a")
        stranger = asyncio.create_task(count_in(sandbox), context=outside)
        assert await stranger == 1
    await aorm.aclose_all()


def test_other_threads_are_let_in() -> None:
    def count() -> int:
        with sandbox.allow():
            return Shelf.objects.count()

    with ThreadPoolExecutor(1) as threads, rolled_back() as sandbox:
        Shelf.objects.create(name="a")
        assert threads.submit(count).result() == 1
        assert threads.submit(Shelf.objects.count).result() == 0


@for_each_face
async def test_callbacks_are_captured(face: Face) -> None:
    ran: list[str] = []
    async with sandboxed(face):
        aorm.on_commit(lambda: ran.append("before"))
        async with capturing(face) as callbacks:
            aorm.on_commit(lambda: ran.append("kept"))
            async with face.atomic():
                aorm.on_commit(lambda: ran.append("undone"))
                await face.do(Shelf.objects, "count")
                aorm.transaction.set_rollback(True)
            assert callbacks == []
        assert len(callbacks) == 1
        assert ran == []
        callbacks[0]()
    assert ran == ["kept"]


@for_each_face
async def test_callbacks_are_run_if_asked(face: Face) -> None:
    ran: list[str] = []

    async def second() -> None:
        ran.append("second")
        aorm.on_commit(lambda: ran.append("third"))

    async with sandboxed(face):
        async with capturing(face, execute=True) as callbacks:
            aorm.on_commit(lambda: ran.append("first"))
            aorm.on_commit(second)
        assert ran == ["first", "second", "third"]
        assert len(callbacks) == 3


@for_each_face
async def test_robust_callbacks_do_not_stop_the_others(face: Face, caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    ran: list[str] = []
    async with sandboxed(face):
        async with capturing(face, execute=True):
            aorm.on_commit(fail, robust=True)
            aorm.on_commit(lambda: ran.append("after"))
        assert ran == ["after"]
        with pytest.raises(ZeroDivisionError):
            async with capturing(face, execute=True):
                aorm.on_commit(fail)
    assert "on_commit" in caplog.text


def test_capturing_needs_a_transaction() -> None:
    with (
        pytest.raises(aorm.transaction.TransactionManagementError, match="rolled_back"),
        capture_on_commit_callbacks(),
    ):
        pass


def test_the_block_that_cannot_be_opened_leaves_nothing_open() -> None:
    with pytest.raises(aorm.exceptions.ConnectionDoesNotExist), rolled_back("default", "nowhere"):
        pass
    assert not aorm.connections["default"].in_atomic_block
