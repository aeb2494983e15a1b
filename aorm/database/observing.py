"""Showing each statement to those who listen: a connection that reports what passes through it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from aorm.drivers.answers import Answer
    from aorm.drivers.protocol import DriverConnection, DriverCursor

__all__ = ["Observed", "Observer"]

Observer: TypeAlias = Callable[[str, float], None]
"""Called with the text of a statement and the seconds that it took, whether it failed or not."""


class Observed:
    """A connection, watched; made for one statement, and only while somebody listens."""

    def __init__(self, connection: DriverConnection, observers: Sequence[Observer]) -> None:
        """Pass everything on to `connection`."""
        self._connection = connection
        self._observers = observers
        self.settle = connection.settle
        self.close = connection.close
        self.abort = connection.abort
        self.abandon = connection.abandon
        self.is_open = connection.is_open
        self.is_quiet = connection.is_quiet
        self.is_usable = connection.is_usable
        self.is_in_transaction = connection.is_in_transaction
        self.on_lost = connection.on_lost

    @property
    def raw(self) -> Any:
        """The driver's own connection."""
        return self._connection.raw

    async def fetch(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> list[Any]:
        """Report, and pass on."""
        started = self._begin(preamble)
        try:
            return await self._connection.fetch(sql, parameters, preamble)
        finally:
            self._tell(sql, started)

    async def fetch_named(
        self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()
    ) -> tuple[list[str], list[Any]]:
        """Report, and pass on."""
        started = self._begin(preamble)
        try:
            return await self._connection.fetch_named(sql, parameters, preamble)
        finally:
            self._tell(sql, started)

    async def execute(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> int:
        """Report, and pass on."""
        started = self._begin(preamble)
        try:
            return await self._connection.execute(sql, parameters, preamble)
        finally:
            self._tell(sql, started)

    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]], preamble: Sequence[str] = ()) -> None:
        """Report as one statement, and pass on."""
        started = self._begin(preamble)
        try:
            await self._connection.execute_many(sql, rows, preamble)
        finally:
            self._tell(sql, started)

    async def open_cursor(self, sql: str, parameters: Sequence[Any] = (), preamble: Sequence[str] = ()) -> DriverCursor:
        """Report, and pass on."""
        started = self._begin(preamble)
        try:
            return await self._connection.open_cursor(sql, parameters, preamble)
        finally:
            self._tell(sql, started)

    def start(self, sql: str) -> Answer[str]:
        """Report when the answer is there, and pass on."""
        started = perf_counter()
        future = self._connection.start(sql)
        future.add_done_callback(lambda _: self._tell(sql, started))
        return future

    def _begin(self, preamble: Sequence[str]) -> float:
        started = perf_counter()
        for sql in preamble:
            self._tell(sql, started)
        return started

    def _tell(self, sql: str, started: float) -> None:
        elapsed = perf_counter() - started
        for observer in tuple(self._observers):
            observer(sql, elapsed)
