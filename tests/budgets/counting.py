"""Count the calls that aorm's own code makes, and the objects that it leaves.

Only frames of aorm count, those of code that it generated included: what the event loop, a driver or a test does is
none of its budget. A coroutine counts once, however often it is resumed, so that nothing depends on when an answer
comes.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import aorm
from aorm.drivers import recording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import FrameType

HOME = str(Path(aorm.__file__).parent)
GENERATED = "<aorm "
# The driver that only records stands in for one that has a budget of its own.
STAND_IN = recording.__file__
RUNS = 5


class Calls(NamedTuple):
    """How many Python functions ran, and how many C functions they called."""

    python: int
    c: int


class CallCounter:
    """Counts what this thread calls in a `with` block."""

    def __init__(self) -> None:
        self.python: Counter[str] = Counter()
        self.c: Counter[str] = Counter()
        # Kept, so that no later frame has the identity of an earlier one.
        self._frames: dict[int, FrameType] = {}

    def __enter__(self) -> CallCounter:
        self.listen()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def calls(self) -> Calls:
        """The sums."""
        return Calls(self.python.total(), self.c.total())

    def report(self) -> str:
        """Return the functions and how often each ran, the most frequent first."""
        lines = [f"{count:5} {name}" for name, count in self.python.most_common()]
        return "\n".join([*lines, *(f"{count:5} {name} (C)" for name, count in self.c.most_common())])

    def listen(self) -> None:
        """Count what the calling thread does, until it calls `stop`."""
        sys.setprofile(self._see)

    @staticmethod
    def stop() -> None:
        """Stop counting what the calling thread does."""
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, argument: Any) -> None:
        if event not in ("call", "c_call"):
            return
        file = frame.f_code.co_filename
        if not file.startswith((HOME, GENERATED)) or file == STAND_IN:
            return
        if event == "c_call":
            self.c[getattr(argument, "__qualname__", repr(argument))] += 1
        elif id(frame) not in self._frames:
            self._frames[id(frame)] = frame
            place = file.removeprefix(HOME).lstrip("/") if file.startswith(HOME) else "generated"
            self.python[f"{place}: {frame.f_code.co_qualname}"] += 1


async def count_calls(operation: Callable[[], Awaitable[Any]]) -> CallCounter:
    """Return the calls of one run of an operation, when everything that is kept is there: the least of a few runs."""
    for _ in range(3):
        await operation()
    found: list[CallCounter] = []
    for _ in range(RUNS):
        with CallCounter() as counter:
            await operation()
        found.append(counter)
    return _least(found)


def count_sync_calls(operation: Callable[[], Any]) -> CallCounter:
    """Return the calls that this thread makes in one run of a plain function; what other threads do does not count."""
    for _ in range(3):
        operation()
    found: list[CallCounter] = []
    for _ in range(RUNS):
        with CallCounter() as counter:
            operation()
        found.append(counter)
    return _least(found)


def _least(counters: list[CallCounter]) -> CallCounter:
    return min(counters, key=lambda counter: counter.calls)


class Objects(NamedTuple):
    """What stays: blocks of memory, and objects that the garbage collector looks at."""

    blocks: float
    tracked: float


def count_objects(make: Callable[[], Any], count: int) -> Objects:
    """Return what each of `count` results of a function holds, beyond the list that they are in."""
    make()
    found: list[Objects] = []
    for _ in range(RUNS):
        gc.collect()
        gc.disable()
        try:
            before = sys.getallocatedblocks(), len(gc.get_objects())
            made = make()
            after = sys.getallocatedblocks(), len(gc.get_objects())
        finally:
            gc.enable()
        del made
        found.append(Objects((after[0] - before[0]) / count, (after[1] - before[1]) / count))
    return min(found)
