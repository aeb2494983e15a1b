"""What all contestants have in common. Imports nothing that is not in the standard library."""

from __future__ import annotations

import asyncio
from time import perf_counter, process_time
from typing import Any, NamedTuple

from benchmarks.workload import LOADED, TASKS, summary


class Spent(NamedTuple):
    """Seconds of a turn: on the clock, and of the processor for the process that it ran in."""

    clock: float
    processor: float


class Contestant:
    """Somebody who can do some of the operations: those of which it has a method."""

    name = ""

    def __init__(self, url: str) -> None:
        self.url = url
        self.last: Any = None

    def can(self, operation: str) -> bool:
        """Tell whether it takes part in an operation."""
        return hasattr(self, operation)

    def open(self) -> None:
        """Connect; the tables are there and filled."""

    def close(self) -> None:
        """Let go of everything."""

    def run(self, operation: str, arguments: list[Any]) -> Spent:
        """Do an operation for each argument, and return how long it took."""
        subjects = self.load(arguments) if operation in LOADED else arguments
        method = getattr(self, operation)
        begin = perf_counter(), process_time()
        method(subjects)
        return Spent(perf_counter() - begin[0], process_time() - begin[1])

    def load(self, keys: list[int]) -> list[Any]:
        """Return entries as objects of this contestant."""
        raise NotImplementedError

    def summary(self, operation: str) -> Any:
        """Return what the last run found, to be compared with what the others found."""
        return summary(operation, self.last)


class AsyncContestant(Contestant):
    """A contestant whose methods are coroutines; it has an event loop that stands still between the batches."""

    def __init__(self, url: str, loop_factory: Any = None) -> None:
        super().__init__(url)
        self.runner = asyncio.Runner(loop_factory=loop_factory)

    def open(self) -> None:
        """Connect."""
        self.runner.run(self.aopen())

    def close(self) -> None:
        """Let go of everything, of the loop as well."""
        self.runner.run(self.aclose())
        self.runner.close()

    def run(self, operation: str, arguments: list[Any]) -> Spent:
        """Do an operation for each argument, and return how long it took."""
        return self.runner.run(self._timed(operation, arguments))

    async def _timed(self, operation: str, arguments: list[Any]) -> Spent:
        subjects = await self.aload(arguments) if operation in LOADED else arguments
        method = getattr(self, operation)
        begin = perf_counter(), process_time()
        await method(subjects)
        return Spent(perf_counter() - begin[0], process_time() - begin[1])

    async def aopen(self) -> None:
        """Connect."""

    async def aclose(self) -> None:
        """Close the connections."""

    async def aload(self, keys: list[int]) -> list[Any]:
        """Return entries as objects of this contestant."""
        raise NotImplementedError

    async def tasks(self, keys: list[int]) -> None:
        """Get the books by many tasks at once."""
        await asyncio.gather(*[self.pooled(keys[number::TASKS]) for number in range(TASKS)])

    async def pooled(self, keys: list[int]) -> None:
        """Do what one of the tasks does."""
        await self.get(keys)  # type: ignore[attr-defined]
