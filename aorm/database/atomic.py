"""`atomic()`: binds a transaction to the context of whoever enters it, and has it ended when the block is left.

Entering performs no I/O: BEGIN is sent with the first statement. So both faces enter in the same way, in the caller's
own context, and only the end is a coroutine.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import random
from asyncio import _get_running_loop
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from aorm.bridge import home_loop, run_sync
from aorm.database.binding import bind, bound, current
from aorm.database.callbacks import run_callbacks, run_callbacks_sync
from aorm.database.databases import DEFAULT_DB_ALIAS, databases
from aorm.database.generators import refuse_lost_block
from aorm.database.leaving import run_to_the_end
from aorm.database.management import (
    get_rollback,
    mark_for_rollback_on_error,
    on_commit,
    savepoint,
    savepoint_commit,
    savepoint_rollback,
    set_rollback,
)
from aorm.database.places import calling_place
from aorm.database.scope import Scope
from aorm.database.transaction import DURABLE, Block
from aorm.dialects.base.sessions import DEFAULT_TRANSACTION, TransactionOptions
from aorm.exceptions import Error, SyncInAsyncContext, TransactionManagementError

if TYPE_CHECKING:
    from types import TracebackType

__all__ = [
    "Atomic",
    "atomic",
    "get_rollback",
    "mark_for_rollback_on_error",
    "on_commit",
    "savepoint",
    "savepoint_commit",
    "savepoint_rollback",
    "set_rollback",
]

F = TypeVar("F", bound=Callable[..., Any])

_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 1.0


class Atomic:
    """What `atomic()` gives: an asynchronous and a plain context manager, and a decorator for both kinds of functions.

    It can be entered any number of times, also at once: nothing of a single entry is kept in it but the list of open
    blocks, which finds a block that is left in another context than it was entered in.
    """

    def __init__(
        self,
        using: str | None,
        savepoint: bool,
        durable: bool,
        options: TransactionOptions = DEFAULT_TRANSACTION,
        retry: int = 0,
    ) -> None:
        """Keep what was asked for; see `atomic`."""
        self.using = using
        self.savepoint = savepoint
        self.durable = durable
        self.options = options
        self.retry = retry
        self.allows_durable = False
        """True on a test's own outer block: durable blocks may be nested in it."""
        self._open: list[tuple[Block, Any]] = []

    async def __aenter__(self) -> Block:
        """Enter a block; the block knows its `outcome` afterwards."""
        return self._enter()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave it: unbind first, then commit, release or roll back, then run the callbacks that are due."""
        block = self._unbind()
        if kind is GeneratorExit:
            # The coroutine is being closed, so nothing can be awaited; an asynchronous generator pays the same price.
            self._forget(block)
            block.scope.abandon(block)
            return
        try:
            callbacks = await block.scope.leave(block, failed=error is not None)
        finally:
            self._forget(block)
        if callbacks:
            await run_callbacks(callbacks)

    def __enter__(self) -> Block:
        """Enter a block from sync code."""
        if _get_running_loop() is not None:
            raise SyncInAsyncContext(
                "`with atomic()` cannot be used in a running event loop: write `async with atomic()`."
            )
        if self.retry:
            raise TypeError("atomic(retry=...) repeats a function: use it as a decorator")
        refuse_lost_block()
        return self._enter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave it, as `__aexit__` does."""
        block = self._unbind()
        try:
            callbacks = run_to_the_end(block.scope, block, failed=error is not None)
        finally:
            self._forget(block)
        if callbacks:
            run_callbacks_sync(callbacks)

    def __call__(self, function: F) -> F:
        """Decorate a function or a coroutine function: each call runs in a block of its own."""
        if inspect.isasyncgenfunction(function) or inspect.isgeneratorfunction(function):
            raise TypeError(
                f"atomic() cannot decorate the generator {function.__qualname__}: the block would be left before the "
                "generator runs. Write the block inside of it."
            )
        if inspect.iscoroutinefunction(function):
            return cast("F", self._decorate_coroutine(function))
        return cast("F", self._decorate_function(function))

    def _decorate_coroutine(self, function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def inner(*args: Any, **kwargs: Any) -> Any:
            attempt = 0
            while True:
                try:
                    async with self._another():
                        return await function(*args, **kwargs)
                except Error as error:
                    if not self._may_retry(error, attempt):
                        raise
                await asyncio.sleep(_pause(attempt))
                attempt += 1

        return inner

    def _decorate_function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def inner(*args: Any, **kwargs: Any) -> Any:
            attempt = 0
            while True:
                try:
                    with self._another():
                        return function(*args, **kwargs)
                except Error as error:
                    if not self._may_retry(error, attempt):
                        raise
                run_sync(asyncio.sleep(_pause(attempt)))
                attempt += 1

        return inner

    def __del__(self) -> None:
        """Give up blocks that were never left, because KeyboardInterrupt came in the very moment of doing so."""
        for block, _ in getattr(self, "_open", ()):
            if not block.is_closed:
                block.scope.abandon(block)

    def _another(self) -> Atomic:
        """Return one for a single call."""
        once = Atomic(self.using, self.savepoint, self.durable, self.options)
        once.allows_durable = self.allows_durable
        return once

    def _may_retry(self, error: Error, attempt: int) -> bool:
        """Only a whole transaction can be repeated, and only if it is certain that it did not happen."""
        alias = self.using or DEFAULT_DB_ALIAS
        return attempt < self.retry and error.retryable and error.outcome != "unknown" and current(alias) is None

    def _enter(self) -> Block:
        alias = self.using or DEFAULT_DB_ALIAS
        parent = current(alias)
        if parent is None:
            scope = Scope(databases[alias], self.options)
            before = home_loop.get()
            block = scope.transaction.enter(scope, None, savepoint=self.savepoint)
        else:
            self._check_nesting(parent)
            before = None
            block = parent.scope.transaction.enter(parent.scope, parent, savepoint=self.savepoint)
        block.allows_durable = self.allows_durable
        block.place = calling_place(2)
        bind(alias, block)
        self._open.append((block, before))
        running = _get_running_loop()
        if parent is None and running is not None:
            home_loop.set(running)
        return block

    def _check_nesting(self, parent: Block) -> None:
        if parent.is_closed:
            parent.scope.refuse(parent)
        if parent.allows_durable:  # the test's own block, inside which a program's outermost one is what it asks for
            return
        if self.durable and not parent.is_manual:
            raise RuntimeError(DURABLE)
        if self.options is not DEFAULT_TRANSACTION:
            raise TransactionManagementError(
                "isolation, read_only and deferrable belong to a whole transaction: give them to the outermost "
                "atomic()."
            )

    def _unbind(self) -> Block:
        """Take the block out of this context; synchronous, and the first thing that leaving does."""
        alias = self.using or DEFAULT_DB_ALIAS
        block = bound.get().get(alias)
        for opened, before in tuple(self._open):
            if opened is block:
                bind(alias, opened.parent)
                if opened.parent is None:
                    home_loop.set(before)
                return opened
        return self._stray_block()

    def _forget(self, block: Block) -> None:
        # One atomic() may be used by many threads: single operations on the list, no new list.
        for entry in tuple(self._open):
            if entry[0] is block:
                self._open.remove(entry)

    def _stray_block(self) -> Block:
        """Find the block that is being left in a context in which it was never entered; have it rolled back."""
        if not self._open:
            raise TransactionManagementError("this atomic() block was left without having been entered")
        block, _ = self._open[-1]
        block.scope.transaction.needs_rollback = True
        block.scope.transaction.complaint = TransactionManagementError(
            f"{block.describe()} is left in another context (task or worker thread) than it was entered in, so "
            "statements between may not have been part of it: it was rolled back. Enter and leave it in one function; "
            "in a FastAPI dependency, write `async def` and `async with atomic()`."
        )
        return block


def _pause(attempt: int) -> float:
    return min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE) * random.uniform(0.5, 1.0)


