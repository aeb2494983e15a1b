"""Recognise a sync `atomic()` whose block would outlive the worker-thread call that it is entered in.

Frameworks run a `def` generator dependency in a worker thread: one call up to its `yield`, another after it, each in a
copy of the request's context. What the first call binds is gone when it returns, and the endpoint would write outside
of the transaction, unnoticed. So the block is refused where it is entered.
"""

from __future__ import annotations

import sys
from inspect import CO_GENERATOR
from typing import TYPE_CHECKING

from aorm.exceptions import TransactionManagementError

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["refuse_lost_block"]

# What stands below the generator when nothing but the framework entered it.
_MACHINERY = ("anyio", "concurrent", "threading", "asyncio", "contextlib", "asgiref", "starlette", "aorm")
_WORKERS = ("anyio", "concurrent")


def refuse_lost_block() -> None:
    """Raise if every frame up to the bottom of a worker thread is a generator's, or the framework's."""
    frame: FrameType | None = sys._getframe(2)
    saw_generator = False
    bottom = ""
    while frame is not None:
        module = frame.f_globals.get("__name__", "").partition(".")[0]
        if frame.f_code.co_flags & CO_GENERATOR and module not in _MACHINERY:
            saw_generator = True
        elif module in _WORKERS:
            bottom = module
        elif module not in _MACHINERY:
            return
        frame = frame.f_back
    if saw_generator and bottom:
        raise TransactionManagementError(
            "`with atomic()` is entered by a generator in a worker thread, as a FastAPI `def` dependency with `yield` "
            "is: the transaction would not reach the code that runs after `yield`, and that would commit each "
            "statement by itself. Make the dependency `async def` and write `async with atomic()`."
        )
