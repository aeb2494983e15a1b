"""Aggregate functions for SQLite. NULLs are left out; no values give NULL."""

from __future__ import annotations

import operator
import statistics
from functools import reduce
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable


class Collected:
    """Keep the values; a subclass says what becomes of them."""

    least: ClassVar[int] = 1
    result: ClassVar[Any]

    def __init__(self) -> None:
        """Start a group."""
        self.values: list[Any] = []

    def step(self, value: Any) -> None:
        """Take one row."""
        if value is not None:
            self.values.append(value)

    def finalize(self) -> Any:
        """Return the result."""
        return self.result(self.values) if len(self.values) >= self.least else None


class StandardDeviationOfPopulation(Collected):
    """STDDEV_POP."""

    result = staticmethod(statistics.pstdev)


class StandardDeviationOfSample(Collected):
    """STDDEV_SAMP."""

    least = 2
    result = staticmethod(statistics.stdev)


class VarianceOfPopulation(Collected):
    """VAR_POP."""

    result = staticmethod(statistics.pvariance)


class VarianceOfSample(Collected):
    """VAR_SAMP."""

    least = 2
    result = staticmethod(statistics.variance)


class AnyValue(Collected):
    """ANY_VALUE."""

    result = staticmethod(operator.itemgetter(0))


class BitAnd(Collected):
    """BIT_AND."""

    result = staticmethod(lambda values: reduce(operator.and_, values))


class BitOr(Collected):
    """BIT_OR."""

    result = staticmethod(lambda values: reduce(operator.or_, values))


class BitXor(Collected):
    """BIT_XOR."""

    result = staticmethod(lambda values: reduce(operator.xor, values))


class JoinedTexts:
    """STRING_AGG with DISTINCT or an order, which SQLite has from 3.44 on only.

    Called as ``aorm_string_agg(plan, value, delimiter, keys...)``; the plan is ``d`` for DISTINCT or ``a`` for all,
    then a letter per key: ``+`` ascending, ``-`` descending, ``>`` ascending with NULLs last, ``<`` descending with
    NULLs first.
    """

    def __init__(self) -> None:
        """Start a group."""
        self.plan = "a"
        self.rows: list[tuple[str, str, tuple[Any, ...]]] = []

    def step(self, plan: str, value: Any, delimiter: Any, *keys: Any) -> None:
        """Take one row."""
        self.plan = plan
        if value is not None:
            self.rows.append((str(value), "" if delimiter is None else str(delimiter), keys))

    def finalize(self) -> str | None:
        """Return the texts in order; each but the first after its own delimiter."""
        rows = self.rows
        for index in range(len(self.plan) - 1, 0, -1):
            letter = self.plan[index]
            moved = letter in "<>"
            rows.sort(key=_keyed(index - 1, moved), reverse=letter in "-<")
        if self.plan[0] == "d":
            rows = list({value: (value, delimiter, keys) for value, delimiter, keys in reversed(rows)}.values())[::-1]
        if not rows:
            return None
        return "".join([rows[0][0], *[delimiter + value for value, delimiter, _ in rows[1:]]])


def _keyed(position: int, moved: bool) -> Callable[[tuple[str, str, tuple[Any, ...]]], tuple[int, Any]]:
    return lambda row: sort_key(row[2][position], moved)


def sort_key(value: Any, moved: bool) -> tuple[int, Any]:
    """Return what sorts a value as SQLite does: NULL, numbers, texts, bytes; or NULL at the other end."""
    if value is None:
        return (9 if moved else 0), 0
    if isinstance(value, str):
        return 2, value
    return (3 if isinstance(value, bytes) else 1), value


AGGREGATES: tuple[tuple[str, int, type], ...] = (
    ("STDDEV_POP", 1, StandardDeviationOfPopulation),
    ("STDDEV_SAMP", 1, StandardDeviationOfSample),
    ("VAR_POP", 1, VarianceOfPopulation),
    ("VAR_SAMP", 1, VarianceOfSample),
    ("ANY_VALUE", 1, AnyValue),
    ("BIT_AND", 1, BitAnd),
    ("BIT_OR", 1, BitOr),
    ("BIT_XOR", 1, BitXor),
    ("aorm_string_agg", -1, JoinedTexts),
)
