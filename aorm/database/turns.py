"""Turns on one connection, in the order in which they were asked for."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from aorm.database.shielding import complete
from aorm.drivers.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Turns"]


class Turns:
    """A FIFO lock whose hand-over no cancellation can lose; belongs to one event loop at a time."""

    __slots__ = ("_waiting", "is_taken")

    def __init__(self) -> None:
        """Begin with nobody's turn."""
        self.is_taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Wait for a turn; whoever got one must `pass_on`."""
        if not self.is_taken:
            self.is_taken = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.pass_on()  # it came in the very tick of the cancellation
            elif turn in self._waiting:
                self._waiting.remove(turn)
            raise

    async def insist(self, timeout: float, grace: float) -> tuple[bool, asyncio.CancelledError | None]:
        """Wait for a turn whatever cancels the caller, up to `timeout`, or `grace` after a cancellation.

        Returns whether the turn came, and the cancellation that was held back. Without it the turn is taken by force:
        whoever has it must find out.
        """
        if not self.is_taken:
            self.is_taken = True
            return True, None
        turn: Answer[None] = Answer()
        self._waiting.append(turn)
        came, cancelled = await complete(turn, timeout, grace)
        if not came and turn in self._waiting:
            self._waiting.remove(turn)
        return came, cancelled

    def pass_on(self) -> None:
        """End a turn: the next one's begins."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.is_taken = False

    def refuse(self, error: Callable[[], Exception]) -> None:
        """Send everybody away who still waits, each with an error of its own."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error())
