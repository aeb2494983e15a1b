"""`aorm.bridge`: sync twins, wherever they are called."""

from __future__ import annotations

import asyncio
import inspect
import pickle
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

import anyio.to_thread
import pytest

from aorm import bridge
from aorm.bridge import run_blocking, run_in_thread, run_sync, serves_sync_caller, sync_iterator, sync_twin
from aorm.calls import run_on
from aorm.exceptions import InterfaceError, SynchronousOnlyOperation, SyncInAsyncContext
from aorm.portal import get_portal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

colour: ContextVar[str] = ContextVar("colour", default="none")


class Shelf:
    """A class with twins, as querysets have them."""

    def __init__(self, size: int = 3) -> None:
        self.size = size
        self.is_closed = False

    async def acount(self, *, minimum: int = 0) -> int:
        """Count the books."""
        await asyncio.sleep(0)
        return max(self.size, minimum)

    count = sync_twin(acount)

    async def afail(self) -> None:
        raise LookupError("no such book")

    fail = sync_twin(afail)

    async def awhere(self) -> tuple[str, str]:
        return threading.current_thread().name, colour.get()

    where = sync_twin(awhere)

    async def abooks(self) -> AsyncIterator[int]:
        try:
            for number in range(self.size):
                await asyncio.sleep(0)
                yield number
        finally:
            self.is_closed = True

    books = sync_iterator(abooks)


class LargeShelf(Shelf):
    async def acount(self, *, minimum: int = 0) -> int:
        return 10 * await super().acount(minimum=minimum)


async def aadd(left: int, right: int = 1) -> int:
    """Add two numbers."""
    return left + right


add = sync_twin(aadd)