@overload
def atomic(using: F) -> F: ...
@overload
def atomic(
    using: str | None = None,
    savepoint: bool = True,
    durable: bool = False,
    *,
    isolation: str | None = None,
    read_only: bool = False,
    deferrable: bool = False,
    retry: int = 0,
) -> Atomic: ...
def atomic(
    using: Any = None,
    savepoint: bool = True,
    durable: bool = False,
    *,
    isolation: str | None = None,
    read_only: bool = False,
    deferrable: bool = False,
    retry: int = 0,
) -> Any:
    """Make a block atomic: committed when it ends, rolled back when it raises.

    Use it as `async with atomic():`, as `with atomic():` in sync code, or as a decorator of either kind of function. A
    nested block is a savepoint; with `savepoint=False` it is none, and an error in it rolls the surrounding one back.
    A `durable` block refuses to be nested. `isolation`, `read_only` and `deferrable` belong to the outermost block;
    `retry` repeats a decorated function after an error that says `retryable`, when its block is the outermost one.
    """
    if callable(using):
        return Atomic(None, savepoint, durable)(using)
    options = DEFAULT_TRANSACTION
    if isolation is not None or read_only or deferrable:
        options = TransactionOptions(isolation, read_only, deferrable)
    return Atomic(using, savepoint, durable, options, retry)
