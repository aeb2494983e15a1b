"""Running what `on_commit` registered, in order, after COMMIT."""

from __future__ import annotations

import asyncio
import inspect
import logging
from asyncio import _get_running_loop
from typing import TYPE_CHECKING, Any

from aorm.bridge import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aorm.database.transaction import Callback

__all__ = ["call_now", "call_now_async", "run_callbacks", "run_callbacks_sync"]

logger = logging.getLogger("aorm.database")

_running: set[asyncio.Task[None]] = set()


async def run_callbacks(callbacks: Sequence[Callback]) -> None:
    """Run callbacks of the async face: plain ones are called in the loop, coroutines are awaited.

    An error of one that is not robust ends the row and is raised, as in Django. A cancellation ends the callback that
    it meets; those after it run in a task of their own.
    """
    for index, callback in enumerate(callbacks):
        try:
            await call_now_async(callback.function, robust=callback.is_robust)
        except asyncio.CancelledError:
            rest = callbacks[index + 1 :]
            if rest:
                start_in_background(run_callbacks(rest))
            raise


def run_callbacks_sync(callbacks: Sequence[Callback]) -> None:
    """Run callbacks of the sync face in the caller's thread; coroutines are run to their end."""
    for callback in callbacks:
        call_now(callback.function, robust=callback.is_robust)


async def call_now_async(function: Callable[[], Any], *, robust: bool) -> None:
    """Call a callback and await what it gives, if that can be awaited."""
    try:
        result = function()
        if inspect.isawaitable(result):
            await result
    except Exception as error:
        if not robust:
            raise
        _log(function, error)


def call_now(function: Callable[[], Any], *, robust: bool) -> None:
    """Call a callback from sync code. In a running loop, what it gives to be awaited runs in a task of its own."""
    try:
        result = function()
        if inspect.isawaitable(result):
            if _get_running_loop() is None:
                run_sync(result)
            else:
                start_in_background(_await(result))
    except Exception as error:
        if not robust:
            raise
        _log(function, error)


def start_in_background(coroutine: Any) -> None:
    """Run a coroutine in a task that nobody waits for; its error is logged."""
    task = asyncio.get_running_loop().create_task(coroutine)
    _running.add(task)
    task.add_done_callback(_ended)


async def _await(awaitable: Any) -> None:
    await awaitable


def _ended(task: asyncio.Task[None]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("Error in an on_commit() callback that ran by itself (%s).", error, exc_info=error)


def _log(function: Callable[[], Any], error: Exception) -> None:
    name = getattr(function, "__qualname__", function)
    logger.error("Error calling %s in on_commit() (%s).", name, error, exc_info=error)
