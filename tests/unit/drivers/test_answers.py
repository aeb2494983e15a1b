"""The future that wakes its waiter at once: what tasks, cancellation and contexts expect of futures holds for it."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from aorm.drivers.answers import PromptFuture

place: ContextVar[str] = ContextVar("place", default="outside")


def later(future: PromptFuture[int], *, error: Exception | None = None) -> None:
    """Answer from another thread, by a call in the loop."""
    loop = future.get_loop()
    answer = future.set_result if error is None else future.set_exception
    threading.Thread(target=loop.call_soon_threadsafe, args=(answer, 7 if error is None else error)).start()


def new_future() -> PromptFuture[int]:
    """Make a future of the running loop."""
    return PromptFuture(asyncio.get_running_loop())


async def test_result() -> None:
    """The waiter gets the result; a future that has one already does not suspend."""
    future = new_future()
    later(future)
    assert await future == 7
    future = new_future()
    future.set_result(8)
    assert future.done()
    assert await future == 8


async def test_error() -> None:
    """The waiter gets the error itself."""
    future, error = new_future(), ValueError("no")
    later(future, error=error)
    with pytest.raises(ValueError, match="no") as caught:
        await future
    assert caught.value is error


async def test_the_waiter_goes_on_at_once() -> None:
    """No turn of the loop lies between the result and the waiter."""
    future = new_future()
    order: list[str] = []

    async def wait() -> None:
        await future
        order.append("waiter")

    def answer() -> None:
        future.set_result(1)
        order.append("answered")

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(answer)
    await task
    assert order == ["waiter", "answered"]


async def test_cancellation() -> None:
    """A cancelled waiter is told in the next turn, once, with its message; the answer is too late then."""
    future = new_future()
    messages: list[object] = []

    async def wait() -> None:
        try:
            await future
        except asyncio.CancelledError as error:
            messages.append(error.args)
            raise

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    assert task.cancel("enough")
    assert future.done()
    assert not future.cancel()
    assert not task.done()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert messages == [("enough",)]


async def test_cancelled_after_the_answer() -> None:
    """Whose result is there cannot be cancelled away from it."""
    future = new_future()
    future.set_result(3)
    assert not future.cancel()
    assert await future == 3


async def test_context_of_the_waiter() -> None:
    """The waiter goes on in its own context, and in its own task."""

    async def wait(name: str, future: PromptFuture[int]) -> str:
        place.set(name)
        await future
        assert asyncio.current_task() is tasks[name]
        return place.get()

    futures = {name: new_future() for name in ("one", "two")}
    tasks = {name: asyncio.create_task(wait(name, future)) for name, future in futures.items()}
    await asyncio.sleep(0)
    for future in futures.values():
        later(future)
    assert await asyncio.gather(*tasks.values()) == ["one", "two"]
    assert place.get() == "outside"
