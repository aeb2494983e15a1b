"""Let contestants take turns at an operation, and keep the time of each turn."""

from __future__ import annotations

import gc
import os
import random
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.workload import AUTHORS, BOOKS, ENTRIES, TASKS, Operation, author_name, make_rows

if TYPE_CHECKING:
    from benchmarks.contestants.base import Contestant, Spent

# How long the first contestant's turn is to take, in seconds: long beside the clock, short beside a disturbance.
TURN = 0.004
MOST_PER_TURN = 2000


class Arguments:
    """Make the arguments of a turn; a seed gives everybody in a round the same."""

    def __init__(self, referee: Any, core: int | None = None) -> None:
        """Take the contestant who makes the rows that others work on, and the core that all are kept on, if any."""
        self._referee = referee
        self._core = core
        self._entries: list[int] = []

    def settle(self) -> None:
        """Keep the servers' processes where this one is, if that is asked for; all connections are open now."""
        if self._core is not None:
            for process in self._referee.runner.run(self._referee.aserver_processes()):
                os.sched_setaffinity(process, {self._core})

    def begin(self) -> None:
        """Start from a table with the same few entries."""
        self._referee.runner.run(self._referee.aclear_entries())
        self._entries = self._make_entries(ENTRIES)

    def make(self, operation: Operation, count: int, seed: int) -> list[Any]:
        """Return the arguments of one turn."""
        chance = random.Random(seed)
        if operation.name == "tasks":
            count = max(count // TASKS, 1) * TASKS
        if operation.takes == "keys":
            return [chance.randint(1, BOOKS) for _ in range(count)]
        if operation.takes == "names":
            return [author_name(chance.randint(1, AUTHORS)) for _ in range(count)]
        if operation.takes == "rows":
            return make_rows(count, seed)
        if operation.takes == "entries":
            return [self._entries[number % ENTRIES] for number in range(count)]
        if operation.takes == "doomed":
            return self._make_entries(count)
        return list(range(count))

    def _make_entries(self, count: int) -> list[int]:
        keys: list[int] = self._referee.runner.run(self._referee.amake_entries(make_rows(count)))
        return keys


class Score(NamedTuple):
    """What came out for one contestant at one operation.

    Attributes:
        contestant: its name.
        time: microseconds for one result, the median of all turns.
        processor: microseconds of the processor for one result, in the contestant's own process, the median.
        ratios: contestant -> median over the rounds of this one's time divided by that one's.
    """

    contestant: str
    time: float
    processor: float
    ratios: dict[str, float]


def compete(
    operation: Operation, contestants: list[Contestant], arguments: Arguments, rounds: int
) -> tuple[int, list[Score]]:
    """Return how many times the operation was done in a turn, and the scores of those who can do it.

    Raises:
        AssertionError: somebody found something else than the first contestant.
    """
    able = [contestant for contestant in contestants if contestant.can(operation.name)]
    if not able:
        return 0, []
    arguments.begin()
    count = _calibrated(operation, able[0], arguments)
    for contestant in able:
        contestant.run(operation.name, arguments.make(operation, min(count, 20), seed=1))
        found, expected = contestant.summary(operation.name), able[0].summary(operation.name)
        assert found == expected, f"{contestant.name} at {operation.name}: {found!r}, not {expected!r}"
    arguments.settle()
    order = random.Random(1)
    turns: dict[str, list[Spent]] = {contestant.name: [] for contestant in able}
    for number in range(rounds):
        for contestant in order.sample(able, len(able)):
            made = arguments.make(operation, count, seed=number)
            gc.collect()
            turns[contestant.name].append(contestant.run(operation.name, made))
    return count, _scores(turns, operation.divides * len(made))


def _scores(turns: dict[str, list[Spent]], results: int) -> list[Score]:
    return [
        Score(
            name,
            median(turn.clock for turn in own) / results * 1e6,
            median(turn.processor for turn in own) / results * 1e6,
            {
                other: median(mine.clock / theirs.clock for mine, theirs in zip(own, others, strict=True))
                for other, others in turns.items()
            },
        )
        for name, own in turns.items()
    ]


def _calibrated(operation: Operation, contestant: Contestant, arguments: Arguments) -> int:
    """Return how often the operation fits into a turn."""

    def run(count: int) -> float:
        return contestant.run(operation.name, arguments.make(operation, count, seed=0)).clock

    run(5)
    count = 10 if operation.divides == 1 else 1
    seconds = min(run(count) for _ in range(3))
    return max(1, min(MOST_PER_TURN, round(count * TURN / seconds)))
