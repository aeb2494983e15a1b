"""Carry calls between threads and event loops, in both directions.

A sync call becomes a `Call`: its coroutine runs as a task on some loop while the thread waits. A coroutine that has to
run a sync function makes a `ThreadCall`: the function runs in the thread that waits for this coroutine, if there is one
and it is idle, else in a thread of aorm's own. The two nest to any depth: a function in a thread finds the loop it
belongs to in its context, so nothing ever waits for itself.

Contexts travel along, copied; nothing comes back.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import sys
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, ContextVar, copy_context
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Awaitable, Callable

__all__ = ["home_loop", "linked_loop", "run_from_worker", "run_in_thread", "run_on", "serves_sync_caller"]

R = TypeVar("R")

# How long a thread that was interrupted waits for the coroutine it cancelled.
INTERRUPT_GRACE = 1.0
# How often a waiting thread makes sure that somebody is still going to answer it.
LIVENESS_INTERVAL = 0.5

# The loop that the current transaction lives on; whoever binds a transaction to a context binds its loop as well.
home_loop: ContextVar[AbstractEventLoop | None] = ContextVar("aorm_home_loop", default=None)
_link: ContextVar[Call | ThreadCall | None] = ContextVar("aorm_link", default=None)
_generation = 0
_executor: ThreadPoolExecutor | None = None
# Executors that a forked child inherited: kept, so that nothing of them is finalised there.
_inherited: list[ThreadPoolExecutor] = []


class Call:
    """One sync call: a coroutine on `loop`, for which a thread waits.

    While it waits, the thread can be offered sync functions to run; so a signal receiver or an overridden `save` runs
    in the thread of the program that called, as it would without any loop.
    """

    __slots__ = (
        "awaitable",
        "error",
        "finished",
        "generation",
        "is_idle",
        "loop",
        "messages",
        "parent",
        "task",
        "value",
    )

    def __init__(self, loop: AbstractEventLoop | None, awaitable: Awaitable[Any] | None) -> None:
        """Prepare a call; a thread that waits by other means than `wait` keeps its awaitable, and is never idle."""
        link = _link.get()
        self.loop = loop
        self.awaitable = awaitable
        self.is_idle = awaitable is not None
        self.parent = link if isinstance(link, ThreadCall) else None
        self.messages: SimpleQueue[_Job | None] = SimpleQueue()
        self.task: asyncio.Task[None] | None = None
        self.value: Any = None
        self.error: BaseException | None = None
        self.finished = False
        self.generation = _generation

    def start(self, context: Context) -> None:
        """Begin the coroutine; called on the loop."""
        assert self.loop is not None
        if self.parent is not None and self.parent.is_cancelled:
            self._end_unstarted("the coroutine that this thread works for was cancelled")
            self.messages.put(None)
            return
        self.task = self.loop.create_task(self._run(), context=context)
        if self.parent is not None:
            self.parent.adopt(self.task)

    async def _run(self) -> None:
        awaitable, self.awaitable = self.awaitable, None
        assert awaitable is not None
        try:
            self.value = await awaitable
        except asyncio.CancelledError as error:
            self.error = error
            raise
        except BaseException as error:
            # Not swallowed: the waiting thread raises it. Raised here as well, it would be reported twice, and a
            # SystemExit would end the portal.
            self.error = error
        finally:
            self.finished = True
            self.messages.put(None)

    def wait(self) -> None:
        """Wait for the coroutine's end, running what is offered meanwhile."""
        while not self.finished:
            try:
                job = self.messages.get(timeout=LIVENESS_INTERVAL)
            except Empty:
                self._check_that_an_answer_can_come()
                continue
            if job is not None:
                job.run(passing=(KeyboardInterrupt, SystemExit))
                self.is_idle = True
        while not self.messages.empty():
            if (job := self.messages.get()) is not None:
                # Offered by a task that outlives the call, in the moment of its end.
                _threads().submit(job.run)

    def result(self) -> Any:
        """Return or raise what the finished coroutine did."""
        value, error = self.value, self.error
        self.value = self.error = None
        if error is None:
            return value
        try:
            raise error
        finally:
            # The traceback refers to this frame: without this, frame and error keep each other alive.
            del error, self

    def abandon(self) -> None:
        """Cancel the coroutine because its thread was interrupted, and give it a moment to clean up."""
        assert self.loop is not None
        self.is_idle = False
        deadline = monotonic() + INTERRUPT_GRACE
        try:
            self.loop.call_soon_threadsafe(self._cancel)
        except RuntimeError:
            return  # the loop is closed: nothing runs any more
        while not self.finished and (remaining := deadline - monotonic()) > 0:
            try:
                job = self.messages.get(timeout=min(remaining, LIVENESS_INTERVAL))
            except Empty:
                self._check_that_an_answer_can_come()
                continue
            if job is not None:
                job.refuse()
        self.value = self.error = None

    def offer(self, job: _Job) -> bool:
        """Give the waiting thread a job, if it is free to do it; called on the loop, by coroutines of this call."""
        if not self.is_idle or self.finished or self.loop is not asyncio.get_running_loop():
            return False
        self.is_idle = False
        self.messages.put(job)
        return True

    def _check_that_an_answer_can_come(self) -> None:
        """End the call when the loop closed before it began, or cancelled it before its first step, or is frozen.

        While the interpreter is taken down, no thread but this one runs any more.
        """
        assert self.loop is not None
        if not self.finished and (
            self.loop.is_closed() or sys.is_finalizing() or (self.task is not None and self.task.done())
        ):
            self._end_unstarted("the event loop ended before the call was answered")

    def _end_unstarted(self, reason: str) -> None:
        if isinstance(self.awaitable, Coroutine):
            self.awaitable.close()
        self.awaitable = None
        self.error = asyncio.CancelledError(reason)
        self.finished = True

    def _cancel(self) -> None:
        if self.task is not None:
            _cancel_after_first_step(self.task)
        elif not self.finished:
            # The thread was interrupted before it had sent the call; nobody else is going to.
            self._end_unstarted("the thread that called was interrupted")
            self.messages.put(None)


