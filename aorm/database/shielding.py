"""Waiting for something that must come to its end, whatever cancels the one who waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from anyio import CancelScope

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["complete"]


async def complete(
    future: asyncio.Future[Any], timeout: float | None, grace: float
) -> tuple[bool, asyncio.CancelledError | None]:
    """Wait for `future` up to `timeout`; after a cancellation only `grace` longer, but that long for certain.

    Returns whether it is done, and the first cancellation that was held back: the caller must raise it again when its
    state is in order. Neither repeated `cancel()` nor anyio's level cancellation ends the wait. The future is never
    cancelled here.
    """
    if future.done():
        return True, None
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()
    wake = _waker(waiter)
    future.add_done_callback(wake)
    timer = None if timeout is None else loop.call_later(timeout, wake, None)
    try:
        await waiter
    except asyncio.CancelledError as error:
        cancelled = error
    else:
        return future.done(), None
    finally:
        if timer is not None:
            timer.cancel()
        future.remove_done_callback(wake)
    return await _insist(future, loop.time() + grace), cancelled


async def _insist(future: asyncio.Future[Any], deadline: float) -> bool:
    loop = asyncio.get_running_loop()
    # The shield holds back anyio's scopes, which would cancel every await again; `except` holds back the rest.
    with CancelScope(shield=True):
        while not future.done():
            remaining = deadline - loop.time()
            if remaining <= 0:
                return False
            waiter: asyncio.Future[None] = loop.create_future()
            wake = _waker(waiter)
            future.add_done_callback(wake)
            timer = loop.call_later(remaining, wake, None)
            try:
                await waiter
            except asyncio.CancelledError:
                continue
            finally:
                timer.cancel()
                future.remove_done_callback(wake)
    return True


def _waker(waiter: asyncio.Future[None]) -> Callable[[Any], None]:
    def wake(_: object) -> None:
        if not waiter.done():
            waiter.set_result(None)

    return wake
