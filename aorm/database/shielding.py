"""Waiting for something that must come to its end, whatever cancels the one who waits."""

from __future__ import annotations

import asyncio
from typing import Any

from aorm.drivers.answers import Answer, GaveUp

__all__ = ["answer_of", "complete"]


async def complete(
    answer: Answer[Any], timeout: float | None, grace: float
) -> tuple[bool, asyncio.CancelledError | None]:
    """Wait for an answer up to `timeout`, or up to `grace` after a cancellation, but that long for certain.

    Returns whether it came, and the cancellation that was held back: the caller must raise it again when its own state
    is in order. The error of an answer is not raised here.
    """
    cancelled: asyncio.CancelledError | None = None
    timer = None
    if not answer.done():
        answer.grace = grace
        if timeout is not None:
            timer = asyncio.get_running_loop().call_later(timeout, answer.give_up)
        try:
            await answer
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            pass
        finally:
            if timer is not None:
                timer.cancel()
    return not isinstance(answer.exception(), GaveUp), cancelled


def answer_of(task: asyncio.Task[Any]) -> Answer[None]:
    """Return an answer that comes when a task ends, however it ends."""
    answer: Answer[None] = Answer()

    def ended(_: object) -> None:
        if not task.cancelled():
            task.exception()  # seen
        answer.settle(None)

    task.add_done_callback(ended)
    return answer