def _cancel_after_first_step(task: asyncio.Task[None]) -> None:
    # A task cancelled before its first step never enters its coroutine, which then complains that nobody awaited it.
    task.get_loop().call_soon(task.cancel)


class ThreadCall:
    """One sync function that a thread runs for a coroutine on `loop`; the loop to which its sync calls go back."""

    __slots__ = ("generation", "is_cancelled", "loop", "tasks")

    def __init__(self, loop: AbstractEventLoop) -> None:
        """Begin with no task that serves this function."""
        self.loop = loop
        self.is_cancelled = False
        self.tasks: set[asyncio.Task[None]] = set()
        self.generation = _generation

    def adopt(self, task: asyncio.Task[None]) -> None:
        """Take note of a task that the function waits for."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def cancel(self) -> None:
        """Cancel what the function waits for, now and later; between such waits a thread cannot be stopped."""
        self.is_cancelled = True
        for task in self.tasks:
            _cancel_after_first_step(task)


class _Job:
    """A sync function on its way into a thread, and the future that takes its result back."""

    __slots__ = ("arguments", "context", "function", "future", "loop")

    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], context: Context, future: asyncio.Future[Any]
    ) -> None:
        self.function = function
        self.arguments = arguments
        self.context = context
        self.future = future
        self.loop = future.get_loop()

    def run(self, passing: tuple[type[BaseException], ...] = ()) -> None:
        """Run the function in its context and send back what it did.

        What is `passing` asks the whole thread to stop: it goes on in the thread, and the coroutine is told that its
        work was cancelled.
        """
        try:
            value = self.context.run(self.function, *self.arguments)
        except passing:
            self.refuse()
            raise
        except BaseException as error:
            # Not swallowed: the waiting coroutine raises it.
            self._answer(_set_error, error)
        else:
            self._answer(_set_value, value)

    def refuse(self) -> None:
        """Tell the coroutine that the function is not going to run, or did not end."""
        self._answer(_set_error, asyncio.CancelledError("the thread that was to run this was interrupted"))

    def _answer(self, setter: Callable[[asyncio.Future[Any], Any], None], outcome: object) -> None:
        try:
            self.loop.call_soon_threadsafe(setter, self.future, outcome)
        except RuntimeError:
            # The loop is closed, so nobody waits any more.
            if not self.loop.is_closed():
                raise


def _set_value(future: asyncio.Future[Any], value: object) -> None:
    if not future.done():
        future.set_result(value)


def _set_error(future: asyncio.Future[Any], error: BaseException) -> None:
    if future.done():
        return
    if isinstance(error, StopIteration):
        # A future refuses StopIteration, as a coroutine does.
        replacement = RuntimeError("the function raised StopIteration")
        replacement.__cause__ = error
        error = replacement
    future.set_exception(error)


def run_on(loop: AbstractEventLoop, awaitable: Awaitable[R]) -> R:
    """Run `awaitable` on `loop`, which runs in another thread, and wait for its result in this one.

    What meets the waiting thread itself, as KeyboardInterrupt does, cancels the coroutine, waits a moment for its end,
    and goes on.
    """
    call = Call(loop, awaitable)
    try:
        context = copy_context()
        context.run(_link.set, call)
        loop.call_soon_threadsafe(call.start, context)
        call.wait()
    except BaseException:
        call.abandon()
        raise
    result: R = call.result()
    return result


def run_from_worker(awaitable: Awaitable[R]) -> R:
    """Run `awaitable` on the loop whose anyio worker thread this is, in the cancel scope of the task that sent us."""
    call = Call(None, None)
    context = copy_context()
    context.run(_link.set, call)
    try:
        return context.run(anyio.from_thread.run, _run_for_worker, call, awaitable)
    except concurrent.futures.CancelledError as error:
        # anyio's form of it is an ordinary Exception, which the code on the way up would take for a failure.
        raise asyncio.CancelledError(*error.args) from None
    finally:
        call.finished = True
        if isinstance(awaitable, Coroutine):
            awaitable.close()  # does nothing, unless the loop ended before it began


async def _run_for_worker(call: Call, awaitable: Awaitable[R]) -> R:
    call.loop = asyncio.get_running_loop()
    return await awaitable


def linked_loop() -> AbstractEventLoop | None:
    """Return the running loop to which this context belongs: its transaction's, or that of the call it came from."""
    loop = home_loop.get()
    if loop is None:
        link = _link.get()
        if link is None or link.generation != _generation:
            return None
        loop = link.loop
    return loop if loop is not None and loop.is_running() else None


