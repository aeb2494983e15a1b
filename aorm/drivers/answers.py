"""Futures that no cancellation of the one who waits can end, and errands that run to their end without a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from contextvars import Context

__all__ = ["Answer", "Errand", "GaveUp", "PromptFuture"]

R = TypeVar("R")


class GaveUp(Exception):
    """Ends the wait for an answer that takes too long."""


class Answer(asyncio.Future[R]):
    """A future whose waiter cannot be torn away from it.

    Cancelling the waiting task reaches `cancel`, which declines; asyncio then cancels the task as soon as the answer is
    there. So the waiter learns of both, in that order, and repeated cancellation, or anyio's level cancellation,
    changes nothing. From the first attempt on only `grace` more seconds are waited.
    """

    grace: float | None = None
    _timer: asyncio.TimerHandle | None = None

    def cancel(self, msg: Any | None = None) -> bool:
        """Decline; begin to count the grace."""
        if self._timer is None and self.grace is not None and not self.done():
            self._timer = self.get_loop().call_later(self.grace, self.give_up)
        return False

    def give_up(self) -> None:
        """End the wait without an answer."""
        if not self.done():
            self.set_exception(GaveUp())

    def settle(self, error: BaseException | None, result: Any = None) -> None:
        """Answer, if anybody still waits."""
        if self.done():
            return
        if self._timer is not None:
            self._timer.cancel()
        if error is None:
            self.set_result(result)
        else:
            self.set_exception(error)


class Errand(Answer[R]):
    """Runs a coroutine to its end, beginning at once.

    A task would begin a turn of the loop later and be noticed another turn later; COMMIT is too frequent for that. The
    coroutine must await nothing but futures, and must not ask for the current task.
    """

    def __init__(self, coroutine: Coroutine[Any, Any, R], explain: Callable[[Exception], Exception]) -> None:
        """Take the first step."""
        super().__init__()
        self._coroutine = coroutine
        self._explain = explain
        self._step(None)

    def _step(self, _: object) -> None:
        try:
            awaited = self._coroutine.send(None)
        except StopIteration as stop:
            self.settle(None, stop.value)
        except Exception as error:
            ours = self._explain(error)
            if ours is not error:
                ours.__cause__ = error
            self.settle(ours)
        except BaseException as error:
            self.settle(error)
        else:
            awaited._asyncio_future_blocking = False
            awaited.add_done_callback(self._step)


class PromptFuture(Generic[R]):
    """A future with one waiter, who goes on at once when the result is set.

    asyncio's futures have their waiter go on a turn of the loop later, which is a sixth of what a visit to another
    thread costs. `set_result` and `set_exception` may only be called by the loop itself, never within a task.
    """

    __slots__ = ("_asyncio_future_blocking", "_callback", "_context", "_error", "_is_done", "_loop", "_result")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin without result."""
        self._loop = loop
        self._asyncio_future_blocking = False
        self._callback: Callable[[Any], object] | None = None
        self._context: Context | None = None
        self._is_done = False
        self._result: Any = None
        self._error: BaseException | None = None

    def __await__(self) -> Generator[Any, None, R]:
        """Wait for the result."""
        if not self._is_done:
            self._asyncio_future_blocking = True
            yield self
        result = self.result()
        # Whoever still holds this object does not hold the result.
        self._result = None
        return result

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop, as tasks want to know."""
        return self._loop

    def add_done_callback(self, callback: Callable[[Any], object], *, context: Context | None = None) -> None:
        """Take the waiter, which is a task."""
        self._callback = callback
        self._context = context

    def done(self) -> bool:
        """Tell whether there is a result, an error or a cancellation."""
        return self._is_done

    def result(self) -> R:
        """Return the result, or raise the error."""
        error = self._error
        if error is not None:
            self._error = None  # its traceback refers to this object
            raise error
        result: R = self._result
        return result

    def cancel(self, msg: Any | None = None) -> bool:
        """Have the waiter cancelled in the loop's next turn, as asyncio's futures do."""
        if self._is_done:
            return False
        self._is_done = True
        self._error = asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg)
        if self._callback is not None:
            self._loop.call_soon(self._callback, self, context=self._context)
            self._callback = self._context = None
        return True

    def set_result(self, result: R) -> None:
        """Have the waiter go on with this result."""
        self._result = result
        self._wake()

    def set_exception(self, error: BaseException) -> None:
        """Have the waiter go on with this error."""
        self._error = error
        self._wake()

    def _wake(self) -> None:
        self._is_done = True
        callback, context = self._callback, self._context
        self._callback = self._context = None
        if callback is not None and context is not None:
            context.run(callback, self)
