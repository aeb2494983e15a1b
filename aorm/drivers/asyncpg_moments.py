"""Keep asyncpg from reading moments without a time zone as local time of the process.

Where a parameter is a timestamptz, it takes a naive datetime, or a date, to be local: the result would depend on the
machine. What a model writes is aware already; this is for statements that a program writes itself.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import asyncpg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Moments"]

_MOST_STATEMENTS = 1000


class Moments(dict[Any, tuple[int, ...]]):
    """By prepared statement of one connection: which of its parameters are moments with a zone; for most, none."""

    __slots__ = ("_adapt", "_get_statement")

    def __init__(self, raw: Any, adapt: Callable[[datetime.date], datetime.datetime] | None) -> None:
        """Have `adapt` decide what a naive datetime or a date means, or refuse it; None leaves that to asyncpg."""
        super().__init__()
        self._get_statement = raw._get_statement
        self._adapt = adapt

    def __missing__(self, statement: Any) -> tuple[int, ...]:
        if len(self) >= _MOST_STATEMENTS:
            self.clear()
        names = [kind.name for kind in statement._get_parameters()] if self._adapt is not None else []
        places = tuple(place for place, name in enumerate(names) if "timestamptz" in name or "tstz" in name)
        self[statement] = places
        return places

    def checked(self, statement: Any, parameters: Sequence[Any]) -> Sequence[Any]:
        """Return the parameters with every moment made certain; `statement` is a prepared one of asyncpg's."""
        adapted: list[Any] | None = None
        for place in self[statement]:
            value = parameters[place] if place < len(parameters) else None
            if is_certain(value):
                continue
            adapted = list(parameters) if adapted is None else adapted
            adapted[place] = self._certain(value)
        return parameters if adapted is None else adapted

    async def prepared(self, sql: str, parameters: Sequence[Any]) -> Sequence[Any]:
        """Return the parameters of a statement that may not be prepared yet; it is, where one of them is in doubt."""
        if not any(_is_doubtful(value) for value in parameters):
            return parameters
        return self.checked(await self._get_statement(sql, None), parameters)

    async def rows(self, sql: str, rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any]]:
        """Return rows of parameters, each made certain when it is asked for."""
        statement = await self._get_statement(sql, None)
        return self._each(statement, rows) if self[statement] else rows

    def _each(self, statement: Any, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
        for parameters in rows:
            yield self.checked(statement, parameters)

    def _certain(self, value: Any) -> Any:
        """Return a moment, or moments in an array or a range, with zones; other things are for asyncpg to refuse."""
        if isinstance(value, datetime.date):
            if getattr(value, "tzinfo", None) is not None or self._adapt is None:
                return value
            return self._adapt(value)
        if isinstance(value, (list, tuple)):
            return value if all(map(is_certain, value)) else [self._certain(item) for item in value]
        if isinstance(value, asyncpg.Range) and not value.isempty:
            lower, upper = self._certain(value.lower), self._certain(value.upper)
            return asyncpg.Range(lower, upper, lower_inc=value.lower_inc, upper_inc=value.upper_inc)
        return value


def is_certain(value: Any) -> bool:
    """Tell whether a parameter is no moment that asyncpg would take for local time."""
    return value is None or (value.__class__ is datetime.datetime and value.tzinfo is not None)


def _is_doubtful(value: Any) -> bool:
    """Tell whether a value may be a moment without a zone."""
    if isinstance(value, datetime.date):
        return getattr(value, "tzinfo", None) is None
    if isinstance(value, (list, tuple)):
        return any(isinstance(item, (datetime.date, list, tuple, asyncpg.Range)) for item in value)
    return isinstance(value, asyncpg.Range)
