"""Futures that no cancellation of the one who waits can end, and errands that run to their end without a task."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["Answer", "Errand", "GaveUp"]

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