class TestCalls:
    def test_value_arguments_and_errors(self) -> None:
        assert Shelf().count() == 3
        assert Shelf().count(minimum=5) == 5
        with pytest.raises(LookupError, match="no such book"):
            Shelf().fail()

    def test_overriding_the_coroutine_changes_the_twin(self) -> None:
        assert LargeShelf().count(minimum=4) == 40

    def test_function_twin(self) -> None:
        assert add(1, right=2) == 3

    def test_run_blocking_and_run_sync(self) -> None:
        assert run_blocking(aadd, 1, 2) == 3
        assert run_sync(aadd(3)) == 4

    def test_plain_code_shares_one_portal_thread(self) -> None:
        names = {Shelf().where()[0]}
        thread = threading.Thread(target=lambda: names.add(Shelf().where()[0]))
        thread.start()
        thread.join()
        assert names == {"aorm-portal"}
        assert get_portal().thread.daemon

    def test_context_travels_along_and_nothing_comes_back(self) -> None:
        async def change() -> str:
            before = colour.get()
            colour.set("changed")
            return before

        token = colour.set("blue")
        try:
            assert Shelf().where()[1] == "blue"
            assert run_sync(change()) == "blue"
            assert colour.get() == "blue"
        finally:
            colour.reset(token)

    def test_many_threads(self) -> None:
        results: list[int] = []

        def work() -> None:
            results.extend(Shelf(size).count() for size in range(100))

        threads = [threading.Thread(target=work) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(results) == sorted(list(range(100)) * 50)

    def test_exceptions_of_every_kind_reach_the_caller(self) -> None:
        async def leave() -> None:
            raise SystemExit(3)

        async def cancelled() -> None:
            raise asyncio.CancelledError("by itself")

        with pytest.raises(SystemExit):
            run_sync(leave())
        with pytest.raises(asyncio.CancelledError, match="by itself"):
            run_sync(cancelled())
        assert Shelf().count() == 3, "the portal goes on"


class TestFace:
    def test_name_place_and_documentation(self) -> None:
        assert Shelf.count.__name__ == "count"
        assert Shelf.count.__qualname__ == "Shelf.count"
        assert Shelf.count.__doc__ is not None
        assert Shelf.count.__doc__.startswith("Sync twin of `acount`")
        assert "Count the books." in Shelf.count.__doc__
        assert Shelf.count.__wrapped__ is Shelf.acount  # type: ignore[attr-defined]
        assert str(inspect.signature(Shelf.count)) == "(self, *, minimum: 'int' = 0) -> 'int'"
        assert not inspect.iscoroutinefunction(Shelf.count)
        assert (add.__name__, add.__module__) == ("add", __name__)
        assert bridge.twin_kind(Shelf.count) == ("acount", False)
        assert bridge.twin_kind(Shelf.books) == ("abooks", True)
        assert bridge.twin_kind(Shelf.acount) is None

    @pytest.mark.parametrize("name", ["get", "a", "_load", ""])
    def test_only_coroutine_names_have_twins(self, name: str) -> None:
        with pytest.raises(ValueError, match="no name for a coroutine with a twin"):
            bridge.sync_name(name)

    def test_names_go_both_ways(self) -> None:
        for name in ("aget", "_aload", "aall"):
            assert bridge.coroutine_name(bridge.sync_name(name)) == name


class TestInRunningLoop:
    async def test_refusal_names_the_coroutine(self) -> None:
        with pytest.raises(SyncInAsyncContext) as caught:
            LargeShelf().count()
        assert str(caught.value) == (
            "LargeShelf.count() cannot be called from async code in a running event loop: await LargeShelf.acount() "
            "instead, or call count() in a worker thread."
        )
        assert isinstance(caught.value, SynchronousOnlyOperation)
        assert isinstance(caught.value, InterfaceError)

    async def test_functions_and_coroutines_are_refused_too(self) -> None:
        with pytest.raises(SyncInAsyncContext, match=r"^add\(\) cannot .* await aadd\(\) instead"):
            add(1)
        with pytest.raises(SyncInAsyncContext, match=r"^aadd is a coroutine function"):
            run_blocking(aadd, 1)
        with pytest.raises(SyncInAsyncContext, match="await the coroutine instead"):
            run_sync(aadd(1))

    async def test_iteration_is_refused(self) -> None:
        iterator = Shelf().books()
        with pytest.raises(SyncInAsyncContext, match=r"use `async for` over Shelf.abooks\(\) instead"):
            next(iterator)

    async def test_anyio_worker_thread_comes_back_to_this_loop(self) -> None:
        here = threading.current_thread().name
        colour.set("green")
        assert await anyio.to_thread.run_sync(Shelf().where) == (here, "green")

    async def test_other_threads_go_to_the_portal_unless_a_loop_is_bound(self) -> None:
        here = threading.current_thread().name
        assert (await asyncio.to_thread(Shelf().where))[0] == "aorm-portal"
        token = bridge.home_loop.set(asyncio.get_running_loop())
        assert (await asyncio.to_thread(Shelf().where))[0] == here
        bridge.home_loop.reset(token)

    async def test_bound_loop_that_ended_is_passed_over(self) -> None:
        loop = asyncio.new_event_loop()
        loop.close()
        bridge.home_loop.set(loop)
        assert (await asyncio.to_thread(Shelf().where))[0] == "aorm-portal"

    async def test_cancelled_worker_thread_raises_and_does_not_start_another_call(self) -> None:
        started = threading.Event()
        seen: list[str] = []

        async def endless() -> None:
            started.set()
            await asyncio.sleep(60)

        def work() -> None:
            try:
                run_blocking(endless)
            except asyncio.CancelledError:
                seen.append("first")
            try:
                Shelf().count()
            except asyncio.CancelledError:
                seen.append("second")
                raise

        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, work)
            await asyncio.to_thread(started.wait)
            group.cancel_scope.cancel()
        assert seen == ["first", "second"]


class TestIterator:
    def test_items_in_order_and_source_closed(self) -> None:
        shelf = Shelf(1000)
        assert list(shelf.books()) == list(range(1000))
        assert shelf.is_closed

    def test_close_ends_the_source(self) -> None:
        shelf = Shelf(1000)
        iterator = shelf.books()
        assert next(iterator) == 0
        iterator.close()  # type: ignore[attr-defined]
        assert shelf.is_closed
        assert list(iterator) == []

    def test_dropping_ends_the_source(self) -> None:
        shelf = Shelf(1000)
        for number in shelf.books():
            if number == 2:
                break
        run_blocking(asyncio.sleep, 0.01)
        assert shelf.is_closed

    def test_error_comes_after_the_items_before_it(self) -> None:
        class Broken(Shelf):
            async def abooks(self) -> AsyncIterator[int]:
                for number in range(5):
                    yield number
                raise LookupError("row 5")

        books = Broken().books()
        assert [next(books) for _ in range(5)] == [0, 1, 2, 3, 4]
        with pytest.raises(LookupError, match="row 5"):
            next(books)


