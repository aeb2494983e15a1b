"""Leaving a block from sync code: the same coroutine, run where the transaction lives, and never given up half-way."""

from __future__ import annotations

from inspect import CORO_CREATED, getcoroutinestate
from typing import TYPE_CHECKING, Any

import anyio.from_thread

from aorm.bridge import run_sync
from aorm.calls import run_from_worker

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from aorm.database.scope import Scope
    from aorm.database.transaction import Block, Callback

__all__ = ["run_to_the_end"]


def run_to_the_end(scope: Scope, block: Block, *, failed: bool) -> list[Callback]:
    """Run the I/O half of leaving; without a hop to the loop where nothing has to be sent."""
    leaving = scope.leave(block, failed=failed)
    try:
        return _run(leaving, must_send=scope.must_send(block))
    finally:
        if getcoroutinestate(leaving) == CORO_CREATED:  # interrupted before it began
            leaving.close()
            scope.abandon(block)


def _run(leaving: Coroutine[Any, Any, list[Callback]], *, must_send: bool) -> list[Callback]:
    if not must_send:
        try:
            leaving.send(None)
        except StopIteration as stop:
            callbacks: list[Callback] = stop.value
            return callbacks
        raise AssertionError("leaving a block that sent nothing had to wait")
    try:
        anyio.from_thread.check_cancelled()
    except RuntimeError:
        return run_sync(leaving)
    except BaseException:
        return run_from_worker(leaving)
    return run_from_worker(leaving)