def serves_sync_caller() -> bool:
    """Tell whether a thread waits for what the current coroutine does, so that blocking functions have a place."""
    link = _link.get()
    return isinstance(link, Call) and not link.finished


async def run_in_thread(function: Callable[..., R], /, *args: object) -> R:
    """Run a sync function that may block, and that may call sync twins, for the current coroutine.

    It runs in the thread that waits for this coroutine, if one does and is idle, else in a thread of its own; its sync
    twins come back to this loop, into the same transaction. When this coroutine is cancelled, what the function waits
    for is cancelled with it, and the function's end is awaited before the cancellation goes on.
    """
    loop = asyncio.get_running_loop()
    link = _link.get()
    thread_call = ThreadCall(loop)
    context = copy_context()
    context.run(_link.set, thread_call)
    future: asyncio.Future[R] = loop.create_future()
    job = _Job(function, args, context, future)
    if not (isinstance(link, Call) and link.offer(job)):
        _threads().submit(job.run)
    cancellation: asyncio.CancelledError | None = None
    while not future.done():
        try:
            # asyncio.wait leaves the future alone when it is cancelled itself.
            with anyio.CancelScope(shield=cancellation is not None):
                await asyncio.wait((future,))
        except asyncio.CancelledError as error:
            cancellation = error
            thread_call.cancel()
    if cancellation is None:
        return future.result()
    future.exception()  # seen: the cancellation stands for it
    raise cancellation


def _threads() -> ThreadPoolExecutor:
    """Return the threads for sync functions; unlimited, because a limit would let waiting functions starve others."""
    global _executor
    if _executor is None:
        _executor = ThreadPoolExecutor(max_workers=2**15, thread_name_prefix="aorm-sync")
    return _executor


def _forget_in_child() -> None:
    """Start afresh in a forked child, where none of the threads and loops of the parent run."""
    global _executor, _generation
    if _executor is not None:
        _inherited.append(_executor)
        _executor = None
    _generation += 1
    home_loop.set(None)
    _link.set(None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