class TestRunInThread:
    async def test_worker_thread_with_context_and_way_back(self) -> None:
        here = threading.current_thread().name
        colour.set("red")

        def work(suffix: str) -> tuple[str, str, str]:
            back, seen = Shelf().where()
            return threading.current_thread().name, back, seen + suffix

        thread, back, seen = await run_in_thread(work, "!")
        assert thread.startswith("aorm-sync")
        assert (back, seen) == (here, "red!")

    def test_thread_of_the_sync_caller_is_used(self) -> None:
        async def asave() -> tuple[int, bool]:
            return await run_in_thread(threading.get_ident), serves_sync_caller()

        assert run_sync(asave()) == (threading.get_ident(), True)

    async def test_no_sync_caller(self) -> None:
        assert not serves_sync_caller()
        assert await run_in_thread(threading.get_ident) != threading.get_ident()

    def test_children_find_another_thread_while_the_caller_is_busy(self) -> None:
        meeting = threading.Barrier(2, timeout=5)

        async def parent() -> int:
            indices = await asyncio.gather(run_in_thread(meeting.wait), run_in_thread(meeting.wait))
            return sum(indices)

        assert run_sync(parent()) == 1

    @pytest.mark.parametrize("error", [LookupError("x"), StopIteration(), asyncio.CancelledError("y")])
    async def test_errors(self, error: BaseException) -> None:
        def fail() -> None:
            raise error

        expected = RuntimeError if isinstance(error, StopIteration) else type(error)
        with pytest.raises(expected):
            await run_in_thread(fail)

    @pytest.mark.parametrize("manner", ["task", "scope"])
    async def test_cancellation_cancels_what_the_function_waits_for(self, manner: str) -> None:
        seen: list[str] = []
        started = asyncio.Event()

        async def endless() -> None:
            started.set()
            try:
                await asyncio.sleep(60)
            finally:
                seen.append("cleaned up")

        def save() -> None:
            try:
                run_blocking(endless)
            except asyncio.CancelledError:
                seen.append("unwound")
            run_blocking(aadd, 1)
            seen.append("not reached")

        if manner == "task":
            task = asyncio.ensure_future(run_in_thread(save))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(run_in_thread, save)
                    await started.wait()
                    scope.cancel()
        assert seen == ["cleaned up", "unwound"]


class TestDepth:
    @pytest.mark.timeout(10)
    def test_sync_async_chain_from_plain_code(self) -> None:
        async def acall(depth: int) -> list[str]:
            return await run_in_thread(call, depth)

        def call(depth: int) -> list[str]:
            name = threading.current_thread().name
            return [name] if depth == 0 else [name, *run_blocking(acall, depth - 1)]

        names = call(5)
        assert names == [threading.current_thread().name] * 6

    @pytest.mark.timeout(10)
    async def test_sync_async_chain_from_a_loop(self) -> None:
        async def acall(depth: int) -> list[str]:
            return [threading.current_thread().name, *await run_in_thread(call, depth)]

        def call(depth: int) -> list[str]:
            return run_blocking(acall, depth - 1) if depth else []

        assert await acall(5) == [threading.current_thread().name] * 6

    @pytest.mark.timeout(10)
    async def test_chain_through_anyio_and_to_thread(self) -> None:
        async def acall(depth: int) -> int:
            if depth % 2:
                return await asyncio.to_thread(call, depth)
            return await anyio.to_thread.run_sync(call, depth)

        def call(depth: int) -> int:
            return 1 + run_blocking(acall, depth - 1) if depth else 0

        assert await acall(6) == 6


class TestLoopThatEnds:
    @pytest.mark.timeout(20)
    async def test_call_that_never_begins_ends_with_its_loop(self) -> None:
        loop = asyncio.new_event_loop()
        call = asyncio.get_running_loop().run_in_executor(None, run_on, loop, aadd(1))
        await asyncio.sleep(0.05)
        loop.close()
        with pytest.raises(asyncio.CancelledError, match="the event loop ended"):
            await call

    @pytest.mark.timeout(20)
    def test_call_under_way_is_cancelled_with_its_loop(self) -> None:
        started = threading.Event()
        outcome: list[BaseException] = []

        async def endless() -> None:
            started.set()
            await asyncio.sleep(60)

        def work(loop: asyncio.AbstractEventLoop) -> None:
            try:
                run_on(loop, endless())
            except asyncio.CancelledError as error:
                outcome.append(error)

        async def main() -> None:
            asyncio.get_running_loop().run_in_executor(None, work, asyncio.get_running_loop())
            await asyncio.to_thread(started.wait)

        asyncio.run(main())
        assert len(outcome) == 1


def test_pickle() -> None:
    assert pickle.loads(pickle.dumps(Shelf.count)) is Shelf.count
    assert pickle.loads(pickle.dumps(Shelf(7).count))() == 7
